//! Schedules: a set-up and a list of events, as bytes, as a value and as text.
//!
//! Promises: every byte string up to [`Schedule::MAX_BYTES`] is a schedule; a schedule's bytes
//! decode to that schedule again, and so does its text. Bytes are fixed in width, so that changing,
//! inserting or removing a record changes one event: a header of 16 bytes, then 4 bytes an event.
//! Decoding draws with `arbitrary`, which has no inverse; encoding is `bincode`'s fixed-width form.

use std::fmt;

use arbitrary::{Arbitrary, Unstructured};
use bincode::config;

use raft::{NodeId, NodeSet, Term};

use crate::chain::mix;
use crate::event::{Event, Family};
use crate::replica::Capabilities;

/// When a write becomes durable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DiskMode {
    /// As soon as it is asked for: schedules are short, and nothing unsynced can be lost.
    #[default]
    Immediate,
    /// When an event says so.
    Queued,
}

/// What is fixed before the first event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Setup {
    /// How many nodes, 1 to [`Setup::MAX_NODES`].
    pub nodes: u8,
    /// Shortest election timeout in ticks, 2 to 17.
    pub election_ticks: u8,
    /// Ticks between heartbeats, 1 to 4: perhaps more than `election_ticks`. A Raft that refuses
    /// that gets another number from its adapter.
    pub heartbeat_ticks: u8,
    /// Entries per AppendEntries, 1 to 16.
    pub max_entries: u8,
    /// When writes become durable.
    pub disk: DiskMode,
    /// The fault families that are on, as [`Family::bit`]s. Events of others do nothing.
    pub faults: u8,
    /// Nodes ask whether an election would succeed before they stand (dissertation, 9.6).
    pub pre_vote: bool,
    /// Leaders that hear from no quorum step down (dissertation, 6.2).
    pub check_quorum: bool,
    /// After the last event everything is healed, and the cluster must recover.
    pub recovery: bool,
    /// How many nodes, the last ones, do not belong to the cluster at first.
    pub outside: u8,
    /// Entries on their way to a follower and not yet acknowledged, 1 to 255.
    pub flight: u8,
    /// Bytes of a piece of a snapshot, 8 to 255; a whole one has 32.
    pub piece: u8,
    /// Leaders read by lease. Only time that passes for all nodes at once is fair then, so ticks of
    /// one node are ticks of all.
    pub lease: bool,
    /// Nodes are not equally eager to stand: node n waits n more election timeouts, of three kinds.
    pub priority: bool,
    /// Leaders refuse commands while three or so are uncommitted.
    pub tight: bool,
    /// State machines apply what is committed only when the schedule says so.
    pub slow_apply: bool,
}

/// Sizes by the header's first byte: mostly 3 and 5, where most bugs are; even ones, where halves
/// are no majorities; 1, 2 and 7 as spice.
const SIZES: [u8; 16] = [3, 3, 3, 3, 3, 3, 3, 5, 5, 5, 4, 4, 2, 6, 7, 1];
/// Limits of entries per message: small ones, which make histories deep, more often.
const BATCHES: [u8; 8] = [1, 4, 1, 2, 1, 3, 8, 16];
/// Shortest election timeouts by the header's byte.
const ELECTION_TICKS: [u8; 16] = [10, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17];
/// Heartbeat intervals by the header's byte.
const HEARTBEAT_TICKS: [u8; 4] = [2, 1, 3, 4];
/// Nodes that do not belong to the cluster at first, by the header's byte.
const OUTSIDE: [u8; 4] = [0, 0, 1, 2];
/// Windows by the header's byte.
const FLIGHTS: [u8; 4] = [255, 1, 2, 4];
/// Sizes of snapshot pieces by the header's byte.
const PIECES: [u8; 4] = [255, 8, 16, 24];

impl Setup {
    /// The largest cluster.
    pub const MAX_NODES: u8 = 7;
    /// Length of the header. A byte of 0 means: as usual, or off.
    pub const BYTES: usize = 16;

    /// Whether events of `family` happen.
    pub fn has(&self, family: Family) -> bool {
        self.faults & family.bit() != 0
    }

    /// This set-up as far as a Raft can be put through it.
    pub fn within(self, capabilities: &Capabilities) -> Setup {
        Setup {
            nodes: self.nodes.max(capabilities.smallest_cluster),
            pre_vote: self.pre_vote && capabilities.pre_vote,
            check_quorum: (self.check_quorum || self.lease) && capabilities.check_quorum,
            lease: self.lease && capabilities.leases,
            outside: match capabilities.changes {
                true => self.outside.min(self.nodes - 1),
                false => 0,
            },
            ..self
        }
    }

