//! What Raft adds to its Figure 2, sentence by sentence: a test is named by what a sentence says,
//! and quotes it. Snapshots (section 7 of the paper, with Figure 13), and of the dissertation
//! membership (chapter 4), transfer (3.10), reads (6.4), leases (6.4.1) and limits (10.2).
//!
//! Server 0 is under test; the test speaks for all others. A list of numbers stands for a log: the
//! terms of its entries, from index 1 on. `id(2, 7)` is the entry of term 2 at index 7.

#[path = "common/acts.rs"]
mod acts;
mod common;

use acts::*;
use common::*;
use raft::{Body, Config, Input, Limits, LogId, LogIndex, NodeId, Refused, Role};

/// Server 0 of three, in term 1: its leader, server 1, has committed so much of this log.
fn follower(log: &[u64], commit: u64) -> Host {
    let last = log.last().map_or(LogId::ZERO, |&term| id(term, log.len() as u64));
    server(3, 1, log).timeout_now_sent(1, append(last, &[], commit))
}
/// Server 0 leads in term 2, and servers 1 and 2 hold its no-op, which is its first entry.
fn settled(size: u8) -> Host {
    leader(size, 2, &[]).accepts(&[1, 2])
}
/// It has compacted all up to `id(2, 4)`, which server 1 holds too, and of which 2 holds nothing.
fn compacted_leader() -> Host {
    let in_twos = |config: &mut Config| config.limits.chunk_bytes = 2;
    let host = server(3, 1, &[1, 1, 1]).but(in_twos).leads();
    host.accepts(&[1]).compacts(4, "abcdef")
}
/// It has sent server 2 the first piece.
fn sending_leader() -> Host {
    compacted_leader().timeout_now_sent(2, rejected(3, LogId::ZERO))
}

// ==== Section 7 and Figure 13: log compaction ====

// "Each server takes snapshots independently, covering just the committed entries in its log":
// here, just what was handed out to be applied.
#[test]
fn only_what_was_applied_is_compacted_and_once() {
    let host = follower(&[1, 1, 1], 2);
    let compacted = host.clone().compacts(2, "state");
    assert_eq!((compacted.log(), compacted.node.status().snapshot), (vec![1], id(1, 2)));
    for (host, silly) in [(&host, 0), (&host, 3), (&host, 9), (&compacted, 1), (&compacted, 2)] {
        let after = host.clone().compacts(silly, "other");
        assert_eq!(after.node.digest(), host.node.digest(), "{silly}");
    }
}

// Index and term of the last entry "are preserved to support the AppendEntries consistency check
// for the first log entry following the snapshot". A late request may begin long before that.
#[test]
fn entries_that_a_snapshot_stands_for_are_neither_compared_nor_appended_again() {
    let host = follower(&[1, 1, 1], 2).compacts(2, "state");
    for (prev, entries, log, matched) in [(0, 4, 2, 4), (1, 2, 1, 3), (0, 1, 1, 2), (2, 2, 2, 4)] {
        let prev_log = if prev == 0 { LogId::ZERO } else { id(1, prev) };
        let host = host.clone().timeout_now_sent(1, append(prev_log, &vec![1; entries], 2));
        assert_eq!((host.log(), host.said()), (vec![1; log], vec![(1, accepted(matched))]));
    }
    assert_eq!(host.hears(2, 2, append(id(2, 3), &[], 2)).said(), [(2, rejected(3, id(1, 2)))]);
}

// Figure 13, 8: "Reset state machine using snapshot contents (and load snapshot's cluster
// configuration)": so it is at a restart.
#[test]
fn a_restart_begins_with_the_snapshot() {
    let host = follower(&[1; 4], 2).compacts(2, "state").restarts();
    assert_eq!((host.commit(), host.last(), host.log()), (2, id(1, 4), vec![1, 1]));
    assert_eq!(host.timeout_now_sent(1, append(id(1, 4), &[], 3)).applied, [3]);
}

// "the leader must occasionally send snapshots to followers that lag behind. This happens when the
// leader has already discarded the next log entry that it needs to send".
#[test]
fn a_follower_whose_next_entry_is_discarded_is_sent_the_snapshot() {
    let first_piece = (2, piece(id(2, 4), 0, "ab", false));
    assert!(compacted_leader().ticks(HEARTBEAT).said().contains(&first_piece));
    assert_eq!(sending_leader().said(), [first_piece]);
    let host = settled(3).but(|config| config.limits.inflight_entries = 1).leads().accepts(&[1, 2]);
    let host = host.proposes("x").proposes("y").accepts(&[1]).compacts(4, "all").ticks(HEARTBEAT);
    assert!(host.said().contains(&(2, piece(id(3, 4), 0, "all", true))), "its window is full");
}

