//! The Raft paper, sentence by sentence: each test quotes a sentence and is named after it. First
//! Figure 2 in its own order, then sections 5.1 to 5.6 and 8, then the additions of this core.
//!
//! Server 0 is under test; the test plays all other servers. A list of numbers denotes a log: the
//! terms of its entries, from index 1 on. `id(2, 7)` is the entry of term 2 at index 7.

mod common;

use std::collections::{BTreeSet, VecDeque};

use common::*;
use raft::{
    Body, Config, Durable, Entry, HardState, Input, Limits, LogId, LogIndex, Node, NodeId, Payload,
    ProgressState, Refused, Role, Term,
};

impl Host {
    /// Match index and next index of server 1, as this leader knows them.
    fn progress(&self) -> (u64, u64) {
        let progress = self.node.progress(NodeId(1)).expect("a leader");
        (progress.match_index.0, progress.next_index.0)
    }
}

/// Delivers the first server's messages, the replies to them, and so on until no message is in
/// flight; at most 100 messages, in case a bug lets the two servers send without end.
fn exchange_messages([mut a, mut b]: [Host; 2]) -> [Host; 2] {
    let mut in_flight = VecDeque::from(a.output.messages.clone());
    for _ in 0..100 {
        let Some(message) = in_flight.pop_front() else { break };
        let host = if message.to == a.config.id { &mut a } else { &mut b };
        *host = host.clone().steps(Input::Receive(message));
        in_flight.extend(host.output.messages.clone());
    }
    [a, b]
}

// ==== Figure 2: State ====

// "currentTerm: ... (initialized to 0 on first boot)"; "votedFor: ... (or null if none)".
#[test]
fn a_first_boot_begins_in_term_0_without_vote_or_log() {
    let node = Node::<Command>::start(server(3, 9, &[9]).config, Durable::default());
    assert_eq!((node.status().hard_state, node.log().last()), (HardState::default(), LogId::ZERO));
}

// "currentTerm: latest term server has seen (... increases monotonically)"; "votedFor: candidateId
// that received vote in current term (or null if none)".
#[test]
fn the_term_is_the_latest_seen_and_begins_without_a_vote() {
    let host = server(3, 1, &[]).receives(1, 1, request_vote(id(0, 0))).receives(
        2,
        5,
        append(id(0, 0), &[], 0),
    );
    assert_eq!(
        (host.term_and_vote(), host.receives(2, 4, request_vote(id(4, 1))).term_and_vote()),
        ((5, None), (5, None))
    );
}

// "each entry contains command ... and term when entry was received by leader (first index is 1)".
#[test]
fn an_entry_holds_its_command_and_the_term_in_which_the_leader_received_it() {
    let host = leader(3, 4, &[1]).proposes("x = 7");
    let entry = Entry { id: id(4, 3), payload: Payload::Command("x = 7") };
    assert_eq!(host.node.log().get(LogIndex(3)), Some(&entry));
}

// "Persistent state on all servers: (Updated on stable storage before responding to RPCs)".
#[test]
fn term_vote_and_log_are_on_stable_storage_when_a_server_responds() {
    let host = server(3, 1, &[1, 1]).receives(1, 2, request_vote(id(1, 2)));
    let host = host.receives(1, 2, append(id(1, 1), &[2, 2], 0));
    let hard_state = HardState { term: Term(2), vote: Some(NodeId(1)) };
    assert_eq!(host.sent(), [(1, 2, accepted(3))]);
    assert_eq!(
        host.disk,
        Durable { hard_state, entries: entries(0, &[1, 2, 2]), ..Durable::default() }
    );
}

// "Volatile state: commitIndex ... (initialized to 0)"; "lastApplied ... (initialized to 0)".
#[test]
fn after_a_restart_entries_are_committed_and_applied_from_the_first_again() {
    let host = server(3, 1, &[1, 1, 1]).receives(1, 1, append(id(1, 3), &[], 3)).restarts();
    let host = host.receives(1, 1, append(id(1, 3), &[], 2));
    assert_eq!((host.commit(), host.applied), (2, vec![1, 2]));
}

// "(Reinitialized after election)"; nextIndex "(initialized to leader last log index + 1)", which
// is the index of the no-op; matchIndex "(initialized to 0 ...)".
#[test]
fn a_new_leader_starts_with_match_index_0_and_next_index_after_its_last_entry() {
    let host = leader(3, 2, &[1, 1]);
    assert_eq!(host.progress(), (0, 3));
    let host = host.receives(1, 2, accepted(3)).receives(2, 3, vote_reply(false));
    assert_eq!(host.campaigns().receives(1, 4, vote_reply(true)).progress(), (0, 4));
}

// ==== Figure 2: AppendEntries RPC ====

// 1. "Reply false if term < currentTerm"; "term: currentTerm, for leader to update itself".
#[test]
fn an_append_of_an_older_term_is_rejected_with_the_newer_term() {
    let host = server(3, 5, &[1]).receives(1, 4, append(id(1, 1), &[4], 1));
    assert_eq!(host.sent(), [(1, 5, rejected(1, LogId::ZERO))]);
    assert_eq!((host.log(), host.commit()), (vec![1], 0));
}

