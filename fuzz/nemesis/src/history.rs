//! What clients asked and were answered, as one total order of calls and ends.
//!
//! Promises: the numbers of two events are in the order in which they happened: an operation's
//! call is numbered before its request is sent, and its end after the reply has come. Every
//! operation is here once, whatever came of it. Knows nothing of what is legal.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde::{Deserialize, Serialize};

/// The key of a register or of a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Key {
    /// A register: its values are written and swapped.
    Register(u32),
    /// A counter: it is incremented.
    Counter(u32),
    /// A register that is written after the leader was killed, until a write is acknowledged.
    Probe(u32),
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Register(number) => write!(f, "register:{number}"),
            Key::Counter(number) => write!(f, "counter:{number}"),
            Key::Probe(number) => write!(f, "probe:{number}"),
        }
    }
}

/// What a client asked for. The value 0 is that of a key that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Request {
    /// A linearizable read.
    Get,
    /// A write.
    Set { value: u64 },
    /// A compare-and-swap; with `get`, its reply is the value that it found.
    Swap { expected: u64, value: u64, get: bool },
    /// Adds one to a counter.
    Increment,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It took effect, or, for a swap without the expected value, had none.
    Done,
    /// It found this value. A swap took effect if it is the expected one; any other request did.
    Found(u64),
    /// The swap found another value than the expected one.
    Differs,
    /// It had no effect, and never will.
    Failed(String),
    /// It may have had its effect, or may have it later, or never.
    Unknown(String),
    /// A reply that no request of this kind has.
    Strange(String),
}

/// An operation of a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The client.
    pub client: u32,
    /// The node that was asked.
    pub node: u64,
    /// The key.
    pub key: Key,
    /// What was asked.
    pub request: Request,
    /// What came of it.
    pub outcome: Outcome,
    /// The number of the call in the order of all events.
    pub call: u64,
    /// The number of the end: of the reply, or of the moment when the client gave up.
    pub end: u64,
    /// Microseconds from the start of the run to the call.
    pub called_at: u64,
    /// Microseconds from the start of the run to the end.
    pub ended_at: u64,
}

impl Record {
    /// Whether it is a write that took effect, as its client was told.
    pub fn is_acknowledged_write(&self) -> bool {
        match (self.request, &self.outcome) {
            (Request::Set { .. } | Request::Swap { .. }, Outcome::Done) => true,
            (Request::Swap { expected, .. }, &Outcome::Found(found)) => found == expected,
            (Request::Increment, Outcome::Found(_)) => true,
            _ => false,
        }
    }
}

/// How many operations had which outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Answered.
    pub ok: u64,
    /// Refused, and without effect.
    pub failed: u64,
    /// Of unknown outcome.
    pub unknown: u64,
    /// Writes among those answered.
    pub writes: u64,
}

impl Tally {
    /// Counts an operation.
    pub fn add(&mut self, record: &Record) {
        match record.outcome {
            Outcome::Failed(_) => self.failed += 1,
            Outcome::Unknown(_) => self.unknown += 1,
            _ => self.ok += 1,
        }
        self.writes += u64::from(record.is_acknowledged_write());
    }
}

/// An operation that was called and has not ended.
#[derive(Debug)]
pub struct Call {
    client: u32,
    node: u64,
    key: Key,
    request: Request,
    number: u64,
    at: u64,
}

/// Records the operations of all clients.
#[derive(Debug)]
pub struct Recorder {
    start: Instant,
    /// The number of the next event.
    next: AtomicU64,
    records: Mutex<(Vec<Record>, Tally)>,
}

impl Default for Recorder {
    fn default() -> Recorder {
        let records = Mutex::default();
        Recorder { start: Instant::now(), next: AtomicU64::new(1), records }
    }
}

impl Recorder {
    fn records(&self) -> MutexGuard<'_, (Vec<Record>, Tally)> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the number of an event that happens now.
    pub fn event(&self) -> u64 {
        self.next.fetch_add(1, Ordering::SeqCst)
    }

    /// Microseconds since the start of the run.
    pub fn now(&self) -> u64 {
        self.start.elapsed().as_micros() as u64
    }

    /// A client is about to send a request.
    pub fn call(&self, client: u32, node: u64, key: Key, request: Request) -> Call {
        let at = self.now();
        Call { client, node, key, request, number: self.event(), at }
    }

    /// What came of it.
    pub fn end(&self, call: Call, outcome: Outcome) {
        let Call { client, node, key, request, number, at } = call;
        let (end, ended_at) = (self.event(), self.now());
        let call = number;
        let record =
            Record { client, node, key, request, outcome, call, end, called_at: at, ended_at };
        let mut records = self.records();
        records.1.add(&record);
        records.0.push(record);
    }

    /// How many operations have ended, and how.
    pub fn tally(&self) -> Tally {
        self.records().1
    }

    /// The keys that were used.
    pub fn keys(&self) -> BTreeSet<Key> {
        self.records().0.iter().map(|record| record.key).collect()
    }

    /// All operations that have ended, in the order of their calls.
    pub fn take(&self) -> Vec<Record> {
        let mut records = std::mem::take(&mut self.records().0);
        records.sort_by_key(|record| record.call);
        records
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_recorded_in_one_order() {
        let recorder = Recorder::default();
        let first = recorder.call(1, 1, Key::Register(0), Request::Set { value: 7 });
        let second = recorder.call(2, 3, Key::Register(0), Request::Get);
        recorder.end(second, Outcome::Found(0));
        recorder.end(first, Outcome::Done);
        let tally = recorder.tally();
        assert_eq!((tally.ok, tally.failed, tally.unknown, tally.writes), (2, 0, 0, 1));
        let records = recorder.take();
        let events: Vec<_> = records.iter().map(|r| (r.client, r.call, r.end)).collect();
        assert_eq!(events, [(1, 1, 4), (2, 2, 3)]);
        assert!(records.iter().all(|record| record.called_at <= record.ended_at));
    }

    #[test]
    fn only_writes_that_took_effect_are_acknowledged_writes() {
        let recorder = Recorder::default();
        let swap = Request::Swap { expected: 3, value: 4, get: true };
        let cases = [
            (Request::Get, Outcome::Found(7), false),
            (Request::Set { value: 7 }, Outcome::Done, true),
            (Request::Set { value: 7 }, Outcome::Unknown("timeout".into()), false),
            (Request::Set { value: 7 }, Outcome::Failed("NOLEADER".into()), false),
            (swap, Outcome::Done, true),
            (swap, Outcome::Found(3), true),
            (swap, Outcome::Found(5), false),
            (swap, Outcome::Differs, false),
            (Request::Increment, Outcome::Found(0), true),
        ];
        for (request, outcome, _) in &cases {
            recorder.end(recorder.call(1, 1, Key::Register(0), *request), outcome.clone());
        }
        for (record, (.., expected)) in recorder.take().iter().zip(cases) {
            assert_eq!(record.is_acknowledged_write(), expected, "{record:?}");
        }
    }
}
