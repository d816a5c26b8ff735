//! Fuzz events: everything that can happen to a cluster, as four bytes, as a value, as a line.
//!
//! Promises: every four bytes are an event; an event's bytes decode to that event again; its line
//! parses to that event again. The table [`KINDS`] is the only list of kinds. Operands are
//! selectors: the cluster decides what they select. Knows nothing of clusters.

use std::fmt;

use crate::schedule::family::{Family, Faults, Share};
use crate::schedule::feature::{Feature, Features};
pub use crate::schedule::operand::{Operand, ALL, SNAPSHOT, TRUNCATION};

/// A kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// The oldest message of a link arrives.
    Deliver,
    /// A message overtakes those before it on its link and arrives.
    Reorder,
    /// A message is lost.
    Drop,
    /// A message arrives, and stays in flight.
    Duplicate,
    /// One node's clock advances.
    Tick,
    /// Every node's clock advances.
    TickAll,
    /// A node's election timeout elapses.
    Timeout,
    /// A client proposes a command.
    Propose,
    /// A node's oldest pending write becomes durable.
    Persist,
    /// A node's oldest pending write fails, after some of it reached the disk.
    FailPersist,
    /// A node stops; some of its pending writes reach the disk, the others are lost.
    Crash,
    /// A stopped node starts from its disk.
    Restart,
    /// The nodes of a set are partitioned from the others.
    Partition,
    /// One directed link is cut.
    Cut,
    /// Two sides are partitioned from each other, and one node reaches both.
    Bridge,
    /// One directed link holds back the messages in flight, and those sent later.
    Clog,
    /// A clogged link delivers again.
    Release,
    /// Messages of one kind are lost from now on.
    Filter,
    /// All links work again, for all kinds of messages.
    Heal,
    /// A node is paused, though its host runs.
    Pause,
    /// A paused node resumes, and processes the ticks that it has missed.
    Resume,
    /// A clock is set forward, and the node processes the skipped ticks; or back, and the node
    /// receives no ticks until that time has passed again.
    Jump,
    /// A node crashes in the middle of its next step: only some of the messages are sent.
    CrashAmid,
    /// A node's disk is full: every write fails.
    Fill,
    /// A node's disk has space again.
    Free,
    /// A record on a node's disk is damaged; its checksum shows that.
    Damage,
    /// A node's disk is lost with all its content.
    LoseDisk,
    /// A client requests a read.
    Read,
    /// A node's state machine takes a snapshot, and the log is compacted up to there.
    Compact,
    /// A node's state machine applies all committed entries that it has received.
    Apply,
    /// An operator requests a leadership transfer.
    Transfer,
    /// An operator requests a membership change.
    Change,
    /// A node's transport reports what became of its messages to a peer.
    Report,
    /// The data and the applied index of a node's state machine become durable on its own disk.
    SyncMachine,
    /// The disk of a node that is down and was removed is emptied.
    Wipe,
    /// A node's disk is replaced by an older copy of itself.
    RestoreBackup,
    /// A node stops, if it runs, and gets the other version, under which it starts next.
    Upgrade,
    /// A node's oldest read of its log is answered.
    Fetch,
    /// A node's oldest read of its log fails.
    FailFetch,
    /// A node's wall clock is set forward or back, within the bound.
    SetClock,
    /// Macro: a node campaigns and some peers reply.
    Elect,
    /// Macro: a leader takes a command and some peers store it.
    Replicate,
    /// Macro: a leader's heartbeat goes to some peers and they reply.
    Exchange,
    /// Macro: all messages on a link arrive in order.
    DeliverLink,
    /// Macro: messages within a set arrive, in some order, until there are none.
    Settle,
    /// Macro: a node that is down leaves the cluster, and a non-member takes its place.
    Replace,
    /// Macro: a follower applies and saves an entry, and a crash loses the write of that entry.
    Outrun,
    /// Macro: a member leaves, and comes back with an empty disk while its messages are in flight.
    Rejoin,
    /// Macro: one node after the other gets the other version, and starts.
    Roll,
}

/// One row of the table of kinds.
pub struct KindInfo {
    /// The kind.
    pub kind: Kind,
    /// Its name in the text form.
    pub name: &'static str,
    /// How many of the 256 values of a record's first byte decode to it.
    pub weight: u8,
    /// Its fault family, which must be on, if it is a fault.
    pub family: Option<Family>,
    /// The feature that it belongs to, which must be on, if there is one.
    pub feature: Option<Feature>,
    /// Its operands.
    pub operands: &'static [Operand],
}