// 2. "Reply false if log doesn't contain an entry at prevLogIndex whose term matches prevLogTerm".
#[test]
fn an_append_is_rejected_if_its_previous_entry_is_missing_or_has_another_term() {
    for (prev_log, hint) in [(id(2, 3), id(2, 2)), (id(3, 2), id(1, 1))] {
        let host = server(3, 3, &[1, 2]).receives(1, 3, append(prev_log, &[3], 3));
        assert_eq!(host.sent(), [(1, 3, rejected(prev_log.index.0, hint))]);
        assert_eq!((host.log(), host.commit()), (vec![1, 2], 0));
    }
}

// 3. "If an existing entry conflicts with a new one (same index but different terms), delete the
// existing entry and all that follow it".
#[test]
fn a_conflicting_entry_and_all_that_follow_it_are_deleted() {
    let host = server(3, 2, &[1, 1, 1, 1]).receives(1, 2, append(id(1, 1), &[1, 2], 0));
    assert_eq!(host.log(), [1, 1, 2]);
}

// 3. "If an existing entry conflicts ...": and only then. Entries after the request's last one are
// not acknowledged.
#[test]
fn a_shorter_append_deletes_nothing_and_only_its_own_entries_are_acknowledged() {
    let host = server(3, 2, &[1, 1, 1]).receives(1, 2, append(id(1, 1), &[1], 0));
    assert_eq!((host.log(), host.sent()), (vec![1, 1, 1], vec![(1, 2, accepted(2))]));
}

// 4. "Append any new entries not already in the log".
#[test]
fn entries_not_already_in_the_log_are_appended() {
    let host = server(3, 2, &[1, 1]).receives(1, 2, append(id(1, 1), &[1, 2, 2], 0));
    assert_eq!(host.log(), [1, 1, 2, 2]);
}

// 5. "If leaderCommit > commitIndex, set commitIndex = min(leaderCommit, index of last new entry)".
#[test]
fn a_follower_commits_no_further_than_the_leader_and_the_last_new_entry() {
    for (leader_commit, commit) in [(0, 0), (1, 1), (2, 2), (3, 2)] {
        let request = append(id(1, 1), &[1], leader_commit);
        assert_eq!(server(3, 2, &[1, 1, 1]).receives(1, 2, request).commit(), commit);
    }
}

// ==== Figure 2: RequestVote RPC ====

// 1. "Reply false if term < currentTerm"; "term: currentTerm, for candidate to update itself".
#[test]
fn a_candidate_of_an_older_term_gets_no_vote_and_the_reply_has_the_newer_term() {
    let host = server(3, 5, &[]).receives(1, 4, request_vote(id(4, 9)));
    assert_eq!((host.sent(), host.term_and_vote()), (vec![(1, 5, vote_reply(false))], (5, None)));
}

// 2. "If votedFor is null or candidateId ... grant vote": the first reply may have been lost.
#[test]
fn a_server_votes_for_the_first_candidate_and_grants_a_repeated_request_again() {
    let once = server(3, 1, &[]).receives(2, 1, request_vote(id(0, 0)));
    assert_eq!((once.sent(), once.term_and_vote()), (vec![(2, 1, vote_reply(true))], (1, Some(2))));
    assert_eq!(once.receives(2, 1, request_vote(id(0, 0))).sent(), [(2, 1, vote_reply(true))]);
}

// ==== Figure 2: Rules for all servers ====

// "If commitIndex > lastApplied: increment lastApplied, apply log[lastApplied] to state machine";
// "commitIndex: index of highest log entry known to be committed (... increases monotonically)".
#[test]
fn the_commit_index_never_decreases_and_entries_are_applied_in_order_and_once() {
    let heartbeat = |host: Host, commit| host.receives(1, 1, append(id(1, 3), &[], commit));
    let host = [1, 1, 3, 2].into_iter().fold(server(3, 1, &[1, 1, 1]), heartbeat);
    assert_eq!((host.commit(), host.applied), (3, vec![1, 2, 3]));
}

// "If RPC request or response contains term T > currentTerm: ... convert to follower" (5.1).
#[test]
fn any_message_of_a_newer_term_makes_any_server_a_follower_in_that_term() {
    let (first, last) = (id(0, 0), id(9, 9));
    for host in [server(3, 2, &[]), server(3, 1, &[]).campaigns(), leader(3, 2, &[])] {
        let requests =
            [request_vote(last), request_vote(first), append(first, &[], 0), append(last, &[], 0)];
        let answers = [vote_reply(true), vote_reply(false), accepted(1), rejected(0, first)];
        for body in requests.into_iter().chain(answers) {
            let host = host.clone().receives(1, 3, body);
            assert_eq!((host.role(), host.term_and_vote().0), (Role::Follower, 3));
        }
    }
}

// ==== Figure 2: Rules for followers ====

// "If election timeout elapses without receiving AppendEntries RPC from current leader or granting
// vote to candidate: convert to candidate"; 5.1: followers "issue no requests on their own".
#[test]
fn a_follower_sends_nothing_until_its_election_timeout_makes_it_a_candidate() {
    let host = server(3, 1, &[]);
    let timeout = host.election_timeout();
    assert!((1..timeout).all(|ticks| host.clone().ticks(ticks).sent().is_empty()));
    assert_eq!(host.ticks(timeout).role(), Role::Candidate);
}

