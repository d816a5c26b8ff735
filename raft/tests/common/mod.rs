//! One server and its disk, for tests that quote: server 0 is under test, and the test speaks for
//! all others.

use std::collections::VecDeque;

use raft::{
    Appended, Body, Config, Durable, Entry, HardState, Input, Limits, LogId, LogIndex, Membership,
    Node, NodeId, NodeSet, Output, Payload, Role, Stamp, Term, Write,
};

pub type Command = &'static str;
pub const ELECTION: u32 = 10;
pub const HEARTBEAT: u32 = 3;

/// One server with its disk; `output` is what its last act led to.
#[derive(Clone)]
pub struct Host {
    pub config: Config,
    pub node: Node<Command>,
    pub disk: Durable<Command>,
    /// What was asked for and is not yet durable. Only a `slow` host leaves anything here.
    pub pending: VecDeque<Write<Command>>,
    pub slow: bool,
    pub output: Output<Command>,
    /// The indexes of all that was applied since the start.
    pub applied: Vec<u64>,
}

impl Host {
    pub fn start(config: Config, disk: Durable<Command>) -> Host {
        let (node, output) = (Node::start(config, disk.clone()), Output::default());
        let (pending, applied) = (VecDeque::new(), Vec::new());
        Host { config, node, disk, pending, slow: false, output, applied }
    }

    /// A crash, and a new life with what was durable.
    pub fn restarts(self) -> Host {
        Host::start(self.config, self.disk)
    }

    /// From now on writes become durable one by one, when the test says so.
    pub fn slow(self) -> Host {
        Host { slow: true, ..self }
    }

    pub fn does(mut self, input: Input<Command>) -> Host {
        self.node.step(input, &mut self.output);
        self.applied.extend(self.output.committed.iter().map(|entry| entry.id.index.0));
        self.pending.extend(self.output.write.take());
        match self.slow {
            true => self,
            false => self.writes(),
        }
    }

    /// The oldest write becomes durable; what comes of it belongs to the last act.
    pub fn writes(mut self) -> Host {
        let Some(write) = self.pending.pop_front() else { return self };
        self.disk.hard_state = write.hard_state.unwrap_or(self.disk.hard_state);
        let kept = write.truncate_from.unwrap_or(LogIndex(u64::MAX));
        self.disk.entries.retain(|entry| entry.id.index < kept);
        if let Some(snapshot) = write.snapshot {
            self.disk.entries.retain(|entry| entry.id.index > snapshot.last.index);
            self.disk.snapshot = Some(snapshot);
        }
        self.disk.entries.extend(write.entries);
        let before = std::mem::take(&mut self.output);
        let mut host = self.does(Input::Persisted(write.id));
        host.output.messages.splice(..0, before.messages);
        host.output.reads.splice(..0, before.reads);
        (host.output.answer, host.output.restore) = (before.answer, before.restore);
        if host.pending.is_empty() {
            assert_eq!(host.disk.entries, host.node.log().entries(), "the disk keeps up");
            assert_eq!(host.disk.snapshot.as_deref(), host.node.snapshot(), "the disk keeps up");
        }
        host
    }

    pub fn hears(self, from: u8, term: u64, body: Body<Command>) -> Host {
        let (from, to) = (NodeId(from), self.config.id);
        self.does(Input::Receive(raft::Message { from, to, term: Term(term), body }))
    }

    pub fn ticks(self, times: u32) -> Host {
        (0..times).fold(self, |host, _| host.does(Input::Tick))
    }
    pub fn campaigns(self) -> Host {
        self.does(Input::Campaign)
    }
    pub fn proposes(self, command: Command) -> Host {
        self.does(Input::Propose(command))
    }

    /// The last act's messages: receiver, term and body, without the time of day.
    pub fn sent(&self) -> Vec<(u8, u64, Body<Command>)> {
        let timeless = |mut body: Body<Command>| {
            match &mut body {
                Body::AppendEntries { stamp, .. }
                | Body::AppendEntriesReply { stamp, .. }
                | Body::InstallSnapshotReply { stamp, .. } => *stamp = Stamp::default(),
                Body::InstallSnapshot(piece) => piece.stamp = Stamp::default(),
                _ => {}
            }
            body
        };
        let messages = self.output.messages.iter();
        messages.map(|m| (m.to.0, m.term.0, timeless(m.body.clone()))).collect()
    }

    /// The last act's AppendEntries: receiver, previous entry, terms of the entries, commit index.
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
    pub fn ballot(&self) -> (u64, Option<u8>) {
        let state = self.node.status().hard_state;
        (state.term.0, state.vote.map(|id| id.0))
    }
    pub fn commit(&self) -> u64 {
        self.node.status().commit.0
    }
    pub fn log(&self) -> Vec<u64> {
        terms(self.node.log().entries())
    }

    /// How many ticks of silence from now on make this server stand for election.
    pub fn patience(&self) -> u32 {
        let stands = |&ticks: &u32| self.clone().ticks(ticks).ballot() > self.ballot();
        (1..1000).find(stands).expect("its patience ends")
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

/// Server `name` of `size` servers, with this term and log on its disk.
pub fn server_named(name: u8, size: u8, term: u64, log: &[u64]) -> Host {
    let config = Config {
        election_ticks: ELECTION,
        heartbeat_ticks: HEARTBEAT,
        jitter: 7,
        limits: Limits { message_entries: 4, ..Limits::DEFAULT },
        ..Config::new(NodeId(name), Membership::new(NodeSet::first(size)))
    };
    let hard_state = HardState { term: Term(term), vote: None };
    Host::start(config, Durable { hard_state, snapshot: None, entries: entries(0, log) })
}
pub fn server(size: u8, term: u64, log: &[u64]) -> Host {
    server_named(0, size, term, log)
}

/// Server 0, just elected in `term`: its log is `log` and the no-op.
pub fn leader(size: u8, term: u64, log: &[u64]) -> Host {
    let standing = server(size, term - 1, log).campaigns();
    (1..=size / 2).fold(standing, |host, peer| host.hears(peer, term, vote(true)))
}

pub fn ask(last_log: LogId) -> Body<Command> {
    Body::RequestVote { last_log, transfer: false }
}
pub fn vote(granted: bool) -> Body<Command> {
    Body::RequestVoteReply { granted }
}
pub fn append(prev_log: LogId, terms: &[u64], commit: u64) -> Body<Command> {
    let entries = entries(prev_log.index.0, terms);
    let (leader_commit, stamp) = (LogIndex(commit), Stamp::default());
    Body::AppendEntries { prev_log, entries, leader_commit, stamp }
}
pub fn accepted(match_index: u64) -> Body<Command> {
    answer(Appended::Accepted { match_index: LogIndex(match_index) })
}
pub fn rejected(prev_index: u64, hint: LogId) -> Body<Command> {
    answer(Appended::Rejected { prev_index: LogIndex(prev_index), hint })
}
pub fn answer(appended: Appended) -> Body<Command> {
    Body::AppendEntriesReply { appended, stamp: Stamp::default() }
}
