//! Hand-made histories, for the tests of oracles.

use std::sync::Arc;

use raft::{
    Ended, HardState, LogId, LogIndex, Membership, NodeId, NodeSet, Payload, Progress, Read,
    ReadId, Refused, Role, Snapshot, Term, WriteId,
};

use crate::history::monitor::Monitor;
use crate::history::recorder::Recorder;
use crate::history::state_machine::StateMachine;
use crate::history::step::{Request, Step};
use crate::history::violation::Verdict;
use crate::replica::ours::Ours;
use crate::replica::{Entry, MessageBody, MessageView, Replica, View, Write};
use crate::schedule::Setup;

/// The history of a cluster of `nodes` that have just started, checked by one oracle.
pub fn cluster<M: Monitor>(nodes: u8) -> Recorder<M> {
    let mut recorder = Recorder::default();
    let setup = Setup { nodes, ..Setup::default() };
    recorder.begin(&setup, &Ours::CAPABILITIES);
    recorder.history.clients.proposals = 1_000;
    for id in 0..nodes {
        recorder.started(NodeId(id), View::default(), None).expect("an empty start is legal");
    }
    recorder
}

/// A write of entries (term, command) from `index` on.
pub fn write(index: u64, entries: &[(u64, u64)]) -> Write {
    let entry = |(at, &(term, command)): (u64, &(u64, u64))| Entry {
        id: LogId::new(term, at),
        payload: if command == 0 { Payload::Noop } else { Payload::Command(command) },
    };
    let entries = (index..).zip(entries).map(entry).collect();
    Write { id: WriteId(0), entries, sync: true, ..Write::default() }
}

/// The same, after a truncation from `index` on.
pub fn overwrite(index: u64, entries: &[(u64, u64)]) -> Write {
    Write { truncate_from: Some(LogIndex(index)), ..write(index, entries) }
}

/// A set of nodes.
pub fn set(nodes: &[u8]) -> NodeSet {
    nodes.iter().copied().map(NodeId).collect()
}

/// A write of a change to these voters.
pub fn change(index: u64, term: u64, voters: &[u8]) -> Write {
    joint(index, term, voters, &[])
}

/// A write of a change to joint consensus.
pub fn joint(index: u64, term: u64, voters: &[u8], outgoing: &[u8]) -> Write {
    let (voters, outgoing) = (set(voters), set(outgoing));
    membership(index, term, Membership { voters, outgoing, ..Membership::default() })
}

/// A write of a change to this membership.
pub fn membership(index: u64, term: u64, members: Membership) -> Write {
    let entry = Entry { id: LogId::new(term, index), payload: Payload::Change(members) };
    Write { entries: vec![entry], ..write(index, &[]) }
}

/// A write of a snapshot up to `last`, of a state machine that has applied these entries.
pub fn snapshot<M>(run: &Recorder<M>, last: LogId, applied: &[(u64, u64)]) -> Write {
    let mut machine = StateMachine::new();
    machine.apply(&write(1, applied).entries);
    let (membership, data) = (run.history.membership, machine.data());
    let snapshot = Some(Arc::new(Snapshot { last, membership, data }));
    Write { snapshot, ..write(1, &[]) }
}

/// A write of a term and a vote.
pub fn ballot(term: u64, vote: Option<u8>) -> Write {
    let hard_state = Some(HardState { term: Term(term), vote: vote.map(NodeId) });
    Write { hard_state, ..write(1, &[]) }
}

/// A vote that is refused, without a reason.
pub const REFUSED: MessageBody = MessageBody::VoteRefused { vote: None, term: None };

/// A message.
pub fn says(from: u8, to: u8, term: u64, body: MessageBody) -> MessageView {
    let (from, to, term) = (NodeId(from), NodeId(to), Term(term));
    MessageView { from, to, term, body, committed: LogId::ZERO, lease: 0 }
}

/// A leader's progress of a follower.
pub fn knows(match_index: u64, next_index: u64) -> Progress {
    Progress { match_index: LogIndex(match_index), next_index: LogIndex(next_index) }
}

