//! The hash function of all digests.
//!
//! Promises: the same on every machine and in every version: digests and golden files depend on it.

/// Mixes one number into a running hash; the same on every machine.
pub fn mix(hash: u64, value: u64) -> u64 {
    (hash.rotate_left(23) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