// Figure 13: "Leaders always send chunks in order." Then the log goes on.
#[test]
fn each_answer_brings_the_next_piece_and_the_last_one_the_log() {
    let (host, last) = (sending_leader().proposes("x"), id(2, 4));
    assert_eq!(host.appends(), [(1, last, vec![2], 4)]);
    let host = host.timeout_now_sent(2, received(last, 2));
    assert_eq!(host.said(), [(2, piece(last, 2, "cd", false))]);
    let host = host.timeout_now_sent(2, received(last, 4));
    assert_eq!(host.said(), [(2, piece(last, 4, "ef", true))]);
    assert_eq!(host.timeout_now_sent(2, accepted(4)).appends(), [(2, last, vec![2], 4)]);
}

// A follower that has lost the pieces says so; an answer about another snapshot says nothing.
#[test]
fn a_piece_is_sent_again_at_the_heartbeat_and_not_for_a_repeated_or_foreign_answer() {
    let (host, last) = (sending_leader(), id(2, 4));
    let host = host.timeout_now_sent(2, received(last, 2)).timeout_now_sent(2, received(last, 2));
    assert_eq!(
        (host.said(), host.clone().timeout_now_sent(2, received(id(2, 3), 0)).said()),
        (vec![], vec![])
    );
    let again = host.clone().ticks(HEARTBEAT);
    assert!(again.said().contains(&(2, piece(last, 2, "cd", false))));
    assert_eq!(
        host.timeout_now_sent(2, received(last, 0)).said(),
        [(2, piece(last, 0, "ab", false))]
    );
}

// Else a leader that compacts faster than it sends would never bring a follower up to date.
#[test]
fn a_snapshot_under_way_goes_on_although_the_leader_compacts_again() {
    let (host, last) = (sending_leader(), id(2, 4));
    let host = host
        .timeout_now_sent(2, received(last, 2))
        .proposes("x")
        .accepts(&[1])
        .compacts(5, "uvwxyz");
    let host = host.timeout_now_sent(2, received(last, 4));
    assert_eq!(host.said(), [(2, piece(last, 4, "ef", true))]);
    assert_eq!(
        host.timeout_now_sent(2, accepted(4)).said(),
        [(2, piece(id(2, 5), 0, "uv", false))]
    );
}

// Figure 13, 2 to 4: "Create new snapshot file if first chunk"; "Write data into snapshot file at
// given offset"; "Reply and wait for more data chunks if done is false".
#[test]
fn pieces_that_are_missing_repeated_or_late_do_no_harm() {
    let (last, mut host) = (id(1, 9), follower(&[1], 1));
    let pieces = [(2, "cd"), (0, "ab"), (0, "ab"), (4, "ef"), (2, "cd"), (0, "ab"), (2, "cd")];
    for ((offset, data), there) in pieces.into_iter().zip([0, 2, 2, 2, 4, 4, 4]) {
        host = host.timeout_now_sent(1, piece(last, offset, data, false));
        assert_eq!(host.said(), [(1, received(last, there))]);
    }
    let host = host
        .timeout_now_sent(1, piece(last, 6, "gh", true))
        .timeout_now_sent(1, piece(last, 4, "ef", true));
    assert_eq!((host.restored(), host.said()), (Some(&b"abcdef"[..]), vec![(1, accepted(9))]));
}

// Figure 13, 5: "discard any existing or partial snapshot with a smaller index": not a newer one.
#[test]
fn a_piece_of_a_newer_snapshot_replaces_an_older_one_and_not_the_reverse() {
    let host = follower(&[1], 1).timeout_now_sent(1, piece(id(1, 5), 0, "ab", false));
    let host = host.timeout_now_sent(1, piece(id(1, 9), 0, "cd", false));
    let host = host.timeout_now_sent(1, piece(id(1, 5), 0, "ab", false));
    assert_eq!(host.said(), [(1, received(id(1, 5), 0))]);
    assert_eq!(
        host.timeout_now_sent(1, piece(id(1, 9), 2, "ef", true)).restored(),
        Some(&b"cdef"[..])
    );
}

// Nothing is touched before the whole is there; the next leader's snapshot may be in other words.
#[test]
fn an_interrupted_transfer_leaves_everything_as_it_was() {
    let before = follower(&[1, 1], 1);
    let host = before.clone().timeout_now_sent(1, piece(id(1, 9), 0, "ab", false));
    assert_eq!((&host.disk, host.node.status()), (&before.disk, before.node.status()));
    let host = host.hears(2, 2, piece(id(1, 9), 2, "cd", true));
    assert_eq!((host.said(), host.restored()), (vec![(2, received(id(1, 9), 0))], None));
}

