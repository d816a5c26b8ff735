//! What clients asked and were told: the part of a history that users of the cluster see.
//!
//! Promises: every question has a call, and an answer if its client was told one; between any two
//! of them time goes on. A client hears an answer where it last asked, and only in the life of the
//! node in which it did; all else is unknown to it. Knows nothing of logs but how far a client
//! knows them to be applied.

use raft::{LogIndex, NodeId};

use crate::history::linearizability::{Action, Operation};
use crate::history::state_machine::{effect, key_of, Key};
use crate::replica::Command;

/// A command that a client asked for.
#[derive(Clone, Copy, Debug)]
struct Proposal {
    /// Where it was asked for last, and in which life of that node.
    asked_at: (NodeId, u64),
    times: u32,
    call: u64,
    /// When the client was told the value that the command found, and which.
    told: Option<(u64, u64)>,
}

/// A read that a client asked for.
#[derive(Clone, Copy, Debug)]
pub struct ReadFact {
    /// Where.
    pub node: NodeId,
    /// In which of its lives.
    pub life: u64,
    /// The last entry that some client knew of before: this read must not miss it.
    pub floor: LogIndex,
    /// It has not been answered yet.
    pub open: bool,
    /// It was answered, from the state after this entry or a later one.
    pub index: Option<LogIndex>,
    call: u64,
    told: Option<(u64, u64)>,
}

/// All that clients asked and were told in one run.
#[derive(Clone, Debug, Default)]
pub struct Clients {
    /// How many commands clients have proposed: they are numbered from 1.
    pub proposals: Command,
    asked: Vec<Proposal>,
    /// Reads by number.
    pub reads: Vec<ReadFact>,
    /// What was read of each key after a recovery.
    scan: Vec<(u64, Key, u64)>,
    /// The last entry that some client knows to be applied.
    pub known: LogIndex,
    now: u64,
}

impl Clients {
    pub(crate) fn begin(&mut self) {
        self.proposals = 0;
        self.asked.clear();
        self.reads.clear();
        self.scan.clear();
        self.known = LogIndex(0);
        self.now = 0;
    }

    fn tick(&mut self) -> u64 {
        self.now += 1;
        self.now
    }

    /// A client asks a node, in one of its lives, for a command; its number. With `again`, it is
    /// not the next one, but one that was asked for so many commands ago.
    pub(crate) fn propose(&mut self, asked_at: (NodeId, u64), again: u64) -> Command {
        if again == 0 {
            let call = self.tick();
            self.proposals += 1;
            self.asked.push(Proposal { asked_at, times: 1, call, told: None });
            return self.proposals;
        }
        let command = self.proposals + 1 - again;
        let proposal = &mut self.asked[command as usize - 1];
        proposal.asked_at = asked_at;
        proposal.times += 1;
        command
    }

    fn proposal(&self, command: Command) -> Option<&Proposal> {
        self.asked.get(command.checked_sub(1)? as usize)
    }

    /// How often a command was proposed.
    pub fn times_proposed(&self, command: Command) -> u32 {
        self.proposal(command).map_or(0, |proposal| proposal.times)
    }

    /// Whether a client waits for a command at a node, in one of its lives.
    pub fn waits(&self, command: Command, at: (NodeId, u64)) -> bool {
        self.proposal(command).is_some_and(|proposal| proposal.asked_at == at)
    }

    /// A client that waited for a command is told what it found.
    pub(crate) fn tell(&mut self, command: Command, found: u64) {
        let now = self.tick();
        self.asked[command as usize - 1].told.get_or_insert((now, found));
    }

    /// A client asks a node, in one of its lives, for a read; its number.
    pub(crate) fn ask(&mut self, (node, life): (NodeId, u64)) -> u64 {
        let (floor, call) = (self.known, self.tick());
        let fact = ReadFact { node, life, floor, open: true, index: None, call, told: None };
        self.reads.push(fact);
        self.reads.len() as u64 - 1
    }

