//! One server and its disk, for tests that quote the paper: server 0 is under test, and the test
//! plays all other servers.

use std::collections::VecDeque;

use raft::{
    Appended, Body, Config, Durable, Entry, HardState, Input, Limits, LogId, LogIndex, Membership,
    Node, NodeId, NodeSet, Output, Payload, Role, Stamp, Term, Write,
};

pub type Command = &'static str;
pub const ELECTION: u32 = 10;
pub const HEARTBEAT: u32 = 3;

/// One server with its disk; `output` is the output of its last input.
#[derive(Clone)]
pub struct Host {
    pub config: Config,
    pub node: Node<Command>,
    pub disk: Durable<Command>,
    /// Writes that are requested and not yet durable. Only a `slow` host leaves any here.
    pub pending: VecDeque<Write<Command>>,
    pub slow: bool,
    pub output: Output<Command>,
    /// The indexes of all entries that were applied since the start.
    pub applied: Vec<u64>,
    /// The stamp of the newest AppendEntries to each server.
    pub stamps: [Stamp; 8],
}

impl Host {
    pub fn start(config: Config, disk: Durable<Command>) -> Host {
        let (node, output) = (Node::start(config, disk.clone()), Output::default());
        let (pending, applied) = (VecDeque::new(), Vec::new());
        let stamps = [Stamp::default(); 8];
        Host { config, node, disk, pending, slow: false, output, applied, stamps }
    }

    /// A crash, and a restart from what was durable.
    pub fn restarts(self) -> Host {
        Host::start(self.config, self.disk)
    }

    /// From now on each write becomes durable only when the test calls [`Host::persists`].
    pub fn slow(self) -> Host {
        Host { slow: true, ..self }
    }

    pub fn steps(mut self, input: Input<Command>) -> Host {
        self.node.step(input, &mut self.output);
        self.applied.extend(self.output.committed.iter().map(|entry| entry.id.index.0));
        self.pending.extend(self.output.write.take());
        for message in &self.output.messages {
            if let Body::AppendEntries { stamp, .. } = message.body {
                self.stamps[usize::from(message.to.0)] = stamp;
            }
        }
        match self.slow {
            true => self,
            false => self.persists(),
        }
    }

    /// The oldest write becomes durable; its output is added to that of the last input.
    pub fn persists(mut self) -> Host {
        let Some(write) = self.pending.pop_front() else { return self };
        self.disk.hard_state = write.hard_state.unwrap_or(self.disk.hard_state);
        let kept = write.truncate_from.unwrap_or(LogIndex(u64::MAX));
        self.disk.entries.retain(|entry| entry.id.index < kept);
        if let Some(snapshot) = write.snapshot {
            let covered = snapshot.last.index.0.saturating_sub(write.tail);
            self.disk.entries.retain(|entry| entry.id.index.0 > covered);
            self.disk.snapshot = Some(snapshot);
        }
        self.disk.entries.extend(write.entries);
        let before = std::mem::take(&mut self.output);
        let mut host = self.steps(Input::Persisted(write.id));
        host.output.messages.splice(..0, before.messages);
        host.output.fetches.splice(..0, before.fetches);
        host.output.reads.splice(..0, before.reads);
        (host.output.answer, host.output.restore) = (before.answer, before.restore);
        if host.pending.is_empty() {
            let log = host.node.log();
            let first = host.disk.entries.first().map_or(log.first(), |entry| entry.id.index);
            assert_eq!(first, log.first(), "disk and memory agree");
            let evicted = (log.cached().0 - log.first().0) as usize;
            assert_eq!(host.disk.entries[evicted..], *log.entries(), "disk and memory agree");
            assert_eq!(host.disk.snapshot.as_deref(), host.node.snapshot(), "disk, memory agree");
        }
        host
    }

    pub fn receives(self, from: u8, term: u64, body: Body<Command>) -> Host {
        let (from, to) = (NodeId(from), self.config.id);
        self.steps(Input::Receive(raft::Message { from, to, term: Term(term), body }))
    }

    pub fn ticks(self, times: u32) -> Host {
        (0..times).fold(self, |host, _| host.steps(Input::Tick))
    }
    pub fn campaigns(self) -> Host {
        self.steps(Input::Campaign)
    }
    pub fn proposes(self, command: Command) -> Host {
        self.steps(Input::Propose(command))
    }