// Figure 13, 6 and 7: "If existing log entry has same index and term as snapshot's last included
// entry, retain log entries following it and reply"; "Discard the entire log".
#[test]
fn the_log_behind_a_snapshot_stays_if_it_holds_the_snapshots_last_entry_and_goes_if_not() {
    let host = follower(&[1, 1, 1, 1], 1);
    for (last, kept) in [(id(1, 3), 1), (id(2, 3), 0), (id(1, 4), 0), (id(1, 7), 0)] {
        let host = host.clone().hears(2, 3, piece(last, 0, "all", true));
        assert_eq!((host.log(), host.commit(), host.ballot().0), (vec![1; kept], last.index.0, 3));
        let host = host.restarts();
        assert_eq!((host.log(), host.commit(), host.ballot().0), (vec![1; kept], last.index.0, 3));
    }
}

// Figure 2: "Updated on stable storage before responding to RPCs".
#[test]
fn the_acknowledgement_of_a_snapshot_waits_for_the_disk() {
    let host = follower(&[1], 1).slow().timeout_now_sent(1, piece(id(1, 5), 0, "all", true));
    assert_eq!((host.said(), host.clone().restarts().commit()), (vec![], 0));
    let host = host.writes();
    assert_eq!((host.said(), host.restarts().commit()), (vec![(1, accepted(5))], 5));
}

// To install it would take back what was applied.
#[test]
fn a_snapshot_of_what_is_committed_is_acknowledged_and_no_more() {
    for (index, done) in [(2, true), (3, true), (3, false)] {
        let before = follower(&[1, 1, 1, 1], 3);
        let host = before.clone().timeout_now_sent(1, piece(id(1, index), 0, "old", done));
        assert_eq!((host.said(), host.restored()), (vec![(1, accepted(index))], None));
        assert_eq!(host.node.digest(), before.node.digest());
    }
}

// "the snapshot also includes the latest configuration in the log as of last included index".
#[test]
fn a_snapshot_holds_the_membership_as_of_its_last_entry() {
    let host = server(3, 1, &[]).told_of(first(4)).timeout_now_sent(1, append(id(1, 1), &[1], 2));
    let host = host.told_of(first(5)).compacts(2, "state");
    assert_eq!(host.node.snapshot().map(|snapshot| snapshot.membership), Some(first(4)));
    for host in [host.clone(), host.restarts()] {
        assert_eq!(host.members(), first(5));
        assert_eq!(host.hears(2, 2, append(id(1, 2), &[2], 2)).members(), first(4));
    }
    let host = server(5, 1, &[]).told_of(first(4)).hears(2, 2, piece(id(2, 9), 0, "all", true));
    assert_eq!((host.members(), host.restarts().members()), (first(3), first(3)), "installed");
}

// ==== Chapter 4: cluster membership changes ====

// 4.1: "each server always uses the latest configuration found in its log"; "a server must be
// prepared to fall back to the previous configuration in its log".
#[test]
fn the_newest_membership_in_the_log_is_in_force_until_it_is_removed() {
    let host = server(3, 1, &[1]).told_of(first(5));
    assert_eq!((host.commit(), host.members()), (0, first(5)));
    assert_eq!(host.clone().restarts().members(), first(5));
    let host = host.hears(2, 2, append(id(1, 1), &[2], 0));
    assert_eq!((host.members(), host.restarts().members()), (first(3), first(3)));
}

// What fell back has more names than any since the restart: there is room for them.
#[test]
fn a_server_leads_in_a_membership_that_it_fell_back_to() {
    let host = server(4, 1, &[1]).told_of(first(3)).restarts();
    let host = host.hears(1, 2, append(id(1, 1), &[2], 0)).leads();
    assert_eq!((host.role(), host.ticks(HEARTBEAT).appends().len()), (Role::Leader, 3));
}

// 4.1: "A server accepts AppendEntries requests from a leader that is not part of the server's
// latest configuration"; it "also grants its vote to a candidate that is not part of" it.
#[test]
fn who_leads_or_stands_need_not_be_a_member_known_here() {
    let host = server(3, 1, &[]).hears(9, 2, append(LogId::ZERO, &[2], 0));
    assert_eq!(host.said(), [(9, accepted(1))]);
    assert_eq!(host.hears(8, 3, ask(id(2, 1))).said(), [(8, vote(true))]);
}

// 4.1: "a majority of the new configuration is used to determine the Cnew entry's commitment".
#[test]
fn a_change_of_one_server_is_one_step_and_needs_a_majority_of_the_new() {
    let host = settled(3).changes(&[0, 1, 2, 3], &[]);
    assert_eq!((host.answer(), host.members()), (Ok(2), first(4)));
    let host = host.accepts(&[1]);
    assert_eq!((host.commit(), host.accepts(&[3]).commit()), (1, 2));
}