    /// A read may be answered, from the state after `index`.
    pub(crate) fn read_answered(&mut self, number: u64, index: Option<LogIndex>) {
        let Some(read) = self.reads.get_mut(number as usize) else { return };
        read.open = false;
        read.index = index;
    }

    /// A client is told what its read found, in the state after `applied`.
    pub(crate) fn serve(&mut self, number: u64, found: u64, applied: LogIndex) {
        let now = self.tick();
        self.known = self.known.max(applied);
        if let Some(read) = self.reads.get_mut(number as usize) {
            read.told.get_or_insert((now, found));
        }
    }

    /// At the end of all, a client reads a key.
    pub(crate) fn scan(&mut self, key: Key, found: u64) {
        let now = self.tick();
        self.scan.push((now, key, found));
    }

    /// All of it as operations on registers.
    pub fn operations(&self) -> impl Iterator<Item = Operation> + '_ {
        let commands = (1..).zip(&self.asked).filter_map(|(command, proposal)| {
            let key = key_of(command).0;
            let (call, done) = (proposal.call, proposal.told.map(|(done, _)| done));
            let action = match proposal.told {
                Some((_, seen)) => match effect(command, seen) {
                    Some(value) => Action::Swap { seen, value },
                    None => Action::Read { seen },
                },
                // Nobody knows whether it was done; of a read that is of no matter.
                None => Action::Write { value: effect(command, 0)? },
            };
            Some(Operation { key, call, done, action })
        });
        let reads = (0..).zip(&self.reads).filter_map(|(number, read)| {
            let (done, seen) = read.told?;
            let (key, call) = (key_of(number).0, read.call);
            Some(Operation { key, call, done: Some(done), action: Action::Read { seen } })
        });
        let scan = self.scan.iter().map(|&(now, key, seen)| {
            let action = Action::Read { seen };
            Operation { key: key.0, call: now, done: Some(now), action }
        });
        commands.chain(reads).chain(scan)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::linearizability::Zones;

    const HERE: (NodeId, u64) = (NodeId(0), 1);

    fn check(clients: &Clients) -> bool {
        let operations: Vec<Operation> = clients.operations().collect();
        Zones::default().check(&operations).is_ok()
    }

    /// Clients that have proposed so many commands.
    fn asked(commands: u64) -> Clients {
        let mut clients = Clients::default();
        for _ in 0..commands {
            clients.propose(HERE, 0);
        }
        clients
    }

    #[test]
    fn an_answer_is_heard_where_the_command_was_asked_for_last() {
        let mut clients = asked(2);
        assert!(clients.waits(1, HERE) && !clients.waits(1, (NodeId(0), 2)));
        assert_eq!(clients.propose((NodeId(1), 1), 2), 1);
        assert!(clients.waits(1, (NodeId(1), 1)) && !clients.waits(1, HERE));
        assert_eq!((clients.times_proposed(1), clients.times_proposed(2)), (2, 1));
    }

    #[test]
    fn a_read_that_misses_what_a_client_was_told_is_not_linearizable() {
        let put = (1..).find(|&command| effect(command, 0) == Some(command)).expect("one puts");
        let mut clients = asked(put);
        clients.tell(put, 0);
        let read = (0..).find(|&number| key_of(number) == key_of(put)).expect("one reads that key");
        for _ in 0..=read {
            clients.ask(HERE);
        }
        let mut right = clients.clone();
        right.serve(read, put, LogIndex(1));
        assert!(check(&right));
        clients.serve(read, 0, LogIndex(1));
        assert!(!check(&clients));
    }

    #[test]
    fn what_nobody_was_told_may_have_happened_or_not() {
        let put = (1..).find(|&command| effect(command, 0) == Some(command)).expect("one puts");
        for found in [0, put] {
            let mut clients = asked(put);
            clients.scan(key_of(put), found);
            assert!(check(&clients), "{found}");
        }
    }
}
