//! Fuzz events: everything that can happen to a cluster, as four bytes, as a value, as a line.
//!
//! Promises: every four bytes are an event; an event's bytes decode to that event again; its line
//! parses to that event again. The table [`KINDS`] is the only list of kinds. Operands are wishes:
//! what they select is for the cluster to say. Knows nothing of clusters.

use std::fmt;

use arbitrary::{Arbitrary, Unstructured};
use raft::NodeSet;

/// What happens, without its operands.
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
    /// The nodes of a set are cut off from the others.
    Partition,
    /// One directed link is cut.
    Cut,
    /// All links work again.
    Heal,
    /// A client wants to read.
    Read,
    /// A node's state machine hands out its state, and the log forgets how it came about.
    Compact,
    /// A node's state machine applies all that it was given.
    Apply,
    /// An operator wants another node to lead.
    Transfer,
    /// An operator wants another membership.
    Change,
    /// Macro: a node campaigns and some peers answer.
    Elect,
    /// Macro: a leader takes a command and some peers store it.
    Replicate,
    /// Macro: a leader's heartbeat goes to some peers and back.
    Exchange,
    /// Macro: all that is on a link arrives in order.
    DeliverLink,
    /// Macro: messages within a set arrive, in some order, until there are none.
    Settle,
}

/// A fault family, which a schedule can switch off as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Family {
    /// Messages are lost.
    Drop,
    /// Messages arrive twice.
    Duplicate,
    /// Messages overtake each other.
    Reorder,
    /// Nodes stop and start.
    Crash,
    /// Stopping loses writes that were not yet durable.
    Lose,
    /// Writes fail.
    FailPersist,
    /// Sets of nodes are cut off.
    Partition,
    /// Links are cut in one direction.
    Cut,
}

impl Family {
    /// All families with their names.
    pub const ALL: [(Family, &'static str); 8] = [
        (Family::Drop, "drop"),
        (Family::Duplicate, "duplicate"),
        (Family::Reorder, "reorder"),
        (Family::Crash, "crash"),
        (Family::Lose, "lose"),
        (Family::FailPersist, "fail-persist"),
        (Family::Partition, "partition"),
        (Family::Cut, "cut"),
    ];

    /// This family's bit in a mask.
    pub const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// The meaning of one operand byte, which decides how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// A node: `n0`.
    Node,
    /// The receiving end of a link whose sender is the operand before: `n0>n1`.
    To,
    /// A position on a link, the oldest being 0: `@2`.
    Position,
    /// A set of nodes, one bit each: `{n0,n2}`.
    Set,
    /// How many pending writes a crash keeps: `keep=1`.
    Keep,
    /// How much of a failing write reaches the disk: `nothing`, `hard-state`, `truncation`,
    /// `entries=1`, `all`; entries come after a truncation and a snapshot.
    Torn,
    /// Seed of a delivery order: `order=7`.
    Order,
    /// Which command a client sends: a new one, or the last but so many again: `again=1`.
    Again,
}

/// One row of the table of kinds.
pub struct KindInfo {
    /// The kind.
    pub kind: Kind,
    /// Its name in the text form.
    pub name: &'static str,
    /// How many of the 256 values of a record's first byte mean it.
    pub weight: u8,
    /// The family that must be on, if it is a fault.
    pub family: Option<Family>,
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
    KindInfo { kind, name, weight, family, operands }
}

/// Every kind of event. The weights favour delivery: uniform kinds find nothing deep.
pub const KINDS: [KindInfo; 25] = {
    use Operand::{Again, Keep, Node, Order, Position, Set, To, Torn};
    [
        row(Kind::Deliver, "deliver", 80, None, &[Node, To]),
        row(Kind::Reorder, "reorder", 24, Some(Family::Reorder), &[Node, To, Position]),
        row(Kind::Drop, "drop", 6, Some(Family::Drop), &[Node, To, Position]),
        row(Kind::Duplicate, "duplicate", 6, Some(Family::Duplicate), &[Node, To, Position]),
        row(Kind::Tick, "tick", 8, None, &[Node]),
        row(Kind::TickAll, "tick-all", 8, None, &[]),
        row(Kind::Timeout, "timeout", 8, None, &[Node]),
        row(Kind::Propose, "propose", 14, None, &[Node, Again]),
        row(Kind::Persist, "persist", 22, None, &[Node]),
        row(Kind::FailPersist, "fail-persist", 4, Some(Family::FailPersist), &[Node, Torn]),
        row(Kind::Crash, "crash", 5, Some(Family::Crash), &[Node, Keep]),
        row(Kind::Restart, "restart", 7, None, &[Node]),
        row(Kind::Partition, "partition", 3, Some(Family::Partition), &[Set]),
        row(Kind::Cut, "cut", 2, Some(Family::Cut), &[Node, To]),
        row(Kind::Heal, "heal", 3, None, &[]),
        row(Kind::Read, "read", 5, None, &[Node]),
        row(Kind::Compact, "compact", 4, None, &[Node]),
        row(Kind::Apply, "apply", 4, None, &[Node]),
        row(Kind::Transfer, "transfer", 3, None, &[Node, To]),
        row(Kind::Change, "change", 4, None, &[Node, Set, Set]),
        row(Kind::Elect, "elect", 9, None, &[Node, Set]),
        row(Kind::Replicate, "replicate", 10, None, &[Node, Set]),
        row(Kind::Exchange, "exchange", 10, None, &[Node, Set]),
        row(Kind::DeliverLink, "deliver-link", 5, None, &[Node, To]),
        row(Kind::Settle, "settle", 2, None, &[Set, Order]),
    ]
};

/// The row number of each value of a record's first byte, by the weights.
const BY_BYTE: [u8; 256] = {
    let mut table = [0; 256];
    let (mut row, mut byte) = (0, 0);
    while row < KINDS.len() {
        assert!(KINDS[row].kind as usize == row, "the rows are in the order of the enum");
        let mut left = KINDS[row].weight;
        while left > 0 {
            table[byte] = row as u8;
            byte += 1;
            left -= 1;
        }
        row += 1;
    }
    assert!(byte == 256, "the weights add up to 256");
    table
};

/// One event: a kind and up to three operands. Operands that the kind does not have are 0.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Event {
    /// What happens.
    pub kind: Kind,
    /// Its operands, in the order of [`KindInfo::operands`].
    pub operands: [u8; 3],
}

