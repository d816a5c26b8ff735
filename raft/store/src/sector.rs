//! Batches of bytes in sectors: how a log file tells what is whole, what is unfinished and what is
//! damaged.
//!
//! A batch begins at a sector and is a whole number of sectors, so that a crash, which leaves each
//! sector as it was or as it was to be, leaves no sector that is neither blank nor valid:
//!
//! | bytes | content                                                     |
//! |-------|-------------------------------------------------------------|
//! | 0..4  | CRC-32C of the other 508                                    |
//! | 4..8  | the segment's number                                        |
//! | 8..12 | the batch's number in the segment, from 0 on                |
//! | 12..16| the sector's number in the batch, from 0 on                 |
//! | 16..20| how many sectors the batch has                              |
//! | 20..22| how many bytes of the payload are in this sector            |
//! | 22..24| zero                                                        |
//! | 24..  | the payload, then zeros                                     |
//!
//! Numbers are little-endian. Promises: a batch is written only after the one before it is durable,
//! so nothing durable is behind an unfinished batch; if something is, or a sector is neither blank
//! nor valid, the file is damaged. Knows nothing of the content of batches.

use crate::files::SECTOR;

const HEADER: usize = 24;
/// The bytes of payload in one sector.
pub const PAYLOAD: usize = SECTOR - HEADER;

/// Appends `payload` to `out` as batch `batch` of `segment`.
pub fn encode(segment: u32, batch: u32, payload: &[u8], out: &mut Vec<u8>) {
    let count = payload.len().div_ceil(PAYLOAD).max(1) as u32;
    for index in 0..count {
        let from = index as usize * PAYLOAD;
        let part = &payload[from..payload.len().min(from + PAYLOAD)];
        let start = out.len();
        out.extend([0; 4]);
        for number in [segment, batch, index, count] {
            out.extend(number.to_le_bytes());
        }
        out.extend((part.len() as u16).to_le_bytes());
        out.extend([0; 2]);
        out.extend(part);
        out.resize(start + SECTOR, 0);
        let sum = crc32c::crc32c(&out[start + 4..]);
        out[start..start + 4].copy_from_slice(&sum.to_le_bytes());
    }
}

/// One sector as read.
enum Sector<'a> {
    /// Never written: only zeros, or beyond the end of the file.
    Blank,
    Valid {
        segment: u32,
        batch: u32,
        index: u32,
        count: u32,
        payload: &'a [u8],
    },
    Damaged,
}

fn read(bytes: &[u8], checks_checksums: bool) -> Sector<'_> {
    // A file that ends amid a sector was not extended to its end: such a sector was never synced.
    if bytes.len() < SECTOR || bytes.iter().all(|&byte| byte == 0) {
        return Sector::Blank;
    }
    let number = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|more| bytes[at + more]));
    let used = usize::from(u16::from_le_bytes([bytes[20], bytes[21]]));
    let sum_is_right = number(0) == crc32c::crc32c(&bytes[4..]);
    if used > PAYLOAD || (checks_checksums && !sum_is_right) {
        return Sector::Damaged;
    }
    let [segment, batch, index, count] = [4, 8, 12, 16].map(number);
    Sector::Valid { segment, batch, index, count, payload: &bytes[HEADER..HEADER + used] }
}

/// A whole batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Where it begins in the file.
    pub offset: u64,
    /// Its content.
    pub payload: Vec<u8>,
}

/// What follows the last whole batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    /// Nothing.
    Clean,
    /// An unfinished batch, behind which nothing can be durable.
    Torn,
    /// Something that no crash leaves.
    Damaged {
        /// Where the damage is.
        offset: u64,
        /// What it is.
        what: &'static str,
    },
}

/// The whole batches of segment `segment`, whose file has the content `bytes`, and what follows
/// them. At most `limit` batches are read; what follows these is not looked at.
pub fn scan(
    segment: u32,
    bytes: &[u8],
    limit: usize,
    checks_checksums: bool,
) -> (Vec<Batch>, Tail) {
    let (mut batches, mut at) = (Vec::new(), 0);
    while batches.len() < limit {
        let number = batches.len() as u32;
        let Some((payload, end)) = whole_batch(segment, number, bytes, at, checks_checksums) else {
            return (batches, tail(segment, number, bytes, at, checks_checksums));
        };
        batches.push(Batch { offset: at as u64, payload });
        at = end;
    }
    (batches, Tail::Clean)
}

/// The batch at `at`, and where it ends, if it is whole.
fn whole_batch(
    segment: u32,
    batch: u32,
    bytes: &[u8],
    at: usize,
    checks_checksums: bool,
) -> Option<(Vec<u8>, usize)> {
    let (mut payload, mut sectors) = (Vec::new(), 1);
    let mut index = 0;
    while index < sectors {
        let from = at + index as usize * SECTOR;
        let sector = bytes.get(from..bytes.len().min(from + SECTOR))?;
        match read(sector, checks_checksums) {
            Sector::Valid { segment: s, batch: b, index: i, count, payload: part }
                if (s, b, i) == (segment, batch, index) && (index == 0 || count == sectors) =>
            {
                sectors = count;
                payload.extend_from_slice(part);
            }
            _ => return None,
        }
        index += 1;
    }
    Some((payload, at + index as usize * SECTOR))
}

