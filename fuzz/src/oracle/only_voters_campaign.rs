//! Only voters stand for election, and who may become one again if an uncommitted change is
//! undone.
//!
//! Sound: learners only follow (dissertation, 4.2.1). A removed node may still be needed until the
//! change that removed it is committed (4.2.2), and while it knows of no commit it may stand.

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
        promise: "Only voters stand for election, or who was one before an uncommitted change.",
        source: "dissertation, 4.2.1 and 4.2.2",
    };
}

impl Monitor for OnlyVotersCampaign {
    fn changed(&mut self, history: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        let stands =
            new.role == Role::Candidate && (old.role, old.term()) != (new.role, new.term());
        if !stands {
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
    fn who_is_removed_may_stand_until_that_is_committed() {
        assert_eq!(removed().becomes(0, Role::Candidate, 2), HELD);
    }

    #[test]
    fn who_is_removed_for_good_stands_illegally() {
        let mut run = removed();
        run.commits(0, 1).unwrap();
        assert!(run.becomes(0, Role::Candidate, 2).is_err());
    }
}
