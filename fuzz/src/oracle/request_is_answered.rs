//! Every request is answered within a bound of its node's time: done, refused or given up.
//!
//! For a Raft that declares it ([`Capabilities::answers_requests`]); others may drop a request in
//! silence. A proposal is refused, or appended, in the step that receives it. A read is answered
//! within two election timeouts of the node's own ticks and two more, whatever happens to the
//! node's role. A transfer that was accepted ends within as long, and a transfer or a change ends
//! at the latest in the step in which its leader leads no more. A node that stops owes nothing.
//! Sound for such a Raft: these are its own times, which no lost message can delay. Whether a
//! change must succeed is not judged here: without a quorum it cannot.
//!
//! [`Capabilities::answers_requests`]: crate::replica::Capabilities::answers_requests

use raft::{Ended, NodeId, Payload, Read, Refused};

use crate::base::cloning::clone_by_field;
use crate::history::monitor::Monitor;
use crate::history::step::Request;
use crate::history::violation::{check, Verdict, Violation, HELD, NOTHING};
use crate::history::{History, PerNode};
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::Write;

/// See the module.
#[derive(Debug, Default)]
pub struct RequestIsAnswered {
    nodes: PerNode<Open>,
}

clone_by_field!(RequestIsAnswered; nodes);

/// What a node owes.
#[derive(Debug, Default)]
struct Open {
    /// Its ticks.
    ticks: u32,
    /// Its open reads, each with the tick at which it was requested, oldest first.
    reads: Vec<(u64, u32)>,
    /// The tick at which its open transfer was requested.
    transfer: Option<u32>,
    /// It has accepted a change that has not ended.
    change: bool,
}

clone_by_field!(Open; ticks, reads, transfer, change);

impl Oracle for RequestIsAnswered {
    const INFO: OracleInfo = OracleInfo {
        name: "request-is-answered",
        id: "L13",
        property: "Every request is answered within a bound of its node's time: done, refused or given up.",
        source: "redpanda PR 24404; canonical/raft #203; scylladb PR 29226",
    };
}

impl Monitor for RequestIsAnswered {
    fn requested(
        &mut self,
        history: &History,
        node: NodeId,
        request: &Request,
        refused: Option<&Refused>,
        write: Option<&Write>,
    ) -> Verdict {
        if !history.answers_requests {
            return NOTHING;
        }
        let open = &mut self.nodes[node];
        match *request {
            Request::Read(number) => open.reads.push((number, open.ticks)),
            _ if refused.is_some() => return HELD,
            Request::Propose(command) => {
                let mut entries = write.iter().flat_map(|write| &write.entries);
                let is_there = entries.any(|entry| entry.payload == Payload::Command(command));
                return check(is_there, || unanswered(node, *request, 0));
            }
            Request::Transfer(_) => open.transfer = Some(open.ticks),
            Request::Change { .. } => open.change = true,
        }
        NOTHING
    }

    fn read(&mut self, history: &History, node: NodeId, read: &Read) -> Verdict {
        let reads = &mut self.nodes[node].reads;
        reads.retain(|(number, _)| *number != read.id.0);
        Ok(history.answers_requests.into())
    }

    fn request_ended(&mut self, _: &History, node: NodeId, ended: &Ended) -> Verdict {
        let open = &mut self.nodes[node];
        match ended {
            Ended::Transfer { .. } => open.transfer = None,
            Ended::Change { .. } => open.change = false,
        }
        HELD
    }

    fn ticked(&mut self, history: &History, node: NodeId) -> Verdict {
        let open = &mut self.nodes[node];
        open.ticks = open.ticks.wrapping_add(1);
        let limit = 2 * u32::from(history.setup_of(node).election_ticks) + 2;
        let is_late = |since: u32| open.ticks.wrapping_sub(since) > limit;
        let read = open.reads.first().filter(|(_, since)| is_late(*since));
        let late = read.map(|(number, _)| Request::Read(*number));
        let transfer = open.transfer.filter(|since| is_late(*since));
        match late.or(transfer.map(|_| Request::Transfer(node))) {
            Some(request) => check(false, || unanswered(node, request, limit)),
            None => NOTHING,
        }
    }

    fn stepped(&mut self, history: &History, node: NodeId, _: usize) -> Verdict {
        let open = &self.nodes[node];
        let is_open = open.transfer.is_some() || open.change;
        if !is_open || history.node(node).view.is_leader() {
            return NOTHING;
        }
        check(false, || Violation::RequestIsForgotten {
            node,
            is_transfer: open.transfer.is_some(),
        })
    }

    fn stopped(&mut self, _: &History, node: NodeId, _: usize) -> Verdict {
        let open = &mut self.nodes[node];
        open.reads.clear();
        (open.transfer, open.change) = (None, false);
        NOTHING
    }
}

fn unanswered(node: NodeId, request: Request, ticks: u32) -> Violation {
    Violation::RequestIsAnswered { node, request, ticks }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::recorder::Recorder;
    use raft::Role;

    fn leading() -> Recorder<RequestIsAnswered> {
        let mut run = cluster::<RequestIsAnswered>(3);
        run.becomes(0, Role::Leader, 1).unwrap();
        run
    }

    fn ticks(run: &mut Recorder<RequestIsAnswered>, times: u32) -> Verdict {
        (0..times).try_for_each(|_| run.ticks(0).map(drop))?;
        HELD
    }

    #[test]
    fn a_read_that_is_answered_in_time_is_legal() {
        let mut run = leading();
        run.requests(0, Request::Read(0), None).unwrap();
        ticks(&mut run, 22).unwrap();
        run.answers(0, 0, 0).unwrap();
        assert!(ticks(&mut run, 100).is_ok());
    }

    #[test]
    fn a_read_that_is_never_answered_is_illegal_unless_its_node_stops() {
        let mut run = leading();
        run.requests(0, Request::Read(0), None).unwrap();
        assert!(ticks(&mut run, 23).is_err());
        let mut run = leading();
        run.requests(0, Request::Read(0), None).unwrap();
        run.reboots(0).unwrap();
        assert!(ticks(&mut run, 100).is_ok());
    }

    #[test]
    fn a_proposal_that_is_neither_refused_nor_appended_is_illegal() {
        let mut run = leading();
        let refused = Some(Refused::TooMuchUncommitted);
        assert_eq!(run.requests(0, Request::Propose(1), refused), HELD);
        assert!(run.requests(0, Request::Propose(2), None).is_err());
    }

    #[test]
    fn a_transfer_that_ends_before_its_leader_steps_down_is_legal_and_one_that_does_not_is_not() {
        let mut run = leading();
        run.requests(0, Request::Transfer(NodeId(1)), None).unwrap();
        run.ends(0, Ended::Transfer { to: NodeId(1), done: false }).unwrap();
        assert!(run.becomes(0, Role::Follower, 2).is_ok());
        let mut run = leading();
        run.requests(0, Request::Transfer(NodeId(1)), None).unwrap();
        assert!(run.becomes(0, Role::Follower, 2).is_err());
    }
}
