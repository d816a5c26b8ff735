//! The boundaries of a log: what is compacted, what is kept behind the snapshot, and what is on
//! disk only and must be read before it is sent. None of this is in the papers, which begin a log
//! after its snapshot and read it from memory.
//!
//! Server 0 is under test; the test plays all other servers and the disk.

use crate::acts::*;
use crate::common::*;
use raft::{Body, Command, Fetch, Input, LogId, LogIndex, NodeId, Role, Term, Unread};

/// Server 0 leads in term 2, with the log 1, 1, 1, 2, which server 1 stores; it has compacted it up
/// to its end, and kept a tail of two entries.
fn tailed_leader() -> Host {
    let host = server(3, 1, &[1, 1, 1]).with_config(|config| config.tail = 2).becomes_leader();
    host.acked_by(&[1]).compacts(4, "abcdef")
}

/// The receivers of the last input's snapshots.
fn snapshots_to(host: &Host) -> Vec<u8> {
    let bodies = host.bodies().into_iter();
    bodies.filter(|(_, body)| matches!(body, Body::InstallSnapshot(_))).map(|(to, _)| to).collect()
}

// ==== A tail of entries behind the snapshot ====

#[test]
fn a_compaction_leaves_the_tail_in_the_log_and_on_disk() {
    let host = tailed_leader();
    assert_eq!((host.node.log().first(), host.log()), (LogIndex(3), vec![1, 2]));
    assert_eq!(host.node.status().snapshot, id(2, 4));
    assert_eq!(host.disk.entries.len(), 2);
}

#[test]
fn a_follower_that_lags_within_the_tail_is_sent_entries_and_another_the_snapshot() {
    let lags = |matched: LogId| tailed_leader().receives_current(2, rejected(3, matched));
    // The rejection of the probe after entry 3; its hint is where server 2 may match.
    let host = tailed_leader().ticks(HEARTBEAT);
    assert_eq!(host.appends()[1], (2, id(1, 3), vec![2], 4));
    assert_eq!(snapshots_to(&lags(id(1, 2))), [2]);
    assert_eq!(snapshots_to(&lags(id(1, 1))), [2]);
}

#[test]
fn the_term_of_a_previous_entry_behind_the_snapshot_is_its_own_and_not_that_of_the_snapshot() {
    let host = tailed_leader().ticks(HEARTBEAT);
    let before = host.appends().into_iter().map(|(_, prev_log, ..)| prev_log);
    assert!(before.clone().any(|prev_log| prev_log == id(1, 3)));
    assert!(before.clone().all(|prev_log| prev_log == id(1, 3) || prev_log == id(2, 4)));
}

#[test]
fn an_installed_snapshot_keeps_a_tail_only_of_a_log_that_contains_its_last_entry() {
    let installs = |log: &[u64]| {
        let host = server(3, 2, log).with_config(|config| config.tail = 2);
        host.receives_current(1, chunk(id(2, 4), 0, "ab", true))
    };
    let kept = installs(&[1, 1, 2, 2, 2]);
    assert_eq!((kept.node.log().first(), kept.log()), (LogIndex(3), vec![2, 2, 2]));
    for other in [&[1, 1, 1, 1, 1][..], &[1, 1, 2], &[]] {
        let replaced = installs(other);
        assert_eq!(
            (replaced.node.log().first(), replaced.log()),
            (LogIndex(5), vec![]),
            "{other:?}"
        );
        assert_eq!((replaced.last(), replaced.disk.entries.len()), (id(2, 4), 0));
    }
}

#[test]
fn a_restart_finds_the_tail_where_it_was_and_applies_none_of_it_again() {
    let host = tailed_leader().proposes("x").restarts();
    assert_eq!((host.node.log().first(), host.log()), (LogIndex(3), vec![1, 2, 2]));
    assert_eq!((host.node.status().snapshot, host.commit()), (id(2, 4), 4));
    let host = host.receives(1, 3, append(id(2, 5), &[], 5));
    assert_eq!(host.applied, [5]);
}

#[test]
fn a_change_in_the_tail_is_part_of_the_snapshot_and_is_in_force_once() {
    let host = server(3, 1, &[1]).with_config(|config| config.tail = 4).becomes_leader();
    let host = host.acked_by(&[1]).changes(&[0, 1], &[]).acked_by(&[1]);
    let host = host.compacts(3, "abcdef").restarts();
    assert_eq!((host.log().len(), host.members()), (3, first(2)));
    let truncated = host.receives(1, 4, append(id(2, 3), &[4], 0));
    assert_eq!(truncated.members(), first(2));
}

// ==== Entries that are on disk only ====

/// Server 0 leads in term 2 with the log 1, 1, 1, 2, which server 1 stores: so it is applied, and
/// none of it is in memory. It knows nothing of server 2, and sends two entries a message.
fn reading_leader() -> Host {
    let host = server(3, 1, &[1, 1, 1]).with_config(|config| {
        config.limits.cached_entries = 0;
        config.limits.message_entries = 2;
    });
    host.becomes_leader().acked_by(&[1])
}

/// It needs the entries from the first on for server 2, whose log is empty.
fn fetching_leader() -> Host {
    reading_leader().receives_current(2, rejected(3, LogId::ZERO))
}

fn fetch(term: u64, first: u64, count: usize) -> Fetch {
    Fetch { to: NodeId(2), term: Term(term), first: LogIndex(first), count }
}

impl Host {
    /// The disk answers with the first `count` of the entries that were requested.
    fn reads_from_disk(self, fetch: Fetch, count: usize) -> Host {
        let first = fetch.first.0 as usize - 1;
        let entries = Ok(self.disk.entries[first..first + count].to_vec());
        self.steps(Input::Fetched { fetch, entries })
    }