/// What the bytes from `at` on are, where batch `batch` is not whole.
fn tail(segment: u32, batch: u32, bytes: &[u8], at: usize, checks_checksums: bool) -> Tail {
    let mut tail = Tail::Clean;
    let rest = bytes.get(at..).unwrap_or_default();
    for (place, sector) in rest.chunks(SECTOR).enumerate() {
        let offset = (at + place * SECTOR) as u64;
        match read(sector, checks_checksums) {
            Sector::Blank => {}
            Sector::Valid { segment: s, batch: b, index, .. }
                if (s, b) == (segment, batch) && index as usize == place =>
            {
                tail = Tail::Torn;
            }
            Sector::Valid { segment: s, batch: b, .. } if s == segment && b > batch => {
                let what = "a later batch follows a hole: a batch that was durable is gone";
                return Tail::Damaged { offset: at as u64, what };
            }
            Sector::Valid { .. } => {
                return Tail::Damaged { offset, what: "the sector belongs elsewhere" };
            }
            Sector::Damaged => {
                return Tail::Damaged { offset, what: "the sector's checksum is wrong" };
            }
        }
    }
    tail
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three batches: of one sector, of three, of one.
    fn file() -> Vec<u8> {
        let mut bytes = Vec::new();
        encode(7, 0, b"first", &mut bytes);
        encode(7, 1, &[5; 2 * PAYLOAD + 1], &mut bytes);
        encode(7, 2, b"last", &mut bytes);
        bytes
    }

    fn lengths(batches: &[Batch]) -> Vec<usize> {
        batches.iter().map(|batch| batch.payload.len()).collect()
    }

    #[test]
    fn whole_batches_are_read_back() {
        let (batches, tail) = scan(7, &file(), usize::MAX, true);
        assert_eq!((lengths(&batches), tail), (vec![5, 2 * PAYLOAD + 1, 4], Tail::Clean));
        assert_eq!(batches[2].payload, b"last");
        assert_eq!(batches[2].offset, 4 * SECTOR as u64);
    }

    #[test]
    fn any_subset_of_the_last_batchs_sectors_is_a_torn_tail_or_the_whole_batch() {
        let whole = &file()[..4 * SECTOR];
        for kept in 0..8 {
            let mut bytes = whole.to_vec();
            for sector in (0..3).filter(|sector| kept >> sector & 1 == 0) {
                bytes[(1 + sector) * SECTOR..(2 + sector) * SECTOR].fill(0);
            }
            let (batches, tail) = scan(7, &bytes, usize::MAX, true);
            let expected = match kept {
                0 => (1, Tail::Clean),
                7 => (2, Tail::Clean),
                _ => (1, Tail::Torn),
            };
            assert_eq!((batches.len(), tail), expected, "{kept:b}");
        }
    }

    #[test]
    fn a_file_cut_anywhere_is_torn_or_clean_and_never_damaged() {
        let bytes = file();
        for length in 0..bytes.len() {
            let (batches, tail) = scan(7, &bytes[..length], usize::MAX, true);
            assert!(!matches!(tail, Tail::Damaged { .. }), "{length}");
            let ends = [SECTOR, 4 * SECTOR, 5 * SECTOR];
            assert_eq!(batches.len(), ends.iter().filter(|&&end| end <= length).count());
        }
    }

    #[test]
    fn any_flipped_bit_is_damage() {
        let bytes = file();
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let (_, tail) = scan(7, &flipped, usize::MAX, true);
            assert!(matches!(tail, Tail::Damaged { .. }), "bit {bit}: {tail:?}");
        }
    }

    #[test]
    fn a_hole_before_a_later_batch_is_damage() {
        let mut bytes = file();
        bytes[2 * SECTOR..3 * SECTOR].fill(0);
        let (batches, tail) = scan(7, &bytes, usize::MAX, true);
        assert_eq!(batches.len(), 1);
        assert!(matches!(tail, Tail::Damaged { offset: 512, .. }), "{tail:?}");
    }

    #[test]
    fn sectors_of_another_segment_are_damage() {
        let (batches, tail) = scan(8, &file(), usize::MAX, true);
        assert!(batches.is_empty() && matches!(tail, Tail::Damaged { offset: 0, .. }), "{tail:?}");
    }

    #[test]
    fn what_follows_the_limit_is_not_looked_at() {
        let mut bytes = file();
        bytes[SECTOR + 40] ^= 1;
        assert_eq!(scan(7, &bytes, 1, true).1, Tail::Clean);
    }
}
