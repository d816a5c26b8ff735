//! A leader has every entry that was committed in an earlier term.
//!
//! An entry counts from the term of the leader that first committed it, which may be later than
//! the entry's own: with the entry's own term, as etcd publishes it, legal Raft violates it
//! (scenarios A and C). Checked when a leader wins, and against current leaders when an older one
//! commits late. Sound: this is the proof of 5.4.3.

use raft::{LogIndex, NodeId};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::{History, NodeHistory};
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::View;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct LeaderCompleteness;

impl Oracle for LeaderCompleteness {
    const INFO: OracleInfo = OracleInfo {
        name: "leader-completeness",
        id: "C2",
        property: "A leader has every entry that was committed in an earlier term.",
        source:
            "Raft paper, Figure 3: Leader Completeness; Verdi's commit terms; microsoft/CCF#7970",
    };
}

fn is_complete(history: &History, leader: &NodeHistory) -> Verdict {
    let term = leader.view.term();
    let index = history.committed_before(term);
    check(history.holds_committed(&leader.log, index), || Violation::LeaderCompleteness {
        leader: leader.id,
        term,
        index,
        commit_term: history.committed_at(index).map_or(term, |entry| entry.commit_term),
    })
}

impl Monitor for LeaderCompleteness {
    fn changed(&mut self, history: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        match new.newly_leads(old) {
            true => is_complete(history, history.node(node)),
            false => NOTHING,
        }
    }

    fn committed(&mut self, history: &History, node: NodeId, _: LogIndex, _: LogIndex) -> Verdict {
        let mut verdict = NOTHING;
        for leader in history.current_leaders().filter(|leader| leader.id != node) {
            verdict = Ok(verdict? | is_complete(history, leader)?);
        }
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use raft::Role;

    fn committed_in_term_2() -> crate::history::recorder::Recorder<LeaderCompleteness> {
        let mut run = cluster::<LeaderCompleteness>(3);
        run.becomes(0, Role::Leader, 2).unwrap();
        run.stores(0, &write(1, &[(1, 7), (2, 0)])).unwrap();
        run.commits(0, 2).unwrap();
        run
    }

    #[test]
    fn a_late_leader_of_an_older_term_may_lack_what_a_newer_one_committed() {
        // The entry is of term 1, but it was committed in term 2.
        assert_eq!(committed_in_term_2().becomes(1, Role::Leader, 2), HELD);
    }

    #[test]
    fn a_newer_leader_without_the_committed_entry_is_illegal() {
        assert!(committed_in_term_2().becomes(1, Role::Leader, 3).is_err());
    }

    #[test]
    fn a_late_commit_that_a_newer_leader_lacks_is_illegal() {
        let mut run = cluster::<LeaderCompleteness>(3);
        run.becomes(0, Role::Leader, 1).unwrap();
        run.stores(0, &write(1, &[(1, 0)])).unwrap();
        run.becomes(1, Role::Leader, 2).unwrap();
        assert!(run.commits(0, 1).is_err());
    }
}