// 4.1, of the time after Cnew is committed: "Further configuration changes can be started."
#[test]
fn one_change_at_a_time() {
    let host = settled(3).changes(&[0, 1, 2, 3], &[]).changes(&[0, 1, 2], &[]);
    assert_eq!(host.answer(), Err(Refused::ChangeInProgress { since: LogIndex(2) }));
    assert_eq!(host.accepts(&[1, 3]).changes(&[0, 1, 2], &[]).answer(), Ok(3));
}

// The correction of 2015: majorities of two leaders' uncommitted changes need not meet.
#[test]
fn a_change_is_refused_until_the_leader_has_committed_an_entry_of_its_term() {
    let host = leader(3, 2, &[1, 1]).timeout_now_sent(1, accepted(2)).changes(&[0, 1], &[]);
    assert_eq!((host.answer(), host.members()), (Err(Refused::NotCommittedInTerm), first(3)));
    assert_eq!(host.accepts(&[1]).changes(&[0, 1], &[]).answer(), Ok(4));
}

#[test]
fn a_change_needs_voters_and_a_leader() {
    let host = settled(3).changes(&[], &[0, 1, 2]);
    assert_eq!((host.answer(), host.last()), (Err(Refused::NoVoters), id(2, 1)));
    let refused = Refused::NotLeader { leader: Some(NodeId(1)) };
    assert_eq!(follower(&[1], 1).changes(&[0, 1], &[]).answer(), Err(refused));
}

// 4.3: "Agreement (for elections and entry commitment) requires separate majorities from both the
// old and new configurations."
#[test]
fn joint_consensus_commits_with_both_majorities() {
    let joint = settled(3).changes(&[0, 3, 4], &[]);
    assert_eq!(joint.members(), members(&[0, 3, 4], &[0, 1, 2], &[]));
    for (one, other) in [([1, 2], 3), ([3, 4], 1)] {
        let host = joint.clone().accepts(&one);
        assert_eq!((host.commit(), host.timeout_now_sent(other, accepted(2)).commit()), (1, 2));
    }
}

#[test]
fn joint_consensus_elects_with_both_majorities() {
    let joint = members(&[0, 3, 4], &[0, 1, 2], &[]);
    let standing = server(3, 1, &[]).told_of(joint).campaigns();
    assert_eq!(standing.said(), [1, 2, 3, 4].map(|to| (to, ask(id(1, 1)))));
    for (one, other) in [([1, 2], 3), ([3, 4], 1)] {
        let host = one
            .iter()
            .fold(standing.clone(), |host, &peer| host.timeout_now_sent(peer, vote(true)));
        assert_eq!(host.role(), Role::Candidate);
        assert_eq!(host.timeout_now_sent(other, vote(true)).role(), Role::Leader);
    }
}

// 4.3: "once the joint consensus has been committed, the system then transitions to the new
// configuration": whoever leads then, and before any other change.
#[test]
fn a_leader_leaves_joint_consensus_by_itself() {
    let old_leader = settled(3).changes(&[0, 3, 4], &[]);
    let new_leader = server(3, 1, &[]).told_of(members(&[0, 3, 4], &[0, 1, 2], &[])).leads();
    for host in [old_leader, new_leader] {
        assert_eq!((host.last(), host.members().is_joint()), (id(2, 2), true));
        let host = host.accepts(&[1, 3]);
        assert_eq!((host.last(), host.members()), (id(2, 3), members(&[0, 3, 4], &[], &[])));
        let host = host.changes(&[0, 3], &[]);
        assert_eq!(host.answer(), Err(Refused::ChangeInProgress { since: LogIndex(3) }));
        assert_eq!(host.accepts(&[3]).changes(&[0, 3], &[]).answer(), Ok(4));
    }
}

// 4.2.2: "a leader that is removed from the configuration steps down once the Cnew entry is
// committed"; until then "it replicates log entries but does not count itself in majorities".
#[test]
fn a_removed_leader_leads_without_counting_itself_until_that_is_committed() {
    let host = settled(3).changes(&[1, 2], &[]).accepts(&[1]);
    assert_eq!((host.commit(), host.role()), (1, Role::Leader));
    let host = host.accepts(&[2]);
    assert_eq!((host.commit(), host.role(), host.ballot().0), (2, Role::Follower, 2));
    assert_eq!(host.ticks(5 * ELECTION).campaigns().ballot().0, 2);
}

