//! Operands: what one byte of an event selects, and how it is written.
//!
//! Promises: the word of an operand parses to that operand again; a selector beyond the last
//! candidate wraps around to the first. Knows nothing of events.

use std::fmt;

use raft::{NodeSet, Report};

use crate::base::message::MessageBody;

/// The meaning of one operand byte, which determines its text form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// A node: `n0`.
    Node,
    /// The receiver of a link whose sender is the operand before: `n0>n1`.
    To,
    /// A position on a link, the oldest being 0: `@2`.
    Position,
    /// A set of nodes, one bit each: `{n0,n2}`.
    Set,
    /// How many pending writes a crash keeps: `keep=1`.
    Keep,
    /// Which of the pending writes after the first lost one reach the disk nevertheless, one bit
    /// each: `loose=1`.
    Loose,
    /// How much of a failing write reaches the disk: `nothing`, `hard-state`, `truncation`,
    /// `entries=1`, `all`; entries come after a truncation and a snapshot.
    Torn,
    /// Seed of a delivery order: `order=7`.
    Order,
    /// Which command a client sends: a new one (0), or a repetition of the nth last: `again=1`.
    Again,
    /// A kind of message: `append`.
    MessageKind,
    /// How many ticks a clock is set forward, or back: `by=+5`, `by=-5`.
    By,
    /// How many messages are sent before a node crashes: `sent=1`.
    Sent,
    /// A record on a disk: `hard-state`, `snapshot`, or an entry counted from the last: `entry=0`.
    Record,
    /// Whether another crash interrupts the recovery that this event begins: `cut=1`.
    Midway,
    /// How many entries a read finds at most, or all of them (0): `at-most=1`.
    AtMost,
    /// What a transport reports: `delivered`, `failed`, `snapshot-delivered`, `snapshot-failed`.
    Report,
}

/// The words of [`Operand::Report`], in the order of [`raft::Report::ALL`].
const REPORTS: [&str; Report::ALL.len()] =
    ["delivered", "failed", "snapshot-delivered", "snapshot-failed"];

/// The value of [`Operand::Torn`] and [`Operand::Keep`] that means everything, and that of
/// [`Operand::Record`] that means the hard state.
pub const ALL: u8 = u8::MAX;
/// The value of [`Operand::Record`] that means the snapshot.
pub const SNAPSHOT: u8 = 254;
/// The value of [`Operand::Torn`] that means a truncation without the snapshot that follows it.
pub const TRUNCATION: u8 = 254;

/// From here on, the first operand of [`Kind::Propose`](crate::schedule::event::Kind::Propose)
/// selects a leader, and not just any node.
pub const PROPOSE_TO_LEADER: u8 = 128;

