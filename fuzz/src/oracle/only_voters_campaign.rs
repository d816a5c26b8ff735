//! Only voters campaign, or nodes that were voters before the newest change in their log.
//!
//! Sound: learners never campaign (dissertation, 4.2.1). A node that has lost its vote may still be
//! needed until the change is committed (4.2.2), so it may campaign until it learns of the commit.
//!
//! A Raft with the capability `rejoin` starts a node that comes back with an empty disk without a
//! reason to campaign: in the initial membership, its name means another node.
//!
//! Legal as well: a removed voter that goes on campaigning even then ("a server that is not part of
//! its own latest configuration should still start new elections", 4.2.2). It disturbs the others,
//! and wins nothing that it may not win.

use raft::{NodeId, Role};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::View;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct OnlyVotersCampaign;

impl Oracle for OnlyVotersCampaign {
    const INFO: OracleInfo = OracleInfo {
        name: "only-voters-campaign",
        id: "R5",
        property:
            "Only voters campaign, or nodes that were voters before the newest change in their log.",
        source: "dissertation, 4.2.1 and 4.2.2",
    };
}

impl Monitor for OnlyVotersCampaign {
    fn changed(&mut self, history: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        let campaigns =
            new.role == Role::Candidate && (old.role, old.term()) != (new.role, new.term());
        if !campaigns {
            return NOTHING;
        }
        let facts = history.node(node);
        let members = history.membership_of(facts);
        let [newest, _] = facts.log.changes();
        let is_undoable = newest.is_some_and(|(index, _)| index > new.commit);
        let is_removed = newest.is_some() && !members.members().contains(node);
        let voted = || history.replaced_in(&facts.log).all_voters().contains(node);
        let votes = members.all_voters().contains(node) || ((is_undoable || is_removed) && voted());
        // What has reached it may be a snapshot, whose membership the history does not know.
        let knows = !(history.rejoin && facts.joining && facts.is_blank());
        let (term, members) = (new.term(), *members);
        check(votes && knows, || Violation::OnlyVotersCampaign { node, term, members })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;

    fn removed() -> crate::history::recorder::Recorder<OnlyVotersCampaign> {
        let mut run = cluster::<OnlyVotersCampaign>(3);
        run.writes(0, &change(1, 1, &[1, 2])).unwrap();
        run
    }

    #[test]
    fn a_removed_node_may_campaign_until_the_removal_is_committed() {
        assert_eq!(removed().becomes(0, Role::Candidate, 2), HELD);
    }

    #[test]
    fn a_removed_node_may_go_on_campaigning() {
        let mut run = removed();
        run.commits(0, 1).unwrap();
        assert_eq!(run.becomes(0, Role::Candidate, 2), HELD);
    }

    #[test]
    fn a_learner_and_a_node_that_did_not_vote_before_campaign_illegally() {
        let learners = set(&[0]);
        let members = raft::Membership { learners, ..raft::Membership::new(set(&[1, 2])) };
        let mut run = cluster::<OnlyVotersCampaign>(3);
        run.writes(0, &membership(1, 1, members)).unwrap();
        run.commits(0, 1).unwrap();
        assert!(run.becomes(0, Role::Candidate, 2).is_err());
        let mut run = removed();
        run.writes(0, &change(2, 1, &[1])).unwrap();
        assert!(run.becomes(0, Role::Candidate, 2).is_err());
    }

    #[test]
    fn a_node_that_comes_back_with_an_empty_disk_campaigns_once_its_log_has_something() {
        let mut run = cluster::<OnlyVotersCampaign>(3);
        run.comes_back(0).unwrap();
        let mut unable = run.clone();
        unable.history.rejoin = false;
        assert_eq!(unable.becomes(0, Role::Candidate, 2), HELD);
        let mut aware = run.clone();
        aware.writes(0, &change(1, 1, &[0, 1, 2])).unwrap();
        assert_eq!(aware.becomes(0, Role::Candidate, 2), HELD);
        assert!(run.becomes(0, Role::Candidate, 2).is_err());
    }
}
