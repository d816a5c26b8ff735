//! Inputs and messages for a [`Host`] beyond the paper's Figure 2.

use raft::{
    Appended, Body, Config, Input, LogId, LogIndex, Membership, NodeId, NodeSet, Nonce, Payload,
    ReadId, Refused, SnapshotChunk, Stamp,
};

use crate::common::*;

impl Host {
    /// A restart with other settings.
    pub fn with_config(mut self, change: impl FnOnce(&mut Config)) -> Host {
        change(&mut self.config);
        self.restarts()
    }
    /// A message of this server's current term arrives.
    pub fn receives_current(self, from: u8, body: Body<Command>) -> Host {
        let term = self.term_and_vote().0;
        self.receives(from, term, body)
    }
    /// The leader, server 1, sends an entry that changes the membership.
    pub fn receives_membership(self, membership: Membership) -> Host {
        let mut body = append(self.last(), &[self.term_and_vote().0], 0);
        if let Body::AppendEntries { entries, .. } = &mut body {
            entries[0].payload = Payload::Change(membership);
        }
        self.receives_current(1, body)
    }
    /// These peers acknowledge this leader's whole log, in reply to its last messages.
    pub fn acked_by(self, peers: &[u8]) -> Host {
        let (match_index, stamps) = (self.last().index, self.stamps);
        let acknowledge = |host: Host, &peer: &u8| {
            let (appended, stamp) = (Appended::Accepted { match_index }, stamps[usize::from(peer)]);
            host.receives_current(peer, Body::AppendEntriesReply { appended, stamp, lease: 0 })
        };
        peers.iter().fold(self, acknowledge)
    }
    pub fn becomes_leader(self) -> Host {
        (1..=4).fold(self.campaigns(), |host, peer| host.receives_current(peer, vote_reply(true)))
    }
    pub fn changes(self, voters: &[u8], learners: &[u8]) -> Host {
        self.steps(Input::Change { voters: set(voters), learners: set(learners) })
    }
    pub fn transfers(self, to: u8) -> Host {
        self.steps(Input::Transfer(NodeId(to)))
    }
    pub fn reads(self, read: u64) -> Host {
        self.steps(Input::Read(ReadId(read)))
    }
    pub fn compacts(self, index: u64, data: &str) -> Host {
        self.steps(Input::Compact { index: LogIndex(index), data: data.as_bytes().into() })
    }

    /// The last input's messages: receiver and body.
    pub fn bodies(&self) -> Vec<(u8, Body<Command>)> {
        self.sent().into_iter().map(|(to, _, body)| (to, body)).collect()
    }
    /// The last input's answers to reads.
    pub fn read_answers(&self) -> Vec<(u64, Result<u64, Refused>)> {
        let answers = self.output.reads.iter();
        answers.map(|read| (read.id.0, read.answer.map(|index| index.0))).collect()
    }
    /// The index in the last input's answer, or the reason for its refusal.
    pub fn answer(&self) -> Result<u64, Refused> {
        self.output.answer.expect("an answer").map(|id| id.index.0)
    }
    /// The state that the last input restored the state machine to.
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

pub fn transfer_vote(last_log: LogId) -> Body<Command> {
    Body::RequestVote { last_log, transfer: true }
}
pub fn chunk(last: LogId, offset: u64, data: &str, done: bool) -> Body<Command> {
    let (membership, data, stamp) = (first(3), data.as_bytes().to_vec(), Stamp::default());
    let lease = 0;
    let chunk = SnapshotChunk { last, membership, offset, data, done, stamp, lease };
    Body::InstallSnapshot(Box::new(chunk))
}
pub fn chunk_reply(last: LogId, received: u64) -> Body<Command> {
    Body::InstallSnapshotReply { last, received, stamp: Stamp::default() }
}
pub fn read_index(incarnation: u64, number: u64) -> Body<Command> {
    Body::ReadIndex { nonce: Nonce { incarnation, number } }
}
pub fn read_index_reply(incarnation: u64, number: u64, index: Option<u64>) -> Body<Command> {
    Body::ReadIndexReply { nonce: Nonce { incarnation, number }, index: index.map(LogIndex) }
}