    fn fails_to_read(self, fetch: Fetch, reason: Unread) -> Host {
        self.steps(Input::Fetched { fetch, entries: Err(reason) })
    }
}

#[test]
fn entries_that_are_durable_and_applied_leave_the_memory_and_the_log_remains() {
    let host = reading_leader();
    assert_eq!((host.log(), host.last()), (vec![], id(2, 4)));
    assert_eq!(host.node.log().term_at(LogIndex(2)), Some(Term(1)));
    assert_eq!(host.disk.entries.len(), 4);
    // An entry that is not committed stays, and so does one that is not durable.
    assert_eq!(reading_leader().proposes("x").log(), [2]);
    let slow = reading_leader().slow().proposes("x").acked_by(&[1, 2]);
    assert_eq!((slow.commit(), slow.log()), (5, vec![2]));
}

#[test]
fn a_follower_that_needs_them_gets_heartbeats_until_they_are_read() {
    let host = fetching_leader();
    assert_eq!((&host.output.fetches[..], host.appends()), (&[fetch(2, 1, 2)][..], vec![]));
    let host = host.ticks(HEARTBEAT);
    assert_eq!(
        (host.output.fetches.len(), host.appends()[1].clone()),
        (0, (2, LogId::ZERO, vec![], 4))
    );
    let host = host.reads_from_disk(fetch(2, 1, 2), 2);
    assert_eq!(host.appends(), [(2, LogId::ZERO, vec![1, 1], 4)]);
    let host = host.receives_current(2, accepted(2));
    assert_eq!(host.output.fetches, [fetch(2, 3, 2)]);
}

#[test]
fn a_read_may_find_fewer_entries_and_the_others_are_read_next() {
    let host = fetching_leader().reads_from_disk(fetch(2, 1, 2), 1);
    assert_eq!(host.appends(), [(2, LogId::ZERO, vec![1], 4)]);
    assert_eq!(host.receives_current(2, accepted(1)).output.fetches, [fetch(2, 2, 2)]);
}

#[test]
fn a_read_that_fails_or_finds_nothing_is_tried_again_with_the_next_heartbeat() {
    for host in [
        fetching_leader().fails_to_read(fetch(2, 1, 2), Unread::Failed),
        fetching_leader().fails_to_read(fetch(2, 1, 2), Unread::Compacted),
        fetching_leader().reads_from_disk(fetch(2, 1, 2), 0),
    ] {
        assert_eq!((host.output.fetches.len(), host.sent().len()), (0, 0));
        assert_eq!(host.ticks(HEARTBEAT).output.fetches, [fetch(2, 1, 2)]);
    }
}

#[test]
fn with_check_quorum_a_leader_steps_down_if_only_reads_are_pending_for_an_election_timeout() {
    let goes_on =
        |host: Host, ticks: u32| (0..ticks).fold(host, |host, _| host.ticks(1).acked_by(&[1]));
    let host = fetching_leader().with_config(|config| config.check_quorum = true);
    let host = host.becomes_leader().acked_by(&[1]).receives_current(2, rejected(4, LogId::ZERO));
    let asked = host.output.fetches[0];
    let silent = goes_on(host, ELECTION - 1);
    assert_eq!(silent.role(), Role::Leader);
    assert_eq!(goes_on(silent.clone(), 1).role(), Role::Follower);
    let answered = silent.fails_to_read(asked, Unread::Failed);
    assert_eq!(goes_on(answered, ELECTION).role(), Role::Leader);
}

#[test]
fn entries_that_were_compacted_meanwhile_are_replaced_by_the_snapshot() {
    let host = fetching_leader().compacts(4, "abcdef");
    let failed = host.clone().fails_to_read(fetch(2, 1, 2), Unread::Compacted);
    assert_eq!(snapshots_to(&failed), [2]);
    // What was read before that is right, but the leader does not know any more what it follows.
    let late =
        host.steps(Input::Fetched { fetch: fetch(2, 1, 2), entries: Ok(entries(0, &[1, 1])) });
    assert_eq!((snapshots_to(&late), late.appends()), (vec![2], vec![]));
}

#[test]
fn what_is_read_for_a_follower_that_has_moved_on_or_in_an_earlier_term_is_not_sent() {
    let moved = fetching_leader().receives_current(2, accepted(3));
    assert_eq!(moved.output.fetches, []);
    let moved = moved.reads_from_disk(fetch(2, 1, 2), 2);
    assert_eq!((moved.output.fetches.clone(), moved.appends()), (vec![fetch(2, 4, 1)], vec![]));
    let later = fetching_leader().receives(1, 3, append(id(2, 4), &[], 4));
    assert_eq!(later.role(), Role::Follower);
    let idle = later.clone().reads_from_disk(fetch(2, 1, 2), 2);
    assert_eq!((idle.output.fetches.len(), idle.sent().len()), (0, 0));
    let again = later.becomes_leader().receives_current(2, rejected(4, LogId::ZERO));
    assert_eq!(again.output.fetches, [fetch(4, 1, 2)]);
    let again = again.reads_from_disk(fetch(2, 1, 2), 2);
    assert_eq!(again.appends(), []);
    assert_eq!(again.reads_from_disk(fetch(4, 1, 2), 2).appends().len(), 1);
}

#[test]
fn a_request_is_no_larger_than_a_message() {
    let host = server(3, 1, &[1; 6]).with_config(|config| {
        config.limits.cached_entries = 1;
        config.limits.message_entries = 9;
        config.limits.message_bytes = 3 * (16 + "x".size() as u64);
    });
    let host = host.becomes_leader().acked_by(&[1]);
    let host = host.receives_current(2, rejected(6, LogId::ZERO));
    assert_eq!(host.output.fetches, [fetch(2, 1, 3)]);
}
