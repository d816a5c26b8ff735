//! Removal: when a name may come back with an empty disk.
//!
//! Promises: where [`History::is_removed`] holds, a legal Raft stays safe if the disk of that node
//! becomes empty. The papers let no server forget, so this is our own argument:
//!
//! - *What it has helped to commit* is on the disks of all others that can run: they have
//!   everything up to its removal, and what is committed later does not need it before it is added
//!   again.
//! - *Its votes.* Nobody is left who would count an earlier one: the others have a membership
//!   without it, or no entry at all. It is added again by a leader that has committed the removal,
//!   and who is elected with its new vote has that newer membership, in a later term. Had an
//!   earlier vote elected another leader of that term, then by a membership that follows the
//!   removal and contains the name; such a membership is in no log.
//! - *What comes back* has no entry. While it catches up it may campaign by any membership of the
//!   past. The others have more and refuse their votes, so it could win only with other nodes that
//!   lack the removal; no membership of the past has a quorum of such nodes.
//! - *Its acknowledgements* in flight are for its leader to ignore: this is what is under test.
//!
//! Knows the committed log, the logs and the disks; which disks are lost, it is told.

use raft::{LogIndex, Membership, NodeId, NodeSet};

use crate::base::quorum::is_quorum;
use crate::history::{History, NodeHistory};

impl History {
    /// Whether the name `id` may come back with an empty disk, while the disks of `gone` are lost
    /// for ever: it was a member, belongs to no membership that is in force or may follow, and all
    /// others know.
    pub fn is_removed(&self, id: NodeId, gone: NodeSet) -> bool {
        let (since, in_force) = (self.committed_log.last_change(), self.membership_in_force());
        let mut past = self.past_memberships(id, gone).peekable();
        let others = || self.nodes.iter().filter(|node| node.id != id);
        let lacking = others().filter(|node| gone.contains(node.id) || self.was_never_member(node));
        let lacking: NodeSet = lacking.map(|node| node.id).chain([id]).collect();
        past.peek().is_some()
            && !is_member(&in_force, id)
            && others().all(|node| lacking.contains(node.id) || self.knows_up_to(node, since))
            && !others().any(|node| may_follow(node, since, id))
            && !past.any(|members| is_quorum(&members, lacking))
    }

    /// Whether a node has the committed log up to `index`, in memory and on its disk.
    fn knows_up_to(&self, node: &NodeHistory, index: LogIndex) -> bool {
        [&node.log, &node.disk].into_iter().all(|log| self.holds_committed(log, index))
    }

    /// Whether a node has no entry, and no membership in which it would be a voter.
    fn was_never_member(&self, node: &NodeHistory) -> bool {
        node.is_blank() && (node.joining || !is_member(&self.membership, node.id))
    }

    /// The memberships with `id` that were committed, and the newest in the log of each of `gone`.
    fn past_memberships(&self, id: NodeId, gone: NodeSet) -> impl Iterator<Item = Membership> + '_ {
        let changed = self.committed_log.all_changes().map(|(_, members)| members);
        let theirs = gone.iter().map(|lost| *self.membership_of(self.node(lost)));
        let all = changed.chain([self.membership]).chain(theirs);
        all.filter(move |members| is_member(members, id))
    }
}

fn is_member(members: &Membership, id: NodeId) -> bool {
    members.members().contains(id)
}

/// Whether `node` has a membership with `id` after the index `since`, or is going to append one.
fn may_follow(node: &NodeHistory, since: LogIndex, id: NodeId) -> bool {
    let is_later =
        |(index, members): (LogIndex, Membership)| index > since && is_member(&members, id);
    let mut logs = [&node.log, &node.disk].into_iter();
    node.requested.is_some_and(|voters| voters.contains(id))
        || logs.any(|log| log.all_changes().any(is_later))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::recorder::Recorder;
    use crate::schedule::version::Version;
    use raft::Role;

    const N2: NodeId = NodeId(2);

    /// Of `nodes`, n0 leads term 1 and has appended the removal of n2 at index 2, behind a no-op.
    fn removing(nodes: u8) -> Recorder<()> {
        let mut run = cluster::<()>(nodes);
        run.becomes(0, Role::Candidate, 1).unwrap();
        run.becomes(0, Role::Leader, 1).unwrap();
        for node in 0..nodes {
            run.stores(node, &write(1, &[(1, 0)])).unwrap();
        }
        run.stores(0, &removal(nodes)).unwrap();
        run
    }

    fn removal(nodes: u8) -> crate::replica::Write {
        let voters: Vec<u8> = (0..nodes).filter(|&id| id != 2).collect();
        change(2, 1, &voters)
    }

    fn is_removed(run: &Recorder<()>) -> bool {
        run.history.is_removed(N2, NodeSet::EMPTY)
    }

    #[test]
    fn a_node_is_removed_once_its_removal_is_committed_and_all_others_have_it() {
        let mut run = removing(4);
        assert!(!is_removed(&run));
        run.stores(1, &removal(4)).unwrap();
        run.commits(0, 2).unwrap();
        assert!(!is_removed(&run), "n3 still has a membership with n2");
        run.writes(3, &removal(4)).unwrap();
        assert!(!is_removed(&run), "n3 may lose it");
        run.persisted(NodeId(3), &removal(4)).unwrap();
        assert!(is_removed(&run));
    }

    #[test]
    fn a_node_whose_disk_is_lost_need_not_know_unless_a_quorum_could_lack_the_removal() {
        let mut run = removing(4);
        run.stores(1, &removal(4)).unwrap();
        run.commits(0, 2).unwrap();
        assert!(!is_removed(&run));
        assert!(run.history.is_removed(N2, set(&[3])));
        let mut run = removing(3);
        run.commits(0, 2).unwrap();
        assert!(!run.history.is_removed(N2, set(&[1])), "n1 and n2 are a quorum of n0,n1,n2");
    }

    #[test]
    fn a_node_that_is_going_to_be_added_again_is_not_removed_any_more() {
        let mut run = removing(3);
        run.stores(1, &removal(3)).unwrap();
        run.commits(0, 2).unwrap();
        assert!(is_removed(&run));
        let mut asked = run.clone();
        asked.history.requested(NodeId(0), Some(set(&[0, 1, 2])));
        assert!(!is_removed(&asked));
        run.writes(0, &change(3, 1, &[0, 1, 2])).unwrap();
        assert!(!is_removed(&run));
    }

    #[test]
    fn what_comes_back_is_no_member_and_has_no_promises_and_counts_its_starts_on() {
        let mut run = removing(3);
        run.stores(1, &removal(3)).unwrap();
        run.commits(0, 2).unwrap();
        let before = run.history.node(N2).incarnation;
        run.comes_back(2).unwrap();
        let node = run.history.node(N2);
        assert!(node.joining && node.up && node.is_blank());
        assert_eq!((node.incarnation, node.disk_state), (before + 1, raft::HardState::default()));
    }

    #[test]
    fn what_comes_back_runs_the_version_that_it_ran() {
        let mut run = removing(3);
        let (version, setup) = (Version::Older, run.history.setup.of(N2, Version::Older));
        *run.history.node_mut(N2) = NodeHistory { version, setup, ..run.history.node(N2).clone() };
        run.comes_back(2).unwrap();
        assert_eq!((run.history.node(N2).version, *run.history.setup_of(N2)), (version, setup));
        assert_ne!(setup, run.history.setup);
    }
}