// "... from current leader or granting vote": neither a deposed leader nor a refused candidate.
#[test]
fn only_the_current_leader_and_a_granted_vote_restart_the_election_timeout() {
    let (resetting, ignored) =
        ([append(id(9, 9), &[], 0), request_vote(id(1, 1))], request_vote(id(0, 0)));
    let host = server(3, 2, &[1]);
    let timeout_after =
        |term, body| host.clone().ticks(5).receives(1, term, body).election_timeout();
    assert_eq!(resetting.map(|body| timeout_after(2, body)), [host.election_timeout(); 2]);
    assert_eq!(timeout_after(2, ignored), host.election_timeout() - 5);
    assert_eq!(timeout_after(1, append(id(1, 1), &[], 0)), host.election_timeout() - 5);
}

// ==== Figure 2: Rules for candidates ====

// "Increment currentTerm"; "Vote for self"; "Send RequestVote RPCs to all other servers".
#[test]
fn a_candidate_votes_for_itself_in_the_next_term_and_requests_all_other_votes() {
    let host = server(3, 4, &[1, 2]).campaigns();
    assert_eq!((host.role(), host.term_and_vote()), (Role::Candidate, (5, Some(0))));
    assert_eq!(host.sent(), [(1, 5, request_vote(id(2, 2))), (2, 5, request_vote(id(2, 2)))]);
}

// "Reset election timer"; "If election timeout elapses: start new election".
#[test]
fn a_candidate_starts_a_new_election_in_the_next_term_after_a_new_timeout() {
    let first = server(3, 1, &[]);
    let second = first.clone().ticks(first.election_timeout());
    assert!(second.election_timeout() >= ELECTION);
    let third = second.clone().ticks(second.election_timeout());
    assert_eq!(third.sent(), [(1, 3, request_vote(id(0, 0))), (2, 3, request_vote(id(0, 0)))]);
}

// "If votes received from majority of servers: become leader". A repeated vote counts once.
#[test]
fn a_candidate_becomes_leader_with_the_vote_that_completes_a_majority() {
    for size in 2..=7 {
        let twice = |host: Host, peer| {
            host.receives(peer, 1, vote_reply(true)).receives(peer, 1, vote_reply(true))
        };
        let before = (1..size / 2).fold(server(size, 0, &[]).campaigns(), twice);
        let before = before.receives(size / 2, 1, vote_reply(false));
        let after = before.clone().receives(size / 2, 1, vote_reply(true));
        assert_eq!((before.role(), after.role()), (Role::Candidate, Role::Leader));
    }
}

// "If AppendEntries RPC received from new leader: convert to follower"; 5.2: "If the term in the
// RPC is smaller ..., then the candidate rejects the RPC and continues in candidate state".
#[test]
fn a_candidate_follows_the_leader_of_its_own_term_but_not_of_an_older_one() {
    let host = server(3, 2, &[]).campaigns();
    let [older, own] = [2, 3].map(|term| host.clone().receives(1, term, append(id(0, 0), &[2], 0)));
    assert_eq!((older.role(), older.log()), (Role::Candidate, vec![]));
    assert_eq!(
        (own.role(), own.term_and_vote(), own.log()),
        (Role::Follower, (3, Some(0)), vec![2])
    );
}

// ==== Figure 2: Rules for leaders ====

// "Upon election: send initial empty AppendEntries RPCs ... to each server": here, with the no-op.
#[test]
fn a_new_leader_sends_append_entries_to_each_server() {
    let host = leader(3, 2, &[1]);
    assert_eq!(host.appends(), [(1, id(1, 1), vec![2], 0), (2, id(1, 1), vec![2], 0)]);
}

// "repeat during idle periods"; "entries[]: ... (empty for heartbeat)"; "leaderCommit".
#[test]
fn an_idle_leader_sends_heartbeats_with_its_commit_index() {
    let host = leader(2, 2, &[]).receives(1, 2, accepted(1)).ticks(HEARTBEAT);
    assert_eq!(host.appends(), [(1, id(2, 1), vec![], 1)]);
}

// "If command received from client: append entry to local log, respond after entry applied".
#[test]
fn a_command_is_appended_at_once_and_applied_once_it_is_committed() {
    let host = leader(3, 2, &[]).proposes("x");
    assert_eq!((host.output.answer, host.log()), (Some(Ok(id(2, 2))), vec![2, 2]));
    assert_eq!(host.applied, []);
    assert_eq!(host.receives(1, 2, accepted(2)).applied, [1, 2]);
}

// "If last log index >= nextIndex ...: send ... log entries starting at nextIndex".
#[test]
fn each_follower_is_sent_the_entries_from_its_next_index_on() {
    let host = leader(3, 2, &[1]).receives(1, 2, accepted(2)).proposes("x");
    assert_eq!(host.appends(), [(1, id(2, 2), vec![2], 2)]);
    let host = host.ticks(HEARTBEAT);
    assert_eq!(host.appends(), [(1, id(2, 3), vec![], 2), (2, id(1, 1), vec![2, 2], 2)]);
}

