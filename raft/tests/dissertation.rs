//! What Raft adds to its Figure 2, sentence by sentence: each test quotes a sentence and is named
//! after it. Snapshots (section 7 of the paper, with Figure 13), and of the dissertation
//! membership (chapter 4), transfer (3.10), reads (6.4), leases (6.4.1) and limits (10.2).
//!
//! Server 0 is under test; the test plays all other servers. A list of numbers denotes a log: the
//! terms of its entries, from index 1 on. `id(2, 7)` is the entry of term 2 at index 7.

#[path = "common/acts.rs"]
mod acts;
mod common;
#[path = "dissertation/log.rs"]
mod log;
#[path = "dissertation/wall_leases.rs"]
mod wall_leases;

use acts::*;
use common::*;
use raft::{Body, Config, Input, Limits, LogId, LogIndex, NodeId, Refused, Role};

/// Server 0 of three, in term 1, with this log: its leader, server 1, has committed up to `commit`.
fn follower(log: &[u64], commit: u64) -> Host {
    let last = log.last().map_or(LogId::ZERO, |&term| id(term, log.len() as u64));
    server(3, 1, log).receives_current(1, append(last, &[], commit))
}
/// Server 0 leads in term 2; servers 1 and 2 store its no-op, which is its first entry.
fn established_leader(size: u8) -> Host {
    leader(size, 2, &[]).acked_by(&[1, 2])
}
/// A leader that has compacted its log up to `id(2, 4)`; server 1 stores all of it, server 2 none.
fn compacted_leader() -> Host {
    let in_twos = |config: &mut Config| config.limits.chunk_bytes = 2;
    let host = server(3, 1, &[1, 1, 1]).with_config(in_twos).becomes_leader();
    host.acked_by(&[1]).compacts(4, "abcdef")
}
/// It has sent server 2 the first chunk.
fn sending_leader() -> Host {
    compacted_leader().receives_current(2, rejected(3, LogId::ZERO))
}

// ==== Section 7 and Figure 13: log compaction ====

// "Each server takes snapshots independently, covering just the committed entries in its log":
// here, just the entries that were handed out to be applied.
#[test]
fn only_entries_that_were_applied_are_compacted_and_only_once() {
    let host = follower(&[1, 1, 1], 2);
    let compacted = host.clone().compacts(2, "state");
    assert_eq!((compacted.log(), compacted.node.status().snapshot), (vec![1], id(1, 2)));
    for (host, invalid) in [(&host, 0), (&host, 3), (&host, 9), (&compacted, 1), (&compacted, 2)] {
        let after = host.clone().compacts(invalid, "other");
        assert_eq!(after.node.digest(), host.node.digest(), "{invalid}");
    }
}

// Index and term of the last entry "are preserved to support the AppendEntries consistency check
// for the first log entry following the snapshot". A late request may begin long before that entry.
#[test]
fn entries_that_a_snapshot_covers_are_neither_compared_nor_appended_again() {
    let host = follower(&[1, 1, 1], 2).compacts(2, "state");
    for (prev, entries, log, matched) in [(0, 4, 2, 4), (1, 2, 1, 3), (0, 1, 1, 2), (2, 2, 2, 4)] {
        let prev_log = if prev == 0 { LogId::ZERO } else { id(1, prev) };
        let host = host.clone().receives_current(1, append(prev_log, &vec![1; entries], 2));
        assert_eq!((host.log(), host.bodies()), (vec![1; log], vec![(1, accepted(matched))]));
    }
    assert_eq!(
        host.receives(2, 2, append(id(2, 3), &[], 2)).bodies(),
        [(2, rejected(3, id(1, 2)))]
    );
}

// Figure 13, 8: "Reset state machine using snapshot contents (and load snapshot's cluster
// configuration)": a restart does so too.
#[test]
fn a_restart_begins_with_the_snapshot() {
    let host = follower(&[1; 4], 2).compacts(2, "state").restarts();
    assert_eq!((host.commit(), host.last(), host.log()), (2, id(1, 4), vec![1, 1]));
    assert_eq!(host.receives_current(1, append(id(1, 4), &[], 3)).applied, [3]);
}

// "the leader must occasionally send snapshots to followers that lag behind. This happens when the
// leader has already discarded the next log entry that it needs to send".
#[test]
fn a_follower_whose_next_entry_is_compacted_is_sent_the_snapshot() {
    let first_chunk = (2, chunk(id(2, 4), 0, "ab", false));
    assert!(compacted_leader().ticks(HEARTBEAT).bodies().contains(&first_chunk));
    assert_eq!(sending_leader().bodies(), [first_chunk]);
    let host = established_leader(3)
        .with_config(|config| config.limits.inflight_entries = 1)
        .becomes_leader()
        .acked_by(&[1, 2]);
    let host = host.proposes("x").proposes("y").acked_by(&[1]).compacts(4, "all").ticks(HEARTBEAT);
    assert!(host.bodies().contains(&(2, chunk(id(3, 4), 0, "all", true))), "its window is full");
}