// 4.2.2: "a server that is not part of its own latest configuration should still start new
// elections, as it might still be needed"; "It does not count its own vote".
#[test]
fn a_removed_server_stands_while_the_change_may_be_undone() {
    let host = server(3, 1, &[]).told_of(members(&[1, 2], &[], &[]));
    let standing = host.clone().campaigns().timeout_now_sent(1, vote(true));
    assert_eq!((standing.role(), standing.ballot().0), (Role::Candidate, 2));
    assert_eq!(standing.timeout_now_sent(2, vote(true)).role(), Role::Leader);
    let host = host.timeout_now_sent(1, append(id(1, 1), &[], 1));
    assert_eq!(host.ticks(5 * ELECTION).campaigns().ballot().0, 1);
}

// 4.2.1: "The leader replicates log entries to it, but it is not yet counted towards majorities for
// voting or commitment purposes."
#[test]
fn learners_receive_the_log_and_do_not_count_before_they_are_promoted() {
    let host = settled(3).changes(&[0, 1, 2], &[3, 4]).accepts(&[3, 4]);
    assert_eq!((host.commit(), host.clone().proposes("x").appends()[2].0), (1, 3));
    let host = host.accepts(&[1]).changes(&[0, 1, 2, 3], &[]).accepts(&[1]);
    assert_eq!((host.members(), host.commit(), host.accepts(&[3]).commit()), (first(4), 2, 3));
    let standing = server(3, 1, &[]).told_of(members(&[0, 1, 2], &[], &[3, 4])).campaigns();
    assert_eq!(standing.said(), [1, 2].map(|to| (to, ask(id(1, 1)))));
    assert_eq!(
        standing.timeout_now_sent(3, vote(true)).timeout_now_sent(4, vote(true)).role(),
        Role::Candidate
    );
}

#[test]
fn a_learner_does_not_stand() {
    let learns = |config: &mut Config| config.membership = members(&[1, 2], &[], &[0]);
    let host = server(3, 1, &[]).but(learns).ticks(5 * ELECTION).campaigns();
    assert_eq!(
        (host.ballot(), host.timeout_now_sent(1, Body::TimeoutNow).ballot()),
        ((1, None), (1, None))
    );
}

// ==== 3.10: leadership transfer ====

// "The prior leader stops accepting new client requests."
#[test]
fn a_leader_that_hands_over_takes_no_commands_changes_or_other_transfers() {
    let (host, refused) = (settled(3).transfers(1), Err(Refused::Transferring { to: NodeId(1) }));
    assert_eq!(host.answer(), Ok(1));
    assert_eq!(host.clone().proposes("x").answer(), refused);
    assert_eq!(host.clone().changes(&[0, 1], &[]).answer(), refused);
    assert_eq!(host.transfers(2).answer(), refused);
}

// "The prior leader fully updates the target server's log to match its own"; "The prior leader
// sends a TimeoutNow request to the target server."
#[test]
fn the_target_is_told_to_stand_once_its_log_is_complete() {
    assert_eq!(settled(3).transfers(1).said(), [(1, Body::TimeoutNow)]);
    let host = settled(3).proposes("x").proposes("y").transfers(1);
    assert_eq!(host.said(), []);
    let host = host.timeout_now_sent(1, accepted(2));
    assert_eq!(host.said(), []);
    assert_eq!(host.accepts(&[1]).said(), [(1, Body::TimeoutNow)]);
}

// Even if the log grows once more, by the end of joint consensus.
#[test]
fn the_target_is_told_once() {
    let host = settled(3).changes(&[0, 1, 3, 4], &[]).accepts(&[1]).transfers(1);
    assert_eq!(host.said(), [(1, Body::TimeoutNow)]);
    let host = host.accepts(&[3]);
    assert_eq!((host.last(), host.accepts(&[1]).said()), (id(2, 3), vec![]));
}

// "If leadership transfer does not complete after about an election timeout, the prior leader
// aborts the transfer and resumes accepting client requests."
#[test]
fn a_leader_gives_a_transfer_up_after_an_election_timeout() {
    let host = settled(3).transfers(1).ticks(ELECTION - 1);
    assert!(host.clone().proposes("x").answer().is_err());
    assert_eq!(host.ticks(1).proposes("x").answer(), Ok(2));
}

#[test]
fn the_lead_goes_from_a_leader_to_another_voter_only() {
    let host = settled(3).changes(&[0, 1, 2], &[3]).accepts(&[1]);
    for target in [0, 3, 9, 200] {
        let refused = Refused::NoOtherVoter { target: NodeId(target) };
        assert_eq!(host.clone().transfers(target).answer(), Err(refused));
    }
    let refused = Refused::NotLeader { leader: Some(NodeId(1)) };
    assert_eq!(follower(&[1], 1).transfers(2).answer(), Err(refused));
}

