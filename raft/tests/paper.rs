//! The Raft paper, sentence by sentence: a test is named by what a sentence says, and quotes it.
//! First Figure 2 in its own order, then sections 5.1 to 5.6 and 8, then what this core adds.
//!
//! Server 0 is under test; the test speaks for all others. A list of numbers stands for a log: the
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

/// Delivers what the first server said, the answers to it, and so on until both are silent; not
/// for ever, should a bug keep them talking.
fn converse([mut a, mut b]: [Host; 2]) -> [Host; 2] {
    let mut mail = VecDeque::from(a.output.messages.clone());
    for _ in 0..100 {
        let Some(message) = mail.pop_front() else { break };
        let host = if message.to == a.config.id { &mut a } else { &mut b };
        *host = host.clone().does(Input::Receive(message));
        mail.extend(host.output.messages.clone());
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
    let host = server(3, 1, &[]).hears(1, 1, ask(id(0, 0))).hears(2, 5, append(id(0, 0), &[], 0));
    assert_eq!((host.ballot(), host.hears(2, 4, ask(id(4, 1))).ballot()), ((5, None), (5, None)));
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
    let host = server(3, 1, &[1, 1]).hears(1, 2, ask(id(1, 2)));
    let host = host.hears(1, 2, append(id(1, 1), &[2, 2], 0));
    let hard_state = HardState { term: Term(2), vote: Some(NodeId(1)) };
    assert_eq!(host.sent(), [(1, 2, accepted(3))]);
    assert_eq!(host.disk, Durable { hard_state, snapshot: None, entries: entries(0, &[1, 2, 2]) });
}

// "Volatile state: commitIndex ... (initialized to 0)"; "lastApplied ... (initialized to 0)".
#[test]
fn after_a_restart_entries_are_committed_and_applied_from_the_first_again() {
    let host = server(3, 1, &[1, 1, 1]).hears(1, 1, append(id(1, 3), &[], 3)).restarts();
    let host = host.hears(1, 1, append(id(1, 3), &[], 2));
    assert_eq!((host.commit(), host.applied), (2, vec![1, 2]));
}

// "(Reinitialized after election)"; nextIndex "(initialized to leader last log index + 1)", which
// is the no-op's; matchIndex "(initialized to 0 ...)".
#[test]
fn a_new_leader_knows_of_no_match_and_goes_on_from_its_own_last_entry() {
    let host = leader(3, 2, &[1, 1]);
    assert_eq!(host.progress(), (0, 3));
    let host = host.hears(1, 2, accepted(3)).hears(2, 3, vote(false));
    assert_eq!(host.campaigns().hears(1, 4, vote(true)).progress(), (0, 4));
}

// ==== Figure 2: AppendEntries RPC ====

// 1. "Reply false if term < currentTerm"; "term: currentTerm, for leader to update itself".
#[test]
fn a_leader_of_an_older_term_is_refused_and_told_the_newer_term() {
    let host = server(3, 5, &[1]).hears(1, 4, append(id(1, 1), &[4], 1));
    assert_eq!(host.sent(), [(1, 5, rejected(1, LogId::ZERO))]);
    assert_eq!((host.log(), host.commit()), (vec![1], 0));
}

// 2. "Reply false if log doesn't contain an entry at prevLogIndex whose term matches prevLogTerm".
#[test]
fn a_request_is_refused_if_its_previous_entry_is_missing_or_has_another_term() {
    for (prev_log, hint) in [(id(2, 3), id(2, 2)), (id(3, 2), id(1, 1))] {
        let host = server(3, 3, &[1, 2]).hears(1, 3, append(prev_log, &[3], 3));
        assert_eq!(host.sent(), [(1, 3, rejected(prev_log.index.0, hint))]);
        assert_eq!((host.log(), host.commit()), (vec![1, 2], 0));
    }
}

// 3. "If an existing entry conflicts with a new one (same index but different terms), delete the
// existing entry and all that follow it".
#[test]
fn a_conflicting_entry_and_all_that_follow_it_are_deleted() {
    let host = server(3, 2, &[1, 1, 1, 1]).hears(1, 2, append(id(1, 1), &[1, 2], 0));
    assert_eq!(host.log(), [1, 1, 2]);
}

// 3. "If an existing entry conflicts ...": and only then. What lies behind is not acknowledged.
#[test]
fn a_shorter_request_deletes_nothing_and_what_it_showed_to_match_is_acknowledged() {
    let host = server(3, 2, &[1, 1, 1]).hears(1, 2, append(id(1, 1), &[1], 0));
    assert_eq!((host.log(), host.sent()), (vec![1, 1, 1], vec![(1, 2, accepted(2))]));
}

// 4. "Append any new entries not already in the log".
#[test]
fn entries_not_already_in_the_log_are_appended() {
    let host = server(3, 2, &[1, 1]).hears(1, 2, append(id(1, 1), &[1, 2, 2], 0));
    assert_eq!(host.log(), [1, 1, 2, 2]);
}

// 5. "If leaderCommit > commitIndex, set commitIndex = min(leaderCommit, index of last new entry)".
#[test]
fn a_follower_commits_no_further_than_the_leader_and_the_last_new_entry() {
    for (leader_commit, commit) in [(0, 0), (1, 1), (2, 2), (3, 2)] {
        let request = append(id(1, 1), &[1], leader_commit);
        assert_eq!(server(3, 2, &[1, 1, 1]).hears(1, 2, request).commit(), commit);
    }
}

// ==== Figure 2: RequestVote RPC ====

// 1. "Reply false if term < currentTerm"; "term: currentTerm, for candidate to update itself".
#[test]
fn a_candidate_of_an_older_term_gets_no_vote_and_is_told_the_newer_term() {
    let host = server(3, 5, &[]).hears(1, 4, ask(id(4, 9)));
    assert_eq!((host.sent(), host.ballot()), (vec![(1, 5, vote(false))], (5, None)));
}

// 2. "If votedFor is null or candidateId ... grant vote": the first answer may have been lost.
#[test]
fn a_server_grants_its_vote_to_the_first_that_asks_and_when_it_asks_again() {
    let once = server(3, 1, &[]).hears(2, 1, ask(id(0, 0)));
    assert_eq!((once.sent(), once.ballot()), (vec![(2, 1, vote(true))], (1, Some(2))));
    assert_eq!(once.hears(2, 1, ask(id(0, 0))).sent(), [(2, 1, vote(true))]);
}

// ==== Figure 2: Rules for all servers ====

// "If commitIndex > lastApplied: increment lastApplied, apply log[lastApplied] to state machine";
// "commitIndex: index of highest log entry known to be committed (... increases monotonically)".
#[test]
fn the_commit_index_never_falls_and_entries_are_applied_in_order_and_once() {
    let heartbeat = |host: Host, commit| host.hears(1, 1, append(id(1, 3), &[], commit));
    let host = [1, 1, 3, 2].into_iter().fold(server(3, 1, &[1, 1, 1]), heartbeat);
    assert_eq!((host.commit(), host.applied), (3, vec![1, 2, 3]));
}

// "If RPC request or response contains term T > currentTerm: ... convert to follower" (5.1).
#[test]
fn any_message_of_a_newer_term_makes_any_server_a_follower_in_that_term() {
    let (first, last) = (id(0, 0), id(9, 9));
    for host in [server(3, 2, &[]), server(3, 1, &[]).campaigns(), leader(3, 2, &[])] {
        let requests = [ask(last), ask(first), append(first, &[], 0), append(last, &[], 0)];
        let answers = [vote(true), vote(false), accepted(1), rejected(0, first)];
        for body in requests.into_iter().chain(answers) {
            let host = host.clone().hears(1, 3, body);
            assert_eq!((host.role(), host.ballot().0), (Role::Follower, 3));
        }
    }
}

// ==== Figure 2: Rules for followers ====

// "If election timeout elapses without receiving AppendEntries RPC from current leader or granting
// vote to candidate: convert to candidate"; 5.1: followers "issue no requests on their own".
#[test]
fn a_follower_says_nothing_until_its_election_timeout_makes_it_a_candidate() {
    let host = server(3, 1, &[]);
    let patience = host.patience();
    assert!((1..patience).all(|ticks| host.clone().ticks(ticks).sent().is_empty()));
    assert_eq!(host.ticks(patience).role(), Role::Candidate);
}

// "... from current leader or granting vote": not a deposed leader, nor a refused candidate.
#[test]
fn only_the_current_leader_and_a_granted_vote_restart_the_election_timeout() {
    let (heard, unheard) = ([append(id(9, 9), &[], 0), ask(id(1, 1))], ask(id(0, 0)));
    let host = server(3, 2, &[1]);
    let patience_after = |term, body| host.clone().ticks(5).hears(1, term, body).patience();
    assert_eq!(heard.map(|body| patience_after(2, body)), [host.patience(); 2]);
    assert_eq!(patience_after(2, unheard), host.patience() - 5);
    assert_eq!(patience_after(1, append(id(1, 1), &[], 0)), host.patience() - 5);
}

// ==== Figure 2: Rules for candidates ====

// "Increment currentTerm"; "Vote for self"; "Send RequestVote RPCs to all other servers".
#[test]
fn a_candidate_votes_for_itself_in_the_next_term_and_asks_all_others() {
    let host = server(3, 4, &[1, 2]).campaigns();
    assert_eq!((host.role(), host.ballot()), (Role::Candidate, (5, Some(0))));
    assert_eq!(host.sent(), [(1, 5, ask(id(2, 2))), (2, 5, ask(id(2, 2)))]);
}

// "Reset election timer"; "If election timeout elapses: start new election".
#[test]
fn a_candidate_waits_for_a_new_timeout_and_stands_again_in_the_next_term() {
    let first = server(3, 1, &[]);
    let second = first.clone().ticks(first.patience());
    assert!(second.patience() >= ELECTION);
    let third = second.clone().ticks(second.patience());
    assert_eq!(third.sent(), [(1, 3, ask(id(0, 0))), (2, 3, ask(id(0, 0)))]);
}

// "If votes received from majority of servers: become leader". A vote that arrives twice is one.
#[test]
fn a_candidate_leads_from_the_vote_that_makes_a_majority_of_servers() {
    for size in 2..=7 {
        let twice = |host: Host, peer| host.hears(peer, 1, vote(true)).hears(peer, 1, vote(true));
        let before = (1..size / 2).fold(server(size, 0, &[]).campaigns(), twice);
        let before = before.hears(size / 2, 1, vote(false));
        let after = before.clone().hears(size / 2, 1, vote(true));
        assert_eq!((before.role(), after.role()), (Role::Candidate, Role::Leader));
    }
}

// "If AppendEntries RPC received from new leader: convert to follower"; 5.2: "If the term in the
// RPC is smaller ..., then the candidate rejects the RPC and continues in candidate state".
#[test]
fn a_candidate_follows_the_leader_of_its_own_term_but_not_of_an_older_one() {
    let host = server(3, 2, &[]).campaigns();
    let [older, own] = [2, 3].map(|term| host.clone().hears(1, term, append(id(0, 0), &[2], 0)));
    assert_eq!((older.role(), older.log()), (Role::Candidate, vec![]));
    assert_eq!((own.role(), own.ballot(), own.log()), (Role::Follower, (3, Some(0)), vec![2]));
}

// ==== Figure 2: Rules for leaders ====

// "Upon election: send initial empty AppendEntries RPCs ... to each server": here, with the no-op.
#[test]
fn a_leader_speaks_to_each_server_upon_election() {
    let host = leader(3, 2, &[1]);
    assert_eq!(host.appends(), [(1, id(1, 1), vec![2], 0), (2, id(1, 1), vec![2], 0)]);
}

// "repeat during idle periods"; "entries[]: ... (empty for heartbeat)"; "leaderCommit".
#[test]
fn an_idle_leader_sends_heartbeats_that_tell_the_commit_index() {
    let host = leader(2, 2, &[]).hears(1, 2, accepted(1)).ticks(HEARTBEAT);
    assert_eq!(host.appends(), [(1, id(2, 1), vec![], 1)]);
}

// "If command received from client: append entry to local log, respond after entry applied".
#[test]
fn a_command_is_appended_at_once_and_applied_once_it_is_committed() {
    let host = leader(3, 2, &[]).proposes("x");
    assert_eq!((host.output.answer, host.log()), (Some(Ok(id(2, 2))), vec![2, 2]));
    assert_eq!(host.applied, []);
    assert_eq!(host.hears(1, 2, accepted(2)).applied, [1, 2]);
}

// "If last log index >= nextIndex ...: send ... log entries starting at nextIndex".
#[test]
fn each_follower_is_sent_what_it_lacks_and_the_entry_before_it() {
    let host = leader(3, 2, &[1]).hears(1, 2, accepted(2)).proposes("x");
    assert_eq!(host.appends(), [(1, id(2, 2), vec![2], 2)]);
    let host = host.ticks(HEARTBEAT);
    assert_eq!(host.appends(), [(1, id(2, 3), vec![], 2), (2, id(1, 1), vec![2, 2], 2)]);
}

// Pipelining (dissertation, 10.2.1): "the leader can send the next batch ... without waiting for
// acknowledgement of the first".
#[test]
fn entries_are_sent_ahead_of_their_answers_once_the_logs_are_known_to_agree() {
    let host = leader(3, 2, &[1]).hears(1, 2, accepted(2)).proposes("x").proposes("y");
    assert_eq!(host.appends(), [(1, id(2, 3), vec![2], 2)]);
    assert_eq!(host.progress(), (2, 5));
}

#[test]
fn what_was_lost_ahead_of_its_answer_is_sent_again_once_it_is_refused() {
    let host = leader(3, 2, &[1]).hears(1, 2, accepted(2)).proposes("x").proposes("y");
    let host = host.ticks(HEARTBEAT).hears(1, 2, rejected(4, id(2, 2)));
    assert_eq!(host.appends(), [(1, id(2, 2), vec![2, 2], 2)]);
    let host = host.hears(1, 2, rejected(3, id(2, 2)));
    assert_eq!(host.appends(), [], "one message at a time, until one is answered");
}

#[test]
fn a_leader_probes_until_logs_agree_and_does_not_wait_then() {
    let host = leader(3, 2, &[1]);
    assert_eq!(host.node.progress_state(NodeId(1)), Some(ProgressState::Probe { paused: true }));
    let host = host.hears(1, 2, accepted(2));
    assert_eq!(host.node.progress_state(NodeId(1)), Some(ProgressState::Replicate));
    assert_eq!(
        host.hears(1, 3, vote(true)).node.progress_state(NodeId(1)),
        None,
        "it leads no more"
    );
}

#[test]
fn a_window_bounds_what_is_on_its_way() {
    let mut config = server(3, 1, &[]).config;
    config.limits = Limits { inflight_entries: 2, ..config.limits };
    let host = Host::start(config, Durable::default()).campaigns().hears(1, 1, vote(true));
    let host = host.hears(1, 1, accepted(1)).proposes("a").proposes("b").proposes("c");
    assert_eq!(host.appends(), []);
    let host = host.hears(1, 1, accepted(2));
    assert_eq!(host.appends(), [(1, id(1, 3), vec![1], 2)]);
}

#[test]
fn a_leader_with_too_much_uncommitted_refuses_commands() {
    let mut config = server(3, 1, &[]).config;
    config.limits = Limits { uncommitted_bytes: 40, ..config.limits };
    let host = Host::start(config, Durable::default()).campaigns().hears(1, 1, vote(true));
    let host = host.proposes("a").proposes("b").proposes("c");
    assert_eq!(host.output.answer, Some(Err(Refused::TooMuchUncommitted)));
    let host = host.hears(1, 1, accepted(2)).proposes("c");
    assert_eq!(host.output.answer, Some(Ok(id(1, 4))));
}

#[test]
fn several_commands_at_once_share_their_messages() {
    let host = leader(3, 2, &[1]).hears(1, 2, accepted(2));
    let host = host.does(Input::ProposeAll(vec!["a", "b", "c"]));
    assert_eq!(host.appends(), [(1, id(2, 2), vec![2, 2, 2], 2)]);
    assert_eq!(host.output.answer, Some(Ok(id(2, 5))));
}

// "If successful: update nextIndex and matchIndex for follower"; "(... increases monotonically)".
#[test]
fn an_acknowledgement_raises_match_and_next_index_and_a_late_one_does_not_lower_them() {
    let host = leader(3, 2, &[1, 1]).hears(1, 2, accepted(3));
    assert_eq!((host.progress(), host.hears(1, 2, accepted(2)).progress()), ((3, 4), (3, 4)));
}

// "If AppendEntries fails because of log inconsistency: decrement nextIndex and retry"; 5.4.2: "log
// entries retain their original term numbers when a leader replicates entries from previous terms".
#[test]
fn after_a_refusal_the_leader_tries_again_with_earlier_entries_in_their_original_terms() {
    let host = leader(3, 4, &[1, 1, 2]).hears(1, 4, rejected(3, id(1, 1)));
    assert_eq!(host.appends(), [(1, id(1, 1), vec![1, 2, 4], 0)]);
}

// "If there exists an N ..., a majority of matchIndex[i] >= N ...: set commitIndex = N".
#[test]
fn an_entry_is_committed_once_a_majority_holds_it() {
    let host = leader(5, 1, &[]).hears(1, 1, accepted(1));
    assert_eq!((host.commit(), host.hears(2, 1, accepted(1)).commit()), (0, 1));
}

// ==== 5.1: Raft basics ====

// "Current terms are exchanged whenever servers communicate": an old answer is thus known as old.
#[test]
fn answers_of_an_older_term_count_for_nothing() {
    let standing = server(3, 2, &[1]).campaigns().hears(1, 2, vote(true));
    let leading = leader(3, 3, &[1]).hears(1, 2, accepted(2));
    assert_eq!((standing.role(), leading.commit()), (Role::Candidate, 0));
}

// ==== 5.2: Leader election ====

// "Each server will vote for at most one candidate in a given term, ... first-come-first-served".
#[test]
fn a_server_votes_for_at_most_one_candidate_in_a_term() {
    let host = server(3, 1, &[]).hears(1, 2, ask(id(0, 0))).hears(2, 2, ask(id(1, 9)));
    assert_eq!((host.sent(), host.ballot()), (vec![(2, 2, vote(false))], (2, Some(1))));
}

// "Election timeouts are chosen randomly from a fixed interval". Here a hash chooses.
#[test]
fn election_timeouts_are_spread_over_one_to_two_times_the_shortest() {
    let drawn = |term| [0, 1, 2].map(|name| server_named(name, 3, term, &[]).patience());
    let drawn: BTreeSet<u32> = (0..50).flat_map(drawn).collect();
    assert!(drawn.into_iter().eq(ELECTION..2 * ELECTION));
}

// "...so that in most cases only a single server will time out": what two servers draw must not
// keep step from term to term, or they get in each other's way for ever.
#[test]
fn what_two_servers_draw_has_nothing_to_do_with_each_other() {
    let patience = |name, term| server_named(name, 7, term, &[]).patience();
    for (one, other) in [(0, 1), (0, 2), (1, 2), (1, 4), (2, 5), (0, 6)] {
        let apart = |term| (patience(one, term) + ELECTION - patience(other, term)) % ELECTION;
        let differences: BTreeSet<u32> = (0..128).map(apart).collect();
        assert_eq!(differences.len() as u32, ELECTION, "{one} and {other}");
    }
}

// ==== 5.3: Log replication ====

// "the leader retries AppendEntries RPCs indefinitely ... until all followers eventually store".
#[test]
fn entries_are_sent_again_until_they_are_acknowledged() {
    let host = leader(3, 1, &[]).hears(2, 1, accepted(1)).ticks(50 * HEARTBEAT);
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
        let [leader, follower] = converse([leader, server_named(1, 2, 7, log)]);
        assert_eq!(follower.log(), leader.log());
    }
}