// Figure 13: "Leaders always send chunks in order." The log follows the last chunk.
#[test]
fn each_reply_is_followed_by_the_next_chunk_and_the_last_reply_by_the_log() {
    let (host, last) = (sending_leader().proposes("x"), id(2, 4));
    assert_eq!(host.appends(), [(1, last, vec![2], 4)]);
    let host = host.receives_current(2, chunk_reply(last, 2));
    assert_eq!(host.bodies(), [(2, chunk(last, 2, "cd", false))]);
    let host = host.receives_current(2, chunk_reply(last, 4));
    assert_eq!(host.bodies(), [(2, chunk(last, 4, "ef", true))]);
    assert_eq!(host.receives_current(2, accepted(4)).appends(), [(2, last, vec![2], 4)]);
}

// A follower that has lost the chunks replies so; a reply about another snapshot is ignored.
#[test]
fn a_chunk_is_sent_again_at_the_heartbeat_and_not_after_a_repeated_or_unrelated_reply() {
    let (host, last) = (sending_leader(), id(2, 4));
    let host =
        host.receives_current(2, chunk_reply(last, 2)).receives_current(2, chunk_reply(last, 2));
    assert_eq!(
        (host.bodies(), host.clone().receives_current(2, chunk_reply(id(2, 3), 0)).bodies()),
        (vec![], vec![])
    );
    let again = host.clone().ticks(HEARTBEAT);
    assert!(again.bodies().contains(&(2, chunk(last, 2, "cd", false))));
    assert_eq!(
        host.receives_current(2, chunk_reply(last, 0)).bodies(),
        [(2, chunk(last, 0, "ab", false))]
    );
}

// Otherwise a leader that compacts faster than it sends never brings a follower up to date.
#[test]
fn a_snapshot_transfer_continues_although_the_leader_compacts_again() {
    let (host, last) = (sending_leader(), id(2, 4));
    let host = host
        .receives_current(2, chunk_reply(last, 2))
        .proposes("x")
        .acked_by(&[1])
        .compacts(5, "uvwxyz");
    let host = host.receives_current(2, chunk_reply(last, 4));
    assert_eq!(host.bodies(), [(2, chunk(last, 4, "ef", true))]);
    assert_eq!(
        host.receives_current(2, accepted(4)).bodies(),
        [(2, chunk(id(2, 5), 0, "uv", false))]
    );
}

// Figure 13, 2 to 4: "Create new snapshot file if first chunk"; "Write data into snapshot file at
// given offset"; "Reply and wait for more data chunks if done is false".
#[test]
fn chunks_that_are_missing_repeated_or_late_do_no_harm() {
    let (last, mut host) = (id(1, 9), follower(&[1], 1));
    let chunks = [(2, "cd"), (0, "ab"), (0, "ab"), (4, "ef"), (2, "cd"), (0, "ab"), (2, "cd")];
    for ((offset, data), there) in chunks.into_iter().zip([0, 2, 2, 2, 4, 4, 4]) {
        host = host.receives_current(1, chunk(last, offset, data, false));
        assert_eq!(host.bodies(), [(1, chunk_reply(last, there))]);
    }
    let host = host
        .receives_current(1, chunk(last, 6, "gh", true))
        .receives_current(1, chunk(last, 4, "ef", true));
    assert_eq!((host.restored(), host.bodies()), (Some(&b"abcdef"[..]), vec![(1, accepted(9))]));
}

// Figure 13, 5: "discard any existing or partial snapshot with a smaller index": not a newer one.
#[test]
fn a_chunk_of_a_newer_snapshot_replaces_an_older_snapshot_and_not_the_reverse() {
    let host = follower(&[1], 1).receives_current(1, chunk(id(1, 5), 0, "ab", false));
    let host = host.receives_current(1, chunk(id(1, 9), 0, "cd", false));
    let host = host.receives_current(1, chunk(id(1, 5), 0, "ab", false));
    assert_eq!(host.bodies(), [(1, chunk_reply(id(1, 5), 0))]);
    assert_eq!(
        host.receives_current(1, chunk(id(1, 9), 2, "ef", true)).restored(),
        Some(&b"cdef"[..])
    );
}

// Nothing changes before the snapshot is complete; the next leader's snapshot of the same entries
// may have other bytes.
#[test]
fn an_interrupted_snapshot_transfer_changes_nothing() {
    let before = follower(&[1, 1], 1);
    let host = before.clone().receives_current(1, chunk(id(1, 9), 0, "ab", false));
    assert_eq!((&host.disk, host.node.status()), (&before.disk, before.node.status()));
    let host = host.receives(2, 2, chunk(id(1, 9), 2, "cd", true));
    assert_eq!((host.bodies(), host.restored()), (vec![(2, chunk_reply(id(1, 9), 0))], None));
}

// Figure 13, 6 and 7: "If existing log entry has same index and term as snapshot's last included
// entry, retain log entries following it and reply"; "Discard the entire log".
#[test]
fn the_log_after_a_snapshot_is_retained_only_if_it_holds_the_snapshots_last_entry() {
    let host = follower(&[1, 1, 1, 1], 1);
    for (last, kept) in [(id(1, 3), 1), (id(2, 3), 0), (id(1, 4), 0), (id(1, 7), 0)] {
        let host = host.clone().receives(2, 3, chunk(last, 0, "all", true));
        assert_eq!(
            (host.log(), host.commit(), host.term_and_vote().0),
            (vec![1; kept], last.index.0, 3)
        );
        let host = host.restarts();
        assert_eq!(
            (host.log(), host.commit(), host.term_and_vote().0),
            (vec![1; kept], last.index.0, 3)
        );
    }
}

