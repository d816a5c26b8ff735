//! What happens to a [`Host`], and what is said to it, beyond the paper's Figure 2.

use raft::{
    Appended, Body, Config, Input, LogId, LogIndex, Membership, NodeId, NodeSet, Nonce, Payload,
    ReadId, Refused, SnapshotChunk, Stamp,
};

use crate::common::*;

impl Host {
    /// A new life with other settings.
    pub fn but(mut self, change: impl FnOnce(&mut Config)) -> Host {
        change(&mut self.config);
        self.restarts()
    }
    /// Someone speaks in this server's term.
    pub fn timeout_now_sent(self, from: u8, body: Body<Command>) -> Host {
        let term = self.ballot().0;
        self.hears(from, term, body)
    }
    /// The leader, server 1, sends an entry that changes the membership.
    pub fn told_of(self, membership: Membership) -> Host {
        let mut body = append(self.last(), &[self.ballot().0], 0);
        if let Body::AppendEntries { entries, .. } = &mut body {
            entries[0].payload = Payload::Change(membership);
        }
        self.timeout_now_sent(1, body)
    }
    /// These hold all that this leader has, and say so, in answer to its last words.
    pub fn accepts(self, peers: &[u8]) -> Host {
        let (match_index, words) = (self.last().index, self.clone());
        let accepts = |host: Host, &peer: &u8| {
            let (appended, stamp) = (Appended::Accepted { match_index }, words.stamp(peer));
            host.timeout_now_sent(peer, Body::AppendEntriesReply { appended, stamp })
        };
        peers.iter().fold(self, accepts)
    }
    pub fn leads(self) -> Host {
        (1..=4).fold(self.campaigns(), |host, peer| host.timeout_now_sent(peer, vote(true)))
    }
    pub fn changes(self, voters: &[u8], learners: &[u8]) -> Host {
        self.does(Input::Change { voters: set(voters), learners: set(learners) })
    }
    pub fn transfers(self, to: u8) -> Host {
        self.does(Input::Transfer(NodeId(to)))
    }
    pub fn reads(self, read: u64) -> Host {
        self.does(Input::Read(ReadId(read)))
    }
    pub fn compacts(self, index: u64, data: &str) -> Host {
        self.does(Input::Compact { index: LogIndex(index), data: data.as_bytes().into() })
    }

    /// The last act's messages: receiver and body.
    pub fn said(&self) -> Vec<(u8, Body<Command>)> {
        self.sent().into_iter().map(|(to, _, body)| (to, body)).collect()
    }
    /// The moment of the last act's AppendEntries to `peer`.
    pub fn stamp(&self, peer: u8) -> Stamp {
        let stamp = |message: &raft::Message<_>| match &message.body {
            Body::AppendEntries { stamp, .. } if message.to.0 == peer => Some(*stamp),
            _ => None,
        };
        self.output.messages.iter().find_map(stamp).unwrap_or_default()
    }
    /// The last act's answers to reads.
    pub fn read(&self) -> Vec<(u64, Result<u64, Refused>)> {
        let answers = self.output.reads.iter();
        answers.map(|read| (read.id.0, read.answer.map(|index| index.0))).collect()
    }
    /// The index that the last act was answered with, or its refusal.
    pub fn answer(&self) -> Result<u64, Refused> {
        self.output.answer.expect("an answer").map(|id| id.index.0)
    }
    /// What the last act put the state machine into.
    pub fn restored(&self) -> Option<&[u8]> {
        self.output.restore.as_ref().map(|snapshot| &*snapshot.data)
    }
    pub fn last(&self) -> LogId {
        self.node.log().last()
    }
    pub fn members(&self) -> Membership {
        *self.node.membership()
    }
}

pub fn set(names: &[u8]) -> NodeSet {
    names.iter().copied().map(NodeId).collect()
}
pub fn members(voters: &[u8], outgoing: &[u8], learners: &[u8]) -> Membership {
    Membership { voters: set(voters), outgoing: set(outgoing), learners: set(learners) }
}
pub fn first(servers: u8) -> Membership {
    Membership::new(NodeSet::first(servers))
}

pub fn wished(last_log: LogId) -> Body<Command> {
    Body::RequestVote { last_log, transfer: true }
}
pub fn piece(last: LogId, offset: u64, data: &str, done: bool) -> Body<Command> {
    let (membership, data, stamp) = (first(3), data.as_bytes().to_vec(), Stamp::default());
    Body::InstallSnapshot(Box::new(SnapshotChunk { last, membership, offset, data, done, stamp }))
}
pub fn received(last: LogId, received: u64) -> Body<Command> {
    Body::InstallSnapshotReply { last, received, stamp: Stamp::default() }
}
pub fn question(life: u64, number: u64) -> Body<Command> {
    Body::ReadIndex { nonce: Nonce { life, number } }
}
pub fn reply(life: u64, number: u64, index: Option<u64>) -> Body<Command> {
    Body::ReadIndexReply { nonce: Nonce { life, number }, index: index.map(LogIndex) }
}
