//! What ties an answer to its request: moments of a leader's term, and numbers used once.

/// A moment of a leader's term, as its answers bring it back: they prove that the leader was heard
/// after this moment. Ordered by time; the ticks of the leader's clock can be read from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp(u64);

impl Stamp {
    const MOMENTS: u32 = 24;

    /// The first moment after this one, on a clock that shows `ticks`.
    pub(crate) fn next(self, ticks: u64) -> Stamp {
        Stamp((self.0 + 1).max(ticks << Stamp::MOMENTS))
    }

    /// What the leader's clock showed.
    pub(crate) fn ticks(self) -> u64 {
        self.0 >> Stamp::MOMENTS
    }
}

/// A number that is used once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nonce {
    /// Which life of the server that asks.
    pub life: u64,
    /// Which question of that life.
    pub number: u64,
}
