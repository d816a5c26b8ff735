//! Only voters campaign, or nodes that were voters before an uncommitted change.
//!
//! Sound: learners never campaign (dissertation, 4.2.1). A removed node may still be needed until
//! the change that removed it is committed (4.2.2), so it may campaign until it learns of the
//! commit.

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
        property: "Only voters campaign, or nodes that were voters before an uncommitted change.",
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
        let votes = match facts.log.changes() {
            [Some((index, _)), _] if index > new.commit => {
                let old = history.replaced_in(&facts.log);
                (members.all_voters() | old.all_voters()).contains(node)
            }
            _ => members.all_voters().contains(node),
        };
        let (term, members) = (new.term(), *members);
        check(votes, || Violation::OnlyVotersCampaign { node, term, members })
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
    fn a_node_whose_removal_is_committed_campaigns_illegally() {
        let mut run = removed();
        run.commits(0, 1).unwrap();
        assert!(run.becomes(0, Role::Candidate, 2).is_err());
    }
}