    /// Who belongs to the cluster at first.
    pub fn members(&self) -> NodeSet {
        NodeSet::first(self.nodes.saturating_sub(self.outside).max(1))
    }

    /// How many ticks a node waits for a leader in a term, for a Raft that would draw it: from
    /// `election_ticks` to just below twice as many.
    pub fn election_timeout(&self, node: NodeId, term: Term) -> u32 {
        let drawn = mix(mix(0x5eed, node.0.into()), term.0) >> 32;
        u32::from(self.election_ticks) + (drawn % u64::from(self.election_ticks)) as u32
    }

    fn from_header(header: Header) -> Setup {
        let pick = |table: &[u8], byte: u8| table[usize::from(byte) % table.len()];
        Setup {
            nodes: pick(&SIZES, header.size),
            election_ticks: pick(&ELECTION_TICKS, header.election),
            heartbeat_ticks: pick(&HEARTBEAT_TICKS, header.heartbeat),
            max_entries: pick(&BATCHES, header.batch),
            disk: [DiskMode::Immediate, DiskMode::Queued][usize::from(header.disk % 2)],
            faults: !header.calm,
            pre_vote: header.pre_vote % 2 == 1,
            check_quorum: header.check_quorum % 2 == 1,
            recovery: header.recovery % 16 == 1,
            outside: pick(&OUTSIDE, header.outside),
            flight: pick(&FLIGHTS, header.flight),
            piece: pick(&PIECES, header.piece),
            lease: header.lease % 8 == 1,
            slow_apply: header.slow_apply % 4 == 1,
            priority: header.priority % 8 == 1,
            tight: header.tight % 8 == 1,
        }
    }

    fn header(&self) -> Header {
        let place = |table: &[u8], value| {
            table.iter().position(|&known| known == value).expect("only known values are set") as u8
        };
        Header {
            size: place(&SIZES, self.nodes),
            election: place(&ELECTION_TICKS, self.election_ticks),
            heartbeat: place(&HEARTBEAT_TICKS, self.heartbeat_ticks),
            batch: place(&BATCHES, self.max_entries),
            disk: (self.disk == DiskMode::Queued).into(),
            calm: !self.faults,
            pre_vote: self.pre_vote.into(),
            check_quorum: self.check_quorum.into(),
            recovery: self.recovery.into(),
            outside: place(&OUTSIDE, self.outside),
            flight: place(&FLIGHTS, self.flight),
            piece: place(&PIECES, self.piece),
            lease: self.lease.into(),
            slow_apply: self.slow_apply.into(),
            priority: self.priority.into(),
            tight: self.tight.into(),
        }
    }

    /// Sets what the text form calls `name`; what is wrong with it otherwise.
    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let number = || value.parse::<u8>().map_err(|_| format!("'{value}' is no number"));
        let within = |known: &[u8]| match number()? {
            number if known.contains(&number) => Ok(number),
            number => Err(format!("{name} cannot be {number}")),
        };
        let switch = || match value {
            "on" => Ok(true),
            "off" => Ok(false),
            _ => Err(format!("'{value}' is neither 'on' nor 'off'")),
        };
        match name {
            "pre-vote" => self.pre_vote = switch()?,
            "check-quorum" => self.check_quorum = switch()?,
            "recovery" => self.recovery = switch()?,
            "lease" => self.lease = switch()?,
            "priority" => self.priority = switch()?,
            "tight" => self.tight = switch()?,
            "slow-apply" => self.slow_apply = switch()?,
            "outside" => self.outside = within(&OUTSIDE)?,
            "flight" => self.flight = within(&FLIGHTS)?,
            "piece" => self.piece = within(&PIECES)?,
            "nodes" => self.nodes = within(&SIZES)?,
            "election-ticks" => self.election_ticks = within(&ELECTION_TICKS)?,
            "heartbeat-ticks" => self.heartbeat_ticks = within(&HEARTBEAT_TICKS)?,
            "max-entries" => self.max_entries = within(&BATCHES)?,
            "disk" => {
                self.disk = match value {
                    "immediate" => DiskMode::Immediate,
                    "queued" => DiskMode::Queued,
                    _ => return Err(format!("disk cannot be '{value}'")),
                }
            }
            "faults" => {
                self.faults = 0;
                for word in value.split(',').filter(|&word| word != "none") {
                    let family = Family::ALL.iter().find(|(_, name)| *name == word);
                    self.faults |= match family {
                        Some((family, _)) => family.bit(),
                        None if word == "all" => u8::MAX,
                        None => return Err(format!("unknown fault family '{word}'")),
                    };
                }
            }
            _ => return Err(format!("unknown setting '{name}'")),
        }
        Ok(())
    }
}

