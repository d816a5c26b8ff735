//! After a recovery, a request that nothing hinders succeeds.
//!
//! Once the cluster has converged and was quiet, an operator transfers leadership to a voter, and
//! changes the membership there and back, and a client reads while the change is in progress. No
//! message is lost, no write is late, all members run and have equal logs, and no other request is
//! open. Within three of the longest election timeouts the target leads, the membership is
//! committed and final, and the read has an index. Sound: the target's log is complete, so that it
//! may win at once, and no other node campaigns; a change and a read need a few exchanges with a
//! quorum. Not checked where heartbeats are no more frequent than election timeouts.

use crate::history::monitor::Monitor;
use crate::history::recovery_outcome::Unhindered;
use crate::history::violation::{check, Verdict, Violation};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct UnhinderedRequestSucceeds;

impl Oracle for UnhinderedRequestSucceeds {
    const INFO: OracleInfo = OracleInfo {
        name: "unhindered-request-succeeds",
        id: "L14",
        property: "After a recovery, a request that nothing hinders succeeds.",
        source: "Raft dissertation, 3.10, 4.3 and 6.4; canonical/raft #203",
    };
}

impl Monitor for UnhinderedRequestSucceeds {
    fn unhindered_request_ended(&mut self, _: &History, request: &Unhindered) -> Verdict {
        let Unhindered { leader, request, succeeded, ticks } = *request;
        check(succeeded, || Violation::UnhinderedRequestSucceeds { leader, request, ticks })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::step::Request;
    use crate::history::violation::HELD;
    use raft::NodeId;

    fn ended(succeeded: bool) -> Verdict {
        let (leader, request) = (NodeId(0), Request::Transfer(NodeId(1)));
        let mut run = cluster::<UnhinderedRequestSucceeds>(3);
        run.unhindered_request_ended(&Unhindered { leader, request, succeeded, ticks: 60 })
    }

    #[test]
    fn a_transfer_that_succeeds_is_legal() {
        assert_eq!(ended(true), HELD);
    }

    #[test]
    fn a_transfer_without_an_effect_is_illegal() {
        assert!(ended(false).is_err());
    }
}