// Pipelining (dissertation, 10.2.1): "the leader can send the next batch ... without waiting for
// acknowledgement of the first".
#[test]
fn entries_are_pipelined_once_the_logs_are_known_to_match() {
    let host = leader(3, 2, &[1]).receives(1, 2, accepted(2)).proposes("x").proposes("y");
    assert_eq!(host.appends(), [(1, id(2, 3), vec![2], 2)]);
    assert_eq!(host.progress(), (2, 5));
}

#[test]
fn pipelined_entries_that_were_lost_are_sent_again_after_a_rejection() {
    let host = leader(3, 2, &[1]).receives(1, 2, accepted(2)).proposes("x").proposes("y");
    let host = host.ticks(HEARTBEAT).receives(1, 2, rejected(4, id(2, 2)));
    assert_eq!(host.appends(), [(1, id(2, 2), vec![2, 2], 2)]);
    let host = host.receives(1, 2, rejected(3, id(2, 2)));
    assert_eq!(host.appends(), [], "a probe is one message at a time");
}

#[test]
fn a_leader_probes_until_the_logs_match_and_replicates_then() {
    let host = leader(3, 2, &[1]);
    assert_eq!(host.node.progress_state(NodeId(1)), Some(ProgressState::Probe { paused: true }));
    let host = host.receives(1, 2, accepted(2));
    assert_eq!(host.node.progress_state(NodeId(1)), Some(ProgressState::Replicate));
    assert_eq!(
        host.receives(1, 3, vote_reply(true)).node.progress_state(NodeId(1)),
        None,
        "it is no leader any more"
    );
}

#[test]
fn the_in_flight_window_bounds_unacknowledged_entries() {
    let mut config = server(3, 1, &[]).config;
    config.limits = Limits { inflight_entries: 2, ..config.limits };
    let host = Host::start(config, Durable::default()).campaigns().receives(1, 1, vote_reply(true));
    let host = host.receives(1, 1, accepted(1)).proposes("a").proposes("b").proposes("c");
    assert_eq!(host.appends(), []);
    let host = host.receives(1, 1, accepted(2));
    assert_eq!(host.appends(), [(1, id(1, 3), vec![1], 2)]);
}

#[test]
fn a_leader_with_too_many_uncommitted_bytes_refuses_commands() {
    let mut config = server(3, 1, &[]).config;
    config.limits = Limits { uncommitted_bytes: 40, ..config.limits };
    let host = Host::start(config, Durable::default()).campaigns().receives(1, 1, vote_reply(true));
    let host = host.proposes("a").proposes("b").proposes("c");
    assert_eq!(host.output.answer, Some(Err(Refused::TooMuchUncommitted)));
    let host = host.receives(1, 1, accepted(2)).proposes("c");
    assert_eq!(host.output.answer, Some(Ok(id(1, 4))));
}

#[test]
fn commands_proposed_together_share_a_message() {
    let host = leader(3, 2, &[1]).receives(1, 2, accepted(2));
    let host = host.steps(Input::ProposeAll(vec!["a", "b", "c"]));
    assert_eq!(host.appends(), [(1, id(2, 2), vec![2, 2, 2], 2)]);
    assert_eq!(host.output.answer, Some(Ok(id(2, 5))));
}

// "If successful: update nextIndex and matchIndex for follower"; "(... increases monotonically)".
#[test]
fn an_acknowledgement_raises_match_and_next_index_and_a_late_one_does_not_lower_them() {
    let host = leader(3, 2, &[1, 1]).receives(1, 2, accepted(3));
    assert_eq!((host.progress(), host.receives(1, 2, accepted(2)).progress()), ((3, 4), (3, 4)));
}

// "If AppendEntries fails because of log inconsistency: decrement nextIndex and retry"; 5.4.2: "log
// entries retain their original term numbers when a leader replicates entries from previous terms".
#[test]
fn after_a_rejection_the_leader_retries_with_earlier_entries_in_their_original_terms() {
    let host = leader(3, 4, &[1, 1, 2]).receives(1, 4, rejected(3, id(1, 1)));
    assert_eq!(host.appends(), [(1, id(1, 1), vec![1, 2, 4], 0)]);
}

// "If there exists an N ..., a majority of matchIndex[i] >= N ...: set commitIndex = N".
#[test]
fn an_entry_is_committed_once_a_majority_stores_it() {
    let host = leader(5, 1, &[]).receives(1, 1, accepted(1));
    assert_eq!((host.commit(), host.receives(2, 1, accepted(1)).commit()), (0, 1));
}

// ==== 5.1: Raft basics ====

// "Current terms are exchanged whenever servers communicate": so a stale reply is recognized.
#[test]
fn replies_of_an_older_term_are_ignored() {
    let candidate = server(3, 2, &[1]).campaigns().receives(1, 2, vote_reply(true));
    let leading = leader(3, 3, &[1]).receives(1, 2, accepted(2));
    assert_eq!((candidate.role(), leading.commit()), (Role::Candidate, 0));
}

// ==== 5.2: Leader election ====

// "Each server will vote for at most one candidate in a given term, ... first-come-first-served".
#[test]
fn a_server_votes_for_at_most_one_candidate_in_a_term() {
    let host = server(3, 1, &[]).receives(1, 2, request_vote(id(0, 0))).receives(
        2,
        2,
        request_vote(id(1, 9)),
    );
    assert_eq!(
        (host.sent(), host.term_and_vote()),
        (vec![(2, 2, vote_reply(false))], (2, Some(1)))
    );
}

