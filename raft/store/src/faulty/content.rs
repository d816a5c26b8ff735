//! The content of one file: what the process reads, and what a power failure can leave.
//!
//! Promises: a power failure leaves each sector as it was when the file was last synced, or as any
//! write since left it; so it does the length. Knows nothing of names.

use std::collections::BTreeMap;

use crate::faulty::draws::Choose;
use crate::files::SECTOR;

type Sector = [u8; SECTOR];

/// A file's content.
#[derive(Clone, Debug, Default)]
pub struct Content {
    /// What the process reads.
    cached: Vec<u8>,
    /// What is on the disk for sure.
    durable: Vec<u8>,
    /// By sector: what the disk may have instead, oldest first.
    sectors: BTreeMap<usize, Vec<Sector>>,
    /// The lengths that it may have instead, oldest first.
    lengths: Vec<usize>,
}

impl Content {
    /// How long it is for the process.
    pub fn length(&self) -> usize {
        self.cached.len()
    }

    /// How long it is on the disk for sure.
    pub fn durable_length(&self) -> usize {
        self.durable.len()
    }

    /// The bytes from `offset` on; none if there are too few.
    pub fn read(&self, offset: usize, length: usize) -> Option<&[u8]> {
        self.cached.get(offset..offset.checked_add(length)?)
    }

    /// Whether a power failure could change it.
    pub fn differs(&self) -> bool {
        self.cached != self.durable
    }

    pub fn write(&mut self, offset: usize, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let (before, end) = (self.cached.len(), offset + bytes.len());
        if end > before {
            self.cached.resize(end, 0);
            self.lengths.push(end);
        }
        self.cached[offset..end].copy_from_slice(bytes);
        self.note_sectors(offset.min(end), end);
    }

    /// Cuts it, or extends it by zeros.
    pub fn truncate(&mut self, length: usize) {
        let before = self.cached.len();
        if length != before {
            self.cached.resize(length, 0);
            self.lengths.push(length);
            // What is cut off reads as zeros if the file becomes longer again.
            self.note_sectors(length, before);
        }
    }

    /// The sectors with the bytes from `from` to `end` have another content.
    fn note_sectors(&mut self, from: usize, end: usize) {
        for number in from / SECTOR..end.div_ceil(SECTOR) {
            let now = sector(&self.cached, number);
            self.sectors.entry(number).or_default().push(now);
        }
    }

    /// Everything written is on the disk, except for what an earlier failed sync has dropped.
    pub fn sync(&mut self) {
        if self.sectors.is_empty() && self.lengths.is_empty() {
            return;
        }
        for number in std::mem::take(&mut self.sectors).into_keys() {
            put(&mut self.durable, number, &sector(&self.cached, number));
        }
        self.durable.resize(self.cached.len(), 0);
        self.lengths.clear();
    }

    /// Some of what was written is on the disk. The rest is dropped: the process reads it, and no
    /// later sync writes it.
    pub fn fail_sync(&mut self, choose: Choose<'_>) {
        let mut length = self.durable.len();
        for (number, contents) in std::mem::take(&mut self.sectors) {
            if let Some(before_last) = choose(contents.len() + 1).checked_sub(1) {
                put(&mut self.durable, number, &contents[before_last]);
            }
        }
        let lengths = std::mem::take(&mut self.lengths);
        if let Some(place) = choose(lengths.len() + 1).checked_sub(1) {
            length = lengths[place];
        }
        self.durable.resize(length, 0);
    }

    /// Only what is on the disk is left. Returns how many sectors are not as written last, the
    /// length as one.
    pub fn lose_power(&mut self, choose: Choose<'_>) -> u64 {
        self.fail_sync(choose);
        let count = self.cached.len().max(self.durable.len()).div_ceil(SECTOR);
        let differs =
            |number: &usize| sector(&self.cached, *number) != sector(&self.durable, *number);
        let lost = (0..count).filter(differs).count() as u64;
        let lost = lost + u64::from(self.cached.len() != self.durable.len());
        self.cached.clone_from(&self.durable);
        lost
    }

    /// Flips a bit on the disk, and in the page cache if the page is clean.
    pub fn flip(&mut self, byte: usize, bit: u32) {
        let is_clean = self.cached.get(byte) == Some(&self.durable[byte]);
        self.durable[byte] ^= 1 << bit;
        if is_clean && !self.sectors.contains_key(&(byte / SECTOR)) {
            self.cached[byte] ^= 1 << bit;
        }
    }
}

