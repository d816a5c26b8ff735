//! Elections (5.2, 5.4.1): time, candidacy, votes, becoming leader and ceasing to be one.

use crate::io::Output;
use crate::message::{Appended, Body};
use crate::node::Node;
use crate::rules::Promise;
use crate::types::{LogId, NodeId, Payload, Role, Term};

impl<C: Clone> Node<C> {
    /// One unit of time: a leader's next heartbeat, or anyone else's patience.
    pub(crate) fn tick(&mut self, output: &mut Output<C>) {
        self.elapsed += 1;
        match self.role {
            Role::Leader => {
                if self.elapsed >= self.config.heartbeat_ticks {
                    self.elapsed = 0;
                    self.replicate_to_all(output);
                }
            }
            Role::Follower | Role::Candidate => {
                if self.elapsed >= self.election_timeout() {
                    self.campaign(output);
                }
            }
        }
    }

    /// The election timeout of this term: between one and two times `election_ticks`.
    ///
    /// 5.2 wants it random, to make split votes rare. It is a hash of name, term and seed: it
    /// differs from server to server and from term to term, and is the same in every replay.
    fn election_timeout(&self) -> u32 {
        let config = &self.config;
        let seed = config.jitter ^ self.term().0 << 8 ^ u64::from(self.id().0);
        let mixed = (seed ^ seed >> 31).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let spread = (mixed >> 32) % u64::from(config.election_ticks.max(1));
        config.election_ticks.saturating_add(spread as u32)
    }

    /// Figure 2, candidates: "On conversion to candidate, start election".
    pub(crate) fn campaign(&mut self, output: &mut Output<C>) {
        if self.role == Role::Leader || !self.config.membership.members().contains(self.id()) {
            return;
        }
        self.enter_term(self.term().next(), Role::Candidate);
        self.hard_state.vote = Some(self.id());
        self.elapsed = 0;
        let last_log = self.log.last();
        for peer in self.peers() {
            self.promise(Promise::Candidacy, peer, Body::RequestVote { last_log }, output);
        }
        if !(self.rules.rests_on_disk)(Promise::OwnVote) {
            self.count_grant(self.id(), output);
        }
    }

    /// Takes up `role` in `term`, which is the current term or a newer one.
    pub(crate) fn enter_term(&mut self, term: Term, role: Role) {
        if self.role == Role::Leader {
            self.elapsed = 0; // It counted heartbeats; now it counts patience.
        }
        self.hard_state = (self.rules.stepping_down)(self.hard_state, term);
        self.role = role;
        self.leader = None;
        self.grants.clear();
    }

    /// Answers a request of an older term, so that its sender learns of the newer one.
    pub(crate) fn refuse_stale(&self, to: NodeId, body: Body<C>, output: &mut Output<C>) {
        match body {
            Body::RequestVote { .. } => {
                self.send(to, Body::RequestVoteReply { granted: false }, output);
            }
            Body::AppendEntries { prev_log, entries, .. } => {
                let prev_index = prev_log.index;
                let refusal = Appended::Rejected { prev_index, hint: LogId::ZERO };
                self.send(to, Body::AppendEntriesReply(refusal), output);
                output.recycle(entries);
            }
            Body::RequestVoteReply { .. } | Body::AppendEntriesReply(_) => {}
        }
    }

    /// Figure 2, RequestVote RPC, receiver implementation.
    pub(crate) fn on_request_vote(
        &mut self,
        candidate: NodeId,
        last_log: LogId,
        output: &mut Output<C>,
    ) {
        let granted = (self.rules.may_vote)(self.hard_state.vote, candidate)
            && (self.rules.is_up_to_date)(last_log, self.log.last());
        let reply = Body::RequestVoteReply { granted };
        if granted {
            self.hard_state.vote = Some(candidate);
            self.elapsed = 0;
            self.promise(Promise::Vote, candidate, reply, output);
        } else {
            self.send(candidate, reply, output);
        }
    }

    /// Figure 2, candidates: "If votes received from majority of servers: become leader".
    pub(crate) fn on_vote_reply(&mut self, from: NodeId, granted: bool, output: &mut Output<C>) {
        if granted && self.role == Role::Candidate {
            self.count_grant(from, output);
        }
    }

    /// A candidate's vote for itself counts like any other: once it is durable.
    pub(crate) fn count_own_vote(&mut self, output: &mut Output<C>) {
        let own = self.id();
        if self.on_disk.hard_state == self.hard_state
            && self.hard_state.vote == Some(own)
            && !self.grants.contains(&own)
        {
            self.count_grant(own, output);
        }
    }

    fn count_grant(&mut self, from: NodeId, output: &mut Output<C>) {
        self.grants.push(from);
        if (self.rules.wins)(&self.config.membership, &self.grants) {
            self.become_leader(output);
        }
    }

    /// 5.2, and section 8: a new leader starts its term with a no-op entry.
    fn become_leader(&mut self, output: &mut Output<C>) {
        self.role = Role::Leader;
        self.leader = Some(self.id());
        self.elapsed = 0;
        self.grants.clear();
        let last = self.log.last().index;
        for progress in &mut self.progress {
            *progress = (self.rules.progress_at_election)(*progress, last);
        }
        self.log.push(self.term(), Payload::Noop);
        self.replicate_to_all(output);
    }
}
