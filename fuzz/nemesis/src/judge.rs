//! The verdict on a history: whether it is linearizable, key by key, by two checkers, and how many
//! acknowledged writes are lost.
//!
//! Promises: no false alarm: a complaint means that no order of the operations explains what the
//! clients saw. Both checkers must accept a key: the project's own ([`Zones`]), and a general one
//! that tries every order ([`WGLChecker`]), which also checks swaps that found another value. Knows
//! nothing of processes and faults.

use std::collections::BTreeMap;
use std::fmt;

use todc_utils::linearizability::history::{Action as Step, History};
use todc_utils::linearizability::WGLChecker;
use todc_utils::specifications::Specification;
use whitewater::history::anomaly::Anomaly;
use whitewater::history::linearizability::Zones;
use whitewater::history::operation::Action;

use crate::history::{Key, Outcome, Record, Request};
use crate::operations::{written, CountedTwice, Operations};

/// Why the operations on a key are not what clients may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Complaint {
    /// A reply that no request of this kind has.
    Strange(String),
    /// A counter gave one number to two increments.
    CountedTwice(u64),
    /// The project's checker refuses.
    Anomaly(Anomaly),
    /// Only the general checker refuses: it knows more of swaps that found another value.
    NoOrder,
    /// Only the project's checker refuses, so one of the two is wrong.
    Disputed(Anomaly),
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Complaint::Strange(reply) => write!(f, "a reply that no client expects: {reply}"),
            Complaint::CountedTwice(number) => {
                write!(f, "two increments were answered with {number}")
            }
            Complaint::Anomaly(anomaly) => f.write_str(without_key(&anomaly.to_string())),
            Complaint::NoOrder => write!(f, "no order of the operations explains what was seen"),
            Complaint::Disputed(anomaly) => {
                let text = anomaly.to_string();
                write!(f, "{}, but the general checker accepts it", without_key(&text))
            }
        }
    }
}

/// Each key is judged alone, as the checker's register 0.
fn without_key(text: &str) -> &str {
    text.strip_prefix("key 0: ").unwrap_or(text)
}

/// The verdict on all keys.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// How many keys were judged.
    pub keys: usize,
    /// The keys with a complaint.
    pub complaints: Vec<(Key, Complaint)>,
    /// Acknowledged writes that are lost, or whose successors are.
    pub lost: u64,
}

/// The records of each key, in the order of their calls.
pub fn by_key(records: &[Record]) -> BTreeMap<Key, Vec<Record>> {
    let mut keys: BTreeMap<Key, Vec<Record>> = BTreeMap::new();
    for record in records {
        keys.entry(record.key).or_default().push(record.clone());
    }
    keys
}

/// Judges a history; `last` are the reads after all other operations.
pub fn judge(records: &[Record], last: u64) -> Verdict {
    let mut verdict = Verdict::default();
    let mut zones = Zones::default();
    for (key, records) in by_key(records) {
        verdict.keys += 1;
        verdict.lost += lost(&records, last);
        if let Err(complaint) = judge_key(&records, &mut zones) {
            verdict.complaints.push((key, complaint));
        }
    }
    verdict
}

fn judge_key(records: &[Record], zones: &mut Zones) -> Result<(), Complaint> {
    for record in records {
        if let Outcome::Strange(reply) = &record.outcome {
            return Err(Complaint::Strange(reply.clone()));
        }
    }
    let operations =
        Operations::of(records).map_err(|CountedTwice(number)| Complaint::CountedTwice(number))?;
    match (zones.check(&operations.known), general(&operations)) {
        (Ok(()), true) => Ok(()),
        (Ok(()), false) => Err(Complaint::NoOrder),
        (Err(anomaly), false) => Err(Complaint::Anomaly(anomaly)),
        (Err(anomaly), true) => Err(Complaint::Disputed(anomaly)),
    }
}

/// How many acknowledged writes to a key were called when the value that the reads after event
/// `last` found had been there before: each must have come after it, and yet it is the last.
fn lost(records: &[Record], last: u64) -> u64 {
    let finals = records.iter().filter(|record| record.call >= last);
    let found = finals.filter_map(|record| match (record.request, &record.outcome) {
        (Request::Get, &Outcome::Found(value)) => Some(value),
        _ => None,
    });
    let earlier: Vec<Record> = records.iter().filter(|one| one.call < last).cloned().collect();
    let Ok(operations) = Operations::of(&earlier) else { return 0 };
    let sights = operations.first_sights();
    let there_by = |value: u64| {
        let write = operations.known.iter().find(|one| written(one) == Some(value));
        let done = write.and_then(|write| write.done);
        [done, sights.get(&value).copied()]
            .into_iter()
            .flatten()
            .min()
            .or((value == 0).then_some(0))
    };
    let lost = |value: u64| {
        let Some(there) = there_by(value) else { return 0 };
        let writes = earlier.iter().filter(|record| record.is_acknowledged_write());
        writes.filter(|record| record.call > there).count() as u64
    };
    found.map(lost).max().unwrap_or(0)
}