/// The value of [`Operand::Torn`] and [`Operand::Keep`] that means everything.
pub const ALL: u8 = u8::MAX;
/// The value of [`Operand::Torn`] that means: a truncation, and not the snapshot that follows it.
pub const TRUNCATION: u8 = 254;

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

    /// The event of `kind` with operands of which those that it does not have are 0 already.
    pub(crate) fn exact(kind: Kind, operands: [u8; 3]) -> Event {
        let event = Event { kind, operands };
        debug_assert_eq!(event, Event::new(kind, &operands), "superfluous operands are 0");
        event
    }

    /// The event that four bytes mean.
    pub fn from_bytes(bytes: [u8; Event::BYTES]) -> Event {
        let kind = KINDS[usize::from(BY_BYTE[usize::from(bytes[0])])].kind;
        Event::new(kind, &bytes[1..])
    }

    /// Four bytes that mean this event.
    pub fn to_bytes(self) -> [u8; Event::BYTES] {
        let row = self.kind as u8;
        let first = BY_BYTE.iter().position(|&other| other == row).expect("every weight is > 0");
        [first as u8, self.operands[0], self.operands[1], self.operands[2]]
    }

    /// Four bytes that name this event for a digest.
    pub(crate) fn to_record(self) -> [u8; Event::BYTES] {
        [self.kind as u8, self.operands[0], self.operands[1], self.operands[2]]
    }

    /// The event that a line means; what is wrong with it otherwise.
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
                (None, Operand::Again) => continue, // Nothing said, nothing repeated.
                (None, _) => return Err(format!("'{name}' lacks an operand")),
            };
            match (operand, word.split_once('>')) {
                (Operand::Node, Some((from, to))) => {
                    *slot = Operand::Node.parse(from)?;
                    let (Operand::To, slot) = slots.next().ok_or("no link is wanted here")? else {
                        return Err(format!("'{name}' wants a node, not a link"));
                    };
                    *slot = Operand::To.parse(to)?;
                }
                _ => *slot = operand.parse(word)?,
            }
        }
        drop(slots);
        match words.next() {
            Some(word) => Err(format!("'{word}' is one operand too many for '{name}'")),
            None => Ok(event),
        }
    }
}

impl<'a> Arbitrary<'a> for Event {
    fn arbitrary(u: &mut Unstructured<'a>) -> arbitrary::Result<Event> {
        Ok(Event::from_bytes(u.arbitrary()?))
    }

    fn size_hint(_depth: usize) -> (usize, Option<usize>) {
        (Event::BYTES, Some(Event::BYTES))
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

impl Operand {
    fn write(self, value: u8, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
            (Operand::Again, 0) => Ok(()),
            (Operand::Again, _) => write!(f, " again={value}"),
        }
    }

    fn parse(self, word: &str) -> Result<u8, String> {
        let wrong = || format!("'{word}' is no {self:?}");
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
        }
    }
}

/// The nodes of a mask, as `n0,n2`.
pub fn node_set(mask: u8) -> String {
    NodeSet::from_bits(mask.into()).to_string()
}

fn parse_node_set(word: &str) -> Option<u8> {
    let inner = word.strip_prefix('{')?.strip_suffix('}')?;
    inner.split(',').filter(|name| !name.is_empty()).try_fold(0, |mask, name| {
        let node: u8 = name.strip_prefix('n')?.parse().ok()?;
        (node < 8).then(|| mask | 1 << node)
    })
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

    /// Every event there is, with operands that matter.
    fn all_events() -> impl Iterator<Item = Event> {
        (0..=255u8).flat_map(|first| {
            let values = [0u8, 1, 2, 3, 7, 8, 128, 254, 255];
            values.into_iter().flat_map(move |a| {
                values.into_iter().map(move |b| Event::from_bytes([first, a, b, a ^ b]))
            })
        })
    }

    #[test]
    fn the_bytes_of_an_event_decode_to_that_event() {
        assert!(all_events().all(|event| Event::from_bytes(event.to_bytes()) == event));
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
            assert!((0..=255).any(|byte| Event::from_bytes([byte, 0, 0, 0]).kind == info.kind));
        }
    }

    #[test]
    fn a_wrong_line_is_refused_with_what_is_wrong() {
        for (line, complaint) in [
            ("fly n0", "unknown event 'fly'"),
            ("", "unknown event ''"),
            ("deliver n0", "'deliver' lacks an operand"),
            ("deliver n0>n999", "'n999' is no To"),
            ("tick n0>n1", "no link is wanted here"),
            ("crash n0>n1", "'crash' wants a node, not a link"),
            ("tick n0 n1", "'n1' is one operand too many for 'tick'"),
            ("drop n0>n1 2", "'2' is no Position"),
            ("partition {n9}", "'{n9}' is no Set"),
            ("fail-persist n0 entries=252", "'entries=252' is no Torn"),
            ("crash n0 keep=255", "'keep=255' is no Keep"),
        ] {
            assert_eq!(Event::parse(line).unwrap_err(), complaint);
        }
    }
}