// "A leader never overwrites or deletes entries in its own log" (Leader Append-Only).
#[test]
fn a_leader_only_appends_to_its_log() {
    let host = leader(3, 2, &[1]).hears(1, 2, append(id(0, 0), &[2, 2, 2], 0)).proposes("x");
    assert_eq!((host.output.answer, host.log()), (Some(Ok(id(2, 3))), vec![1, 2, 2]));
}

// ==== 5.4.1 and 5.4.2: Election restriction, entries from previous terms ====

// "If the logs have last entries with different terms, then the log with the later term is more
// up-to-date. If the logs end with the same term, then whichever log is longer is more up-to-date."
// Figure 2, RequestVote 2: "... candidate's log is at least as up-to-date as receiver's log".
#[test]
fn a_vote_goes_only_to_a_log_at_least_as_up_to_date() {
    let cases = [((3, 1), true), ((2, 3), true), ((2, 2), true), ((2, 1), false), ((1, 9), false)];
    for ((term, index), granted) in cases {
        let host = server(3, 3, &[1, 2]).hears(1, 4, ask(id(term, index)));
        assert_eq!(host.sent(), [(1, 4, vote(granted))]);
        assert_eq!(host.ballot(), (4, granted.then_some(1)));
    }
}

// "... if the voter's own log is more up-to-date": with what it has appended and will acknowledge,
// though that be not durable yet.
#[test]
fn a_voter_compares_with_the_log_that_it_has_in_memory() {
    let host = server(3, 1, &[1]).slow().hears(1, 1, append(id(1, 1), &[1], 0));
    assert_eq!(host.hears(2, 2, ask(id(1, 1))).sent(), [(2, 2, vote(false))]);
}

