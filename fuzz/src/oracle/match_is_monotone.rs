//! While a node is leader, none of its match indexes decreases.
//!
//! Sound: entries that a follower has acknowledged in a term stay on its disk while the leader of
//! that term leads.
//!
//! Legal as well: a match index that lags. Not legal: one that is reset while the same node leads
//! and the peer stays a member, since Figure 2 has it "increase monotonically".

use raft::{NodeId, Progress};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct MatchIsMonotone;

impl Oracle for MatchIsMonotone {
    const INFO: OracleInfo = OracleInfo {
        name: "match-is-monotone",
        id: "M2",
        property: "While a node is leader, none of its match indexes decreases.",
        source:
            "Raft paper, Figure 2: matchIndex increases monotonically; SandTable on PySyncObj#167",
    };
}

impl Monitor for MatchIsMonotone {
    fn progressed(
        &mut self,
        _: &History,
        leader: NodeId,
        peer: NodeId,
        old: Option<Progress>,
        new: Progress,
    ) -> Verdict {
        let Some(old) = old.filter(|old| old.match_index != new.match_index) else {
            return NOTHING;
        };
        let (before, after) = (old.match_index, new.match_index);
        check(after > before, || Violation::MatchIsMonotone { leader, peer, before, after })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use raft::Role;

    #[test]
    fn a_match_index_may_increase_and_begins_again_in_a_new_term() {
        let mut run = cluster::<MatchIsMonotone>(3);
        run.becomes(0, Role::Leader, 1).unwrap();
        assert!(run.learns(0, 1, knows(2, 3)).is_ok());
        run.becomes(0, Role::Follower, 2).unwrap();
        assert!(run.becomes(0, Role::Leader, 3).is_ok());
    }

    #[test]
    fn a_match_index_that_decreases_is_illegal() {
        let mut run = cluster::<MatchIsMonotone>(3);
        run.becomes(0, Role::Leader, 1).unwrap();
        run.learns(0, 1, knows(2, 3)).unwrap();
        assert!(run.learns(0, 1, knows(1, 3)).is_err());
    }
}
