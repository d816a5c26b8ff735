//! From the records of a key to the operations on a register that both checkers judge.
//!
//! Promises: the operations are legal exactly if some order of the records is, apart from records
//! of swaps that tell nothing but that they found another value; these are kept apart. No operation
//! is pending. An operation of unknown outcome whose value somebody saw had taken effect before
//! the end of the first operation that saw it; one whose value nobody saw is left out: if it took
//! effect, another write did before anybody looked. Increments are swaps of a number for the next
//! one, and every number that a counter skipped belongs to an increment of unknown outcome.

use std::collections::{BTreeMap, BTreeSet};

use whitewater::history::operation::{Action, Operation};

use crate::history::{Outcome, Record, Request};

/// A swap that found another value than this one, which its reply does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Differs {
    /// The expected value.
    pub expected: u64,
    /// The event of the call.
    pub call: u64,
    /// The event of the end.
    pub done: u64,
}

/// What clients did to one key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operations {
    /// Reads, writes and swaps.
    pub known: Vec<Operation>,
    /// Swaps that found another value. Empty if an operation was left out: they may have found its
    /// value.
    pub differs: Vec<Differs>,
}

/// A counter gave one number to two increments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountedTwice(pub u64);

impl Operations {
    /// The operations of the records of one key.
    pub fn of(records: &[Record]) -> Result<Operations, CountedTwice> {
        let mut operations = Operations::default();
        let mut unknown_increments = Vec::new();
        for record in records {
            if let (Request::Increment, Outcome::Unknown(_)) = (record.request, &record.outcome) {
                unknown_increments.push(record.call);
            } else {
                operations.add(record);
            }
        }
        if records.iter().any(|record| record.request == Request::Increment) {
            operations.fill_gaps(unknown_increments)?;
        }
        operations.complete();
        Ok(operations)
    }

    fn add(&mut self, record: &Record) {
        let (call, end) = (record.call, record.end);
        let (done, action) = match (record.request, &record.outcome) {
            (Request::Get, &Outcome::Found(seen)) => (Some(end), Action::Read { seen }),
            (Request::Set { value }, Outcome::Done) => (Some(end), Action::Write { value }),
            (Request::Set { value }, Outcome::Unknown(_)) => (None, Action::Write { value }),
            (Request::Swap { expected, .. }, Outcome::Differs) => {
                return self.differs.push(Differs { expected, call, done: end });
            }
            (Request::Swap { expected, .. }, &Outcome::Found(seen)) if seen != expected => {
                (Some(end), Action::Read { seen })
            }
            (Request::Swap { expected: seen, value, .. }, Outcome::Done | Outcome::Found(_)) => {
                (Some(end), Action::Swap { seen, value })
            }
            (Request::Swap { expected: seen, value, .. }, Outcome::Unknown(_)) => {
                (None, Action::Swap { seen, value })
            }
            (Request::Increment, &Outcome::Found(seen)) => {
                (Some(end), Action::Swap { seen, value: seen + 1 })
            }
            _ => return,
        };
        self.known.push(Operation { key: 0, call, done, action });
    }

    /// Gives the numbers that a counter skipped to its increments of unknown outcome: they took
    /// effect in the order of the numbers, the k-th not before k of them were called.
    fn fill_gaps(&mut self, mut unknown: Vec<u64>) -> Result<(), CountedTwice> {
        unknown.sort_unstable();
        let mut counted = BTreeSet::new();
        let mut highest = 0;
        for operation in &self.known {
            match operation.action {
                Action::Swap { seen, value } => {
                    highest = highest.max(seen);
                    if !counted.insert(value) {
                        return Err(CountedTwice(value));
                    }
                }
                Action::Read { seen } => highest = highest.max(seen),
                Action::Write { .. } => {}
            }
        }
        let skipped = (1..=highest).filter(|number| !counted.contains(number));
        let filled = skipped.zip(unknown).map(|(value, call)| {
            let action = Action::Swap { seen: value - 1, value };
            Operation { key: 0, call, done: None, action }
        });
        self.known.extend(filled.collect::<Vec<_>>());
        Ok(())
    }

    /// Ends or leaves out the operations of unknown outcome.
    fn complete(&mut self) {
        loop {
            let seen = self.first_sights();
            let mut has_changed = false;
            for operation in self.known.iter_mut().filter(|one| one.done.is_none()) {
                let sight = written(operation).and_then(|value| seen.get(&value));
                operation.done = sight.map(|&done| done.max(operation.call));
                has_changed |= sight.is_some();
            }
            // A swap that took effect saw the value before its own.
            if !has_changed {
                break;
            }
        }
        let before = self.known.len();
        self.known.retain(|operation| operation.done.is_some());
        if self.known.len() < before {
            self.differs.clear();
        }
    }