// "This request has the same effect as the target server's election timer firing: the target server
// starts a new election": at once, without Pre-Vote, and it says that its leader wishes it.
#[test]
fn who_is_told_to_stand_does_so_at_once() {
    let careful = |config: &mut Config| (config.pre_vote, config.check_quorum) = (true, true);
    let host = server(3, 1, &[1]).but(careful).timeout_now_sent(1, append(id(1, 1), &[], 1));
    let stands = host.clone().timeout_now_sent(1, Body::TimeoutNow);
    assert_eq!((stands.role(), stands.ballot()), (Role::Candidate, (2, Some(0))));
    assert_eq!(stands.said(), [1, 2].map(|to| (to, wished(id(1, 1)))));
    assert_eq!(host.hears(2, 0, Body::TimeoutNow).role(), Role::Follower);
}

// 4.2.3: then "RequestVote messages should be processed by other servers even when they believe a
// current cluster leader exists".
#[test]
fn no_loyalty_to_the_leader_stands_against_an_election_that_it_wishes() {
    let host = server(3, 1, &[1]).but(|config| config.check_quorum = true);
    let host = host.timeout_now_sent(1, append(id(1, 1), &[], 1));
    assert_eq!(host.clone().hears(2, 2, ask(id(1, 1))).ballot(), (1, None));
    assert_eq!(host.hears(2, 2, wished(id(1, 1))).said(), [(2, vote(true))]);
}

// ==== 6.4: processing read-only queries ====

// "If the leader has not yet marked an entry from its current term committed, it waits until it has
// done so": here, it refuses.
#[test]
fn a_read_is_refused_until_the_leader_has_committed_an_entry_of_its_term() {
    let host = leader(3, 2, &[1, 1]).timeout_now_sent(1, accepted(2));
    assert_eq!(host.clone().reads(7).read(), [(7, Err(Refused::NotCommittedInTerm))]);
    assert_eq!(host.clone().timeout_now_sent(2, question(5, 8)).said(), [(2, reply(5, 8, None))]);
    assert_eq!(host.accepts(&[1]).reads(7).accepts(&[2]).read(), [(7, Ok(3))]);
}

// "It issues a new round of heartbeats and waits for their acknowledgments from a majority of the
// cluster. Once these acknowledgments are received, the leader knows that there could not have
// existed a leader for a greater term at the moment it sent the heartbeats."
#[test]
fn a_read_is_confirmed_only_by_answers_to_what_was_sent_after_it() {
    let send_heartbeat = settled(5).ticks(HEARTBEAT);
    let asked = send_heartbeat.clone().reads(7);
    assert_eq!((asked.read(), asked.appends().len()), (vec![], 4));
    let answer_to = |words: &Host, host: Host, peers: &[u8]| {
        let host = Host { output: words.output.clone(), ..host }.accepts(peers);
        let read = host.read();
        (host, read)
    };
    let (host, read) = answer_to(&send_heartbeat, asked.clone(), &[1, 2, 3, 4]);
    assert_eq!(read, []);
    let (host, read) = answer_to(&asked, host, &[1]);
    assert_eq!(read, []);
    assert_eq!(answer_to(&asked, host, &[2]).1, [(7, Ok(1))]);
}

// "The leader saves its current commit index in a local variable readIndex."
#[test]
fn a_read_is_of_what_was_committed_when_it_was_asked_and_one_server_answers_at_once() {
    assert_eq!(settled(1).reads(7).read(), [(7, Ok(1))]);
    let asked = settled(5).proposes("x").timeout_now_sent(1, accepted(2)).reads(7);
    let words = asked.output.clone();
    let host = Host { output: words, ..asked.timeout_now_sent(2, accepted(2)) };
    assert_eq!((host.commit(), host.accepts(&[3, 4]).read()), (2, vec![(7, Ok(1))]));
}

// "the follower could issue a request to the leader that just asked for a current readIndex".
#[test]
fn a_follower_passes_a_read_on_and_answers_it_once() {
    let host = follower(&[1, 1], 1).reads(7);
    assert_eq!((host.said(), host.read()), (vec![(1, question(0, 1))], vec![]));
    let host = host.reads(8).timeout_now_sent(1, reply(0, 1, Some(2)));
    assert_eq!(host.read(), [(7, Ok(2))]);
    let host = host.timeout_now_sent(1, reply(0, 1, Some(2)));
    assert_eq!(host.read(), []);
    assert_eq!(
        host.timeout_now_sent(1, reply(0, 2, None)).read(),
        [(8, Err(Refused::NotCommittedInTerm))]
    );
}

// "(the leader would execute steps 1-3 above)".
#[test]
fn a_leader_answers_a_follower_as_it_answers_a_client_and_nobody_else_does() {
    let (host, unknown) =
        (settled(3).timeout_now_sent(2, question(5, 8)), vec![(2, reply(5, 8, None))]);
    assert_eq!(host.said().len(), host.appends().len());
    assert_eq!(host.accepts(&[1]).said(), [(2, reply(5, 8, Some(1)))]);
    assert_eq!(follower(&[1], 1).timeout_now_sent(2, question(5, 8)).said(), unknown);
    assert_eq!(settled(3).hears(2, 1, question(5, 8)).said(), unknown);
}

