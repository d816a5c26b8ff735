//! A leader that a committed change removes steps down.
//!
//! Sound: dissertation, 4.2.2: a removed leader leads until the change is committed, and steps down
//! in the same step.

use raft::NodeId;

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::View;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct RemovedLeaderStepsDown;

impl Oracle for RemovedLeaderStepsDown {
    const INFO: OracleInfo = OracleInfo {
        name: "removed-leader-steps-down",
        id: "R7",
        property: "A leader that a committed change removes steps down.",
        source: "Raft paper, section 6; dissertation, 4.2.2",
    };
}

impl Monitor for RemovedLeaderStepsDown {
    fn changed(&mut self, history: &History, leader: NodeId, old: &View, new: &View) -> Verdict {
        if !new.has_led_since(old) || new.commit <= old.commit {
            return NOTHING;
        }
        let facts = history.node(leader);
        let [Some((index, members)), _] = facts.log.changes() else { return NOTHING };
        let is_removed = !members.is_joint() && !members.voters.contains(leader);
        if !is_removed || index > facts.view.commit {
            return NOTHING;
        }
        let leads = facts.view.is_leader();
        check(!leads, || Violation::RemovedLeaderStepsDown { leader, index })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use raft::Role;

    fn removes_itself() -> crate::history::recorder::Recorder<RemovedLeaderStepsDown> {
        let mut run = cluster::<RemovedLeaderStepsDown>(3);
        run.becomes(0, Role::Leader, 1).unwrap();
        run.writes(0, &change(1, 1, &[1, 2])).unwrap();
        run
    }

    #[test]
    fn a_leader_may_lead_until_its_removal_is_committed() {
        let mut run = removes_itself();
        assert_eq!(run.commits_and_follows(0, 1), HELD);
    }

    #[test]
    fn a_leader_that_stays_is_illegal() {
        assert!(removes_itself().commits(0, 1).is_err());
    }
}