// Figure 2: "Updated on stable storage before responding to RPCs".
#[test]
fn the_acknowledgement_of_a_snapshot_waits_for_the_disk() {
    let host = follower(&[1], 1).slow().receives_current(1, chunk(id(1, 5), 0, "all", true));
    assert_eq!((host.bodies(), host.clone().restarts().commit()), (vec![], 0));
    let host = host.persists();
    assert_eq!((host.bodies(), host.restarts().commit()), (vec![(1, accepted(5))], 5));
}

// Installing it would undo entries that were applied.
#[test]
fn a_snapshot_of_committed_entries_is_acknowledged_and_not_installed() {
    for (index, done) in [(2, true), (3, true), (3, false)] {
        let before = follower(&[1, 1, 1, 1], 3);
        let host = before.clone().receives_current(1, chunk(id(1, index), 0, "old", done));
        assert_eq!((host.bodies(), host.restored()), (vec![(1, accepted(index))], None));
        assert_eq!(host.node.digest(), before.node.digest());
    }
}

// "the snapshot also includes the latest configuration in the log as of last included index".
#[test]
fn a_snapshot_holds_the_membership_as_of_its_last_entry() {
    let host = server(3, 1, &[])
        .receives_membership(first(4))
        .receives_current(1, append(id(1, 1), &[1], 2));
    let host = host.receives_membership(first(5)).compacts(2, "state");
    assert_eq!(host.node.snapshot().map(|snapshot| snapshot.membership), Some(first(4)));
    for host in [host.clone(), host.restarts()] {
        assert_eq!(host.members(), first(5));
        assert_eq!(host.receives(2, 2, append(id(1, 2), &[2], 2)).members(), first(4));
    }
    let host = server(5, 1, &[]).receives_membership(first(4)).receives(
        2,
        2,
        chunk(id(2, 9), 0, "all", true),
    );
    assert_eq!((host.members(), host.restarts().members()), (first(3), first(3)), "installed");
}

// ==== Chapter 4: cluster membership changes ====

// 4.1: "each server always uses the latest configuration found in its log"; "a server must be
// prepared to fall back to the previous configuration in its log".
#[test]
fn the_newest_membership_in_the_log_is_in_force_until_it_is_removed() {
    let host = server(3, 1, &[1]).receives_membership(first(5));
    assert_eq!((host.commit(), host.members()), (0, first(5)));
    assert_eq!(host.clone().restarts().members(), first(5));
    let host = host.receives(2, 2, append(id(1, 1), &[2], 0));
    assert_eq!((host.members(), host.restarts().members()), (first(3), first(3)));
}

// The membership that is in force again has more servers than any since the restart: the leader
// keeps progress for all of them.
#[test]
fn a_server_leads_in_a_membership_that_is_in_force_again() {
    let host = server(4, 1, &[1]).receives_membership(first(3)).restarts();
    let host = host.receives(1, 2, append(id(1, 1), &[2], 0)).becomes_leader();
    assert_eq!((host.role(), host.ticks(HEARTBEAT).appends().len()), (Role::Leader, 3));
}

// 4.1: "A server accepts AppendEntries requests from a leader that is not part of the server's
// latest configuration"; it "also grants its vote to a candidate that is not part of" it.
#[test]
fn leaders_and_candidates_need_not_be_members() {
    let host = server(3, 1, &[]).receives(9, 2, append(LogId::ZERO, &[2], 0));
    assert_eq!(host.bodies(), [(9, accepted(1))]);
    assert_eq!(host.receives(8, 3, request_vote(id(2, 1))).bodies(), [(8, vote_reply(true))]);
}

// 4.1: "a majority of the new configuration is used to determine the Cnew entry's commitment".
#[test]
fn a_change_of_one_server_is_one_step_and_needs_a_majority_of_the_new_voters() {
    let host = established_leader(3).changes(&[0, 1, 2, 3], &[]);
    assert_eq!((host.answer(), host.members()), (Ok(2), first(4)));
    let host = host.acked_by(&[1]);
    assert_eq!((host.commit(), host.acked_by(&[3]).commit()), (1, 2));
}

// 4.1, of the time after Cnew is committed: "Further configuration changes can be started."
#[test]
fn membership_changes_are_made_one_at_a_time() {
    let host = established_leader(3).changes(&[0, 1, 2, 3], &[]).changes(&[0, 1, 2], &[]);
    assert_eq!(host.answer(), Err(Refused::ChangeInProgress { since: LogIndex(2) }));
    assert_eq!(host.acked_by(&[1, 3]).changes(&[0, 1, 2], &[]).answer(), Ok(3));
}