// "Election timeouts are chosen randomly from a fixed interval": here, by a hash.
#[test]
fn election_timeouts_are_spread_over_one_to_two_times_the_shortest() {
    let drawn = |term| [0, 1, 2].map(|name| server_named(name, 3, term, &[]).election_timeout());
    let drawn: BTreeSet<u32> = (0..50).flat_map(drawn).collect();
    assert!(drawn.into_iter().eq(ELECTION..2 * ELECTION));
}

// "...so that in most cases only a single server will time out": the timeouts of two servers must
// not be correlated from term to term, or their votes could split in every term.
#[test]
fn the_election_timeouts_of_two_servers_are_not_correlated() {
    let timeout = |name, term| server_named(name, 7, term, &[]).election_timeout();
    for (one, other) in [(0, 1), (0, 2), (1, 2), (1, 4), (2, 5), (0, 6)] {
        let apart = |term| (timeout(one, term) + ELECTION - timeout(other, term)) % ELECTION;
        let differences: BTreeSet<u32> = (0..128).map(apart).collect();
        assert_eq!(differences.len() as u32, ELECTION, "{one} and {other}");
    }
}

// ==== 5.3: Log replication ====

// "the leader retries AppendEntries RPCs indefinitely ... until all followers eventually store".
#[test]
fn entries_are_sent_again_until_they_are_acknowledged() {
    let host = leader(3, 1, &[]).receives(2, 1, accepted(1)).ticks(50 * HEARTBEAT);
    assert_eq!(host.appends(), [(1, id(0, 0), vec![1], 1), (2, id(1, 1), vec![], 1)]);
}

// "Eventually nextIndex will reach a point where the leader and follower logs match": Figure 7.
#[test]
fn a_leader_makes_every_follower_of_figure_7_agree_with_its_own_log() {
    let a_to_f: [&[u64]; 6] = [
        &[1, 1, 1, 4, 4, 5, 5, 6, 6],
        &[1, 1, 1, 4],
        &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
        &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
        &[1, 1, 1, 4, 4, 4, 4],
        &[1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
    ];
    for log in a_to_f {
        let leader = leader(2, 8, &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6]);
        let [leader, follower] = exchange_messages([leader, server_named(1, 2, 7, log)]);
        assert_eq!(follower.log(), leader.log());
    }
}

// "A leader never overwrites or deletes entries in its own log" (Leader Append-Only).
#[test]
fn a_leader_only_appends_to_its_log() {
    let host = leader(3, 2, &[1]).receives(1, 2, append(id(0, 0), &[2, 2, 2], 0)).proposes("x");
    assert_eq!((host.output.answer, host.log()), (Some(Ok(id(2, 3))), vec![1, 2, 2]));
}

// ==== 5.4.1 and 5.4.2: Election restriction, entries from previous terms ====

// "If the logs have last entries with different terms, then the log with the later term is more
// up-to-date. If the logs end with the same term, then whichever log is longer is more up-to-date."
// Figure 2, RequestVote 2: "... candidate's log is at least as up-to-date as receiver's log".
#[test]
fn a_vote_is_granted_only_to_a_log_at_least_as_up_to_date() {
    let cases = [((3, 1), true), ((2, 3), true), ((2, 2), true), ((2, 1), false), ((1, 9), false)];
    for ((term, index), granted) in cases {
        let host = server(3, 3, &[1, 2]).receives(1, 4, request_vote(id(term, index)));
        assert_eq!(host.sent(), [(1, 4, vote_reply(granted))]);
        assert_eq!(host.term_and_vote(), (4, granted.then_some(1)));
    }
}

// "... if the voter's own log is more up-to-date": including entries that it has appended and will
// acknowledge, which are not yet durable.
#[test]
fn a_voter_compares_with_its_log_in_memory() {
    let host = server(3, 1, &[1]).slow().receives(1, 1, append(id(1, 1), &[1], 0));
    assert_eq!(host.receives(2, 2, request_vote(id(1, 1))).sent(), [(2, 2, vote_reply(false))]);
}

// "Raft never commits log entries from previous terms by counting replicas" (Figure 8); with one
// "from the current term ... all prior entries are committed indirectly".
#[test]
fn an_entry_of_an_earlier_term_is_committed_only_with_one_of_the_current_term() {
    let host = leader(3, 4, &[1, 2]).receives(1, 4, accepted(2));
    assert_eq!(host.applied, []);
    assert_eq!(host.receives(1, 4, accepted(3)).applied, [1, 2, 3]);
}

// ==== 5.5: Follower and candidate crashes ====

// "If a follower receives ... log entries already present in its log, it ignores those entries".
#[test]
fn a_repeated_append_changes_nothing_and_gets_the_same_reply() {
    let receives = |host: Host| host.receives(1, 1, append(id(0, 0), &[1, 1], 1));
    let (once, twice) = (receives(server(3, 1, &[])), receives(receives(server(3, 1, &[]))));
    assert_eq!((once.node.digest(), once.sent()), (twice.node.digest(), twice.sent()));
}

// ==== 5.6: Timing and availability ====

