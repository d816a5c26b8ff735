//! The log on a follower's disk matches the leader's log up to the leader's match index.
//!
//! Checked when the match index changes, when the follower's disk loses entries, and where its
//! start cuts the log or finds less than before, as long as that disk has no later term. Sound: an
//! acknowledgement requires a disk with the leader's term and the entries, and only a leader of a
//! later term can remove them. A start cuts only what was never reported as durable to the node.
//!
//! Legal as well: acknowledgements of less than the follower has, and a match index that lags.

use raft::{LogIndex, NodeId, Progress};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::{History, NodeHistory};
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::Write;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct MatchIsTrue;

impl Oracle for MatchIsTrue {
    const INFO: OracleInfo = OracleInfo {
        name: "match-is-true",
        id: "M1",
        property:
            "The log on a follower's disk matches the leader's log up to the leader's match index.",
        source: "Verdi's match_index_all_entries, on disks",
    };
}

fn is_true(history: &History, leader: &NodeHistory, peer: NodeId, matched: LogIndex) -> Verdict {
    let follower = history.node(peer);
    if follower.disk_state.term > leader.view.term() || matched == LogIndex(0) {
        return NOTHING;
    }
    check(follower.disk.agrees(&leader.log, matched), || Violation::MatchIsTrue {
        leader: leader.id,
        peer,
        match_index: matched,
        disk: follower.disk.last(),
    })
}

/// Checks what every leader knows of `follower`.
fn all_are_true(history: &History, follower: NodeId) -> Verdict {
    let mut verdict = NOTHING;
    for leader in history.current_leaders().filter(|leader| leader.id != follower) {
        let matched = leader.progress[follower].match_index;
        verdict = Ok(verdict? | is_true(history, leader, follower, matched)?);
    }
    verdict
}

impl Monitor for MatchIsTrue {
    fn progressed(
        &mut self,
        history: &History,
        leader: NodeId,
        peer: NodeId,
        old: Option<Progress>,
        new: Progress,
    ) -> Verdict {
        match old.is_some_and(|old| old.match_index == new.match_index) {
            true => NOTHING,
            false => is_true(history, history.node(leader), peer, new.match_index),
        }
    }

    fn persisted(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
        match write.truncate_from {
            Some(_) => all_are_true(history, node),
            None => NOTHING,
        }
    }

    fn shortened(&mut self, history: &History, node: NodeId, _: LogIndex) -> Verdict {
        all_are_true(history, node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use raft::Role;

    fn leader_and_follower() -> crate::history::recorder::Recorder<MatchIsTrue> {
        let mut run = cluster::<MatchIsTrue>(3);
        run.becomes(0, Role::Leader, 1).unwrap();
        run.stores(0, &write(1, &[(1, 0), (1, 7)])).unwrap();
        run.stores(1, &write(1, &[(1, 0)])).unwrap();
        run
    }

    #[test]
    fn a_match_index_up_to_the_log_on_disk_is_legal() {
        assert_eq!(leader_and_follower().learns(0, 1, knows(1, 2)).map(|_| ()), Ok(()));
    }

    #[test]
    fn a_match_index_beyond_the_log_on_disk_is_illegal() {
        assert!(leader_and_follower().learns(0, 1, knows(2, 3)).is_err());
    }

    #[test]
    fn a_disk_in_a_later_term_need_not_match_an_old_leader() {
        let mut run = leader_and_follower();
        run.persisted(NodeId(1), &ballot(2, None)).unwrap();
        assert!(run.learns(0, 1, knows(2, 3)).is_ok());
    }

    #[test]
    fn a_disk_that_loses_acknowledged_entries_is_illegal() {
        let mut run = leader_and_follower();
        run.learns(0, 1, knows(1, 2)).unwrap();
        assert!(run.persisted(NodeId(1), &overwrite(1, &[])).is_err());
    }
}