/// A sector of `bytes`, which continue with zeros.
fn sector(bytes: &[u8], number: usize) -> Sector {
    let mut sector = [0; SECTOR];
    let from = (number * SECTOR).min(bytes.len());
    let part = &bytes[from..bytes.len().min(from + SECTOR)];
    sector[..part.len()].copy_from_slice(part);
    sector
}

/// Puts a sector into `bytes`, which become longer if need be.
fn put(bytes: &mut Vec<u8>, number: usize, sector: &Sector) {
    let end = (number + 1) * SECTOR;
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[end - SECTOR..end].copy_from_slice(sector);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faulty::draws::each_outcome;

    /// Every content that a power failure can leave.
    fn outcomes(content: &Content) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        let all = each_outcome(1_000, |choose| {
            let mut left = content.clone();
            left.lose_power(choose);
            found.push(left.cached);
        });
        assert!(all);
        found.sort();
        found.dedup();
        found
    }

    #[test]
    fn what_is_synced_is_the_only_outcome() {
        let mut content = Content::default();
        content.write(0, &[1; 700]);
        assert!(content.differs() && outcomes(&content).len() > 1);
        content.sync();
        assert!(!content.differs());
        assert_eq!(outcomes(&content), [vec![1; 700]]);
    }

    #[test]
    fn each_sector_is_kept_or_lost_and_so_is_the_length() {
        let mut content = Content::default();
        content.write(0, &[1; 2 * SECTOR]);
        let halves = |first: u8, second: u8| [[first; SECTOR], [second; SECTOR]].concat();
        let expected = [vec![], halves(0, 0), halves(0, 1), halves(1, 0), halves(1, 1)];
        assert_eq!(outcomes(&content), expected);
    }

    #[test]
    fn a_sector_that_was_written_twice_may_have_the_first_of_both_contents() {
        let mut content = Content::default();
        content.write(0, &[1; SECTOR]);
        content.sync();
        content.write(0, &[2; SECTOR]);
        content.write(0, &[3; SECTOR]);
        assert_eq!(outcomes(&content), [1, 2, 3].map(|byte| vec![byte; SECTOR]));
    }

    #[test]
    fn what_is_cut_off_reads_as_zeros_when_the_file_is_longer_again() {
        let mut content = Content::default();
        content.write(0, &[1; 2 * SECTOR]);
        content.truncate(100);
        content.truncate(SECTOR);
        content.sync();
        assert_eq!(outcomes(&content), [[vec![1; 100], vec![0; SECTOR - 100]].concat()]);
    }

    #[test]
    fn after_a_failed_sync_the_data_is_read_but_no_later_sync_writes_it() {
        let mut content = Content::default();
        content.write(0, &[1; 2 * SECTOR]);
        content.sync();
        content.write(0, &[2; SECTOR]);
        content.fail_sync(&mut |_| 0);
        assert_eq!(content.read(0, 1), Some(&[2][..]));
        content.write(SECTOR, &[3; SECTOR]);
        content.sync();
        assert_eq!(outcomes(&content), [[[1; SECTOR], [3; SECTOR]].concat()]);
    }

    #[test]
    fn a_length_that_a_failed_sync_dropped_comes_with_the_next_write() {
        let mut content = Content::default();
        content.write(0, &[1; SECTOR]);
        content.fail_sync(&mut |_| 0);
        content.sync();
        assert_eq!(outcomes(&content), [vec![]]);
        content.write(SECTOR, &[2; SECTOR]);
        content.sync();
        assert_eq!(outcomes(&content), [[[0; SECTOR], [2; SECTOR]].concat()]);
    }

    #[test]
    fn a_flipped_bit_is_hidden_by_a_later_write_until_the_power_fails() {
        let mut content = Content::default();
        content.write(0, &[0; 2 * SECTOR]);
        content.sync();
        content.write(0, &[0; SECTOR]);
        content.flip(3, 1);
        content.flip(SECTOR, 0);
        assert_eq!((content.read(3, 1), content.read(SECTOR, 1)), (Some(&[0][..]), Some(&[1][..])));
        content.lose_power(&mut |_| 0);
        assert_eq!(content.read(3, 1), Some(&[2][..]));
    }
}