impl Default for Setup {
    fn default() -> Setup {
        Setup::from_header(Header::default())
    }
}

/// The header as bytes.
#[derive(Default, bincode::Encode)]
struct Header {
    size: u8,
    election: u8,
    heartbeat: u8,
    batch: u8,
    disk: u8,
    calm: u8,
    pre_vote: u8,
    check_quorum: u8,
    recovery: u8,
    outside: u8,
    flight: u8,
    piece: u8,
    lease: u8,
    slow_apply: u8,
    priority: u8,
    tight: u8,
}

impl<'a> Arbitrary<'a> for Setup {
    fn arbitrary(u: &mut Unstructured<'a>) -> arbitrary::Result<Setup> {
        let header = Header {
            size: u.arbitrary()?,
            election: u.arbitrary()?,
            heartbeat: u.arbitrary()?,
            batch: u.arbitrary()?,
            disk: u.arbitrary()?,
            calm: u.arbitrary()?,
            pre_vote: u.arbitrary()?,
            check_quorum: u.arbitrary()?,
            recovery: u.arbitrary()?,
            outside: u.arbitrary()?,
            flight: u.arbitrary()?,
            piece: u.arbitrary()?,
            lease: u.arbitrary()?,
            slow_apply: u.arbitrary()?,
            priority: u.arbitrary()?,
            tight: u.arbitrary()?,
        };
        Ok(Setup::from_header(header))
    }
}

/// A set-up and what then happens.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Schedule {
    /// What is fixed before the first event.
    pub setup: Setup,
    /// What happens, in order.
    pub events: Vec<Event>,
}

/// Takes all the bytes there are. Too many are refused.
impl<'a> Arbitrary<'a> for Schedule {
    fn arbitrary(u: &mut Unstructured<'a>) -> arbitrary::Result<Schedule> {
        let rest = u.bytes(u.len())?;
        Schedule::decode(rest).map_err(|_| arbitrary::Error::IncorrectFormat)
    }

    fn arbitrary_take_rest(mut u: Unstructured<'a>) -> arbitrary::Result<Schedule> {
        Schedule::arbitrary(&mut u)
    }
}

/// As [`Display`](fmt::Display): a debug print is a script that can be replayed.
impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Too many bytes to be a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge {
    /// How many there are.
    pub bytes: usize,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes are more than a schedule's {}", self.bytes, Schedule::MAX_BYTES)
    }
}

/// What is wrong with a text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadText {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub complaint: String,
}

impl fmt::Display for BadText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.complaint)
    }
}

impl Schedule {
    /// The most events a schedule can have.
    pub const MAX_EVENTS: usize = 16_384;
    /// The most bytes a schedule can have.
    pub const MAX_BYTES: usize = Setup::BYTES + Schedule::MAX_EVENTS * Event::BYTES;

    /// The schedule that `bytes` mean. Only their number can be wrong.
    pub fn decode(bytes: &[u8]) -> Result<Schedule, TooLarge> {
        if bytes.len() > Schedule::MAX_BYTES {
            return Err(TooLarge { bytes: bytes.len() });
        }
        let mut drawn = Unstructured::new(bytes);
        let setup = drawn.arbitrary().expect("a header is drawn from any bytes");
        let events = (0..drawn.len().div_ceil(Event::BYTES))
            .map(|_| drawn.arbitrary().expect("an event is drawn from any bytes"))
            .collect();
        Ok(Schedule { setup, events })
    }

    /// Bytes that mean this schedule.
    pub fn encode(&self) -> Vec<u8> {
        let fixed = config::standard().with_fixed_int_encoding();
        let encode = "plain bytes can always be encoded";
        let mut bytes = bincode::encode_to_vec(self.setup.header(), fixed).expect(encode);
        bytes.reserve(self.events.len() * Event::BYTES);
        for event in &self.events {
            let mut record = [0; Event::BYTES];
            bincode::encode_into_slice(event.to_bytes(), &mut record, fixed).expect(encode);
            bytes.extend_from_slice(&record);
        }
        bytes
    }

    /// The schedule that a text means: settings and events, one a line; `#` begins a comment.
    pub fn parse(text: &str) -> Result<Schedule, BadText> {
        let mut schedule = Schedule::default();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (number, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            let bad = |complaint| BadText { line: number + 1, complaint };
            if line.is_empty() {
                continue;
            }
            let mut words = line.split_whitespace();
            let setting = (words.next() == Some("set"))
                .then(|| (words.next().unwrap_or_default(), words.collect::<Vec<_>>().concat()));
            match setting {
                Some(_) if !schedule.events.is_empty() => {
                    return Err(bad("settings come before the first event".into()));
                }
                Some((name, value)) => schedule.setup.set(name, &value).map_err(bad)?,
                None => schedule.events.push(Event::parse(line).map_err(bad)?),
            }
            if schedule.events.len() > Schedule::MAX_EVENTS {
                return Err(bad(format!("more than {} events", Schedule::MAX_EVENTS)));
            }
        }
        Ok(schedule)
    }
}