const fn row(
    kind: Kind,
    name: &'static str,
    weight: u8,
    family: Option<Family>,
    operands: &'static [Operand],
) -> KindInfo {
    KindInfo { kind, name, weight, family, feature: None, operands }
}

const fn of_feature(
    kind: Kind,
    name: &'static str,
    weight: u8,
    feature: Feature,
    operands: &'static [Operand],
) -> KindInfo {
    KindInfo { kind, name, weight, family: None, feature: Some(feature), operands }
}

/// Every kind of event. The weights favour delivery: uniform weights find no deep bugs.
pub const KINDS: [KindInfo; 49] = {
    use Operand::{
        Again, AtMost, By, Keep, Loose, MessageKind, Midway, Node, Order, Position, Record, Report,
        Sent, Set, To, Torn,
    };
    [
        row(Kind::Deliver, "deliver", 16, None, &[Node, To]),
        row(Kind::Reorder, "reorder", 16, Some(Family::Reorder), &[Node, To, Position]),
        row(Kind::Drop, "drop", 6, Some(Family::Drop), &[Node, To, Position]),
        row(Kind::Duplicate, "duplicate", 6, Some(Family::Duplicate), &[Node, To, Position]),
        row(Kind::Tick, "tick", 8, None, &[Node]),
        row(Kind::TickAll, "tick-all", 8, None, &[]),
        row(Kind::Timeout, "timeout", 8, None, &[Node]),
        row(Kind::Propose, "propose", 14, None, &[Node, Again]),
        row(Kind::Persist, "persist", 22, None, &[Node]),
        row(Kind::FailPersist, "fail-persist", 4, Some(Family::FailPersist), &[Node, Torn]),
        row(Kind::Crash, "crash", 5, Some(Family::Crash), &[Node, Keep, Loose]),
        row(Kind::Restart, "restart", 7, None, &[Node, Midway]),
        row(Kind::Partition, "partition", 3, Some(Family::Partition), &[Set]),
        row(Kind::Cut, "cut", 2, Some(Family::Cut), &[Node, To]),
        row(Kind::Bridge, "bridge", 1, Some(Family::Bridge), &[Node, Set]),
        row(Kind::Clog, "clog", 2, Some(Family::Clog), &[Node, To]),
        row(Kind::Release, "release", 2, None, &[Node, To]),
        row(Kind::Filter, "filter", 1, Some(Family::Filter), &[MessageKind]),
        row(Kind::Heal, "heal", 3, None, &[]),
        row(Kind::Pause, "pause", 2, Some(Family::Pause), &[Node]),
        row(Kind::Resume, "resume", 2, None, &[Node]),
        row(Kind::Jump, "jump", 1, Some(Family::Jump), &[Node, By]),
        row(Kind::CrashAmid, "crash-amid", 2, Some(Family::Amid), &[Node, Sent, Keep]),
        row(Kind::Fill, "fill", 1, Some(Family::Fill), &[Node]),
        row(Kind::Free, "free", 1, None, &[Node]),
        row(Kind::Damage, "damage", 1, Some(Family::Damage), &[Node, Record]),
        row(Kind::LoseDisk, "lose-disk", 1, Some(Family::Damage), &[Node]),
        row(Kind::Read, "read", 5, None, &[Node]),
        row(Kind::Compact, "compact", 4, None, &[Node]),
        row(Kind::Apply, "apply", 4, None, &[Node]),
        row(Kind::Transfer, "transfer", 3, None, &[Node, To]),
        row(Kind::Change, "change", 4, None, &[Node, Set, Set]),
        of_feature(Kind::Report, "report", 6, Feature::Reports, &[Node, To, Report]),
        of_feature(Kind::SyncMachine, "sync-machine", 8, Feature::MachineDisk, &[Node]),
        of_feature(Kind::Wipe, "wipe", 3, Feature::Rejoin, &[Node]),
        KindInfo {
            family: Some(Family::Damage),
            ..of_feature(Kind::RestoreBackup, "restore-backup", 1, Feature::Rejoin, &[Node])
        },
        of_feature(Kind::Upgrade, "upgrade", 3, Feature::Upgrades, &[Node]),
        of_feature(Kind::Fetch, "fetch", 6, Feature::LogReads, &[Node, AtMost]),
        of_feature(Kind::FailFetch, "fail-fetch", 2, Feature::LogReads, &[Node]),
        of_feature(Kind::SetClock, "set-clock", 4, Feature::WallClock, &[Node, By]),
        row(Kind::Elect, "elect", 9, None, &[Node, Set]),
        row(Kind::Replicate, "replicate", 10, None, &[Node, Set]),
        row(Kind::Exchange, "exchange", 10, None, &[Node, Set]),
        row(Kind::DeliverLink, "deliver-link", 5, None, &[Node, To]),
        row(Kind::Settle, "settle", 2, None, &[Set, Order]),
        row(Kind::Replace, "replace", 1, None, &[Node, Node]),
        of_feature(Kind::Outrun, "outrun", 2, Feature::MachineDisk, &[Node]),
        of_feature(Kind::Rejoin, "rejoin", 2, Feature::Rejoin, &[Node]),
        of_feature(Kind::Roll, "roll", 3, Feature::Upgrades, &[Set]),
    ]
};