impl<M: Monitor> Recorder<M> {
    /// The run has this setup.
    pub fn has_setup(&mut self, setup: Setup) {
        self.history.setup = setup;
        self.history.nodes.iter_mut().for_each(|node| node.setup = setup);
    }

    fn view_of(&self, node: u8) -> View {
        self.history.node(NodeId(node)).view
    }

    fn record_step(&mut self, node: u8, view: View, write: Option<&Write>, to: Out) -> Verdict {
        let step = Step {
            node: NodeId(node),
            received: to.received.as_ref(),
            ticked: to.ticked,
            request: to.request,
            view,
            write,
            machine: &to.machine,
            restored: false,
            applied: &to.applied,
            refused: to.refused.as_ref(),
            reads: &to.reads,
            ended: &to.ended,
        };
        let known = self.history.node(NodeId(node)).progress;
        let progress = |peer: NodeId| match to.progress {
            Some((id, progress)) if id == peer.0 => Some(progress),
            _ if to.initial => Some(knows(0, view.last_log.index.0 + 1)),
            _ => Some(known[peer]),
        };
        self.step(&step, || None, progress, to.sent.into_iter())
    }

    /// A node enters a role in a term, with no vote.
    pub fn becomes(&mut self, node: u8, role: Role, term: u64) -> Verdict {
        let hard_state = HardState { term: Term(term), vote: None };
        let view = View { role, hard_state, ..self.view_of(node) };
        self.record_step(node, view, None, Out { initial: true, ..Out::default() })
    }

    /// A node's clock ticks, and it campaigns in this role and term, with no vote.
    pub fn campaigns(&mut self, node: u8, role: Role, term: u64) -> Verdict {
        let hard_state = HardState { term: Term(term), vote: None };
        let view = View { role, hard_state, ..self.view_of(node) };
        self.record_step(node, view, None, Out { ticked: true, ..Out::default() })
    }

    /// A node votes.
    pub fn votes(&mut self, node: u8, term: u64, vote: u8) -> Verdict {
        let hard_state = HardState { term: Term(term), vote: Some(NodeId(vote)) };
        let view = View { hard_state, ..self.view_of(node) };
        self.record_step(node, view, None, Out::default())
    }

    /// A node changes its log, in memory.
    pub fn writes(&mut self, node: u8, write: &Write) -> Verdict {
        self.writes_with(node, self.view_of(node).role, write, Out::default())
    }

    /// A leader changes its log, in memory, and its commit index.
    pub fn writes_and_commits(&mut self, node: u8, write: &Write, commit: u64) -> Verdict {
        let last_log = write.entries.last().map_or(self.view_of(node).last_log, |entry| entry.id);
        let view = View { last_log, commit: LogIndex(commit), ..self.view_of(node) };
        self.record_step(node, view, Some(write), Out::default())
    }

    /// A leader changes its log, in memory, and steps down.
    pub fn writes_and_follows(&mut self, node: u8, write: &Write) -> Verdict {
        self.writes_with(node, Role::Follower, write, Out::default())
    }

    /// A node receives a message, and changes its log, in memory.
    pub fn receives_and_writes(&mut self, message: MessageView, write: &Write) -> Verdict {
        let (node, out) = (message.to.0, Out { received: Some(message), ..Out::default() });
        self.writes_with(node, self.view_of(node).role, write, out)
    }

    fn writes_with(&mut self, node: u8, role: Role, write: &Write, out: Out) -> Verdict {
        let old = self.view_of(node);
        let kept = write.truncate_from.map_or(old.last_log.index.0, |index| index.0 - 1);
        let term = self.history.node(NodeId(node)).log.at(LogIndex(kept)).expect("kept").term;
        let installed = write.snapshot.as_ref().map(|snapshot| snapshot.last);
        let last = installed.filter(|last| last.index.0 > kept).unwrap_or(LogId::new(term.0, kept));
        let last = write.entries.last().map_or(last, |entry| entry.id);
        let view =
            View { last_log: last, hard_state: write.hard_state.unwrap_or(old.hard_state), ..old };
        self.record_step(node, View { role, ..view }, Some(write), out)
    }