// "Raft never commits log entries from previous terms by counting replicas" (Figure 8); with one
// "from the current term ... all prior entries are committed indirectly".
#[test]
fn an_entry_of_an_earlier_term_is_committed_only_with_one_of_the_current_term() {
    let host = leader(3, 4, &[1, 2]).hears(1, 4, accepted(2));
    assert_eq!(host.applied, []);
    assert_eq!(host.hears(1, 4, accepted(3)).applied, [1, 2, 3]);
}

// ==== 5.5: Follower and candidate crashes ====

// "If a follower receives ... log entries already present in its log, it ignores those entries".
#[test]
fn a_repeated_request_changes_nothing_and_is_answered_again() {
    let hears = |host: Host| host.hears(1, 1, append(id(0, 0), &[1, 1], 1));
    let (once, twice) = (hears(server(3, 1, &[])), hears(hears(server(3, 1, &[]))));
    assert_eq!((once.node.digest(), once.sent()), (twice.node.digest(), twice.sent()));
}

// ==== 5.6: Timing and availability ====

// "reliably send the heartbeat messages required to keep followers from starting elections".
#[test]
fn heartbeats_keep_followers_from_starting_elections() {
    let mut hosts = [leader(2, 1, &[]), server_named(1, 2, 0, &[])];
    for _ in 0..10 * ELECTION {
        hosts = converse(hosts.map(|host| host.ticks(1)));
    }
    assert_eq!((hosts[0].role(), hosts[1].ballot().0), (Role::Leader, 1));
}