// "reliably send the heartbeat messages required to keep followers from starting elections".
#[test]
fn heartbeats_keep_followers_from_starting_elections() {
    let mut hosts = [leader(2, 1, &[]), server_named(1, 2, 0, &[])];
    for _ in 0..10 * ELECTION {
        hosts = exchange_messages(hosts.map(|host| host.ticks(1)));
    }
    assert_eq!((hosts[0].role(), hosts[1].term_and_vote().0), (Role::Leader, 1));
}

// "Raft's RPCs typically require the recipient to persist information to stable storage".
#[test]
fn a_server_that_voted_grants_no_other_vote_in_that_term_after_a_restart() {
    let host = server(3, 2, &[]).receives(1, 2, request_vote(id(0, 0))).restarts();
    assert_eq!(host.receives(2, 2, request_vote(id(0, 0))).sent(), [(2, 2, vote_reply(false))]);
}

// ==== 8: Client interaction ====

// "having each leader commit a blank no-op entry into the log at the start of its term".
#[test]
fn a_new_leader_begins_its_term_with_a_noop() {
    let host = leader(3, 2, &[1]);
    assert_eq!(host.node.log().entries()[1], Entry { id: id(2, 2), payload: Payload::Noop });
}

// "reject the client's request and supply information about the most recent leader".
#[test]
fn a_follower_refuses_commands_and_names_the_leader() {
    let host = server(3, 1, &[]).receives(2, 1, append(id(0, 0), &[], 0)).proposes("x");
    assert_eq!(host.output.answer, Some(Err(Refused::NotLeader { leader: Some(NodeId(2)) })));
    assert_eq!(host.log(), []);
}

// ==== Additions: hints (end of 5.3) and bounded messages ====

// "the follower can include the term of the conflicting entry": here, the last that may match.
#[test]
fn a_rejection_names_the_last_entry_that_may_match() {
    let host = server(3, 8, &[1, 2, 2, 5, 5, 5]).receives(1, 8, append(id(4, 5), &[8], 0));
    assert_eq!(host.sent(), [(1, 8, rejected(5, id(2, 3)))]);
}

// "decrement nextIndex to bypass all of the conflicting entries": once, then the rejection is late.
#[test]
fn a_leader_bypasses_entries_that_conflict_with_the_hint_and_ignores_late_rejections() {
    let host = leader(3, 8, &[1, 3, 3, 3, 7]).receives(1, 8, rejected(5, id(2, 4)));
    assert_eq!(host.progress(), (0, 2));
    assert_eq!(host.receives(1, 8, rejected(5, id(0, 0))).progress(), (0, 2));
}

// An AppendEntries carries at most `message_entries` entries; an acknowledgement lets the leader
// send the next ones.
#[test]
fn a_long_log_is_sent_in_messages_of_bounded_length() {
    let host = leader(3, 2, &[1, 1, 1, 1, 1]).receives(1, 2, rejected(5, id(0, 0)));
    assert_eq!(host.appends(), [(1, id(0, 0), vec![1, 1, 1, 1], 0)]);
    assert_eq!(host.receives(1, 2, accepted(4)).appends(), [(1, id(1, 4), vec![1, 2], 0)]);
}

// ==== Additions: asynchronous persistence, failure, restart, determinism ====

// A vote promises not to vote for another candidate. A repeated vote rests on the same write.
#[test]
fn a_vote_waits_for_the_disk() {
    let host = server(3, 1, &[]).slow().receives(1, 2, request_vote(id(0, 0))).receives(
        1,
        2,
        request_vote(id(0, 0)),
    );
    assert_eq!((host.sent(), host.persists().sent()), (vec![], vec![(1, 2, vote_reply(true)); 2]));
}

// A RequestVote promises a vote too: the candidate's own.
#[test]
fn a_candidacy_waits_for_the_disk() {
    let host = server(2, 1, &[]).slow().campaigns();
    assert_eq!(
        (host.sent(), host.persists().sent()),
        (vec![], vec![(1, 2, request_vote(id(0, 0)))])
    );
}

// An acknowledgement promises that the entries are durable.
#[test]
fn an_acknowledgement_waits_for_the_disk() {
    let host = server(3, 1, &[]).slow().receives(1, 1, append(id(0, 0), &[1], 0));
    assert_eq!((host.sent(), host.persists().sent()), (vec![], vec![(1, 1, accepted(1))]));
}

// A refused vote promises nothing.
#[test]
fn a_refused_vote_does_not_wait_for_the_disk() {
    let host = server(3, 1, &[1]).slow().receives(1, 2, request_vote(id(0, 0)));
    assert_eq!((host.sent(), host.pending.len()), (vec![(1, 2, vote_reply(false))], 1));
}

// A candidate's own vote counts like any other: here, its write follows the write of an entry.
#[test]
fn a_candidate_counts_its_own_vote_once_it_is_durable() {
    let host = server(3, 1, &[]).slow().receives(1, 1, append(id(0, 0), &[1], 0)).campaigns();
    let host = host.receives(1, 2, vote_reply(true)).persists();
    assert_eq!((host.role(), host.persists().role()), (Role::Candidate, Role::Leader));
}

// A leader counts its own disk like any follower's.
#[test]
fn a_leader_counts_its_own_entry_once_it_is_durable() {
    let host = leader(3, 1, &[]).slow().proposes("x").receives(1, 1, accepted(2));
    assert_eq!((host.commit(), host.persists().commit()), (1, 2));
}