impl Operand {
    pub(crate) fn write(self, value: u8, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, value) {
            (Operand::Node, _) => write!(f, " n{value}"),
            (Operand::To, _) => write!(f, ">n{value}"),
            (Operand::Position, _) => write!(f, " @{value}"),
            (Operand::Set, _) => write!(f, " {{{}}}", node_set(value)),
            (Operand::Keep, ALL) => write!(f, " keep=all"),
            (Operand::Keep, _) => write!(f, " keep={value}"),
            (Operand::Torn, 0) => write!(f, " nothing"),
            (Operand::Torn, 1) => write!(f, " hard-state"),
            (Operand::Torn, TRUNCATION) => write!(f, " truncation"),
            (Operand::Torn, ALL) => write!(f, " all"),
            (Operand::Torn, _) => write!(f, " entries={}", value - 2),
            (Operand::Order, _) => write!(f, " order={value}"),
            (Operand::Again | Operand::Midway | Operand::Loose | Operand::AtMost, 0) => Ok(()),
            (Operand::Loose, _) => write!(f, " loose={value}"),
            (Operand::Again, _) => write!(f, " again={value}"),
            (Operand::Midway, _) => write!(f, " cut={value}"),
            (Operand::AtMost, _) => write!(f, " at-most={value}"),
            (Operand::MessageKind, _) => match MessageBody::KINDS.get(usize::from(value)) {
                Some(name) => write!(f, " {name}"),
                None => write!(f, " kind={value}"),
            },
            (Operand::By, _) => write!(f, " by={:+}", value as i8),
            (Operand::Sent, _) => write!(f, " sent={value}"),
            (Operand::Record, ALL) => write!(f, " hard-state"),
            (Operand::Record, SNAPSHOT) => write!(f, " snapshot"),
            (Operand::Record, _) => write!(f, " entry={value}"),
            (Operand::Report, _) => match REPORTS.get(usize::from(value)) {
                Some(word) => write!(f, " {word}"),
                None => write!(f, " report={value}"),
            },
        }
    }

    pub(crate) fn parse(self, word: &str) -> Result<u8, String> {
        let wrong = || format!("'{word}' is not a valid {self:?} operand");
        let below_all = |number: u8| (number < ALL).then_some(number);
        let number = |text: Option<&str>| -> Result<u8, String> {
            let text = text.ok_or_else(wrong)?;
            text.parse().map_err(|_| wrong())
        };
        match self {
            Operand::Node | Operand::To => number(word.strip_prefix('n')),
            Operand::Position => number(word.strip_prefix('@')),
            Operand::Set => parse_node_set(word).ok_or_else(wrong),
            Operand::Keep if word == "keep=all" => Ok(ALL),
            Operand::Keep => below_all(number(word.strip_prefix("keep="))?).ok_or_else(wrong),
            Operand::Torn => match word {
                "nothing" => Ok(0),
                "hard-state" => Ok(1),
                "truncation" => Ok(TRUNCATION),
                "all" => Ok(ALL),
                _ => number(word.strip_prefix("entries="))?
                    .checked_add(2)
                    .filter(|&torn| torn < TRUNCATION)
                    .ok_or_else(wrong),
            },
            Operand::Order => number(word.strip_prefix("order=")),
            Operand::Again => number(word.strip_prefix("again=")),
            Operand::Loose => number(word.strip_prefix("loose=")),
            Operand::Midway => number(word.strip_prefix("cut=")),
            Operand::AtMost => number(word.strip_prefix("at-most=")),
            Operand::Sent => number(word.strip_prefix("sent=")),
            Operand::MessageKind => {
                match MessageBody::KINDS.iter().position(|known| *known == word) {
                    Some(place) => Ok(place as u8),
                    None => number(word.strip_prefix("kind=")),
                }
            }
            Operand::Report => match REPORTS.iter().position(|known| *known == word) {
                Some(place) => Ok(place as u8),
                None => number(word.strip_prefix("report=")),
            },
            Operand::By => {
                let by: i8 =
                    word.strip_prefix("by=").ok_or_else(wrong)?.parse().map_err(|_| wrong())?;
                Ok(by as u8)
            }
            Operand::Record => match word {
                "hard-state" => Ok(ALL),
                "snapshot" => Ok(SNAPSHOT),
                _ => number(word.strip_prefix("entry="))
                    .and_then(|place| (place < SNAPSHOT).then_some(place).ok_or_else(wrong)),
            },
        }
    }
}

/// The nodes of a mask, as `n0,n2`.
pub fn node_set(mask: u8) -> String {
    NodeSet::from_bits(mask.into()).to_string()
}

pub(crate) fn parse_node_set(word: &str) -> Option<u8> {
    let inner = word.strip_prefix('{')?.strip_suffix('}')?;
    inner.split(',').filter(|name| !name.is_empty()).try_fold(0, |mask, name| {
        let node: u8 = name.strip_prefix('n')?.parse().ok()?;
        (node < 8).then(|| mask | 1 << node)
    })
}

/// `selector` modulo `count`; without a division if it is smaller already.
pub(crate) fn wrap(selector: u8, count: u8) -> u8 {
    if selector < count {
        selector
    } else {
        selector % count
    }
}

/// The first member of a set of bits at or after a number, wrapping around at the end.
pub(crate) fn first_from(bits: u64, start: usize) -> Option<usize> {
    let after = bits >> start;
    match (after, bits) {
        (_, 0) => None,
        (0, _) => Some(bits.trailing_zeros() as usize),
        (_, _) => Some(start + after.trailing_zeros() as usize),
    }
}