// The correction of 2015: majorities of two leaders' uncommitted changes need not intersect.
#[test]
fn a_change_is_refused_until_the_leader_has_committed_an_entry_of_its_term() {
    let host = leader(3, 2, &[1, 1]).receives_current(1, accepted(2)).changes(&[0, 1], &[]);
    assert_eq!((host.answer(), host.members()), (Err(Refused::NotCommittedInTerm), first(3)));
    assert_eq!(host.acked_by(&[1]).changes(&[0, 1], &[]).answer(), Ok(4));
}

#[test]
fn a_change_needs_voters_and_a_leader() {
    let host = established_leader(3).changes(&[], &[0, 1, 2]);
    assert_eq!((host.answer(), host.last()), (Err(Refused::NoVoters), id(2, 1)));
    let refused = Refused::NotLeader { leader: Some(NodeId(1)) };
    assert_eq!(follower(&[1], 1).changes(&[0, 1], &[]).answer(), Err(refused));
}

// 4.3: "Agreement (for elections and entry commitment) requires separate majorities from both the
// old and new configurations."
#[test]
fn joint_consensus_commits_with_both_majorities() {
    let joint = established_leader(3).changes(&[0, 3, 4], &[]);
    assert_eq!(joint.members(), members(&[0, 3, 4], &[0, 1, 2], &[]));
    for (one, other) in [([1, 2], 3), ([3, 4], 1)] {
        let host = joint.clone().acked_by(&one);
        assert_eq!((host.commit(), host.acked_by(&[other]).commit()), (1, 2));
    }
}

#[test]
fn joint_consensus_elects_with_both_majorities() {
    let joint = members(&[0, 3, 4], &[0, 1, 2], &[]);
    let candidate = server(3, 1, &[]).receives_membership(joint).campaigns();
    assert_eq!(candidate.bodies(), [1, 2, 3, 4].map(|to| (to, request_vote(id(1, 1)))));
    for (one, other) in [([1, 2], 3), ([3, 4], 1)] {
        let host = one
            .iter()
            .fold(candidate.clone(), |host, &peer| host.receives_current(peer, vote_reply(true)));
        assert_eq!(host.role(), Role::Candidate);
        assert_eq!(host.receives_current(other, vote_reply(true)).role(), Role::Leader);
    }
}

// 4.3: "once the joint consensus has been committed, the system then transitions to the new
// configuration": under any leader, and before any other change.
#[test]
fn a_leader_ends_joint_consensus_by_itself() {
    let old_leader = established_leader(3).changes(&[0, 3, 4], &[]);
    let new_leader = server(3, 1, &[])
        .receives_membership(members(&[0, 3, 4], &[0, 1, 2], &[]))
        .becomes_leader();
    for host in [old_leader, new_leader] {
        assert_eq!((host.last(), host.members().is_joint()), (id(2, 2), true));
        let host = host.acked_by(&[1, 3]);
        assert_eq!((host.last(), host.members()), (id(2, 3), members(&[0, 3, 4], &[], &[])));
        let host = host.changes(&[0, 3], &[]);
        assert_eq!(host.answer(), Err(Refused::ChangeInProgress { since: LogIndex(3) }));
        assert_eq!(host.acked_by(&[3]).changes(&[0, 3], &[]).answer(), Ok(4));
    }
}

// 4.2.2: "a leader that is removed from the configuration steps down once the Cnew entry is
// committed"; until then "it replicates log entries but does not count itself in majorities".
#[test]
fn a_removed_leader_leads_without_counting_itself_until_its_removal_is_committed() {
    let host = established_leader(3).changes(&[1, 2], &[]).acked_by(&[1]);
    assert_eq!((host.commit(), host.role()), (1, Role::Leader));
    let host = host.acked_by(&[2]);
    assert_eq!((host.commit(), host.role(), host.term_and_vote().0), (2, Role::Follower, 2));
    assert_eq!(host.ticks(5 * ELECTION).campaigns().term_and_vote().0, 2);
}

// 4.2.2: "a server that is not part of its own latest configuration should still start new
// elections, as it might still be needed"; "It does not count its own vote".
#[test]
fn a_removed_server_campaigns_while_its_removal_may_be_undone() {
    let host = server(3, 1, &[]).receives_membership(members(&[1, 2], &[], &[]));
    let candidate = host.clone().campaigns().receives_current(1, vote_reply(true));
    assert_eq!((candidate.role(), candidate.term_and_vote().0), (Role::Candidate, 2));
    assert_eq!(candidate.receives_current(2, vote_reply(true)).role(), Role::Leader);
    let host = host.receives_current(1, append(id(1, 1), &[], 1));
    assert_eq!(host.ticks(5 * ELECTION).campaigns().term_and_vote().0, 1);
}

// 4.2.1: "The leader replicates log entries to it, but it is not yet counted towards majorities for
// voting or commitment purposes."
#[test]
fn learners_receive_the_log_and_do_not_count_before_they_are_promoted() {
    let host = established_leader(3).changes(&[0, 1, 2], &[3, 4]).acked_by(&[3, 4]);
    assert_eq!((host.commit(), host.clone().proposes("x").appends()[2].0), (1, 3));
    let host = host.acked_by(&[1]).changes(&[0, 1, 2, 3], &[]).acked_by(&[1]);
    assert_eq!((host.members(), host.commit(), host.acked_by(&[3]).commit()), (first(4), 2, 3));
    let candidate =
        server(3, 1, &[]).receives_membership(members(&[0, 1, 2], &[], &[3, 4])).campaigns();
    assert_eq!(candidate.bodies(), [1, 2].map(|to| (to, request_vote(id(1, 1)))));
    assert_eq!(
        candidate
            .receives_current(3, vote_reply(true))
            .receives_current(4, vote_reply(true))
            .role(),
        Role::Candidate
    );
}

