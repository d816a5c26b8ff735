//! A leader that a committed change removes steps down.
//!
//! Sound: dissertation, 4.2.2: a removed leader leads until the change is committed, and then steps
//! down, at the latest when its clock ticks next.
//!
//! Legal as well: a leader that steps down in that tick, and not in the step that commits
//! (openraft); what it commits until then, a quorum without it has.

use raft::{LogIndex, Membership, NodeId};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, HELD, NOTHING};
use crate::history::{History, NodeHistory};
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::View;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct RemovedLeaderStepsDown {
    /// A leader that has committed its removal in the current step.
    just_removed: Option<NodeId>,
}

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
        match (removal(history.node(leader)), new.is_leader()) {
            (Some(_), false) => HELD,
            (removal, _) => {
                self.just_removed = removal.map(|_| leader);
                NOTHING
            }
        }
    }

    fn ticked(&mut self, history: &History, leader: NodeId) -> Verdict {
        let facts = history.node(leader);
        if !facts.view.is_leader() || self.just_removed == Some(leader) {
            return NOTHING;
        }
        match removal(facts) {
            Some((index, members)) => {
                check(false, || Violation::RemovedLeaderStepsDown { leader, index, members })
            }
            None => NOTHING,
        }
    }

    fn stepped(&mut self, _: &History, _: NodeId, _: usize) -> Verdict {
        self.just_removed = None;
        NOTHING
    }
}

/// The newest change in the log of a node, if it is committed and has removed the node.
fn removal(node: &NodeHistory) -> Option<(LogIndex, Membership)> {
    let (index, members) = node.log.changes()[0]?;
    let is_removed = !members.is_joint() && !members.voters.contains(node.id);
    (is_removed && index <= node.view.commit).then_some((index, members))
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
    fn a_leader_may_step_down_before_its_next_tick_is_over() {
        let mut run = removes_itself();
        run.ticks(0).unwrap();
        run.commits(0, 1).unwrap();
        run.becomes(0, Role::Follower, 1).unwrap();
        assert!(run.ticks(0).is_ok());
    }

    #[test]
    fn a_leader_that_stays_is_illegal() {
        let mut run = removes_itself();
        run.commits(0, 1).unwrap();
        assert!(run.ticks(0).is_err());
    }
}