/// What each value of a record's first byte decodes to, by the weights: a row of the table, and
/// the share that its family needs; with a smaller share, it decodes to a delivery. A fault has
/// twice its weight in values, so that it can happen twice as often.
const BY_BYTE: [(u8, Share); 256] = {
    let mut table = [(0, Share::Off); 256];
    let (mut row, mut byte) = (0, 0);
    while row < KINDS.len() {
        let KindInfo { kind, weight, family, feature, .. } = KINDS[row];
        assert!(kind as usize == row, "the rows are in the order of the enum");
        assert!(weight > 0, "every kind has bytes that decode to it");
        if feature.is_some() {
            row += 1;
            continue; // See `OF_FEATURE`.
        }
        let room = if family.is_some() { 2 * weight } else { weight };
        let mut place = 0;
        while place < room {
            let share = match family {
                None => Share::Off,
                Some(_) if place < weight.div_ceil(4) => Share::Off,
                Some(_) if place < weight => Share::Usual,
                Some(_) => Share::Often,
            };
            table[byte] = (row as u8, share);
            byte += 1;
            place += 1;
        }
        row += 1;
    }
    assert!(byte == 256, "the weights add up to 256");
    table
};

/// The kinds that lend values to those of features: each at most half of its own, the last ones.
const LENDERS: [Kind; 9] = [
    Kind::Persist,
    Kind::Deliver,
    Kind::Propose,
    Kind::Replicate,
    Kind::Exchange,
    Kind::Elect,
    Kind::Tick,
    Kind::TickAll,
    Kind::Timeout,
];

/// The kinds of features, in the order in which they came: a new one is added at the end, so that
/// the bytes of the others keep their meaning.
const BORROWERS: [Kind; 11] = [
    Kind::Report,
    Kind::SyncMachine,
    Kind::Outrun,
    Kind::Wipe,
    Kind::RestoreBackup,
    Kind::Rejoin,
    Kind::Upgrade,
    Kind::Roll,
    Kind::Fetch,
    Kind::FailFetch,
    Kind::SetClock,
];

/// What a value of a record's first byte decodes to instead, while a feature is on: the row of a
/// kind of that feature; 0, a delivery, if there is none. The kinds get their values in the order
/// of [`BORROWERS`], in turn from each lender.
const OF_FEATURE: [u8; 256] = {
    let mut table = [0; 256];
    let (mut borrower, mut turn) = (0, 0);
    while borrower < BORROWERS.len() {
        let row = BORROWERS[borrower] as usize;
        let KindInfo { feature, weight, .. } = KINDS[row];
        assert!(feature.is_some(), "only the kinds of features borrow values");
        let mut place = 0;
        while place < weight {
            let (lender, round) = (LENDERS[turn % LENDERS.len()], turn / LENDERS.len());
            let first = first_value(lender);
            let count = KINDS[lender as usize].weight as usize;
            turn += 1;
            assert!(turn < 9 * LENDERS.len(), "the lenders have enough values");
            if round < count / 2 {
                table[first + count - 1 - round] = row as u8;
                place += 1;
            }
        }
        borrower += 1;
    }
    table
};

