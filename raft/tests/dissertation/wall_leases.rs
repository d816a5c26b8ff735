//! Leases by wall clocks, which are in neither paper: see LeaseGuard, and YugabyteDB's leader
//! leases.
//!
//! Server 0 is under test; the test plays all other servers, the disk and the clock.

use crate::common::*;
use raft::{Appended, Body, Config, Input, LogId, LogIndex, Role, WallLease};

/// What the clock shows at the start.
const START: u64 = 100;

fn wall_leases(config: &mut Config) {
    config.wall_lease = Some(WallLease { duration: 10, max_skew: 3 });
    config.clock = START;
}

/// Server 0 of three, which has never run before.
fn new_server() -> Host {
    server(3, 0, &[]).with_config(wall_leases)
}

/// It leads, with the only vote of server 1, which reports this lease.
fn leader_after(lease: u64) -> Host {
    let vote = Body::RequestVoteReply { granted: true, lease };
    new_server().campaigns().receives_current(1, vote)
}

impl Host {
    /// The wall clock shows this.
    fn clock(self, now: u64) -> Host {
        self.steps(Input::Clock(now))
    }

    /// Server 1 acknowledges the leader's first entry, and a lease.
    fn acked_with(self, lease: u64) -> Host {
        let (appended, stamp) = (Appended::Accepted { match_index: LogIndex(1) }, self.stamps[1]);
        self.receives_current(1, Body::AppendEntriesReply { appended, stamp, lease })
    }

    /// The leader of term 1, server 1, asks for a lease.
    fn asked_for(self, lease: u64, prev_log: LogId) -> Host {
        let mut body = append(prev_log, &[], 0);
        if let Body::AppendEntries { lease: asked, .. } = &mut body {
            *asked = lease;
        }
        self.receives(1, 1, body)
    }

    /// The lease that this server reports with its vote in term 2.
    fn reported(self) -> u64 {
        match self.receives(2, 2, request_vote(LogId::ZERO)).bodies()[..] {
            [(2, Body::RequestVoteReply { granted: true, lease })] => lease,
            ref other => panic!("it does not vote: {other:?}"),
        }
    }
}

#[test]
fn a_leader_asks_for_a_lease_from_the_sending_of_a_message_on() {
    let host = leader_after(0).clock(105).ticks(HEARTBEAT);
    let asked = host.bodies().into_iter().filter_map(|(_, body)| match body {
        Body::AppendEntries { lease, .. } => Some(lease),
        _ => None,
    });
    assert_eq!(asked.collect::<Vec<_>>(), [115, 115]);
}

#[test]
fn it_answers_reads_at_once_until_its_clock_shows_the_end_that_a_quorum_has_acknowledged() {
    let host = leader_after(0).clock(105).acked_with(110);
    assert_eq!(host.clone().clock(109).reads(7).read_answers(), [(7, Ok(1))]);
    let late = host.clock(110).reads(7);
    assert_eq!((late.role(), late.read_answers()), (Role::Leader, vec![]));
    assert_eq!(late.acked_by(&[1]).read_answers(), [(7, Ok(1))]);
}

#[test]
fn a_new_leader_commits_nothing_before_the_leases_in_its_votes_are_over_by_any_clock() {
    let host = leader_after(120).acked_by(&[1]).clock(122);
    assert_eq!((host.commit(), host.clone().acked_by(&[2]).commit()), (0, 0));
    assert_eq!(host.clone().reads(7).read_answers().len(), 1, "it is refused");
    let host = host.clock(123);
    assert_eq!(host.commit(), 1);
    assert_eq!(host.clock(110).proposes("x").acked_by(&[1]).commit(), 2, "over is over");
}

#[test]
fn without_a_lease_in_its_votes_it_commits_at_once() {
    assert_eq!(leader_after(0).acked_by(&[1]).commit(), 1);
}

#[test]
fn a_vote_reports_the_latest_end_although_a_later_request_asked_for_an_earlier_one() {
    assert_eq!(new_server().reported(), 0);
    let host = new_server().asked_for(120, LogId::ZERO).asked_for(115, LogId::ZERO);
    assert_eq!(host.reported(), 120);
}

#[test]
fn a_rejection_acknowledges_no_lease() {
    let host = new_server().asked_for(120, id(1, 5));
    assert!(host.bodies().iter().all(|(_, body)| matches!(
        body,
        Body::AppendEntriesReply { appended: Appended::Rejected { .. }, lease: 0, .. }
    )));
    assert_eq!(host.reported(), 0);
}

#[test]
fn after_a_restart_a_vote_reports_the_longest_lease_that_may_have_been_acknowledged() {
    let host = new_server().asked_for(112, LogId::ZERO).with_config(|config| config.clock = 101);
    assert_eq!(host.reported(), 101 + 10 + 3);
    let joining = new_server().with_config(|config| config.joining = true);
    assert_eq!(joining.reported(), START + 10 + 3);
}

#[test]
fn a_leader_that_votes_reports_its_own_lease() {
    assert_eq!(leader_after(0).clock(105).receives(2, 2, request_vote(id(2, 9))).bodies()[0].1, {
        Body::RequestVoteReply { granted: true, lease: 115 }
    });
}
