//! Elections (5.2, 5.4.1): timers, candidates, votes, becoming leader and stepping down; and the
//! prevention of disruptive elections (dissertation, 4.2.3, 6.2, 9.6).

use crate::entry::{Command, Payload};
use crate::ids::{LogId, NodeId, Term};
use crate::io::Output;
use crate::mark::Mark;
use crate::message::{Appended, Body, Message};
use crate::node::Node;
use crate::progress::Peer;
use crate::quorum::NodeSet;
use crate::rules::Promise;
use crate::stamp::Stamp;
use crate::state::Role;

impl<C: Command> Node<C> {
    /// One unit of time: for a leader's heartbeats, or for the election timer of any other role.
    pub(crate) fn tick(&mut self, output: &mut Output<C>) {
        self.elapsed += 1;
        self.tick_disk();
        match self.role {
            Role::Leader => {
                if self.check_quorum_fails() {
                    output.mark(Mark::QuorumLost);
                    return self.enter_term(self.term(), Role::Follower, output);
                }
                if self.config.check_quorum && !self.disk_responds() {
                    output.mark(Mark::DiskSilent);
                    return self.enter_term(self.term(), Role::Follower, output);
                }
                self.leader_state.ticks += 1;
                self.tick_transfer(output);
                self.tick_reads(output);
                self.tick_catch_up(output);
                if (self.rules.heartbeat_is_due)(self.elapsed, self.config.heartbeat_ticks) {
                    output.mark(Mark::HeartbeatDue);
                    self.elapsed = 0;
                    self.leader_state.next_stamp();
                    self.broadcast_heartbeat(output);
                }
            }
            Role::Follower | Role::PreCandidate | Role::Candidate => {
                self.withhold_votes_ticks = self.withhold_votes_ticks.saturating_sub(1);
                self.tick_forwarded_reads(output);
                if self.elapsed >= self.election_timeout() {
                    self.campaign(output);
                }
            }
        }
    }

    /// CheckQuorum (dissertation, 6.2): "a leader steps down if an election timeout elapses without
    /// a successful round of heartbeats to a majority of its cluster".
    fn check_quorum_fails(&mut self) -> bool {
        self.leader_state.check_quorum_elapsed =
            self.leader_state.check_quorum_elapsed.saturating_add(1);
        if !self.config.check_quorum
            || self.leader_state.check_quorum_elapsed < self.config.election_ticks
        {
            return false;
        }
        self.leader_state.check_quorum_elapsed = 0;
        let mut active = std::mem::take(&mut self.leader_state.recently_active);
        active.insert(self.id());
        !(self.rules.keeps_leadership)(self.membership_in_force(), active)
    }

    fn disk_responds(&self) -> bool {
        (self.rules.disk_responds)(self.disk_silence, self.config.election_ticks)
    }

    /// Whether this server believes that a current leader exists: itself, one whose message it
    /// received within the shortest election timeout, or one that may have a lease.
    fn has_current_leader(&self) -> bool {
        let election_ticks = self.config.election_ticks;
        let believes = (self.rules.believes_in_leader)(self.leader, self.elapsed, election_ticks);
        self.role == Role::Leader || believes || self.withhold_votes_ticks > 0
    }

    /// Leader stickiness (4.2.3): "if a server receives a RequestVote request within the minimum
    /// election timeout of hearing from a current leader, it does not update its term or grant its
    /// vote". Leaders that step down without a quorum make that safe for availability.
    pub(crate) fn disregards_candidates(&self) -> bool {
        self.config.check_quorum && self.has_current_leader()
    }

    /// With leases, this server withholds its vote for an election timeout after a leader's
    /// message, in newer terms too: the leader's lease does not end with its term.
    pub(crate) fn withhold_votes(&mut self) {
        if self.config.lease_reads {
            self.withhold_votes_ticks = self.config.election_ticks;
        }
    }

    /// The election timeout of this term: between one and two times `election_ticks`, after those
    /// of the election delay.
    ///
    /// In 5.2 it is random, to make split votes rare. Here it is a hash of id, term and seed: it
    /// differs from server to server and from term to term, and is the same in every replay. The
    /// timeouts of two servers are not correlated: otherwise the same one would be first in every
    /// term.
    fn election_timeout(&self) -> u32 {
        let config = &self.config;
        // Multiplied, so that a jitter that is chosen by id does not cancel the id.
        let jitter = config.jitter.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let drawn = mix_bits(jitter ^ self.term().0 << 8 ^ u64::from(self.id().0));
        let spread = (drawn >> 32) % u64::from(config.election_ticks.max(1));
        let shortest =
            config.election_ticks.saturating_mul(config.election_delay.saturating_add(1));
        shortest.saturating_add(spread as u32)
    }