// "matchIndex ... initialized to 0" (Figure 2): of a server that is added again nothing is known,
// since its disk may be gone.
#[test]
fn a_server_that_is_added_again_counts_from_its_first_reply_to_a_message_since_then() {
    let earlier = established_leader(3).proposes("x");
    let host = earlier.clone().acked_by(&[1, 2]).changes(&[0, 1], &[]).acked_by(&[1]);
    let host = host.changes(&[0, 1, 2], &[]);
    assert_eq!((host.commit(), host.last()), (3, id(2, 4)));
    let matched = |host: &Host| host.node.progress(NodeId(2)).expect("a member").match_index.0;
    let late = Host { stamps: earlier.stamps, ..host.clone() }.acked_by(&[2]);
    assert_eq!((matched(&late), late.commit()), (0, 3));
    let host = host.acked_by(&[2]);
    assert_eq!((matched(&host), host.commit()), (4, 4));
}

#[test]
fn a_server_that_joins_under_an_old_name_campaigns_once_a_membership_has_reached_it() {
    let host = server(3, 1, &[]).with_config(|config| config.joining = true);
    let host = host.ticks(5 * ELECTION).campaigns().receives_current(1, Body::TimeoutNow);
    assert_eq!((host.role(), host.term_and_vote()), (Role::Follower, (1, None)));
    let host = host.receives_current(1, append(id(0, 0), &[1], 0)).campaigns();
    assert_eq!((host.role(), host.term_and_vote()), (Role::Follower, (1, None)));
    let host = host.receives_membership(first(3)).campaigns();
    assert_eq!((host.role(), host.term_and_vote()), (Role::Candidate, (2, Some(0))));
}

#[test]
fn a_learner_does_not_campaign() {
    let as_learner = |config: &mut Config| config.membership = members(&[1, 2], &[], &[0]);
    let host = server(3, 1, &[]).with_config(as_learner).ticks(5 * ELECTION).campaigns();
    assert_eq!(
        (host.term_and_vote(), host.receives_current(1, Body::TimeoutNow).term_and_vote()),
        ((1, None), (1, None))
    );
}

// ==== 3.10: leadership transfer ====

// "The prior leader stops accepting new client requests."
#[test]
fn during_a_transfer_a_leader_refuses_commands_changes_and_other_transfers() {
    let (host, refused) =
        (established_leader(3).transfers(1), Err(Refused::Transferring { to: NodeId(1) }));
    assert_eq!(host.answer(), Ok(1));
    assert_eq!(host.clone().proposes("x").answer(), refused);
    assert_eq!(host.clone().changes(&[0, 1], &[]).answer(), refused);
    assert_eq!(host.transfers(2).answer(), refused);
}

// "The prior leader fully updates the target server's log to match its own"; "The prior leader
// sends a TimeoutNow request to the target server."
#[test]
fn timeout_now_is_sent_once_the_targets_log_is_complete() {
    assert_eq!(established_leader(3).transfers(1).bodies(), [(1, Body::TimeoutNow)]);
    let host = established_leader(3).proposes("x").proposes("y").transfers(1);
    assert_eq!(host.bodies(), []);
    let host = host.receives_current(1, accepted(2));
    assert_eq!(host.bodies(), []);
    assert_eq!(host.acked_by(&[1]).bodies(), [(1, Body::TimeoutNow)]);
}

// Even if the log grows again, by the end of joint consensus.
#[test]
fn timeout_now_is_sent_only_once() {
    let host = established_leader(3).changes(&[0, 1, 3, 4], &[]).acked_by(&[1]).transfers(1);
    assert_eq!(host.bodies(), [(1, Body::TimeoutNow)]);
    let host = host.acked_by(&[3]);
    assert_eq!((host.last(), host.acked_by(&[1]).bodies()), (id(2, 3), vec![]));
}

// "If leadership transfer does not complete after about an election timeout, the prior leader
// aborts the transfer and resumes accepting client requests."
#[test]
fn a_leader_aborts_a_transfer_after_an_election_timeout() {
    let host = established_leader(3).transfers(1).ticks(ELECTION - 1);
    assert!(host.clone().proposes("x").answer().is_err());
    assert_eq!(host.ticks(1).proposes("x").answer(), Ok(2));
}

#[test]
fn leadership_is_transferred_only_by_a_leader_and_only_to_another_voter() {
    let host = established_leader(3).changes(&[0, 1, 2], &[3]).acked_by(&[1]);
    for target in [0, 3, 9, 200] {
        let refused = Refused::NoOtherVoter { target: NodeId(target) };
        assert_eq!(host.clone().transfers(target).answer(), Err(refused));
    }
    let refused = Refused::NotLeader { leader: Some(NodeId(1)) };
    assert_eq!(follower(&[1], 1).transfers(2).answer(), Err(refused));
}