// An earlier life numbered its questions alike, and what it was told may be old.
#[test]
fn an_answer_to_an_earlier_life_is_ignored() {
    let host = follower(&[1], 1).but(|config| config.life = 1);
    let host = host
        .timeout_now_sent(1, append(id(1, 1), &[], 1))
        .reads(7)
        .timeout_now_sent(1, reply(0, 1, Some(1)));
    assert_eq!(host.read(), []);
    assert_eq!(host.timeout_now_sent(1, reply(1, 1, Some(1))).read(), [(7, Ok(1))]);
}

#[test]
fn a_question_that_is_not_answered_for_an_election_timeout_is_refused() {
    let host = follower(&[1], 1).reads(7).ticks(ELECTION - 1);
    let host = host.timeout_now_sent(1, append(id(1, 1), &[], 1));
    assert_eq!(host.read(), []);
    let host = host.ticks(1);
    assert_eq!(host.read(), [(7, Err(Refused::Unanswered))]);
    assert_eq!(host.timeout_now_sent(1, reply(0, 1, Some(1))).read(), []);
}

// "the leader needs to make sure it hasn't been superseded by a newer leader".
#[test]
fn the_reads_of_a_term_end_with_it() {
    let refused = [(7, Err(Refused::NotLeader { leader: None }))];
    for host in [settled(3), follower(&[1], 1)] {
        let host = host.reads(7).hears(2, 3, vote(false));
        assert_eq!((host.read(), host.role()), (refused.to_vec(), Role::Follower));
        assert_eq!(host.reads(7).read(), refused);
    }
}

// ==== 6.4.1: using clocks to reduce messaging for read-only queries ====

fn leases(config: &mut Config) {
    (config.check_quorum, config.lease_reads) = (true, true);
}
/// Server 0 of three, with leases, as soon after its start as it listens to candidates.
fn awake() -> Host {
    server(3, 1, &[]).but(leases).ticks(ELECTION)
}
/// Server 1 has just answered its heartbeat.
fn leader_with_lease() -> Host {
    awake().leads().accepts(&[1]).ticks(HEARTBEAT).accepts(&[1])
}

// "Once the leader's heartbeats were acknowledged by a majority of the cluster, the leader would
// assume that no other server will become leader for about an election timeout, and it could extend
// its lease accordingly": here, for two ticks less.
#[test]
fn a_leader_with_a_lease_answers_at_once_until_two_ticks_before_the_election_timeout() {
    let host = leader_with_lease();
    assert_eq!(host.clone().ticks(ELECTION - 3).reads(7).read(), [(7, Ok(1))]);
    let late = host.ticks(ELECTION - 2).reads(7);
    assert_eq!((late.role(), late.read()), (Role::Leader, vec![]));
    assert_eq!(late.accepts(&[2]).read(), [(7, Ok(1))]);
}

// Without either, followers are not loyal, or not for long enough.
#[test]
fn a_lease_needs_both_its_switches() {
    for (check_quorum, lease_reads) in [(true, false), (false, true)] {
        let switch = |config: &mut Config| {
            (config.check_quorum, config.lease_reads) = (check_quorum, lease_reads);
        };
        let host = server(3, 1, &[]).but(switch).ticks(ELECTION).leads().accepts(&[1]);
        assert_eq!(host.ticks(HEARTBEAT).accepts(&[1]).reads(7).read(), []);
    }
}

// "a leader would need to expire its lease before transferring leadership": for good, for what it
// told may be acted upon much later.
#[test]
fn there_is_no_lease_after_another_was_told_to_stand() {
    let host = leader_with_lease().transfers(1);
    assert_eq!(host.clone().reads(7).read(), []);
    let host = host.ticks(HEARTBEAT).accepts(&[1]).ticks(ELECTION).accepts(&[1]).proposes("x");
    assert_eq!(host.answer(), Ok(2));
    assert_eq!(host.accepts(&[1]).ticks(HEARTBEAT).accepts(&[1]).reads(7).read(), []);
}

// Before it stopped, a leader may have come to count on it.
#[test]
fn a_server_with_leases_begins_deaf_to_candidates() {
    let asked = |host: &Host| host.clone().hears(2, 2, ask(LogId::ZERO));
    let polled = |host: &Host| {
        host.clone().timeout_now_sent(2, Body::PreVote { last_log: LogId::ZERO }).said()
    };
    let (deaf, host) = (server(3, 1, &[]).but(leases).ticks(ELECTION - 1), awake());
    assert_eq!((asked(&deaf).said(), asked(&deaf).ballot()), (vec![], (1, None)));
    assert_eq!(asked(&host).said(), [(2, vote(true))]);
    let would = [&deaf, &host].map(polled);
    assert_eq!(would, [false, true].map(|granted| vec![(2, Body::PreVoteReply { granted })]));
}

