//! Stamps, leases and nonces, which tie a reply to its request.

/// A time in a leader's term. A request carries it and the reply returns it, which proves that the
/// follower received a message of the leader after this time. Ordered by time; contains the ticks
/// of the leader's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp(u64);

impl Stamp {
    /// The low bits of a stamp, which distinguish stamps of one tick.
    const SEQUENCE_BITS: u32 = 24;

    /// The stamp as a number, for transport.
    pub fn bits(self) -> u64 {
        self.0
    }

    /// The stamp of [`Stamp::bits`].
    pub fn from_bits(bits: u64) -> Stamp {
        Stamp(bits)
    }

    /// The first stamp after this one, at `ticks` of the leader's clock.
    pub(crate) fn next(self, ticks: u64) -> Stamp {
        Stamp((self.0 + 1).max(ticks << Stamp::SEQUENCE_BITS))
    }

    /// The ticks of the leader's clock.
    pub(crate) fn ticks(self) -> u64 {
        self.0 >> Stamp::SEQUENCE_BITS
    }
}

/// What a leader asks each follower to return, so that it knows what the follower has agreed to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Contact {
    /// The stamp of the request.
    pub stamp: Stamp,
    /// With leases by wall clocks: the end of the lease that the leader asks for; otherwise 0.
    pub lease: u64,
}

/// A number that is used once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nonce {
    /// The incarnation of the sender: see [`Config::incarnation`](crate::Config::incarnation).
    pub incarnation: u64,
    /// The number of the request in that incarnation.
    pub number: u64,
}
