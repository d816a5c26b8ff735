//! Once everything works again, a leader is elected and a fresh command is applied on all nodes.
//!
//! Asked only of runs whose set-up says so, after `recovery.rs` has healed the
//! cluster. Sound: nothing is lost any more, clocks tick in turn and messages arrive between two
//! ticks, so whoever times out first either wins or leaves the next one to; forty of the longest
//! timeouts are time for each node to try. Not asked where a membership was changed without
//! Pre-Vote: a server that does not know of its removal may disturb for ever (dissertation, 4.2.3
//! and 9.6).

use crate::history::History;
use crate::oracle::{Card, Oracle};
use crate::replica::Command;
use crate::violation::{check, Verdict, Violation, NOTHING};
use crate::watch::Observer;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct RecoversAfterHealing;

impl Oracle for RecoversAfterHealing {
    const CARD: Card = Card {
        name: "recovers-after-healing",
        id: "L1",
        promise: "Once everything works again, a leader is elected and a fresh command is applied on all nodes.",
        source: "Raft paper, 5.4.3 and 9.3: availability of a majority; tikv/raft-rs#84",
    };
}

impl Observer for RecoversAfterHealing {
    fn recovered(&mut self, history: &History, fresh: Command) -> Verdict {
        let is_changed = history.nodes.iter().any(|node| node.log.changes()[0].is_some());
        if is_changed && !history.setup.pre_vote {
            return NOTHING;
        }
        check(history.has_recovered(fresh), || Violation::RecoversAfterHealing {
            leader: history.newest_leader().map(|(leader, _)| leader),
            committed: history.last_committed(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::violation::HELD;
    use crate::watch::by_hand::*;
    use crate::watch::Watch;
    use raft::Role;

    const FRESH: Command = 7;

    /// Two nodes, a leader, and one command that it has committed and applied.
    fn healed(command: Command) -> Watch<RecoversAfterHealing> {
        let mut run = cluster::<RecoversAfterHealing>(2);
        run.becomes(0, Role::Leader, 1).unwrap();
        for node in 0..2 {
            run.stores(node, &write(1, &[(1, 0), (1, command)])).unwrap();
        }
        run.commits(0, 2).unwrap();
        run.applies(0, 2, command).unwrap();
        run
    }

    #[test]
    fn a_leader_and_a_fresh_command_that_all_have_applied_are_legal() {
        let mut run = healed(FRESH);
        run.applies(1, 2, FRESH).unwrap();
        assert_eq!(run.recovered(FRESH), HELD);
    }

    #[test]
    fn a_node_that_has_not_applied_the_fresh_command_is_illegal() {
        let mut run = healed(FRESH);
        run.applies(1, 1, 0).unwrap();
        assert!(run.recovered(FRESH).is_err());
    }

    #[test]
    fn only_old_commands_and_no_leader_are_illegal() {
        let mut run = healed(FRESH - 1);
        run.applies(1, 2, FRESH - 1).unwrap();
        assert!(run.recovered(FRESH).is_err());
        let mut run = healed(FRESH);
        run.applies(1, 2, FRESH).unwrap();
        run.becomes(0, Role::Follower, 2).unwrap();
        assert!(run.recovered(FRESH).is_err());
    }

    #[test]
    fn nothing_is_asked_where_a_removed_server_may_disturb() {
        let mut run = healed(FRESH);
        run.writes(1, &change(3, 1, &[1])).unwrap();
        assert_eq!(run.recovered(FRESH), NOTHING);
        run.history.setup.pre_vote = true;
        assert!(run.recovered(FRESH).is_err());
    }
}