    /// A node changes its log, in memory and on disk.
    pub fn stores(&mut self, node: u8, write: &Write) -> Verdict {
        self.writes(node, write)?;
        self.persisted(NodeId(node), write)
    }

    /// A node answers a read.
    pub fn answers(&mut self, node: u8, number: u64, index: u64) -> Verdict {
        let read = Read { id: ReadId(number), answer: Ok(LogIndex(index)) };
        let out = Out { reads: vec![read], ..Out::default() };
        self.record_step(node, self.view_of(node), None, out)
    }

    /// A node's commit index changes.
    pub fn commits(&mut self, node: u8, commit: u64) -> Verdict {
        let view = View { commit: LogIndex(commit), ..self.view_of(node) };
        self.record_step(node, view, None, Out::default())
    }

    /// A leader's commit index changes, and it steps down.
    pub fn commits_and_follows(&mut self, node: u8, commit: u64) -> Verdict {
        let (commit, role) = (LogIndex(commit), Role::Follower);
        self.record_step(node, View { commit, role, ..self.view_of(node) }, None, Out::default())
    }

    /// A node sends a message.
    pub fn sends(&mut self, message: MessageView) -> Verdict {
        let node = message.from.0;
        let out = Out { sent: vec![message], ..Out::default() };
        self.record_step(node, self.view_of(node), None, out)
    }

    /// A node receives a message, without an effect.
    pub fn receives(&mut self, message: MessageView) -> Verdict {
        let node = message.to.0;
        let out = Out { received: Some(message), ..Out::default() };
        self.record_step(node, self.view_of(node), None, out)
    }

    /// A node receives a request, which it refuses or accepts; accepted commands are appended.
    pub fn requests(&mut self, node: u8, request: Request, refused: Option<Refused>) -> Verdict {
        let out = Out { request: Some(request), refused, ..Out::default() };
        self.record_step(node, self.view_of(node), None, out)
    }

    /// An accepted request ends.
    pub fn ends(&mut self, node: u8, ended: Ended) -> Verdict {
        let out = Out { ended: vec![ended], ..Out::default() };
        self.record_step(node, self.view_of(node), None, out)
    }

    /// A node's clock ticks, without an effect.
    pub fn ticks(&mut self, node: u8) -> Verdict {
        let out = Out { ticked: true, ..Out::default() };
        self.record_step(node, self.view_of(node), None, out)
    }

    /// A leader's progress of a peer changes.
    pub fn learns(&mut self, leader: u8, peer: u8, progress: Progress) -> Verdict {
        let out = Out { progress: Some((peer, progress)), ..Out::default() };
        self.record_step(leader, self.view_of(leader), None, out)
    }

    /// A node applies the entry at `index` of its log, with this command.
    pub fn applies(&mut self, node: u8, index: u64, command: u64) -> Verdict {
        let applied = write(index, &[(1, command)]).entries;
        let out = Out { applied, ..Out::default() };
        self.record_step(node, self.view_of(node), None, out)
    }

    /// A node stops, and comes back with an empty disk.
    pub fn comes_back(&mut self, node: u8) -> Verdict {
        self.stopped(NodeId(node), 0)?;
        self.wiped(NodeId(node))?;
        self.started(NodeId(node), View::default(), None)
    }

    /// A node stops and restarts from its disk correctly.
    pub fn reboots(&mut self, node: u8) -> Verdict {
        self.stopped(NodeId(node), 0)?;
        let facts = self.history.node(NodeId(node));
        let view =
            View { hard_state: facts.disk_state, last_log: facts.disk.last(), ..View::default() };
        self.started(NodeId(node), view, None)
    }
}

#[derive(Default)]
struct Out {
    received: Option<MessageView>,
    ticked: bool,
    request: Option<Request>,
    refused: Option<Refused>,
    ended: Vec<Ended>,
    progress: Option<(u8, Progress)>,
    initial: bool,
    sent: Vec<MessageView>,
    applied: Vec<Entry>,
    reads: Vec<Read>,
    machine: StateMachine,
}