// "This request has the same effect as the target server's election timer firing: the target server
// starts a new election": at once, without Pre-Vote, and its RequestVotes have the transfer flag.
#[test]
fn the_target_of_timeout_now_campaigns_at_once() {
    let with_pre_vote = |config: &mut Config| (config.pre_vote, config.check_quorum) = (true, true);
    let host =
        server(3, 1, &[1]).with_config(with_pre_vote).receives_current(1, append(id(1, 1), &[], 1));
    let candidate = host.clone().receives_current(1, Body::TimeoutNow);
    assert_eq!((candidate.role(), candidate.term_and_vote()), (Role::Candidate, (2, Some(0))));
    assert_eq!(candidate.bodies(), [1, 2].map(|to| (to, transfer_vote(id(1, 1)))));
    assert_eq!(host.receives(2, 0, Body::TimeoutNow).role(), Role::Follower);
}

// 4.2.3: then "RequestVote messages should be processed by other servers even when they believe a
// current cluster leader exists".
#[test]
fn a_request_vote_of_a_transfer_is_not_disregarded() {
    let host = server(3, 1, &[1]).with_config(|config| config.check_quorum = true);
    let host = host.receives_current(1, append(id(1, 1), &[], 1));
    assert_eq!(host.clone().receives(2, 2, request_vote(id(1, 1))).term_and_vote(), (1, None));
    assert_eq!(host.receives(2, 2, transfer_vote(id(1, 1))).bodies(), [(2, vote_reply(true))]);
}

// ==== 6.4: processing read-only queries ====

// "If the leader has not yet marked an entry from its current term committed, it waits until it has
// done so": here, it refuses.
#[test]
fn a_read_is_refused_until_the_leader_has_committed_an_entry_of_its_term() {
    let host = leader(3, 2, &[1, 1]).receives_current(1, accepted(2));
    assert_eq!(host.clone().reads(7).read_answers(), [(7, Err(Refused::NotCommittedInTerm))]);
    assert_eq!(
        host.clone().receives_current(2, read_index(5, 8)).bodies(),
        [(2, read_index_reply(5, 8, None))]
    );
    assert_eq!(host.acked_by(&[1]).reads(7).acked_by(&[2]).read_answers(), [(7, Ok(3))]);
}

// "It issues a new round of heartbeats and waits for their acknowledgments from a majority of the
// cluster. Once these acknowledgments are received, the leader knows that there could not have
// existed a leader for a greater term at the moment it sent the heartbeats."
#[test]
fn a_read_is_confirmed_only_by_replies_to_messages_sent_after_it() {
    let earlier = established_leader(5).ticks(HEARTBEAT);
    let asked = earlier.clone().reads(7);
    assert_eq!((asked.read_answers(), asked.appends().len()), (vec![], 4));
    let reply_to = |sender: &Host, host: Host, peers: &[u8]| {
        let host = Host { stamps: sender.stamps, ..host }.acked_by(peers);
        let read = host.read_answers();
        (host, read)
    };
    let (host, read) = reply_to(&earlier, asked.clone(), &[1, 2, 3, 4]);
    assert_eq!(read, []);
    let (host, read) = reply_to(&asked, host, &[1]);
    assert_eq!(read, []);
    assert_eq!(reply_to(&asked, host, &[2]).1, [(7, Ok(1))]);
}

// "The leader saves its current commit index in a local variable readIndex."
#[test]
fn a_read_index_is_the_commit_index_at_the_request_and_a_single_server_answers_at_once() {
    assert_eq!(established_leader(1).reads(7).read_answers(), [(7, Ok(1))]);
    let asked = established_leader(5).proposes("x").receives_current(1, accepted(2)).reads(7);
    let host = asked.receives_current(2, accepted(2));
    assert_eq!((host.commit(), host.acked_by(&[3, 4]).read_answers()), (2, vec![(7, Ok(1))]));
}

// "the follower could issue a request to the leader that just asked for a current readIndex".
#[test]
fn a_follower_forwards_a_read_and_answers_it_once() {
    let host = follower(&[1, 1], 1).reads(7);
    assert_eq!((host.bodies(), host.read_answers()), (vec![(1, read_index(0, 1))], vec![]));
    let host = host.reads(8).receives_current(1, read_index_reply(0, 1, Some(2)));
    assert_eq!(host.read_answers(), [(7, Ok(2))]);
    let host = host.receives_current(1, read_index_reply(0, 1, Some(2)));
    assert_eq!(host.read_answers(), []);
    assert_eq!(
        host.receives_current(1, read_index_reply(0, 2, None)).read_answers(),
        [(8, Err(Refused::NotCommittedInTerm))]
    );
}