impl fmt::Display for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "set nodes {}", self.nodes)?;
        writeln!(f, "set election-ticks {}", self.election_ticks)?;
        writeln!(f, "set heartbeat-ticks {}", self.heartbeat_ticks)?;
        writeln!(f, "set max-entries {}", self.max_entries)?;
        let disk = ["immediate", "queued"][usize::from(self.disk == DiskMode::Queued)];
        writeln!(f, "set disk {disk}")?;
        let on = Family::ALL.iter().filter(|(family, _)| self.has(*family));
        let names: Vec<&str> = match self.faults {
            0 => vec!["none"],
            u8::MAX => vec!["all"],
            _ => on.map(|(_, name)| *name).collect(),
        };
        writeln!(f, "set faults {}", names.join(","))?;
        let switches = [
            ("pre-vote", self.pre_vote),
            ("check-quorum", self.check_quorum),
            ("recovery", self.recovery),
            ("lease", self.lease),
            ("slow-apply", self.slow_apply),
            ("priority", self.priority),
            ("tight", self.tight),
        ];
        let numbers = [
            ("outside", self.outside, OUTSIDE[0]),
            ("flight", self.flight, FLIGHTS[0]),
            ("piece", self.piece, PIECES[0]),
        ];
        for (name, number, _) in numbers.iter().filter(|(_, number, usual)| number != usual) {
            writeln!(f, "set {name} {number}")?;
        }
        switches.iter().filter(|(_, on)| *on).try_for_each(|(name, _)| writeln!(f, "set {name} on"))
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.setup)?;
        self.events.iter().try_for_each(|event| writeln!(f, "{event}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generator::{Generator, Strategy};

    fn drawn() -> impl Iterator<Item = Schedule> {
        (0..200).map(|seed| {
            let strategy = Strategy::ALL[seed as usize % 2].0;
            Generator::new(strategy, seed).schedule(None, seed as usize)
        })
    }

    #[test]
    fn the_bytes_of_a_schedule_decode_to_that_schedule() {
        for schedule in drawn() {
            assert_eq!(Schedule::decode(&schedule.encode()), Ok(schedule));
        }
    }

    #[test]
    fn the_text_of_a_schedule_parses_to_that_schedule() {
        for schedule in drawn() {
            assert_eq!(Schedule::parse(&schedule.to_string()), Ok(schedule));
        }
    }

    #[test]
    fn any_bytes_are_a_schedule_and_only_their_number_can_be_wrong() {
        for length in 0..100 {
            for byte in [0, 1, 85, 170, 255] {
                let schedule = Schedule::decode(&vec![byte; length]).unwrap();
                assert_eq!(Schedule::decode(&schedule.encode()), Ok(schedule));
            }
        }
        assert!(Schedule::decode(&vec![7; Schedule::MAX_BYTES]).is_ok());
        let bytes = Schedule::MAX_BYTES + 1;
        assert_eq!(Schedule::decode(&vec![7; bytes]), Err(TooLarge { bytes }));
    }

    #[test]
    fn changing_a_record_changes_one_event() {
        let schedule = Generator::new(Strategy::Swarm, 3).schedule(None, 50);
        let mut bytes = schedule.encode();
        bytes[Setup::BYTES + 7 * Event::BYTES + 1] ^= 1;
        let changed = Schedule::decode(&bytes).unwrap();
        let differing = (0..50).filter(|&place| schedule.events[place] != changed.events[place]);
        assert!(differing.eq([7]) || changed == schedule);
    }

    #[test]
    fn wrong_text_is_refused_with_line_and_reason() {
        for (text, complaint) in [
            ("set nodes 8", "line 1: nodes cannot be 8"),
            ("set nodes many", "line 1: 'many' is no number"),
            ("# fine\n\nset speed 3", "line 3: unknown setting 'speed'"),
            ("tick n0\nset nodes 3", "line 2: settings come before the first event"),
            ("set disk slow", "line 1: disk cannot be 'slow'"),
            ("set faults drop,rain", "line 1: unknown fault family 'rain'"),
            ("tick-all\nfly", "line 2: unknown event 'fly'"),
        ] {
            assert_eq!(Schedule::parse(text).unwrap_err().to_string(), complaint);
        }
    }
}
