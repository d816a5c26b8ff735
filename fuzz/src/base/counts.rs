//! Counters in the order of some list.

/// Counters in the order of some list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts<const N: usize>(pub [u64; N]);

impl<const N: usize> Default for Counts<N> {
    fn default() -> Self {
        Counts([0; N])
    }
}

impl<const N: usize> Counts<N> {
    /// Adds the counts of another run.
    pub fn add(&mut self, other: &Counts<N>) {
        self.0.iter_mut().zip(other.0).for_each(|(own, other)| *own += other);
    }
}