// "Raft's RPCs typically require the recipient to persist information to stable storage".
#[test]
fn a_server_that_voted_votes_for_no_other_after_a_restart() {
    let host = server(3, 2, &[]).hears(1, 2, ask(id(0, 0))).restarts();
    assert_eq!(host.hears(2, 2, ask(id(0, 0))).sent(), [(2, 2, vote(false))]);
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
fn a_server_that_does_not_lead_rejects_commands_and_names_the_leader() {
    let host = server(3, 1, &[]).hears(2, 1, append(id(0, 0), &[], 0)).proposes("x");
    assert_eq!(host.output.answer, Some(Err(Refused::NotLeader { leader: Some(NodeId(2)) })));
    assert_eq!(host.log(), []);
}

// ==== Additions: hints (end of 5.3) and bounded messages ====

// "the follower can include the term of the conflicting entry": here, its last that may agree.
#[test]
fn a_refusal_names_the_last_entry_that_may_agree() {
    let host = server(3, 8, &[1, 2, 2, 5, 5, 5]).hears(1, 8, append(id(4, 5), &[8], 0));
    assert_eq!(host.sent(), [(1, 8, rejected(5, id(2, 3)))]);
}

// "decrement nextIndex to bypass all of the conflicting entries": once, then the refusal is late.
#[test]
fn a_leader_bypasses_what_cannot_agree_with_the_hint_and_ignores_late_refusals() {
    let host = leader(3, 8, &[1, 3, 3, 3, 7]).hears(1, 8, rejected(5, id(2, 4)));
    assert_eq!(host.progress(), (0, 2));
    assert_eq!(host.hears(1, 8, rejected(5, id(0, 0))).progress(), (0, 2));
}

// An AppendEntries carries at most `max_entries` entries; an acknowledgement fetches the next.
#[test]
fn a_long_log_is_sent_in_messages_of_bounded_length() {
    let host = leader(3, 2, &[1, 1, 1, 1, 1]).hears(1, 2, rejected(5, id(0, 0)));
    assert_eq!(host.appends(), [(1, id(0, 0), vec![1, 1, 1, 1], 0)]);
    assert_eq!(host.hears(1, 2, accepted(4)).appends(), [(1, id(1, 4), vec![1, 2], 0)]);
}

// ==== Additions: asynchronous persistence, failure, restart, determinism ====

// A vote promises to vote for no other. Repeated, it rests on the write that is still under way.
#[test]
fn a_vote_waits_for_the_disk() {
    let host = server(3, 1, &[]).slow().hears(1, 2, ask(id(0, 0))).hears(1, 2, ask(id(0, 0)));
    assert_eq!((host.sent(), host.writes().sent()), (vec![], vec![(1, 2, vote(true)); 2]));
}

// A candidacy promises a vote too: the candidate's own.
#[test]
fn a_candidacy_waits_for_the_disk() {
    let host = server(2, 1, &[]).slow().campaigns();
    assert_eq!((host.sent(), host.writes().sent()), (vec![], vec![(1, 2, ask(id(0, 0)))]));
}

// An acknowledgement promises to hold the entries.
#[test]
fn an_acknowledgement_waits_for_the_disk() {
    let host = server(3, 1, &[]).slow().hears(1, 1, append(id(0, 0), &[1], 0));
    assert_eq!((host.sent(), host.writes().sent()), (vec![], vec![(1, 1, accepted(1))]));
}

// A refusal promises nothing.
#[test]
fn a_refusal_does_not_wait_for_the_disk() {
    let host = server(3, 1, &[1]).slow().hears(1, 2, ask(id(0, 0)));
    assert_eq!((host.sent(), host.pending.len()), (vec![(1, 2, vote(false))], 1));
}

// A candidate counts itself like any other server: here, after the write of an entry before it.
#[test]
fn a_candidate_counts_its_own_vote_once_it_is_durable() {
    let host = server(3, 1, &[]).slow().hears(1, 1, append(id(0, 0), &[1], 0)).campaigns();
    let host = host.hears(1, 2, vote(true)).writes();
    assert_eq!((host.role(), host.writes().role()), (Role::Candidate, Role::Leader));
}

// A leader counts itself like any follower.
#[test]
fn a_leader_counts_its_own_entry_once_it_is_durable() {
    let host = leader(3, 1, &[]).slow().proposes("x").hears(1, 1, accepted(2));
    assert_eq!((host.commit(), host.writes().commit()), (1, 2));
}

// Only as a leader does a server show what it holds for durable, and no vote can reach it before
// its candidacy is durable, and all before that. Here votes do.
#[test]
fn an_old_write_does_not_make_replaced_entries_durable() {
    let host = server(3, 1, &[]).slow().hears(1, 1, append(id(0, 0), &[1, 1], 0));
    let host = host.hears(1, 2, append(id(0, 0), &[2], 0)).campaigns();
    let host = host.hears(1, 3, vote(true)).hears(2, 3, vote(true)).hears(1, 3, accepted(2));
    assert_eq!((host.log(), host.writes().commit()), (vec![2, 3], 0));
}

// What a failed write left on the disk is unknown.
#[test]
fn after_a_failed_write_a_server_halts_and_promises_nothing_further() {
    let host = server(3, 1, &[]).slow().hears(1, 2, ask(id(0, 0)));
    let id = host.pending[0].id;
    let host = host.does(Input::PersistFailed(id));
    assert_eq!((host.output.halted, host.sent()), (true, vec![]));
    let host = host.writes().ticks(2 * ELECTION).hears(1, 3, append(LogId::ZERO, &[], 0));
    assert_eq!((host.sent(), host.ballot(), host.pending.len()), (vec![], (2, Some(1)), 0));
}

// It starts by the door by which it came. 5.2: "When servers start up, they begin as followers".
#[test]
fn a_server_restarts_as_a_follower_that_knows_what_was_durable_and_no_more() {
    let host = leader(3, 2, &[1]).slow().proposes("x").proposes("y").writes().restarts();
    assert_eq!((host.role(), host.ballot()), (Role::Follower, (2, Some(0))));
    assert_eq!((host.log(), host.commit()), (vec![1, 2, 2], 0));
}

// Nothing but the inputs decides; and the digest tells one history from another.
#[test]
fn the_same_inputs_give_the_same_outputs_and_the_same_digest() {
    let life = |command| leader(5, 3, &[1, 2]).proposes(command).ticks(HEARTBEAT);
    let (one, two, other) = (life("x"), life("x"), life("y"));
    assert_eq!((one.sent(), one.node.digest()), (two.sent(), two.node.digest()));
    assert_ne!(one.node.digest(), other.node.digest());
}

// ==== The dissertation: elections that are not needed ====

/// The same server with Pre-Vote and CheckQuorum.
fn careful(mut host: Host) -> Host {
    host.config = Config { pre_vote: true, check_quorum: true, ..host.config };
    host.restarts()
}

fn would_you(last_log: LogId) -> Body<Command> {
    Body::PreVote { last_log }
}
fn would(granted: bool) -> Body<Command> {
    Body::PreVoteReply { granted }
}

/// A careful server 0 that has just won `term`.
fn careful_leader(size: u8, term: u64) -> Host {
    let asking = careful(server(size, term - 1, &[])).campaigns();
    let standing =
        (1..=size / 2).fold(asking, |host, peer| host.hears(peer, term - 1, would(true)));
    (1..=size / 2).fold(standing, |host, peer| host.hears(peer, term, vote(true)))
}

// 9.6: "a candidate only increments its term if it first learns from a majority of the cluster that
// they would be willing to grant the candidate their votes".
#[test]
fn a_server_stands_only_if_a_majority_would_vote_for_it() {
    let host = careful(server(5, 3, &[1])).campaigns();
    assert_eq!((host.ballot(), host.role()), ((3, None), Role::PreCandidate));
    let asked: Vec<_> = (1..5).map(|to| (to, 3, would_you(id(1, 1)))).collect();
    assert_eq!(host.sent(), asked);
    let host = host.hears(1, 3, would(true)).hears(1, 3, would(true)).hears(2, 3, would(false));
    assert_eq!(host.ballot(), (3, None));
    let host = host.hears(3, 3, would(true));
    assert_eq!((host.ballot(), host.role()), ((4, Some(0)), Role::Candidate));
}

// 9.6: "if the candidate's log is sufficiently up-to-date".
#[test]
fn nobody_would_vote_for_a_log_that_is_not_up_to_date() {
    let host = careful(server(3, 2, &[1, 2]));
    assert_eq!(host.clone().hears(1, 2, would_you(id(1, 9))).sent(), [(1, 2, would(false))]);
    assert_eq!(host.hears(1, 2, would_you(id(2, 2))).sent(), [(1, 2, would(true))]);
}

// 9.6: "and the voters have not received heartbeats from a valid leader for at least a baseline
// election timeout".
#[test]
fn nobody_would_vote_while_a_leader_is_heard() {
    let host = careful(server(3, 2, &[])).hears(2, 2, append(LogId::ZERO, &[], 0));
    assert_eq!(host.clone().hears(1, 2, would_you(id(0, 0))).sent(), [(1, 2, would(false))]);
    let host = host.ticks(ELECTION);
    assert_eq!(host.hears(1, 2, would_you(id(0, 0))).sent(), [(1, 2, would(true))]);
}

// To ask costs nobody anything: neither who asks nor who answers changes term, vote or disk.
#[test]
fn a_question_of_another_term_changes_nothing() {
    let host = careful(server(3, 2, &[]));
    let newer = host.clone().hears(1, 9, would_you(id(0, 0)));
    assert_eq!((newer.sent(), newer.ballot()), (vec![(1, 9, would(true))], (2, None)));
    let older = host.hears(1, 1, would_you(id(0, 0)));
    assert_eq!((older.sent(), older.ballot()), (vec![(1, 2, would(false))], (2, None)));
    assert_eq!(older.disk.hard_state.term, Term(2));
}

// tikv/raft-rs#84: who asks no longer hears its leader, whose lease would make it turn others away.
#[test]
fn who_asks_whether_it_could_win_would_vote_for_another() {
    let host = careful(server(3, 2, &[])).hears(2, 2, append(LogId::ZERO, &[], 0)).campaigns();
    assert_eq!(host.hears(1, 2, would_you(id(0, 0))).sent(), [(1, 2, would(true))]);
}

// A leader that turns up ends the asking: late answers make nobody a candidate.
#[test]
fn who_hears_a_leader_asks_no_longer() {
    let host = careful(server(3, 2, &[])).campaigns().hears(2, 2, append(LogId::ZERO, &[], 0));
    assert_eq!(host.hears(1, 2, would(true)).ballot(), (2, None));
}

// 4.2.3: "if a server receives a RequestVote request within the minimum election timeout of hearing
// from a current leader, it does not update its term or grant its vote".
#[test]
fn who_hears_a_leader_is_deaf_to_candidates() {
    let host = careful(server(3, 2, &[])).hears(2, 2, append(LogId::ZERO, &[], 0));
    let deaf = host.clone().hears(1, 3, ask(id(0, 0)));
    assert_eq!((deaf.sent(), deaf.ballot()), (vec![], (2, None)));
    let host = host.ticks(ELECTION).hears(1, 3, ask(id(0, 0)));
    assert_eq!((host.sent(), host.ballot()), (vec![(1, 3, vote(true))], (3, Some(1))));
}

#[test]
fn a_leader_that_is_answered_is_deaf_to_candidates() {
    let host = careful_leader(3, 2).hears(1, 3, ask(id(0, 0)));
    assert_eq!((host.role(), host.ballot()), (Role::Leader, (2, Some(0))));
}

// 6.2: "a leader steps down if an election timeout elapses without a successful round of heartbeats
// to a majority of its cluster".
#[test]
fn a_leader_steps_down_when_no_quorum_answers_for_an_election_timeout() {
    let host = careful_leader(5, 2);
    let silent = host.clone().ticks(ELECTION);
    assert_eq!((silent.role(), silent.ballot()), (Role::Follower, (2, Some(0))));
    let one = host.clone().hears(1, 2, accepted(0)).ticks(ELECTION);
    assert_eq!(one.role(), Role::Follower);
    let two = host.hears(1, 2, accepted(0)).hears(2, 2, rejected(9, LogId::ZERO)).ticks(ELECTION);
    assert_eq!(two.role(), Role::Leader);
    assert_eq!(two.ticks(ELECTION).role(), Role::Follower);
}

// Both are switches: without them a server is the paper's.
#[test]
fn without_the_switches_elections_are_as_in_the_paper() {
    let host =
        server(3, 2, &[]).hears(2, 2, append(LogId::ZERO, &[], 0)).hears(1, 3, ask(id(0, 0)));
    assert_eq!(host.ballot(), (3, Some(1)));
    assert_eq!(leader(3, 2, &[]).ticks(3 * ELECTION).role(), Role::Leader);
    assert_eq!(server(3, 2, &[]).campaigns().ballot(), (3, Some(0)));
}