// "(the leader would execute steps 1-3 above)".
#[test]
fn a_leader_serves_read_index_of_a_follower_as_of_a_client_and_other_servers_refuse_it() {
    let (host, unknown) = (
        established_leader(3).receives_current(2, read_index(5, 8)),
        vec![(2, read_index_reply(5, 8, None))],
    );
    assert_eq!(host.bodies().len(), host.appends().len());
    assert_eq!(host.acked_by(&[1]).bodies(), [(2, read_index_reply(5, 8, Some(1)))]);
    assert_eq!(follower(&[1], 1).receives_current(2, read_index(5, 8)).bodies(), unknown);
    assert_eq!(established_leader(3).receives(2, 1, read_index(5, 8)).bodies(), unknown);
}

// An earlier incarnation used the same numbers, and the replies to it may be stale.
#[test]
fn a_reply_to_an_earlier_incarnation_is_ignored() {
    let host = follower(&[1], 1).with_config(|config| config.incarnation = 1);
    let host = host
        .receives_current(1, append(id(1, 1), &[], 1))
        .reads(7)
        .receives_current(1, read_index_reply(0, 1, Some(1)));
    assert_eq!(host.read_answers(), []);
    assert_eq!(
        host.receives_current(1, read_index_reply(1, 1, Some(1))).read_answers(),
        [(7, Ok(1))]
    );
}

#[test]
fn a_forwarded_read_without_a_reply_for_an_election_timeout_is_refused() {
    let host = follower(&[1], 1).reads(7).ticks(ELECTION - 1);
    let host = host.receives_current(1, append(id(1, 1), &[], 1));
    assert_eq!(host.read_answers(), []);
    let host = host.ticks(1);
    assert_eq!(host.read_answers(), [(7, Err(Refused::Unanswered))]);
    assert_eq!(host.receives_current(1, read_index_reply(0, 1, Some(1))).read_answers(), []);
}

// "the leader needs to make sure it hasn't been superseded by a newer leader".
#[test]
fn pending_reads_are_refused_when_the_term_ends() {
    let refused = [(7, Err(Refused::NotLeader { leader: None }))];
    for host in [established_leader(3), follower(&[1], 1)] {
        let host = host.reads(7).receives(2, 3, vote_reply(false));
        assert_eq!((host.read_answers(), host.role()), (refused.to_vec(), Role::Follower));
        assert_eq!(host.reads(7).read_answers(), refused);
    }
}

// ==== 6.4.1: using clocks to reduce messaging for read-only queries ====

fn leases(config: &mut Config) {
    (config.check_quorum, config.lease_reads) = (true, true);
}
/// Server 0 of three, with leases, as soon after its start as it grants votes.
fn voting_server_with_leases() -> Host {
    server(3, 1, &[]).with_config(leases).ticks(ELECTION)
}
/// A leader whose last heartbeat server 1 has just acknowledged.
fn leader_with_lease() -> Host {
    voting_server_with_leases().becomes_leader().acked_by(&[1]).ticks(HEARTBEAT).acked_by(&[1])
}

// "Once the leader's heartbeats were acknowledged by a majority of the cluster, the leader would
// assume that no other server will become leader for about an election timeout, and it could extend
// its lease accordingly": here, for two ticks less.
#[test]
fn a_leader_with_a_lease_answers_reads_at_once_until_two_ticks_before_the_election_timeout() {
    let host = leader_with_lease();
    assert_eq!(host.clone().ticks(ELECTION - 3).reads(7).read_answers(), [(7, Ok(1))]);
    let late = host.ticks(ELECTION - 2).reads(7);
    assert_eq!((late.role(), late.read_answers()), (Role::Leader, vec![]));
    assert_eq!(late.acked_by(&[2]).read_answers(), [(7, Ok(1))]);
}

// Without either, followers may vote for another candidate before the lease ends.
#[test]
fn a_lease_needs_check_quorum_and_lease_reads() {
    for (check_quorum, lease_reads) in [(true, false), (false, true)] {
        let switch = |config: &mut Config| {
            (config.check_quorum, config.lease_reads) = (check_quorum, lease_reads);
        };
        let host =
            server(3, 1, &[]).with_config(switch).ticks(ELECTION).becomes_leader().acked_by(&[1]);
        assert_eq!(host.ticks(HEARTBEAT).acked_by(&[1]).reads(7).read_answers(), []);
    }
}

// "a leader would need to expire its lease before transferring leadership": for the rest of the
// term, since TimeoutNow may arrive much later.
#[test]
fn there_is_no_lease_after_timeout_now_was_sent() {
    let host = leader_with_lease().transfers(1);
    assert_eq!(host.clone().reads(7).read_answers(), []);
    let host = host.ticks(HEARTBEAT).acked_by(&[1]).ticks(ELECTION).acked_by(&[1]).proposes("x");
    assert_eq!(host.answer(), Ok(2));
    assert_eq!(host.acked_by(&[1]).ticks(HEARTBEAT).acked_by(&[1]).reads(7).read_answers(), []);
}