/// The first value of a record's first byte that decodes to a kind, in [`BY_BYTE`].
const fn first_value(kind: Kind) -> usize {
    let mut byte = 0;
    while BY_BYTE[byte].0 != kind as u8 {
        byte += 1;
    }
    byte
}

/// The first value of a record's first byte that decodes to each kind, if its feature is on.
const FIRST_BYTE: [u8; KINDS.len()] = {
    let mut first = [0; KINDS.len()];
    let mut byte = BY_BYTE.len();
    while byte > 0 {
        byte -= 1;
        first[BY_BYTE[byte].0 as usize] = byte as u8;
        if OF_FEATURE[byte] > 0 {
            first[OF_FEATURE[byte] as usize] = byte as u8;
        }
    }
    first
};

/// One event: a kind and up to three operands. Operands that the kind does not have are 0.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Event {
    /// What happens.
    pub kind: Kind,
    /// Its operands, in the order of [`KindInfo::operands`].
    pub operands: [u8; 3],
}

impl Event {
    /// Length of an event's bytes.
    pub const BYTES: usize = 4;

    /// The event of `kind` with `operands`; those that the kind does not have become 0.
    pub fn new(kind: Kind, operands: &[u8]) -> Event {
        let mut event = Event { kind, operands: [0; 3] };
        for (slot, &operand) in event.operands.iter_mut().zip(operands).take(kind.operands().len())
        {
            *slot = operand;
        }
        event
    }

    /// The event of `kind` with these operands; those that the kind does not have must be 0.
    pub(crate) fn exact(kind: Kind, operands: [u8; 3]) -> Event {
        let event = Event { kind, operands };
        debug_assert_eq!(event, Event::new(kind, &operands), "superfluous operands are 0");
        event
    }

    /// The event that four bytes decode to, given the shares of the faults and the features.
    pub fn from_bytes(bytes: [u8; Event::BYTES], faults: Faults, features: Features) -> Event {
        if features != Features::NONE {
            let KindInfo { kind, feature, .. } =
                KINDS[usize::from(OF_FEATURE[usize::from(bytes[0])])];
            if feature.is_some_and(|feature| features.has(feature)) {
                return Event::new(kind, &bytes[1..]);
            }
        }
        let (row, needed) = BY_BYTE[usize::from(bytes[0])];
        let KindInfo { kind, family, .. } = KINDS[usize::from(row)];
        let is_often_enough = family.is_none_or(|family| faults.share(family) >= needed);
        Event::new(if is_often_enough { kind } else { Kind::Deliver }, &bytes[1..])
    }

    /// Four bytes that decode to this event, whatever the shares of the faults, and whatever the
    /// features, if that of its kind is among them.
    pub fn to_bytes(self) -> [u8; Event::BYTES] {
        let first = FIRST_BYTE[self.kind as usize];
        [first, self.operands[0], self.operands[1], self.operands[2]]
    }

    /// Four bytes that identify this event in a digest.
    pub(crate) fn to_record(self) -> [u8; Event::BYTES] {
        [self.kind as u8, self.operands[0], self.operands[1], self.operands[2]]
    }

    /// Parses a line to an event; the error says what is wrong with it.
    pub fn parse(line: &str) -> Result<Event, String> {
        let mut words = line.split_whitespace();
        let name = words.next().unwrap_or_default();
        let info = KINDS.iter().find(|info| info.name == name);
        let info = info.ok_or_else(|| format!("unknown event '{name}'"))?;
        let mut event = Event::new(info.kind, &[]);
        let mut slots = info.operands.iter().zip(&mut event.operands);
        while let Some((operand, slot)) = slots.next() {
            let word = match (words.next(), operand) {
                (Some(word), _) => word,
                (None, Operand::Again | Operand::Midway | Operand::Loose | Operand::AtMost) => {
                    continue
                }
                (None, _) => return Err(format!("'{name}' is missing an operand")),
            };
            match (operand, word.split_once('>')) {
                (Operand::Node, Some((from, to))) => {
                    *slot = Operand::Node.parse(from)?;
                    let (Operand::To, slot) = slots.next().ok_or("unexpected link")? else {
                        return Err(format!("'{name}' takes a node, not a link"));
                    };
                    *slot = Operand::To.parse(to)?;
                }
                _ => *slot = operand.parse(word)?,
            }
        }
        drop(slots);
        match words.next() {
            Some(word) => Err(format!("unexpected operand '{word}' of '{name}'")),
            None => Ok(event),
        }
    }
}

