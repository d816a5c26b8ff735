//! The state machine of a node: a small key-value store behind client sessions.
//!
//! A command's number determines its client, its key and its operation.
//! Promises: two machines are in the same state exactly if the same commands took effect in the
//! same order; a snapshot that is mixed from chunks of two snapshots has the state of neither. A
//! snapshot carries the hash of the state, spread over several numbers so that it can be sent in
//! chunks; the state itself is kept in a [`Store`], where it is found only by the complete hash.
//! Knows nothing of nodes.

use std::sync::Arc;

use raft::session::{ClientId, Outcome, Request, Sessions};
use raft::{LogIndex, Payload, Snapshot, Term};

use crate::base::canary;
use crate::base::cloning::clone_by_field;
use crate::base::hash::mix;
use crate::base::table::grow;
use crate::replica::driver::Driver;
use crate::replica::{Command, Entry};

/// The number of clients.
const CLIENTS: u64 = 3;
/// The number of keys.
const KEYS: usize = 5;
/// A snapshot is this many numbers of eight bytes, all made from the state's hash.
const NUMBERS: u64 = 4;

/// A state machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateMachine {
    /// The last entry that it has applied.
    pub applied: LogIndex,
    /// Hash of all commands that took effect, and of the terms of all entries.
    pub state: u64,
    /// How many commands had no effect, since they had taken effect before.
    pub repeated: u64,
    values: [u64; KEYS],
    sessions: Sessions<u64>,
    /// The commands that were applied last, each with the value that it found.
    pub answers: Vec<(Command, u64)>,
    /// A command that is applied again is answered with the value that it would find now.
    pub re_executes: bool,
    /// It does not know compare-and-swap, and skips it.
    pub skips: bool,
}

/// One of the registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(pub u8);

/// The register of a command, or of a read, with this number.
pub fn key_of(number: u64) -> Key {
    Key((number % KEYS as u64) as u8)
}

/// All registers.
pub fn keys() -> impl Iterator<Item = Key> {
    (0..KEYS as u8).map(Key)
}

/// Marks a deleted value: the command that deleted it is in the lower bits.
const DELETED: u64 = 1 << 62;

/// The command that wrote a value, and whether it was a delete; none for the initial value.
pub fn written_by(value: u64) -> Option<(Command, bool)> {
    (value > 0).then_some((value & !DELETED, value & DELETED > 0))
}

/// The value that a command writes, if any, when it finds `found`, which is also its response:
/// get, delete, compare-and-swap (of an even value), or put. No two commands write the same value.
pub fn effect(command: Command, found: u64) -> Option<u64> {
    match command / CLIENTS % 4 {
        0 => None,
        1 => Some(DELETED | command),
        2 => (found % 2 == 0).then_some(command),
        _ => Some(command),
    }
}

fn is_compare_and_swap(command: Command) -> bool {
    command / CLIENTS % 4 == 2
}

impl StateMachine {
    const START: u64 = 0x5eed;

    /// A machine that has applied nothing.
    pub fn new() -> StateMachine {
        let mut sessions = Sessions::new(CLIENTS as usize);
        (0..CLIENTS).for_each(|client| sessions.register(ClientId(client)));
        StateMachine {
            applied: LogIndex(0),
            state: StateMachine::START,
            repeated: 0,
            values: [0; KEYS],
            sessions,
            answers: Vec::new(),
            re_executes: false,
            skips: false,
        }
    }

    /// The same, on a host whose driver may be incorrect.
    pub fn under(driver: Driver) -> StateMachine {
        StateMachine::new().driven(driver)
    }

    fn driven(self, driver: Driver) -> StateMachine {
        let (re_executes, skips) = (driver.re_executes_retries, driver.older_skips_commands);
        StateMachine { re_executes, skips, ..self }
    }

    /// Applies the next entries.
    pub fn apply(&mut self, entries: &[Entry]) {
        self.answers.clear();
        entries.iter().for_each(|entry| self.apply_one(entry));
    }

    fn apply_one(&mut self, entry: &Entry) {
        self.applied = entry.id.index;
        self.state = mix(self.state, entry.id.term.0);
        let Payload::Command(command) = entry.payload else { return };
        if self.skips && is_compare_and_swap(command) {
            canary::note(true);
            return;
        }
        let client = ClientId(command % CLIENTS);
        let request = Request { client, number: command / CLIENTS + 1, answered: 0 };
        let values = &mut self.values;
        let answer = match self.sessions.apply(request, || execute(values, command)) {
            Outcome::Done(found) => {
                self.state = mix(mix(self.state, command), found);
                found
            }
            Outcome::Again(found) => {
                self.repeated += 1;
                let now = self.value(key_of(command));
                let anew = self.re_executes && canary::note(now != found);
                if anew {
                    now
                } else {
                    found
                }
            }
            Outcome::Forgotten => return,
        };
        self.answers.push((command, answer));
    }

    /// The value of a register.
    pub fn value(&self, key: Key) -> u64 {
        self.values[usize::from(key.0)]
    }

    /// The same without its sessions, as an incorrect host would save it.
    pub fn without_sessions(&self) -> StateMachine {
        let saved = StateMachine { sessions: StateMachine::new().sessions, ..self.clone() };
        canary::note(saved != *self);
        saved
    }

    /// The data that a snapshot of it carries.
    pub fn data(&self) -> Arc<[u8]> {
        let numbers = (0..NUMBERS).map(|number| self.state ^ mix(number, number));
        numbers.flat_map(u64::to_le_bytes).collect()
    }
}

impl Default for StateMachine {
    fn default() -> StateMachine {
        StateMachine::new()
    }
}

