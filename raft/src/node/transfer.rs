//! Leadership transfer (dissertation, 3.10): a leader brings another server up to date, and sends
//! it TimeoutNow.
//!
//! Meanwhile it accepts no commands; after an election timeout it aborts the transfer. TimeoutNow
//! cannot be revoked: the leader has no lease for the rest of its term.

use crate::entry::Command;
use crate::ids::{NodeId, Term};
use crate::io::{Ended, Output, Refused};
use crate::mark::Mark;
use crate::message::Body;
use crate::node::leader_state::Transfer;
use crate::node::Node;
use crate::state::Role;

impl<C: Command> Node<C> {
    /// An operator transfers leadership to `target`.
    pub(crate) fn transfer(&mut self, target: NodeId, output: &mut Output<C>) {
        output.answer = Some(self.accepts_transfer(target).map(|()| {
            output.mark(Mark::TransferBegun);
            self.leader_state.transfer =
                Some(Transfer { to: target, ticks: 0, timeout_now_sent: false });
            self.maybe_send_append(target, output);
            self.maybe_send_timeout_now(output);
            self.log.last()
        }));
    }

    fn accepts_transfer(&self, target: NodeId) -> Result<(), Refused> {
        self.accepts_proposals()?;
        match target != self.id() && self.membership().voters.contains(target) {
            true => Ok(()),
            false => Err(Refused::NoOtherVoter { target }),
        }
    }

    /// Sends TimeoutNow once the target's log is complete.
    pub(crate) fn maybe_send_timeout_now(&mut self, output: &mut Output<C>) {
        let Some(transfer) = &mut self.leader_state.transfer else { return };
        let matched = self.leader_state.peers[usize::from(transfer.to.0)].progress.match_index;
        if transfer.timeout_now_sent
            || !(self.rules.may_send_timeout_now)(matched, self.log.last().index)
        {
            return;
        }
        output.mark(Mark::TimeoutNowSent);
        transfer.timeout_now_sent = true;
        self.leader_state.transfer_sent = true;
        let to = transfer.to;
        self.send(to, Body::TimeoutNow, output);
    }

    /// "If leadership transfer does not complete after about an election timeout, the prior leader
    /// aborts the transfer and resumes accepting client requests."
    pub(crate) fn tick_transfer(&mut self, output: &mut Output<C>) {
        let Some(transfer) = &mut self.leader_state.transfer else { return };
        transfer.ticks += 1;
        if transfer.ticks >= self.config.election_ticks {
            output.mark(Mark::TransferAborted);
            self.end_transfer(false, output);
        }
    }

    /// The transfer in progress ends, if there is one.
    fn end_transfer(&mut self, done: bool, output: &mut Output<C>) {
        if let Some(Transfer { to, .. }) = self.leader_state.transfer.take() {
            output.ended.push(Ended::Transfer { to, done });
        }
    }

    /// This server leads no more in `term`: what was requested ends with that.
    pub(crate) fn end_requests(&mut self, term: Term, output: &mut Output<C>) {
        if !(self.rules.ends_requests)() {
            return;
        }
        let sent = self.leader_state.transfer.is_some_and(|transfer| transfer.timeout_now_sent);
        self.end_transfer(sent && term > self.term(), output);
        self.leader_state.catch_up = None;
        if let Some(since) = self.leader_state.change.take() {
            output.ended.push(Ended::Change { since, done: false });
        }
    }

    /// Starts an election at once, without Pre-Vote.
    pub(crate) fn on_timeout_now(&mut self, output: &mut Output<C>) {
        if self.role.in_paper() != Role::Follower || !self.may_campaign() {
            return output.mark(Mark::TimeoutNowIgnored);
        }
        output.mark(Mark::TimeoutNowTaken);
        match (self.rules.transfer_skips_pre_vote)() {
            true => self.become_candidate(true, output),
            false => self.campaign(output),
        }
    }
}