    /// The election timeout has elapsed: become candidate, with Pre-Vote pre-candidate first.
    pub(crate) fn campaign(&mut self, output: &mut Output<C>) {
        let withheld = self.withhold_votes_ticks > 0 || !self.disk_responds();
        if self.role == Role::Leader || !self.may_campaign() || withheld {
            return output.mark(Mark::MayNotCampaign);
        }
        match (self.rules.pre_votes)(self.config.pre_vote) {
            true => self.become_pre_candidate(output),
            false => self.become_candidate(false, output),
        }
    }

    /// Pre-Vote (dissertation, 9.6): "a candidate only increments its term if it first learns from
    /// a majority of the cluster that they would be willing to grant the candidate their votes".
    fn become_pre_candidate(&mut self, output: &mut Output<C>) {
        output.mark(Mark::BecamePreCandidate);
        let known = self.leader;
        self.enter_term(self.term(), Role::PreCandidate, output);
        self.leader = (self.rules.leader_of_pre_candidate)(known);
        self.elapsed = 0;
        let last_log = self.log.last();
        for peer in self.other_voters().iter() {
            self.send(peer, Body::PreVote { last_log }, output);
        }
        self.count_vote(self.id(), output);
    }

    /// Replies in the term of the request, which may be newer than its own.
    pub(crate) fn on_pre_vote(
        &mut self,
        from: NodeId,
        term: Term,
        last_log: LogId,
        output: &mut Output<C>,
    ) {
        let granted =
            (self.rules.grants_pre_vote)(self.has_current_leader(), last_log, self.log.last());
        output.mark(if granted { Mark::PreVoteGranted } else { Mark::PreVoteRefused });
        let body = Body::PreVoteReply { granted };
        output.messages.push(Message { from: self.id(), to: from, term, body });
    }

    pub(crate) fn on_pre_vote_reply(
        &mut self,
        from: NodeId,
        granted: bool,
        output: &mut Output<C>,
    ) {
        let counts = (self.rules.counts_pre_vote)(granted);
        match self.role {
            _ if !counts => output.mark(Mark::VoteRefused),
            Role::PreCandidate => self.count_vote(from, output),
            _ => output.mark(Mark::VoteLate),
        }
    }

    /// A peer of an older version does not know Pre-Vote.
    pub(crate) fn on_pre_vote_unknown(&mut self, from: NodeId, output: &mut Output<C>) {
        output.mark(Mark::PreVoteUnknown);
        if self.role == Role::PreCandidate && (self.rules.counts_unknown_pre_vote)() {
            self.count_vote(from, output);
        }
    }

    /// Figure 2, candidates: "On conversion to candidate, start election".
    pub(crate) fn become_candidate(&mut self, transfer: bool, output: &mut Output<C>) {
        output.mark(Mark::BecameCandidate);
        let (term, vote) = (self.term(), self.hard_state.vote);
        let term = (self.rules.candidate_term)(term, vote, self.id());
        self.enter_term(term, Role::Candidate, output);
        self.hard_state.vote = (self.rules.own_vote)(self.id());
        self.older_leases = self.promised_lease;
        self.elapsed = 0;
        let last_log = (self.rules.claimed_log)(self.log.last());
        for peer in self.other_voters().iter() {
            let body = Body::RequestVote { last_log, transfer };
            self.promise(Promise::Candidacy, peer, body, output);
        }
        if !(self.rules.waits_for_disk)(Promise::OwnVote) {
            self.count_vote(self.id(), output);
        }
    }

    /// Changes to `role` in `term`, which is the current term or a newer one.
    pub(crate) fn enter_term(&mut self, term: Term, role: Role, output: &mut Output<C>) {
        if self.role == Role::Leader {
            self.elapsed = 0; // From now on it is the election timer, not the heartbeat timer.
            self.end_requests(term, output);
        }
        if term > self.term() {
            self.incoming_snapshot = None; // The next leader's snapshot may have other bytes.
            self.elapsed = (self.rules.elapsed_in_newer_term)(self.elapsed);
        }
        self.drop_reads(output);
        self.hard_state = (self.rules.stepping_down)(self.hard_state, term);
        self.role = role;
        self.leader = None;
        self.votes.clear();
    }

