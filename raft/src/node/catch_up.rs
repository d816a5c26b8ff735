//! Catch-up of new voters (dissertation, 4.2.1): a change that adds voters begins with a phase in
//! which they are learners.
//!
//! It is split into rounds: a round ends when the new voters have all entries that the log had at
//! its start. Once a round takes less than an election timeout, the change itself follows; after
//! ten rounds, or one that takes as long as ten election timeouts, the leader gives up, and the new
//! servers stay learners.

use crate::entry::{Command, Payload};
use crate::ids::LogId;
use crate::io::{Ended, Output};
use crate::mark::Mark;
use crate::membership::Membership;
use crate::node::leader_state::CatchUp;
use crate::node::Node;
use crate::quorum::NodeSet;

/// At most so many rounds, as the dissertation suggests, each of at most so many election timeouts.
const MOST: u32 = 10;

impl<C: Command> Node<C> {
    /// The voters of a change that must catch up before it.
    pub(crate) fn must_catch_up(&self, voters: NodeSet) -> NodeSet {
        match self.config.catch_up {
            true => voters.without(self.membership().voters),
            false => NodeSet::EMPTY,
        }
    }

    /// A change begins with the catch-up of its new voters. Returns its first entry: the one that
    /// makes them learners, or the last one of the log if they are.
    pub(crate) fn begin_catch_up(
        &mut self,
        voters: NodeSet,
        learners: NodeSet,
        output: &mut Output<C>,
    ) -> LogId {
        output.mark(Mark::CatchUpBegun);
        let current = *self.membership();
        let known = current.learners | self.must_catch_up(voters);
        let first = match known == current.learners {
            true => self.log.last(),
            false => self.append_membership(Membership { learners: known, ..current }, output),
        };
        let round_end = self.log.last().index;
        self.leader_state.catch_up =
            Some(CatchUp { voters, learners, round_end, ticks: 0, rounds: 0 });
        first
    }

    /// One tick of a catch-up.
    pub(crate) fn tick_catch_up(&mut self, output: &mut Output<C>) {
        let Some(catch_up) = &mut self.leader_state.catch_up else { return };
        catch_up.ticks += 1;
        match catch_up.ticks >= self.config.election_ticks.saturating_mul(MOST) {
            true => self.give_up_catch_up(output),
            false => self.advance_catch_up(output),
        }
    }

    /// A round may be over.
    fn advance_catch_up(&mut self, output: &mut Output<C>) {
        let Some(catch_up) = self.leader_state.catch_up else { return };
        let CatchUp { voters, learners, round_end, ticks, rounds } = catch_up;
        let matched = self.must_catch_up(voters).iter();
        let matched = matched.map(|id| self.leader_state.peer(id).progress.match_index);
        let matched = matched.min().unwrap_or(round_end);
        if self.memberships.index() > self.commit {
            return; // They are not learners for certain.
        }
        if (self.rules.has_caught_up)(matched, round_end, ticks, self.config.election_ticks) {
            output.mark(Mark::CaughtUp);
            self.leader_state.catch_up = None;
            let next = (self.rules.next_membership)(self.membership(), voters, learners);
            // The next heartbeat or reply sends it: a tick sends each server one message.
            self.append(self.term(), Payload::Change(next));
        } else if matched >= round_end {
            if rounds + 1 >= MOST {
                return self.give_up_catch_up(output);
            }
            let (round_end, rounds) = (self.log.last().index, rounds + 1);
            self.leader_state.catch_up = Some(CatchUp { round_end, ticks: 0, rounds, ..catch_up });
        }
    }

    fn give_up_catch_up(&mut self, output: &mut Output<C>) {
        output.mark(Mark::CatchUpGivenUp);
        self.leader_state.catch_up = None;
        if let Some(since) = self.leader_state.change.take() {
            output.ended.push(Ended::Change { since, done: false });
        }
    }
}
