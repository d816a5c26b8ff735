//! Leadership transfer (dissertation, 3.10): a leader brings another server up to date, and tells
//! it to stand at once.
//!
//! Meanwhile it takes no commands; after an election timeout it gives up. What it told cannot be
//! taken back: a lease is over for the rest of its term.

use crate::entry::Command;
use crate::ids::NodeId;
use crate::io::{Output, Refused};
use crate::mark::Mark;
use crate::message::Body;
use crate::node::leader_state::Transfer;
use crate::node::Node;
use crate::state::Role;

impl<C: Command> Node<C> {
    /// An operator wants `target` to lead.
    pub(crate) fn transfer(&mut self, target: NodeId, output: &mut Output<C>) {
        output.answer = Some(self.accepts_transfer(target).map(|()| {
            output.mark(Mark::TransferBegun);
            self.lead.transfer = Some(Transfer { to: target, ticks: 0, timeout_now_sent: false });
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

    /// Tells the target to stand, once its log is complete.
    pub(crate) fn maybe_send_timeout_now(&mut self, output: &mut Output<C>) {
        let Some(transfer) = &mut self.lead.transfer else { return };
        let matched = self.lead.peers[usize::from(transfer.to.0)].progress.match_index;
        if transfer.timeout_now_sent
            || !(self.rules.may_send_timeout_now)(matched, self.log.last().index)
        {
            return;
        }
        output.mark(Mark::TimeoutNowSent);
        transfer.timeout_now_sent = true;
        self.lead.transfer_sent = true;
        let to = transfer.to;
        self.send(to, Body::TimeoutNow, output);
    }

    /// "If leadership transfer does not complete after about an election timeout, the prior leader
    /// aborts the transfer and resumes accepting client requests."
    pub(crate) fn tick_transfer(&mut self, output: &mut Output<C>) {
        let Some(transfer) = &mut self.lead.transfer else { return };
        transfer.ticks += 1;
        if transfer.ticks >= self.config.election_ticks {
            output.mark(Mark::TransferAborted);
            self.lead.transfer = None;
        }
    }

    /// The leader wants this server to stand, at once and without asking first.
    pub(crate) fn on_timeout_now(&mut self, output: &mut Output<C>) {
        if self.role.in_paper() != Role::Follower || !self.may_campaign() {
            return output.mark(Mark::TimeoutNowIgnored);
        }
        output.mark(Mark::TimeoutNowTaken);
        self.become_candidate(true, output);
    }
}