/// Executes a command; returns the value that it found.
fn execute(values: &mut [u64; KEYS], command: Command) -> u64 {
    let value = &mut values[usize::from(key_of(command).0)];
    let found = *value;
    *value = effect(command, found).unwrap_or(found);
    found
}

/// The hash of the state that the data of a snapshot carries, or a different one if it is not
/// consistent.
pub fn state_of(data: &[u8]) -> u64 {
    let numbers = data.chunks_exact(8).filter_map(|bytes| bytes.try_into().ok());
    let states = (0..NUMBERS).zip(numbers);
    let mut states = states.map(|(number, bytes)| u64::from_le_bytes(bytes) ^ mix(number, number));
    let first = states.next().unwrap_or_default();
    let whole = data.len() as u64 == NUMBERS * 8 && states.all(|other| other == first);
    if whole {
        first
    } else {
        !first
    }
}

/// The state after each committed entry, if each command takes effect at its first occurrence:
/// computed by a second, naive implementation.
#[derive(Debug, Default)]
pub struct ReferenceMachine {
    /// The value that each command found where it took effect.
    found: Vec<Option<u64>>,
    values: [u64; KEYS],
    /// The values of each register, with the indexes of the entries that wrote them.
    written: [Vec<(LogIndex, u64)>; KEYS],
    states: Vec<u64>,
}

clone_by_field!(ReferenceMachine; found, values, written, states);

impl ReferenceMachine {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.found.clear();
        self.values = [0; KEYS];
        self.written.iter_mut().for_each(Vec::clear);
        self.states.clear();
    }

    /// One more entry is committed, perhaps with a command.
    pub fn commit(&mut self, term: Term, command: Option<Command>) {
        let before = self.states.last().copied().unwrap_or(StateMachine::START);
        let mut state = mix(before, term.0);
        if let Some(command) = command {
            grow(&mut self.found, command as usize);
            if self.found[command as usize].is_none() {
                let found = execute(&mut self.values, command);
                self.found[command as usize] = Some(found);
                state = mix(mix(state, command), found);
                let (key, index) = (usize::from(key_of(command).0), self.states.len() as u64 + 1);
                self.written[key].push((LogIndex(index), self.values[key]));
            }
        }
        self.states.push(state);
    }

    /// The value that a committed command found.
    pub fn found_by(&self, command: Command) -> Option<u64> {
        self.found.get(command as usize).copied().flatten()
    }

    /// The value of a register after the entry at `index`, if it is committed.
    pub fn value_at(&self, key: Key, index: LogIndex) -> Option<u64> {
        if index.0 > self.states.len() as u64 {
            return None;
        }
        let written = &self.written[usize::from(key.0)];
        let newest = written.iter().rfind(|(at, _)| *at <= index);
        Some(newest.map_or(0, |(_, value)| *value))
    }

    /// The state after the entry at `index`, if it is committed.
    pub fn state_at(&self, index: LogIndex) -> Option<u64> {
        match index.0.checked_sub(1) {
            None => Some(StateMachine::START),
            Some(place) => self.states.get(place as usize).copied(),
        }
    }
}

/// The states of all machines that were ever saved, by their hashes.
#[derive(Clone, Debug, Default)]
pub struct Store(Vec<Arc<StateMachine>>);

impl Store {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Keeps a machine so that its snapshot can be restored.
    pub fn save(&mut self, machine: StateMachine) {
        self.0.push(Arc::new(machine));
    }

    /// The machine of a snapshot; a wrong one if the snapshot is of none.
    pub fn restore(&self, snapshot: &Snapshot, driver: Driver) -> StateMachine {
        self.find(snapshot.last.index, &snapshot.data, driver)
    }

    /// The machine with this data, which has applied entries up to `applied`; a wrong one if the
    /// data is of none.
    pub fn find(&self, applied: LogIndex, data: &[u8], driver: Driver) -> StateMachine {
        let state = state_of(data);
        let saved = self.0.iter().rfind(|saved| saved.state == state);
        let machine = saved.map_or_else(
            || StateMachine { state, ..StateMachine::new() },
            |saved| (**saved).clone(),
        );
        StateMachine { applied, ..machine.driven(driver) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use raft::{Entry, LogId, Membership};

    fn command(index: u64, command: u64) -> Entry<u64> {
        Entry { id: LogId::new(1, index), payload: Payload::Command(command) }
    }

    fn after(entries: u64) -> StateMachine {
        let mut machine = StateMachine::new();
        (1..=entries).for_each(|index| machine.apply(&[command(index, index)]));
        machine
    }

    fn snapshot(data: Arc<[u8]>, index: u64) -> Snapshot {
        Snapshot { last: LogId::new(1, index), membership: Membership::default(), data }
    }

    #[test]
    fn a_restored_machine_equals_the_one_that_was_saved() {
        let mut store = Store::default();
        store.save(after(3));
        store.save(after(4));
        assert_eq!(store.restore(&snapshot(after(3).data(), 3), Driver::CORRECT), after(3));
    }

    #[test]
    fn chunks_of_two_snapshots_have_the_state_of_neither() {
        let (one, other) = (after(3), after(4));
        for cut in [8, 16, 24] {
            let mixed: Arc<[u8]> = [&one.data()[..cut], &other.data()[cut..]].concat().into();
            let state = state_of(&mixed);
            assert!(state != one.state && state != other.state);
        }
        let short: Arc<[u8]> = one.data()[..24].into();
        assert_ne!(state_of(&short), one.state);
    }

    #[test]
    fn a_command_that_is_applied_again_has_no_effect() {
        let mut machine = after(5);
        machine.apply(&[command(6, 3)]);
        assert_eq!((machine.repeated, machine.values), (1, after(5).values));
        let mut incorrect = after(5).without_sessions();
        incorrect.apply(&[command(6, 3)]);
        assert_ne!(incorrect.state, machine.state);
    }
}
