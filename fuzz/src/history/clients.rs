//! The requests of clients and their responses: the part of a history that users can observe.
//!
//! Promises: every operation has a call event, and a response event if its client received one; no
//! two of these events have the same time. A client receives a response only from the node that
//! got its last request, and only in the same incarnation of that node; otherwise the outcome is
//! unknown. Knows nothing of logs, except the index up to which clients know them to be applied.

use raft::{LogIndex, NodeId};

use crate::base::cloning::clone_by_field;
use crate::history::operation::{Action, Operation};
use crate::history::state_machine::{effect, key_of, Key};
use crate::replica::Command;

/// A command that a client proposed.
#[derive(Clone, Copy, Debug)]
struct Proposal {
    /// The node that got the last request for it, and the incarnation of that node.
    requested_at: (NodeId, u64),
    times: u32,
    call: u64,
    /// The time of the response, and the value in it: the one that the command found.
    response: Option<(u64, u64)>,
}

/// A read that a client requested.
#[derive(Clone, Copy, Debug)]
pub struct ReadFact {
    /// The node that got the request.
    pub node: NodeId,
    /// The incarnation of that node.
    pub incarnation: u64,
    /// The last entry that some client knew of before the read: the read must include it.
    pub floor: LogIndex,
    /// The read is pending.
    pub open: bool,
    /// The node may serve the read from the state after this entry or a later one.
    pub index: Option<LogIndex>,
    call: u64,
    response: Option<(u64, u64)>,
}

/// All requests of clients in one run, and their responses.
#[derive(Debug, Default)]
pub struct Clients {
    /// How many commands clients have proposed: they are numbered from 1.
    pub proposals: Command,
    proposed: Vec<Proposal>,
    /// Reads by number.
    pub reads: Vec<ReadFact>,
    /// The value of each key after a recovery.
    scan: Vec<(u64, Key, u64)>,
    /// The last entry whose effects some client has observed.
    pub known: LogIndex,
    now: u64,
}

clone_by_field!(Clients; proposals, proposed, reads, scan, known, now);

impl Clients {
    pub(crate) fn begin(&mut self) {
        self.proposals = 0;
        self.proposed.clear();
        self.reads.clear();
        self.scan.clear();
        self.known = LogIndex(0);
        self.now = 0;
    }

    fn tick(&mut self) -> u64 {
        self.now += 1;
        self.now
    }

    /// A client proposes a command to a node in an incarnation; returns the command's number. If
    /// `again` is not 0, the client repeats the command that was proposed `again` commands ago.
    pub(crate) fn propose(&mut self, requested_at: (NodeId, u64), again: u64) -> Command {
        if again == 0 {
            let call = self.tick();
            self.proposals += 1;
            self.proposed.push(Proposal { requested_at, times: 1, call, response: None });
            return self.proposals;
        }
        let command = self.proposals + 1 - again;
        let proposal = &mut self.proposed[command as usize - 1];
        proposal.requested_at = requested_at;
        proposal.times += 1;
        command
    }

    fn proposal(&self, command: Command) -> Option<&Proposal> {
        self.proposed.get(command.checked_sub(1)? as usize)
    }

    /// The number of times that a command was proposed.
    pub fn times_proposed(&self, command: Command) -> u32 {
        self.proposal(command).map_or(0, |proposal| proposal.times)
    }

    /// Whether a client waits for the response to a command from a node in this incarnation.
    pub fn awaits_response(&self, command: Command, at: (NodeId, u64)) -> bool {
        self.proposal(command).is_some_and(|proposal| proposal.requested_at == at)
    }

    /// A client receives the response to a command: the value that the command found.
    pub(crate) fn respond(&mut self, command: Command, found: u64) {
        let now = self.tick();
        self.proposed[command as usize - 1].response.get_or_insert((now, found));
    }

    /// A client requests a read from a node in an incarnation; returns the number of the read.
    pub(crate) fn request_read(&mut self, (node, incarnation): (NodeId, u64)) -> u64 {
        let (floor, call) = (self.known, self.tick());
        let fact =
            ReadFact { node, incarnation, floor, open: true, index: None, call, response: None };
        self.reads.push(fact);
        self.reads.len() as u64 - 1
    }

    /// A node has answered a read: it may be served from the state after `index`, or is refused.
    pub(crate) fn read_answered(&mut self, number: u64, index: Option<LogIndex>) {
        let Some(read) = self.reads.get_mut(number as usize) else { return };
        read.open = false;
        read.index = index;
    }

    /// A client receives the response to its read, served from the state after `applied`.
    pub(crate) fn serve(&mut self, number: u64, found: u64, applied: LogIndex) {
        let now = self.tick();
        self.known = self.known.max(applied);
        if let Some(read) = self.reads.get_mut(number as usize) {
            read.response.get_or_insert((now, found));
        }
    }

    /// At the end of the run, a client reads a key.
    pub(crate) fn scan(&mut self, key: Key, found: u64) {
        let now = self.tick();
        self.scan.push((now, key, found));
    }

    /// All of them as operations on registers.
    pub fn operations(&self) -> impl Iterator<Item = Operation> + '_ {
        let commands = (1..).zip(&self.proposed).filter_map(|(command, proposal)| {
            let key = key_of(command).0;
            let (call, done) = (proposal.call, proposal.response.map(|(done, _)| done));
            let action = match proposal.response {
                Some((_, seen)) => match effect(command, seen) {
                    Some(value) => Action::Swap { seen, value },
                    None => Action::Read { seen },
                },
                // The outcome is unknown; a read with an unknown outcome is left out.
                None => Action::Write { value: effect(command, 0)? },
            };
            Some(Operation { key, call, done, action })
        });
        let reads = (0..).zip(&self.reads).filter_map(|(number, read)| {
            let (done, seen) = read.response?;
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

    /// Clients that have proposed this many commands.
    fn proposed(commands: u64) -> Clients {
        let mut clients = Clients::default();
        for _ in 0..commands {
            clients.propose(HERE, 0);
        }
        clients
    }

    #[test]
    fn a_client_waits_only_at_the_node_that_got_its_last_request() {
        let mut clients = proposed(2);
        assert!(clients.awaits_response(1, HERE) && !clients.awaits_response(1, (NodeId(0), 2)));
        assert_eq!(clients.propose((NodeId(1), 1), 2), 1);
        assert!(clients.awaits_response(1, (NodeId(1), 1)) && !clients.awaits_response(1, HERE));
        assert_eq!((clients.times_proposed(1), clients.times_proposed(2)), (2, 1));
    }

    #[test]
    fn a_read_that_misses_an_acknowledged_command_is_not_linearizable() {
        let put = (1..).find(|&command| effect(command, 0) == Some(command)).expect("one puts");
        let mut clients = proposed(put);
        clients.respond(put, 0);
        let read = (0..).find(|&number| key_of(number) == key_of(put)).expect("one reads that key");
        for _ in 0..=read {
            clients.request_read(HERE);
        }
        let mut right = clients.clone();
        right.serve(read, put, LogIndex(1));
        assert!(check(&right));
        clients.serve(read, 0, LogIndex(1));
        assert!(!check(&clients));
    }

    #[test]
    fn a_command_without_a_response_may_have_taken_effect_or_not() {
        let put = (1..).find(|&command| effect(command, 0) == Some(command)).expect("one puts");
        for found in [0, put] {
            let mut clients = proposed(put);
            clients.scan(key_of(put), found);
            assert!(check(&clients), "{found}");
        }
    }
}