// The leader that counts on it may know nothing of the newer term.
#[test]
fn loyalty_outlives_the_term_in_which_a_leader_was_heard() {
    let host = awake().timeout_now_sent(1, append(LogId::ZERO, &[], 0)).hears(2, 2, vote(false));
    assert_eq!((host.ballot(), host.node.status().leader), ((2, None), None));
    let asked = |host: Host| host.timeout_now_sent(2, ask(LogId::ZERO)).ballot().1;
    let host = host.ticks(ELECTION - 1);
    assert_eq!((asked(host.clone()), asked(host.ticks(1))), (None, Some(2)));
}

#[test]
fn a_server_with_leases_does_not_stand_while_it_is_loyal() {
    let host = awake().timeout_now_sent(1, append(LogId::ZERO, &[], 0)).ticks(ELECTION - 1);
    assert_eq!(host.clone().campaigns().ballot().0, 1);
    assert_eq!(host.ticks(1).campaigns().ballot().0, 2);
}

// ==== 10.2: limits; and election priority ====

/// Server 0 of three with limits: a command of one letter counts for 17 bytes, a no-op for 16.
fn limited(log: &[u64], limit: impl FnOnce(&mut Limits)) -> Host {
    server(3, 1, log).but(|config| limit(&mut config.limits))
}

#[test]
fn a_message_carries_so_many_bytes_and_one_entry_at_least() {
    for (bytes, entries) in [(0, 1), (33, 1), (34, 2), (50, 2), (51, 3)] {
        let host = limited(&[1, 1, 1, 1], |limits| limits.message_bytes = bytes).leads();
        let host = host.timeout_now_sent(1, rejected(4, LogId::ZERO));
        assert_eq!(host.appends(), [(1, LogId::ZERO, vec![1; entries], 0)]);
    }
}

#[test]
fn a_window_of_entries_or_bytes_bounds_what_is_on_its_way() {
    let by_entries = |limits: &mut Limits| limits.inflight_entries = 2;
    let by_bytes = |limits: &mut Limits| limits.inflight_bytes = 34;
    for host in [limited(&[], by_entries), limited(&[], by_bytes)] {
        let host = host.leads().accepts(&[1]).proposes("a").proposes("b");
        assert_eq!(host.appends(), [(1, id(2, 2), vec![2], 1)]);
        let host = host.proposes("c");
        assert_eq!(host.appends(), []);
        assert_eq!(host.timeout_now_sent(1, accepted(2)).appends(), [(1, id(2, 3), vec![2], 2)]);
    }
}

#[test]
fn a_leader_refuses_commands_beyond_so_many_uncommitted_bytes() {
    let host = limited(&[], |limits| limits.uncommitted_bytes = 0).leads().accepts(&[1]);
    let host = host.proposes("of any size, when nothing is uncommitted");
    assert_eq!(host.answer(), Ok(2));
    let host = host.proposes("x");
    assert_eq!((host.answer(), host.last()), (Err(Refused::TooMuchUncommitted), id(2, 2)));
    assert_eq!(host.accepts(&[1]).proposes("x").answer(), Ok(3));
}

#[test]
fn no_more_is_handed_out_than_may_wait_to_be_applied_nor_compacted() {
    let host = limited(&[1; 5], |limits| limits.unapplied_bytes = 34);
    let host = host.timeout_now_sent(1, append(id(1, 5), &[], 5));
    assert_eq!((host.commit(), host.applied.clone()), (5, vec![1, 2]));
    let host = host.does(Input::Applied(LogIndex(1))).compacts(4, "silly");
    assert_eq!((host.applied.clone(), host.log().len()), (vec![1, 2, 3], 5));
    assert_eq!(host.does(Input::Applied(LogIndex(9))).applied, [1, 2, 3, 4, 5]);
    let host = limited(&[1; 2], |limits| limits.unapplied_bytes = 0);
    let host = host.timeout_now_sent(1, append(id(1, 2), &[], 2));
    assert_eq!(host.applied, [1], "one at least; else nothing would ever be applied");
    assert_eq!(host.does(Input::Applied(LogIndex(1))).applied, [1, 2]);
}

#[test]
fn a_server_with_a_handicap_waits_so_many_more_election_timeouts() {
    let patience = |handicap| server(3, 1, &[]).but(|config| config.handicap = handicap).patience();
    assert_eq!([1, 3].map(patience), [1, 3].map(|more| patience(0) + more * ELECTION));
}
