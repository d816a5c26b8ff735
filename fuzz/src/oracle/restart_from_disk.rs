//! A node starts as a follower, with the term, the vote and the end of the log on its disk.
//!
//! The disk contains only complete writes and the documented parts of one torn write. Sound: a node
//! has no other state when it starts. With a real store behind the disk, what it has is compared as
//! a whole, and a store whose files are not damaged must start.
//!
//! Legal as well: a commit index that is kept over restarts. Not legal, by the contract: a node
//! that starts as the leader of its old term (openraft). Leadership is volatile in Figure 2, and a
//! leader that had lost entries of its term would create others in their place.

use raft::{NodeId, Role};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct RestartFromDisk;

impl Oracle for RestartFromDisk {
    const INFO: OracleInfo = OracleInfo {
        name: "restart-from-disk",
        id: "D2",
        property: "A node starts as a follower, with the term, the vote and the end of the log on its disk.",
        source: "Raft paper, Figure 2: persistent state; etcd's TLA+ Restart",
    };
}

impl Monitor for RestartFromDisk {
    fn started(&mut self, history: &History, node: NodeId) -> Verdict {
        let facts = history.node(node);
        let (shown, last) = (facts.view.hard_state, facts.view.last_log);
        let (disk, disk_last) = (facts.disk_state, facts.disk.last());
        let role = facts.view.role;
        let is_follower = role == Role::Follower;
        check(is_follower && (shown, last) == (disk, disk_last), || Violation::RestartFromDisk {
            node,
            role,
            shown,
            last,
            disk,
            disk_last,
        })
    }

    fn misread(&mut self, _: &History, node: NodeId, difference: &str) -> Verdict {
        check(false, || Violation::StoreIsMisread { node, difference: difference.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use crate::replica::View;
    use raft::Term;

    #[test]
    fn starting_from_the_disk_is_legal() {
        let mut run = cluster::<RestartFromDisk>(3);
        run.persisted(NodeId(0), &ballot(2, Some(1))).unwrap();
        assert_eq!(run.reboots(0), HELD);
    }

    #[test]
    fn losing_the_vote_is_illegal() {
        let mut run = cluster::<RestartFromDisk>(3);
        run.persisted(NodeId(0), &ballot(2, Some(1))).unwrap();
        let mut view = View::default();
        view.hard_state.term = Term(2);
        assert!(run.started(NodeId(0), view, None).is_err());
    }

    #[test]
    fn a_store_that_has_something_else_than_it_promised_is_illegal() {
        let mut run = cluster::<RestartFromDisk>(1);
        assert_eq!(run.reboots(0), HELD);
        assert!(run.misread(NodeId(0), "its store has no entry where it promised 1@1").is_err());
    }

    #[test]
    fn starting_as_anything_but_a_follower_is_illegal() {
        let mut run = cluster::<RestartFromDisk>(1);
        run.stopped(NodeId(0), 0).unwrap();
        let leads = crate::replica::View { role: Role::Leader, ..Default::default() };
        assert!(run.started(NodeId(0), leads, None).is_err());
    }
}