impl Kind {
    /// This kind's row of the table.
    pub fn info(self) -> &'static KindInfo {
        &KINDS[self as usize]
    }

    fn operands(self) -> &'static [Operand] {
        self.info().operands
    }

    /// Whether this is a macro, which the cluster expands to other events.
    pub fn is_macro(self) -> bool {
        self >= Kind::Elect
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.info().name)?;
        self.kind
            .operands()
            .iter()
            .zip(self.operands)
            .try_for_each(|(op, value)| op.write(value, f))
    }
}

/// As [`Display`](fmt::Display): a debug print is a script that can be replayed.
impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every kind of event, with boundary values of the operands.
    fn all_events() -> impl Iterator<Item = Event> {
        (0..=255u8).flat_map(|first| {
            let values = [0u8, 1, 2, 3, 7, 8, 128, 254, 255];
            values.into_iter().flat_map(move |a| {
                let all = Features::from_bits(u8::MAX);
                let features = if a % 2 == 0 { all } else { Features::NONE };
                let event = move |b| Event::from_bytes([first, a, b, a ^ b], Faults::ALL, features);
                values.into_iter().map(event)
            })
        })
    }

    #[test]
    fn the_bytes_of_an_event_decode_to_that_event() {
        for faults in [Faults::ALL, Faults::NONE, Faults::ALL.with(Family::Drop, Share::Often)] {
            for features in (0..=255).map(Features::from_bits) {
                let decoded = |event: Event| Event::from_bytes(event.to_bytes(), faults, features);
                let is_on = |event: &Event| features.allow(event.kind.info().feature);
                assert!(all_events().filter(is_on).all(|event| decoded(event) == event));
            }
        }
    }

    #[test]
    fn the_bytes_of_an_event_keep_their_meaning_when_a_feature_is_off() {
        for first in 0..=255 {
            let decoded =
                |features| Event::from_bytes([first, 1, 2, 3], Faults::ALL, features).kind;
            for (feature, _) in Feature::ALL {
                let with = decoded(Features::NONE.with(feature));
                let is_of_feature = with.info().feature == Some(feature);
                assert!(is_of_feature || with == decoded(Features::NONE));
                assert_eq!(decoded(Features::NONE).info().feature, None);
            }
        }
    }

    #[test]
    fn the_line_of_an_event_parses_to_that_event() {
        for event in all_events() {
            assert_eq!(Event::parse(&event.to_string()), Ok(event), "{event}");
        }
    }

    #[test]
    fn every_kind_can_be_drawn() {
        for info in &KINDS {
            let all = Features::from_bits(u8::MAX);
            let kind = |byte| Event::from_bytes([byte, 0, 0, 0], Faults::ALL, all).kind;
            assert!((0..=255).any(|byte| kind(byte) == info.kind));
        }
    }

    #[test]
    fn the_share_of_a_family_scales_the_number_of_its_events() {
        let count = |share| {
            let faults = Faults::ALL.with(Family::Drop, share);
            let kind = |byte| Event::from_bytes([byte, 0, 0, 0], faults, Features::NONE).kind;
            let kinds = (0..=255).map(kind);
            kinds.filter(|kind| *kind == Kind::Drop).count()
        };
        let shares = [Share::Seldom, Share::Usual, Share::Often];
        assert_eq!(shares.map(count), [2, 6, 12]);
    }

    #[test]
    fn a_malformed_line_is_rejected_with_the_reason() {
        for (line, complaint) in [
            ("fly n0", "unknown event 'fly'"),
            ("", "unknown event ''"),
            ("deliver n0", "'deliver' is missing an operand"),
            ("deliver n0>n999", "'n999' is not a valid To operand"),
            ("tick n0>n1", "unexpected link"),
            ("crash n0>n1", "'crash' takes a node, not a link"),
            ("tick n0 n1", "unexpected operand 'n1' of 'tick'"),
            ("drop n0>n1 2", "'2' is not a valid Position operand"),
            ("partition {n9}", "'{n9}' is not a valid Set operand"),
            ("fail-persist n0 entries=252", "'entries=252' is not a valid Torn operand"),
            ("crash n0 keep=255", "'keep=255' is not a valid Keep operand"),
        ] {
            assert_eq!(Event::parse(line).unwrap_err(), complaint);
        }
    }
}