    /// When each value had been seen first.
    pub fn first_sights(&self) -> BTreeMap<u64, u64> {
        let mut first = BTreeMap::new();
        for operation in &self.known {
            let (Action::Read { seen } | Action::Swap { seen, .. }) = operation.action else {
                continue;
            };
            if let Some(done) = operation.done {
                first.entry(seen).and_modify(|at: &mut u64| *at = done.min(*at)).or_insert(done);
            }
        }
        first
    }
}

/// The value that an operation writes.
pub fn written(operation: &Operation) -> Option<u64> {
    match operation.action {
        Action::Write { value } | Action::Swap { value, .. } => Some(value),
        Action::Read { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Key;

    fn record(events: (u64, u64), request: Request, outcome: Outcome) -> Record {
        let (call, end) = events;
        let (client, node, key) = (1, 1, Key::Register(0));
        Record { client, node, key, request, outcome, call, end, called_at: call, ended_at: end }
    }

    fn unknown() -> Outcome {
        Outcome::Unknown("timeout".into())
    }

    fn swap(expected: u64, value: u64) -> Request {
        Request::Swap { expected, value, get: false }
    }

    fn known(records: &[Record]) -> Vec<(u64, Option<u64>, Action)> {
        let operations = Operations::of(records).expect("no number is counted twice");
        operations.known.iter().map(|one| (one.call, one.done, one.action)).collect()
    }

    #[test]
    fn each_record_becomes_the_operation_that_its_client_knows_of() {
        let records = [
            record((1, 2), Request::Set { value: 7 }, Outcome::Done),
            record((3, 4), swap(7, 8), Outcome::Done),
            record((5, 6), swap(8, 9), Outcome::Found(8)),
            record((7, 8), swap(8, 10), Outcome::Found(9)),
            record((9, 10), Request::Get, Outcome::Found(9)),
            record((11, 12), Request::Set { value: 11 }, Outcome::Failed("NOLEADER".into())),
            record((13, 14), Request::Get, unknown()),
        ];
        let expected = [
            (1, Some(2), Action::Write { value: 7 }),
            (3, Some(4), Action::Swap { seen: 7, value: 8 }),
            (5, Some(6), Action::Swap { seen: 8, value: 9 }),
            (7, Some(8), Action::Read { seen: 9 }),
            (9, Some(10), Action::Read { seen: 9 }),
        ];
        assert_eq!(known(&records), expected);
    }

    #[test]
    fn a_write_of_unknown_outcome_that_was_seen_took_effect_by_then() {
        let records = [
            record((1, 9), Request::Set { value: 7 }, unknown()),
            record((20, 22), Request::Get, Outcome::Found(7)),
            record((30, 31), Request::Get, Outcome::Found(7)),
        ];
        assert_eq!(known(&records)[0], (1, Some(22), Action::Write { value: 7 }));
    }

    #[test]
    fn a_swap_that_took_effect_saw_a_value_that_was_unknown_before() {
        let records = [
            record((1, 9), Request::Set { value: 7 }, unknown()),
            record((2, 8), swap(7, 8), unknown()),
            record((20, 22), Request::Get, Outcome::Found(8)),
        ];
        let expected = [(1, Some(22)), (2, Some(22)), (20, Some(22))];
        let times: Vec<_> = known(&records).iter().map(|&(call, done, _)| (call, done)).collect();
        assert_eq!(times, expected);
    }

    #[test]
    fn a_write_of_unknown_outcome_that_nobody_saw_is_left_out() {
        let records = [
            record((1, 9), Request::Set { value: 7 }, unknown()),
            record((2, 3), swap(0, 8), Outcome::Differs),
            record((20, 22), Request::Get, Outcome::Found(0)),
        ];
        let operations = Operations::of(&records).expect("it is no counter");
        assert_eq!((operations.known.len(), operations.differs.len()), (1, 0));
        let operations = Operations::of(&records[1..]).expect("it is no counter");
        assert_eq!(operations.differs, [Differs { expected: 0, call: 2, done: 3 }]);
    }

    #[test]
    fn a_number_that_a_counter_skipped_belongs_to_an_increment_of_unknown_outcome() {
        let records = [
            record((1, 2), Request::Increment, Outcome::Found(0)),
            record((3, 9), Request::Increment, unknown()),
            record((4, 9), Request::Increment, unknown()),
            record((20, 22), Request::Increment, Outcome::Found(2)),
        ];
        let expected = [
            (1, Some(2), Action::Swap { seen: 0, value: 1 }),
            (20, Some(22), Action::Swap { seen: 2, value: 3 }),
            (3, Some(22), Action::Swap { seen: 1, value: 2 }),
        ];
        assert_eq!(known(&records), expected);
    }

    #[test]
    fn a_counter_gives_no_number_twice() {
        let records = [
            record((1, 2), Request::Increment, Outcome::Found(0)),
            record((3, 4), Request::Increment, Outcome::Found(0)),
        ];
        assert_eq!(Operations::of(&records), Err(CountedTwice(1)));
    }
}
