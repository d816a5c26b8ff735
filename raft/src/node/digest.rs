//! The digest of a server, by which the states of two servers are compared, on any machine.

use std::hash::{Hash, Hasher};

use crate::entry::Command;
use crate::node::Node;
use crate::state::Role;

impl<C: Command> Node<C> {
    /// A hash of all state on which this server's behaviour depends; the same on every machine.
    pub fn digest(&self) -> u64
    where
        C: std::hash::Hash,
    {
        let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
        (self.config, self.hard_state, self.on_disk, self.last_write).hash(&mut hasher);
        (self.submitted, self.recorded).hash(&mut hasher);
        (&self.log, &self.writes, &self.promises, self.halted).hash(&mut hasher);
        self.disk_silence.hash(&mut hasher);
        (&self.snapshot, self.snapshot_is_new, self.kept_tail, &self.memberships).hash(&mut hasher);
        (self.role.in_paper(), self.leader, self.commit, self.applied, self.applying)
            .hash(&mut hasher);
        let is_pre_candidate = self.role == Role::PreCandidate;
        (self.elapsed, self.withhold_votes_ticks, is_pre_candidate, &self.votes).hash(&mut hasher);
        (self.clock, self.promised_lease, self.older_leases).hash(&mut hasher);
        (&self.incoming_snapshot, &self.forwarded_reads, &self.leader_state).hash(&mut hasher);
        hasher.finish()
    }
}

/// FNV-1a: small, and specified permanently, unlike the standard library's hashers.
struct Fnv(u64);

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    // Without these, lengths and numbers would hash by the machine's word size and byte order.
    fn write_u32(&mut self, number: u32) {
        self.write(&number.to_le_bytes());
    }
    fn write_u64(&mut self, number: u64) {
        self.write(&number.to_le_bytes());
    }
    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }
    fn write_isize(&mut self, number: isize) {
        self.write_u64(number as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_fnv_1a_and_hashes_numbers_of_every_width() {
        let digest = |write: fn(&mut Fnv)| {
            let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
            write(&mut hasher);
            hasher.finish()
        };
        // Draft-eastlake-fnv, appendix: the digest of "foobar".
        assert_eq!(digest(|hasher| hasher.write(b"foobar")), 0x8594_4171_f739_67e8);
        let wide = digest(|hasher| hasher.write(&[7, 0, 0, 0, 0, 0, 0, 0]));
        assert_eq!(
            digest(|hasher| hasher.write_u32(7)),
            digest(|hasher| hasher.write(&[7, 0, 0, 0]))
        );
        assert_eq!(digest(|hasher| hasher.write_u64(7)), wide);
        assert_eq!(digest(|hasher| hasher.write_usize(7)), wide);
        assert_eq!(digest(|hasher| hasher.write_isize(7)), wide);
    }
}