// Only a leader's commit index shows which entries the server considers durable. No vote can
// reach a candidate before its RequestVote, and all writes before it, are durable: here they do.
#[test]
fn an_old_write_does_not_make_replaced_entries_durable() {
    let host = server(3, 1, &[]).slow().receives(1, 1, append(id(0, 0), &[1, 1], 0));
    let host = host.receives(1, 2, append(id(0, 0), &[2], 0)).campaigns();
    let host = host.receives(1, 3, vote_reply(true)).receives(2, 3, vote_reply(true)).receives(
        1,
        3,
        accepted(2),
    );
    assert_eq!((host.log(), host.persists().commit()), (vec![2, 3], 0));
}

// The disk's content after a failed write is unknown.
#[test]
fn after_a_failed_write_a_server_halts_and_sends_nothing_more() {
    let host = server(3, 1, &[]).slow().receives(1, 2, request_vote(id(0, 0)));
    let id = host.pending[0].id;
    let host = host.steps(Input::PersistFailed(id));
    assert_eq!((host.output.halted, host.sent()), (true, vec![]));
    let host = host.persists().ticks(2 * ELECTION).receives(1, 3, append(LogId::ZERO, &[], 0));
    assert_eq!((host.sent(), host.term_and_vote(), host.pending.len()), (vec![], (2, Some(1)), 0));
}

// A restart uses the same function as the first start. 5.2: "When servers start up, they begin as
// followers".
#[test]
fn a_server_restarts_as_a_follower_with_its_durable_state_only() {
    let host = leader(3, 2, &[1]).slow().proposes("x").proposes("y").persists().restarts();
    assert_eq!((host.role(), host.term_and_vote()), (Role::Follower, (2, Some(0))));
    assert_eq!((host.log(), host.commit()), (vec![1, 2, 2], 0));
}

// The outputs depend on nothing but the inputs; and different inputs give different digests.
#[test]
fn the_same_inputs_give_the_same_outputs_and_the_same_digest() {
    let run = |command| leader(5, 3, &[1, 2]).proposes(command).ticks(HEARTBEAT);
    let (one, two, other) = (run("x"), run("x"), run("y"));
    assert_eq!((one.sent(), one.node.digest()), (two.sent(), two.node.digest()));
    assert_ne!(one.node.digest(), other.node.digest());
}

// ==== The dissertation: disruptive elections ====

/// The same server with Pre-Vote and CheckQuorum.
fn with_pre_vote(mut host: Host) -> Host {
    host.config = Config { pre_vote: true, check_quorum: true, ..host.config };
    host.restarts()
}

fn pre_vote(last_log: LogId) -> Body<Command> {
    Body::PreVote { last_log }
}
fn pre_vote_reply(granted: bool) -> Body<Command> {
    Body::PreVoteReply { granted }
}

/// Server 0, just elected in `term`, with Pre-Vote and CheckQuorum.
fn pre_vote_leader(size: u8, term: u64) -> Host {
    let pre_candidate = with_pre_vote(server(size, term - 1, &[])).campaigns();
    let candidate = (1..=size / 2)
        .fold(pre_candidate, |host, peer| host.receives(peer, term - 1, pre_vote_reply(true)));
    (1..=size / 2).fold(candidate, |host, peer| host.receives(peer, term, vote_reply(true)))
}

// 9.6: "a candidate only increments its term if it first learns from a majority of the cluster that
// they would be willing to grant the candidate their votes".
#[test]
fn a_pre_candidate_campaigns_only_with_a_majority_of_pre_votes() {
    let host = with_pre_vote(server(5, 3, &[1])).campaigns();
    assert_eq!((host.term_and_vote(), host.role()), ((3, None), Role::PreCandidate));
    let requests: Vec<_> = (1..5).map(|to| (to, 3, pre_vote(id(1, 1)))).collect();
    assert_eq!(host.sent(), requests);
    let host = host
        .receives(1, 3, pre_vote_reply(true))
        .receives(1, 3, pre_vote_reply(true))
        .receives(2, 3, pre_vote_reply(false));
    assert_eq!(host.term_and_vote(), (3, None));
    let host = host.receives(3, 3, pre_vote_reply(true));
    assert_eq!((host.term_and_vote(), host.role()), ((4, Some(0)), Role::Candidate));
}

// A rolling upgrade: openraft PR 1785, ferrosa PR 432.
#[test]
fn a_peer_that_does_not_know_pre_vote_counts_as_if_it_granted_it() {
    let host = with_pre_vote(server(5, 3, &[1])).campaigns();
    let host = host.receives(1, 3, Body::PreVoteUnknown).receives(1, 3, Body::PreVoteUnknown);
    assert_eq!(host.term_and_vote(), (3, None));
    let host = host.receives(2, 3, Body::PreVoteUnknown);
    assert_eq!((host.term_and_vote(), host.role()), ((4, Some(0)), Role::Candidate));
    let late = host.receives(3, 4, Body::PreVoteUnknown).receives(4, 4, Body::PreVoteUnknown);
    assert_eq!(late.role(), Role::Candidate);
}

