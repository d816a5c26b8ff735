//! Schedules: a setup and a list of events, as bytes, as a value and as text.
//!
//! Promises: every byte string up to [`Schedule::MAX_BYTES`] is a schedule; a schedule's bytes
//! decode to that schedule again, and its text parses to it. Records have a fixed width, so that
//! changing, inserting or removing a record changes one event: a header of 32 bytes, then 4 bytes
//! an event. Decoding uses `arbitrary`, which has no inverse; encoding is `bincode`'s fixed-width
//! form.

use std::fmt;

use arbitrary::{Arbitrary, Unstructured};
use bincode::config;

use crate::schedule::event::{Event, KindInfo};
use crate::schedule::feature::Feature;
pub use crate::schedule::setup::{Degraded, DiskMode, Recovery, Setup};

pub mod event;
pub mod family;
pub mod feature;
pub mod files;
pub mod operand;
pub mod setup;
pub mod version;
pub mod wall_clock;

/// A setup and the events that follow.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Schedule {
    /// What is fixed before the first event.
    pub setup: Setup,
    /// The events, in order.
    pub events: Vec<Event>,
}

/// Consumes all bytes. Too many are an error.
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
    /// How many bytes were given.
    pub bytes: usize,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes are more than a schedule's {}", self.bytes, Schedule::MAX_BYTES)
    }
}

/// An error in a text, and where it is.
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
    /// How many events a schedule has by default: with this length, finding a bug costs least.
    pub const FULL_LENGTH: usize = 640;
    /// The most events a schedule can have.
    pub const MAX_EVENTS: usize = 16_384;
    /// The most bytes a schedule can have.
    pub const MAX_BYTES: usize = Setup::BYTES + Schedule::MAX_EVENTS * Event::BYTES;

    /// The schedule that `bytes` decode to. The only error is too many bytes.
    pub fn decode(bytes: &[u8]) -> Result<Schedule, TooLarge> {
        if bytes.len() > Schedule::MAX_BYTES {
            return Err(TooLarge { bytes: bytes.len() });
        }
        let mut drawn = Unstructured::new(bytes);
        let header = drawn.arbitrary().expect("a header is drawn from any bytes");
        let setup = Setup::from_header(header);
        let records = drawn.take_rest().chunks(Event::BYTES);
        let event = |record: &[u8]| {
            let padded = || std::array::from_fn(|place| record.get(place).copied().unwrap_or(0));
            let record = record.try_into().unwrap_or_else(|_| padded());
            Event::from_bytes(record, setup.faults, setup.features)
        };
        Ok(Schedule { setup, events: records.map(event).collect() })
    }

    /// Bytes that decode to this schedule.
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

    /// Parses a text: settings and events, one a line; `#` begins a comment.
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
                None => schedule.events.push(parse_event(line, &schedule.setup).map_err(bad)?),
            }
            if schedule.events.len() > Schedule::MAX_EVENTS {
                return Err(bad(format!("more than {} events", Schedule::MAX_EVENTS)));
            }
        }
        Ok(schedule)
    }
}

/// Parses a line to an event that can happen in this setup.
fn parse_event(line: &str, setup: &Setup) -> Result<Event, String> {
    let event = Event::parse(line)?;
    let KindInfo { name, feature, .. } = event.kind.info();
    match feature.filter(|&feature| !setup.features.has(feature)).map(Feature::name) {
        None => Ok(event),
        Some(off) => {
            Err(format!("'{name}' belongs to a feature that is off: 'set features {off}'"))
        }
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
    use crate::search::generator::{Generator, Strategy};

    fn drawn() -> impl Iterator<Item = Schedule> {
        (0..200).map(|seed| {
            let strategy = Strategy::ALL[seed as usize % Strategy::ALL.len()].0;
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
    fn any_bytes_up_to_the_limit_decode_to_a_schedule() {
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
    fn malformed_text_is_rejected_with_line_and_reason() {
        for (text, complaint) in [
            ("set nodes 8", "line 1: nodes cannot be 8"),
            ("set nodes many", "line 1: 'many' is not a number"),
            ("# fine\n\nset speed 3", "line 3: unknown setting 'speed'"),
            ("tick n0\nset nodes 3", "line 2: settings come before the first event"),
            ("set disk slow", "line 1: disk cannot be slow"),
            ("set faults drop,rain", "line 1: unknown fault family 'rain'"),
            ("tick-all\nfly", "line 2: unknown event 'fly'"),
            ("set features wings", "line 1: unknown feature 'wings'"),
            (
                "report n0>n1 failed",
                "line 1: 'report' belongs to a feature that is off: 'set features reports'",
            ),
        ] {
            assert_eq!(Schedule::parse(text).unwrap_err().to_string(), complaint);
        }
    }
}