/// A register for the general checker.
struct Register;

/// An operation for it.
#[derive(Clone, Copy, Debug)]
enum Known {
    Action(Action),
    Differs(u64),
}

impl Specification for Register {
    type State = u64;
    type Operation = Known;

    fn init() -> u64 {
        0
    }

    fn apply(operation: &Known, &state: &u64) -> (bool, u64) {
        match *operation {
            Known::Action(Action::Write { value }) => (true, value),
            Known::Action(Action::Read { seen }) => (seen == state, state),
            Known::Action(Action::Swap { seen, value }) if seen == state => (true, value),
            Known::Action(Action::Swap { .. }) => (false, state),
            Known::Differs(expected) => (expected != state, state),
        }
    }
}

/// Whether the general checker accepts the operations.
fn general(operations: &Operations) -> bool {
    let known = operations.known.iter().filter_map(|one| {
        let done = one.done?;
        Some((one.call, done, Known::Action(one.action)))
    });
    let differs = operations.differs.iter();
    let differs = differs.map(|one| (one.call, one.done, Known::Differs(one.expected)));
    let mut steps = Vec::new();
    for (process, (call, done, operation)) in known.chain(differs).enumerate() {
        // Ends at the event of another's end come after calls at that event.
        steps.push(((call, false), (process, Step::Call(operation))));
        steps.push(((done, true), (process, Step::Response(operation))));
    }
    steps.sort_by_key(|&(time, _)| time);
    let steps: Vec<_> = steps.into_iter().map(|(_, step)| step).collect();
    steps.is_empty() || WGLChecker::<Register>::is_linearizable(History::from_actions(steps))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::rand_core::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    const KEY: Key = Key::Register(3);
    const NEVER: u64 = u64::MAX;

    fn record(events: (u64, u64), request: Request, outcome: Outcome) -> Record {
        let (call, end) = events;
        let (client, node, key) = (1, 1, KEY);
        Record { client, node, key, request, outcome, call, end, called_at: call, ended_at: end }
    }

    fn set(call: u64, end: u64, value: u64) -> Record {
        record((call, end), Request::Set { value }, Outcome::Done)
    }

    fn get(call: u64, end: u64, seen: u64) -> Record {
        record((call, end), Request::Get, Outcome::Found(seen))
    }

    fn swap(call: u64, end: u64, (expected, value): (u64, u64), outcome: Outcome) -> Record {
        record((call, end), Request::Swap { expected, value, get: false }, outcome)
    }

    fn increment(call: u64, end: u64, found: u64) -> Record {
        record((call, end), Request::Increment, Outcome::Found(found))
    }

    fn unknown(mut record: Record) -> Record {
        record.outcome = Outcome::Unknown("timeout".into());
        record
    }

    fn complaint(records: &[Record]) -> Option<String> {
        let verdict = judge(records, NEVER);
        assert_eq!(verdict.keys, usize::from(!records.is_empty()));
        verdict.complaints.first().map(|(_, complaint)| complaint.to_string())
    }

    #[test]
    fn legal_histories_are_accepted() {
        let histories: [&[Record]; 6] = [
            &[],
            &[get(1, 2, 0), set(3, 4, 7), get(5, 6, 7)],
            &[unknown(set(1, 2, 7)), get(3, 4, 0), set(5, 6, 8), get(7, 8, 7)],
            &[set(1, 2, 7), swap(3, 4, (7, 8), Outcome::Done), get(5, 6, 8)],
            &[set(1, 2, 7), swap(3, 4, (0, 8), Outcome::Differs), get(5, 6, 7)],
            &[unknown(swap(1, 2, (0, 7), Outcome::Done)), get(3, 4, 0), get(5, 6, 7)],
        ];
        for history in histories {
            assert_eq!(complaint(history), None, "{history:#?}");
        }
    }

    #[test]
    fn a_stale_read_is_an_anomaly() {
        let text = complaint(&[set(1, 2, 7), set(3, 4, 8), get(5, 6, 7)]).expect("it is stale");
        assert!(text.contains("7 after 5"), "{text}");
        assert!(!text.contains("key 0"), "{text}");
    }

    #[test]
    fn a_failed_write_that_is_seen_is_an_anomaly() {
        let failed = record((1, 2), Request::Set { value: 7 }, Outcome::Failed("NO".into()));
        assert!(complaint(&[failed, get(3, 4, 7)]).expect("it is").contains("never written"));
    }

    #[test]
    fn a_write_of_unknown_outcome_does_not_take_effect_twice() {
        let history =
            [unknown(set(1, 2, 7)), get(3, 4, 7), set(5, 6, 8), get(7, 8, 8), get(9, 10, 7)];
        assert!(complaint(&history).is_some());
    }

    #[test]
    fn a_swap_that_differs_from_the_only_value_is_an_anomaly() {
        let history = [set(1, 2, 7), swap(3, 4, (7, 8), Outcome::Differs), get(5, 6, 7)];
        let text = complaint(&history).expect("it differs from nothing");
        assert_eq!(text, "no order of the operations explains what was seen");
    }

    #[test]
    fn a_swap_of_unknown_outcome_took_effect_only_from_its_expected_value() {
        let history = [set(1, 2, 7), unknown(swap(3, 4, (9, 8), Outcome::Done)), get(5, 6, 8)];
        assert!(complaint(&history).expect("9 was never there").contains("9"));
    }

    #[test]
    fn an_increment_that_counts_twice_is_an_anomaly() {
        assert_eq!(complaint(&[increment(1, 2, 0), increment(3, 4, 1)]), None);
        assert!(complaint(&[increment(1, 2, 0), increment(3, 4, 2)]).is_some());
        let retried = [increment(1, 2, 0), unknown(increment(3, 4, 0)), increment(5, 6, 2)];
        assert_eq!(complaint(&retried), None);
        let twice = [increment(1, 2, 0), unknown(increment(3, 4, 0)), increment(5, 6, 3)];
        assert!(complaint(&twice).is_some());
        let same = complaint(&[increment(1, 2, 0), increment(3, 4, 0)]).expect("it is the same");
        assert_eq!(same, "two increments were answered with 1");
    }

    #[test]
    fn a_strange_reply_is_a_complaint() {
        let strange = record((1, 2), Request::Get, Outcome::Strange("+OK".into()));
        assert_eq!(complaint(&[strange]).as_deref(), Some("a reply that no client expects: +OK"));
    }

    #[test]
    fn acknowledged_writes_after_the_final_value_are_lost() {
        let writes = [set(1, 2, 7), set(3, 4, 8), set(5, 6, 9)];
        let lost_with = |seen| judge(&[&writes[..], &[get(10, 11, seen)]].concat(), 10).lost;
        assert_eq!([9, 8, 7, 0].map(lost_with), [0, 1, 2, 3]);
    }

    #[test]
    fn a_write_that_another_overwrites_is_not_lost() {
        let concurrent = [set(1, 4, 7), set(2, 3, 8), get(10, 11, 7)];
        assert_eq!(judge(&concurrent, 10).lost, 0);
        let late = [unknown(set(1, 2, 7)), set(3, 4, 8), get(10, 11, 7)];
        assert_eq!(judge(&late, 10).lost, 0);
        let early = [unknown(set(1, 2, 7)), get(3, 4, 7), set(5, 6, 8), get(10, 11, 7)];
        assert_eq!(judge(&early, 10).lost, 1);
    }

    /// A history of one register that a correct store could have: each operation takes effect at
    /// some event between its call and its end, and a third of the replies is lost.
    fn drawn(draw: &mut ChaCha8Rng) -> Vec<Record> {
        let mut below = |limit: u64| draw.next_u64() % limit;
        let mut planned = Vec::new();
        for value in 1..=40 {
            let call = below(60);
            let end = call + 1 + below(6);
            let (kind, is_lost, late) = (below(3), below(3) == 0, below(20));
            let point = if is_lost { call + late } else { call + below(end - call) };
            planned.push((point, (call, end), kind, is_lost, value, below(2) == 0));
        }
        planned.sort();
        let (mut state, mut records) = (0, Vec::new());
        for (_, events, kind, is_lost, value, hits) in planned {
            let is_dead = is_lost && hits;
            let expected = if hits { state } else { value + 1_000 };
            let record = match kind {
                0 => record(events, Request::Get, Outcome::Found(state)),
                1 => record(events, Request::Set { value }, Outcome::Done),
                _ => {
                    let outcome = if hits { Outcome::Done } else { Outcome::Differs };
                    swap(events.0, events.1, (expected, value), outcome)
                }
            };
            if !is_dead && record.is_acknowledged_write() {
                state = value;
            }
            records.push(if is_lost { unknown(record) } else { record });
        }
        // No two events have the same number.
        let mut numbered = 0;
        for time in 0..100 {
            for record in records.iter_mut().filter(|record| record.called_at == time) {
                numbered += 1;
                record.call = numbered;
            }
            for record in records.iter_mut().filter(|record| record.ended_at == time) {
                numbered += 1;
                record.end = numbered;
            }
        }
        records
    }

    #[test]
    fn histories_of_a_correct_store_are_accepted_and_spoilt_ones_are_not() {
        let mut draw = ChaCha8Rng::seed_from_u64(7);
        let mut refused = 0;
        for _ in 0..300 {
            let mut history = drawn(&mut draw);
            assert_eq!(complaint(&history), None, "{history:#?}");
            let reads = history.iter_mut().filter(|one| matches!(one.outcome, Outcome::Found(_)));
            let reads: Vec<_> = reads.collect();
            let place = draw.next_u64() as usize % reads.len();
            if let Some(read) = reads.into_iter().nth(place) {
                read.outcome = Outcome::Found(draw.next_u64() % 41);
            }
            refused += u64::from(complaint(&history).is_some());
        }
        assert!(refused > 200, "{refused} of 300");
    }
}
