//! A next index is above its match index, and at most one past the end of the leader's log.
//!
//! Sound for a leader as in Figure 2: both indexes advance together, within its log. A lint: a next
//! index that is too low costs messages, and nothing else.
//!
//! Legal as well: a next index that backs up one by one, by hints, or to the match index at once.

use raft::{NodeId, Progress};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct NextIsAboveMatch;

impl Oracle for NextIsAboveMatch {
    const INFO: OracleInfo = OracleInfo {
        name: "next-is-above-match",
        id: "M3",
        property: "A next index is above its match index, and at most one past the end of the leader's log.",
        source: "Raft paper, Figure 2; SandTable's NextIdxGtMatchIdx; tikv/raft-rs#555",
    };
}

impl Monitor for NextIsAboveMatch {
    fn progressed(
        &mut self,
        history: &History,
        leader: NodeId,
        peer: NodeId,
        _: Option<Progress>,
        new: Progress,
    ) -> Verdict {
        let last = history.node(leader).log.last_index();
        let (next, matched) = (new.next_index, new.match_index);
        check(next > matched && next <= last.next(), || Violation::NextIsAboveMatch {
            leader,
            peer,
            next,
            matched,
            last,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use raft::Role;

    fn leader_with_two_entries() -> crate::history::recorder::Recorder<NextIsAboveMatch> {
        let mut run = cluster::<NextIsAboveMatch>(3);
        run.becomes(0, Role::Leader, 1).unwrap();
        run.writes(0, &write(1, &[(1, 0), (1, 7)])).unwrap();
        run
    }

    #[test]
    fn the_index_after_the_log_is_legal() {
        assert!(leader_with_two_entries().learns(0, 1, knows(2, 3)).is_ok());
    }

    #[test]
    fn a_next_index_at_the_match_index_or_past_the_log_is_illegal() {
        assert!(leader_with_two_entries().learns(0, 1, knows(2, 2)).is_err());
        assert!(leader_with_two_entries().learns(0, 1, knows(1, 4)).is_err());
    }
}
