//! Anomalies: the evidence that a history of registers is not linearizable.

use std::fmt;

/// A value of a register at a time. None is before all events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
    /// The value.
    pub value: u64,
    /// The event.
    pub time: Option<u64>,
}

/// The zone of a chain of values, each of which was swapped for the one before; often only one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone {
    /// The register.
    pub key: u8,
    /// The earliest end of an operation that wrote or saw one of the values: the register had it
    /// by then.
    pub first: Observation,
    /// The latest call of an operation that wrote or saw one of the values: the register had it
    /// after that.
    pub last: Observation,
}

/// The reason why no order of the operations explains the values that clients saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Anomaly {
    /// A value was seen that no operation wrote.
    NeverWritten { key: u8, seen: u64, call: u64, done: u64 },
    /// A value was seen by an operation that ended before the write was called.
    SeenTooEarly { key: u8, seen: u64, done: u64, written: u64 },
    /// Two swaps saw the same value.
    SwappedTwice { key: u8, seen: u64, values: [u64; 2] },
    /// A swap saw a value that later swaps made from the swap's own.
    SwapsInCircle { key: u8, seen: u64, value: u64 },
    /// A value was seen after another value that replaced it by a swap.
    OldAfterNew { key: u8, old: Observation, new: Observation },
    /// Two values, or chains of them, must each come before the other.
    EachBeforeOther { key: u8, zones: [Zone; 2] },
}

impl fmt::Display for Anomaly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Anomaly::NeverWritten { key, seen, call, done } => {
                write!(f, "key {key}: {seen} was seen between {call} and {done}, but never written")
            }
            Anomaly::SeenTooEarly { key, seen, done, written } => {
                write!(f, "key {key}: {seen} was seen by {done}, but written after {written}")
            }
            Anomaly::SwappedTwice { key, seen, values: [one, other] } => {
                write!(f, "key {key}: {seen} was swapped for {one}, and also for {other}")
            }
            Anomaly::SwapsInCircle { key, seen, value } => {
                write!(f, "key {key}: {seen} was swapped for {value}, ")?;
                write!(f, "although swaps lead from {value} to {seen}")
            }
            Anomaly::OldAfterNew { key, old, new } => {
                write!(f, "key {key}: {} and {}, ", early(new), late(old))?;
                write!(f, "although swaps lead from {} to {}", old.value, new.value)
            }
            Anomaly::EachBeforeOther { key, zones: [one, other] } => {
                write!(f, "key {key}: {} and {}, ", early(one.first), late(other.last))?;
                write!(f, "but {} and {}", early(other.first), late(one.last))?;
                [one, other].iter().try_for_each(|zone| zone.explain(f))
            }
        }
    }
}

/// The register had the value already.
fn early(Observation { value, time }: Observation) -> String {
    let when = time.map_or("at the start".into(), |time| format!("by {time}"));
    format!("{value} was there {when}")
}

/// The register still had the value after an event.
fn late(Observation { value, time }: Observation) -> String {
    format!("{value} after {}", time.unwrap_or_default())
}

impl Zone {
    /// Whether one of its operations ended before one of the other's began.
    pub(crate) fn before(&self, other: &Zone) -> bool {
        self.first.time < other.last.time
    }

    pub(crate) fn is_forward(&self) -> bool {
        self.before(self)
    }

    /// Explains how two different values are related.
    fn explain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (one, other) = (self.first.value, self.last.value);
        match one == other {
            true => Ok(()),
            false => write!(f, "; swaps join {one} and {other}"),
        }
    }
}