    /// Rejects a request of an older term, so that its sender learns of the newer one.
    pub(crate) fn reject_stale(&self, to: NodeId, body: Body<C>, output: &mut Output<C>) {
        match body {
            Body::RequestVote { .. } => {
                self.send(to, Body::RequestVoteReply { granted: false, lease: 0 }, output);
            }
            Body::AppendEntries { prev_log, entries, .. } => {
                let prev_index = prev_log.index;
                let rejection = Appended::Rejected { prev_index, hint: LogId::ZERO };
                let stamp = Stamp::default();
                let body = Body::AppendEntriesReply { appended: rejection, stamp, lease: 0 };
                self.send(to, body, output);
                output.recycle(entries);
            }
            Body::PreVote { .. } => {
                self.send(to, Body::PreVoteReply { granted: false }, output);
            }
            Body::InstallSnapshot(chunk) => {
                let (last, stamp) = (chunk.last, Stamp::default());
                self.send(to, Body::InstallSnapshotReply { last, received: 0, stamp }, output);
            }
            Body::ReadIndex { nonce } => {
                self.send(to, Body::ReadIndexReply { nonce, index: None }, output);
            }
            Body::RequestVoteReply { .. }
            | Body::PreVoteReply { .. }
            | Body::PreVoteUnknown
            | Body::AppendEntriesReply { .. }
            | Body::InstallSnapshotReply { .. }
            | Body::TimeoutNow
            | Body::ReadIndexReply { .. } => {}
        }
    }

    /// Figure 2, RequestVote RPC, receiver implementation.
    pub(crate) fn on_request_vote(
        &mut self,
        candidate: NodeId,
        last_log: LogId,
        output: &mut Output<C>,
    ) {
        let own = (self.rules.log_in_vote)(self.log.last(), self.last_on_disk());
        let given = self.hard_state.vote;
        let is_voter = self.membership().all_voters().contains(self.id());
        let may_vote = (self.rules.may_vote)(given, candidate) && (self.rules.votes_as)(is_voter);
        let granted = may_vote
            && ((self.rules.is_up_to_date)(last_log, own)
                || (self.rules.votes_again)(given, candidate));
        output.mark(match granted {
            true if given == Some(candidate) => Mark::VoteGrantedAgain,
            true => Mark::VoteGranted,
            false if may_vote => Mark::LogTooOld,
            false => Mark::VoteAlreadyGiven,
        });
        self.hard_state.vote = (self.rules.recorded_vote)(given, candidate, granted);
        let lease = if granted { self.promised_lease } else { 0 };
        let reply = Body::RequestVoteReply { granted, lease };
        if granted {
            self.elapsed = 0;
            self.promise(Promise::Vote, candidate, reply, output);
        } else {
            self.send(candidate, reply, output);
        }
    }

    /// Figure 2, candidates: "If votes received from majority of servers: become leader".
    pub(crate) fn on_vote_reply(
        &mut self,
        from: NodeId,
        granted: bool,
        lease: u64,
        output: &mut Output<C>,
    ) {
        match self.role {
            _ if !granted => output.mark(Mark::VoteRefused),
            Role::Candidate => {
                self.older_leases = (self.rules.longest_lease)(self.older_leases, lease);
                self.count_vote(from, output);
            }
            _ => output.mark(Mark::VoteLate),
        }
    }

    /// A candidate's vote for itself counts like any other: once it is durable.
    pub(crate) fn count_own_vote(&mut self, output: &mut Output<C>) {
        let own = self.id();
        if self.on_disk.hard_state == self.hard_state
            && self.hard_state.vote == Some(own)
            && !self.votes.contains(&own)
        {
            output.mark(Mark::OwnVoteDurable);
            self.count_vote(own, output);
        }
    }

    /// Counts a vote or Pre-Vote.
    fn count_vote(&mut self, from: NodeId, output: &mut Output<C>) {
        self.votes.push(from);
        if !(self.rules.wins_election)(self.membership_in_force(), &self.votes) {
            return output.mark(Mark::VoteCounted);
        }
        match self.role {
            Role::PreCandidate => self.become_candidate(false, output),
            _ => self.become_leader(output),
        }
    }

    /// 5.2, and section 8: a new leader starts its term with a no-op entry.
    fn become_leader(&mut self, output: &mut Output<C>) {
        output.mark(Mark::Elected);
        self.role = Role::Leader;
        self.leader = Some(self.id());
        self.elapsed = 0;
        self.votes.clear();
        self.leader_state.reset();
        self.ask_for_lease();
        let last = self.log.last().index;
        for peer in &mut self.leader_state.peers {
            *peer = Peer::new((self.rules.progress_at_election)(peer.progress, last));
        }
        if (self.rules.begins_with_noop)() {
            self.append(self.term(), Payload::Noop);
        }
        self.broadcast_heartbeat(output);
    }

    /// The voters other than this server.
    fn other_voters(&self) -> NodeSet {
        self.membership().all_voters().without(NodeSet::only(self.id()))
    }
}

/// A hash in which every bit depends on every bit of `number` (the finalizer of SplitMix64).
fn mix_bits(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}