// 9.6: "if the candidate's log is sufficiently up-to-date".
#[test]
fn a_pre_vote_is_refused_if_the_log_is_not_up_to_date() {
    let host = with_pre_vote(server(3, 2, &[1, 2]));
    assert_eq!(
        host.clone().receives(1, 2, pre_vote(id(1, 9))).sent(),
        [(1, 2, pre_vote_reply(false))]
    );
    assert_eq!(host.receives(1, 2, pre_vote(id(2, 2))).sent(), [(1, 2, pre_vote_reply(true))]);
}

// 9.6: "and the voters have not received heartbeats from a valid leader for at least a baseline
// election timeout".
#[test]
fn a_pre_vote_is_refused_while_there_is_a_current_leader() {
    let host = with_pre_vote(server(3, 2, &[])).receives(2, 2, append(LogId::ZERO, &[], 0));
    assert_eq!(
        host.clone().receives(1, 2, pre_vote(id(0, 0))).sent(),
        [(1, 2, pre_vote_reply(false))]
    );
    let host = host.ticks(ELECTION);
    assert_eq!(host.receives(1, 2, pre_vote(id(0, 0))).sent(), [(1, 2, pre_vote_reply(true))]);
}

// Pre-Vote changes neither term, vote nor disk, at the sender or the receiver.
#[test]
fn a_pre_vote_of_another_term_changes_nothing() {
    let host = with_pre_vote(server(3, 2, &[]));
    let newer = host.clone().receives(1, 9, pre_vote(id(0, 0)));
    assert_eq!(
        (newer.sent(), newer.term_and_vote()),
        (vec![(1, 9, pre_vote_reply(true))], (2, None))
    );
    let older = host.receives(1, 1, pre_vote(id(0, 0)));
    assert_eq!(
        (older.sent(), older.term_and_vote()),
        (vec![(1, 2, pre_vote_reply(false))], (2, None))
    );
    assert_eq!(older.disk.hard_state.term, Term(2));
}

// tikv/raft-rs#84: a pre-candidate has no leader, whose lease would make it refuse Pre-Votes.
#[test]
fn a_pre_candidate_grants_pre_votes_to_others() {
    let host =
        with_pre_vote(server(3, 2, &[])).receives(2, 2, append(LogId::ZERO, &[], 0)).campaigns();
    assert_eq!(host.receives(1, 2, pre_vote(id(0, 0))).sent(), [(1, 2, pre_vote_reply(true))]);
}

// An AppendEntries ends the pre-candidacy: a late PreVoteReply starts no election.
#[test]
fn a_pre_candidate_becomes_a_follower_when_a_leader_appears() {
    let host =
        with_pre_vote(server(3, 2, &[])).campaigns().receives(2, 2, append(LogId::ZERO, &[], 0));
    assert_eq!(host.receives(1, 2, pre_vote_reply(true)).term_and_vote(), (2, None));
}

// 4.2.3: "if a server receives a RequestVote request within the minimum election timeout of hearing
// from a current leader, it does not update its term or grant its vote".
#[test]
fn a_follower_with_a_current_leader_disregards_request_vote() {
    let host = with_pre_vote(server(3, 2, &[])).receives(2, 2, append(LogId::ZERO, &[], 0));
    let disregarding = host.clone().receives(1, 3, request_vote(id(0, 0)));
    assert_eq!((disregarding.sent(), disregarding.term_and_vote()), (vec![], (2, None)));
    let host = host.ticks(ELECTION).receives(1, 3, request_vote(id(0, 0)));
    assert_eq!((host.sent(), host.term_and_vote()), (vec![(1, 3, vote_reply(true))], (3, Some(1))));
}

#[test]
fn a_leader_with_check_quorum_disregards_request_vote() {
    let host = pre_vote_leader(3, 2).receives(1, 3, request_vote(id(0, 0)));
    assert_eq!((host.role(), host.term_and_vote()), (Role::Leader, (2, Some(0))));
}

// 6.2: "a leader steps down if an election timeout elapses without a successful round of heartbeats
// to a majority of its cluster".
#[test]
fn a_leader_steps_down_when_no_quorum_answers_for_an_election_timeout() {
    let host = pre_vote_leader(5, 2);
    let silent = host.clone().ticks(ELECTION);
    assert_eq!((silent.role(), silent.term_and_vote()), (Role::Follower, (2, Some(0))));
    let one = host.clone().receives(1, 2, accepted(0)).ticks(ELECTION);
    assert_eq!(one.role(), Role::Follower);
    let two =
        host.receives(1, 2, accepted(0)).receives(2, 2, rejected(9, LogId::ZERO)).ticks(ELECTION);
    assert_eq!(two.role(), Role::Leader);
    assert_eq!(two.ticks(ELECTION).role(), Role::Follower);
}

// Both are optional: without them elections follow the paper.
#[test]
fn without_pre_vote_and_check_quorum_elections_follow_the_paper() {
    let host = server(3, 2, &[]).receives(2, 2, append(LogId::ZERO, &[], 0)).receives(
        1,
        3,
        request_vote(id(0, 0)),
    );
    assert_eq!(host.term_and_vote(), (3, Some(1)));
    assert_eq!(leader(3, 2, &[]).ticks(3 * ELECTION).role(), Role::Leader);
    assert_eq!(server(3, 2, &[]).campaigns().term_and_vote(), (3, Some(0)));
}