// A leader's lease may rest on a reply from before the restart.
#[test]
fn a_server_with_leases_grants_no_vote_for_an_election_timeout_after_its_start() {
    let requested = |host: &Host| host.clone().receives(2, 2, request_vote(LogId::ZERO));
    let pre_voted = |host: &Host| {
        host.clone().receives_current(2, Body::PreVote { last_log: LogId::ZERO }).bodies()
    };
    let (disregarding, host) =
        (server(3, 1, &[]).with_config(leases).ticks(ELECTION - 1), voting_server_with_leases());
    assert_eq!(
        (requested(&disregarding).bodies(), requested(&disregarding).term_and_vote()),
        (vec![], (1, None))
    );
    assert_eq!(requested(&host).bodies(), [(2, vote_reply(true))]);
    let replies = [&disregarding, &host].map(pre_voted);
    assert_eq!(replies, [false, true].map(|granted| vec![(2, Body::PreVoteReply { granted })]));
}

// The leader with the lease may not know of the newer term.
#[test]
fn a_server_with_leases_withholds_its_vote_in_a_newer_term_too() {
    let host = voting_server_with_leases()
        .receives_current(1, append(LogId::ZERO, &[], 0))
        .receives(2, 2, vote_reply(false));
    assert_eq!((host.term_and_vote(), host.node.status().leader), ((2, None), None));
    let requested =
        |host: Host| host.receives_current(2, request_vote(LogId::ZERO)).term_and_vote().1;
    let host = host.ticks(ELECTION - 1);
    assert_eq!((requested(host.clone()), requested(host.ticks(1))), (None, Some(2)));
}

#[test]
fn a_server_with_leases_does_not_campaign_while_it_withholds_its_vote() {
    let host = voting_server_with_leases()
        .receives_current(1, append(LogId::ZERO, &[], 0))
        .ticks(ELECTION - 1);
    assert_eq!(host.clone().campaigns().term_and_vote().0, 1);
    assert_eq!(host.ticks(1).campaigns().term_and_vote().0, 2);
}

// ==== 10.2: limits; and election priority ====

/// Server 0 of three with limits: a command of one letter counts as 17 bytes, a no-op as 16.
fn limited(log: &[u64], limit: impl FnOnce(&mut Limits)) -> Host {
    server(3, 1, log).with_config(|config| limit(&mut config.limits))
}

#[test]
fn a_message_carries_at_most_message_bytes_and_at_least_one_entry() {
    for (bytes, entries) in [(0, 1), (33, 1), (34, 2), (50, 2), (51, 3)] {
        let host = limited(&[1, 1, 1, 1], |limits| limits.message_bytes = bytes).becomes_leader();
        let host = host.receives_current(1, rejected(4, LogId::ZERO));
        assert_eq!(host.appends(), [(1, LogId::ZERO, vec![1; entries], 0)]);
    }
}

#[test]
fn an_in_flight_window_of_entries_or_bytes_bounds_unacknowledged_entries() {
    let by_entries = |limits: &mut Limits| limits.inflight_entries = 2;
    let by_bytes = |limits: &mut Limits| limits.inflight_bytes = 34;
    for host in [limited(&[], by_entries), limited(&[], by_bytes)] {
        let host = host.becomes_leader().acked_by(&[1]).proposes("a").proposes("b");
        assert_eq!(host.appends(), [(1, id(2, 2), vec![2], 1)]);
        let host = host.proposes("c");
        assert_eq!(host.appends(), []);
        assert_eq!(host.receives_current(1, accepted(2)).appends(), [(1, id(2, 3), vec![2], 2)]);
    }
}

#[test]
fn a_leader_refuses_commands_beyond_the_limit_of_uncommitted_bytes() {
    let host = limited(&[], |limits| limits.uncommitted_bytes = 0).becomes_leader().acked_by(&[1]);
    let host = host.proposes("of any size, when nothing is uncommitted");
    assert_eq!(host.answer(), Ok(2));
    let host = host.proposes("x");
    assert_eq!((host.answer(), host.last()), (Err(Refused::TooMuchUncommitted), id(2, 2)));
    assert_eq!(host.acked_by(&[1]).proposes("x").answer(), Ok(3));
}

#[test]
fn entries_beyond_the_limit_of_unapplied_bytes_are_neither_handed_out_nor_compacted() {
    let host = limited(&[1; 5], |limits| limits.unapplied_bytes = 34);
    let host = host.receives_current(1, append(id(1, 5), &[], 5));
    assert_eq!((host.commit(), host.applied.clone()), (5, vec![1, 2]));
    let host = host.steps(Input::Applied(LogIndex(1))).compacts(4, "invalid");
    assert_eq!((host.applied.clone(), host.log().len()), (vec![1, 2, 3], 5));
    assert_eq!(host.steps(Input::Applied(LogIndex(9))).applied, [1, 2, 3, 4, 5]);
    let host = limited(&[1; 2], |limits| limits.unapplied_bytes = 0);
    let host = host.receives_current(1, append(id(1, 2), &[], 2));
    assert_eq!(host.applied, [1], "one at least; otherwise nothing would ever be applied");
    assert_eq!(host.steps(Input::Applied(LogIndex(1))).applied, [1, 2]);
}

#[test]
fn a_server_with_a_handicap_waits_for_that_many_more_election_timeouts() {
    let timeout = |election_delay| {
        server(3, 1, &[])
            .with_config(|config| config.election_delay = election_delay)
            .election_timeout()
    };
    assert_eq!([1, 3].map(timeout), [1, 3].map(|more| timeout(0) + more * ELECTION));
}
