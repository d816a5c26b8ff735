//! The goals of duties in time: a message arrives at a server that does not lead, and that must not
//! be misled by it.
//!
//! Promises: as in [`goal`](super).

use crate::goal::list::Goal;
use crate::goal::Goals;
use crate::history::{History, NodeHistory};
use crate::replica::{MessageBody, MessageView};

impl Goals {
    #[inline]
    pub(super) fn duty(&mut self, history: &History, message: &MessageView) {
        let facts = history.node(message.to);
        let is_recent = facts.hearing.ticks() < history.setup.election_ticks.into();
        match message.body {
            MessageBody::AppendEntries { .. } if !is_recent && !facts.view.is_leader() => {
                self.reach_if(Goal::DeposedLeaderOnly, message.term < facts.view.term());
            }
            MessageBody::PreVote { last_log } => {
                self.reach_if(Goal::PreVoteOfOlderLog, last_log < facts.view.last_log);
                let leader = facts.hearing.leader(&facts.view);
                self.reach_if(Goal::PreVoteDespiteLeader, is_recent && leader.is_some());
            }
            MessageBody::RequestVote { .. } if is_recent => self.asked(history, facts),
            _ => {}
        }
    }

    /// A candidate asks for the vote of a node that has heard a leader within an election timeout.
    fn asked(&mut self, history: &History, voter: &NodeHistory) {
        if history.setup.lease && history.setup.check_quorum {
            self.reach(Goal::VoteAskedDuringLease);
            self.reach_if(Goal::VoteAskedAfterRestart, voter.hearing.has_restarted());
        }
    }
}