    /// The last input's messages: receiver, term and body, without stamps.
    pub fn sent(&self) -> Vec<(u8, u64, Body<Command>)> {
        let without_stamp = |mut body: Body<Command>| {
            match &mut body {
                Body::AppendEntries { stamp, .. }
                | Body::AppendEntriesReply { stamp, .. }
                | Body::InstallSnapshotReply { stamp, .. } => *stamp = Stamp::default(),
                Body::InstallSnapshot(chunk) => chunk.stamp = Stamp::default(),
                _ => {}
            }
            body
        };
        let messages = self.output.messages.iter();
        messages.map(|m| (m.to.0, m.term.0, without_stamp(m.body.clone()))).collect()
    }

    /// The last input's AppendEntries: receiver, previous entry, entries' terms, commit index.
    pub fn appends(&self) -> Vec<(u8, LogId, Vec<u64>, u64)> {
        let summary = |(to, _, body)| match body {
            Body::AppendEntries { prev_log, entries, leader_commit, .. } => {
                Some((to, prev_log, terms(&entries), leader_commit.0))
            }
            _ => None,
        };
        self.sent().into_iter().filter_map(summary).collect()
    }

    pub fn role(&self) -> Role {
        self.node.status().role
    }
    /// Term and vote.
    pub fn term_and_vote(&self) -> (u64, Option<u8>) {
        let state = self.node.status().hard_state;
        (state.term.0, state.vote.map(|id| id.0))
    }
    pub fn commit(&self) -> u64 {
        self.node.status().commit.0
    }
    pub fn log(&self) -> Vec<u64> {
        terms(self.node.log().entries())
    }

    /// After how many ticks without a message this server starts an election.
    pub fn election_timeout(&self) -> u32 {
        let campaigns =
            |&ticks: &u32| self.clone().ticks(ticks).term_and_vote() > self.term_and_vote();
        (1..1000).find(campaigns).expect("its election timer fires")
    }
}

pub fn id(term: u64, index: u64) -> LogId {
    LogId::new(term, index)
}
pub fn terms(entries: &[Entry<Command>]) -> Vec<u64> {
    entries.iter().map(|entry| entry.id.term.0).collect()
}
pub fn entries(after: u64, terms: &[u64]) -> Vec<Entry<Command>> {
    let entry = |(index, &term)| Entry { id: id(term, index), payload: Payload::Command("x") };
    (after + 1..).zip(terms).map(entry).collect()
}

/// Server number `name` of `size` servers, with this term and log on its disk.
pub fn server_named(name: u8, size: u8, term: u64, log: &[u64]) -> Host {
    let config = Config {
        election_ticks: ELECTION,
        heartbeat_ticks: HEARTBEAT,
        jitter: 7,
        limits: Limits { message_entries: 4, ..Limits::DEFAULT },
        ..Config::new(NodeId(name), Membership::new(NodeSet::first(size)))
    };
    let hard_state = HardState { term: Term(term), vote: None };
    Host::start(config, Durable { hard_state, entries: entries(0, log), ..Durable::default() })
}
pub fn server(size: u8, term: u64, log: &[u64]) -> Host {
    server_named(0, size, term, log)
}

/// Server 0, just elected in `term`: its log is `log` and the no-op.
pub fn leader(size: u8, term: u64, log: &[u64]) -> Host {
    let candidate = server(size, term - 1, log).campaigns();
    (1..=size / 2).fold(candidate, |host, peer| host.receives(peer, term, vote_reply(true)))
}

pub fn request_vote(last_log: LogId) -> Body<Command> {
    Body::RequestVote { last_log, transfer: false }
}
pub fn vote_reply(granted: bool) -> Body<Command> {
    Body::RequestVoteReply { granted, lease: 0 }
}
pub fn append(prev_log: LogId, terms: &[u64], commit: u64) -> Body<Command> {
    let entries = entries(prev_log.index.0, terms);
    let (leader_commit, stamp) = (LogIndex(commit), Stamp::default());
    Body::AppendEntries { prev_log, entries, leader_commit, stamp, lease: 0 }
}
pub fn accepted(match_index: u64) -> Body<Command> {
    answer(Appended::Accepted { match_index: LogIndex(match_index) })
}
pub fn rejected(prev_index: u64, hint: LogId) -> Body<Command> {
    answer(Appended::Rejected { prev_index: LogIndex(prev_index), hint })
}
pub fn answer(appended: Appended) -> Body<Command> {
    Body::AppendEntriesReply { appended, stamp: Stamp::default(), lease: 0 }
}
