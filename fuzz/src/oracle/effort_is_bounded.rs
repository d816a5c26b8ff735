//! Without faults, messages are few: one round per heartbeat, and a few rounds per command.
//!
//! A lint: a Raft that sends more is wasteful, but not wrong. Checked in the quiet period after a
//! recovery, for a Raft that bounds its messages. A heartbeat is sent to each other member, which
//! replies; a command and a read cost a round each, and one more for the commit index. Not checked
//! where heartbeats are no more frequent than election timeouts, or where a removed node that has
//! not learned of its removal requests votes, which may never end.

use crate::history::monitor::Monitor;
use crate::history::recovery_outcome::QuietPeriod;
use crate::history::recovery_outcome::QUIET_COMMANDS;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct EffortIsBounded;

impl Oracle for EffortIsBounded {
    const INFO: OracleInfo = OracleInfo {
        name: "effort-is-bounded",
        id: "B4",
        property: "Without faults, messages are few: one round per heartbeat, and a few rounds per command.",
        source: "Raft dissertation, 10.2; oracles-and-faults, 1.2",
    };
}

impl Monitor for EffortIsBounded {
    fn quiet_period_ended(&mut self, history: &History, quiet: &QuietPeriod) -> Verdict {
        let setup = &history.setup;
        let mut running = history.nodes.iter().filter(|node| node.up);
        let is_disturbed = running.any(|node| history.may_disturb(node.id));
        let is_unbounded = !setup.heartbeats_in_time() || is_disturbed || quiet.cut_off.is_some();
        if !history.bounded_sends || is_unbounded {
            return NOTHING;
        }
        let others = history.nodes.len() as u64 - 1;
        let heartbeats = u64::from(quiet.ticks / u32::from(setup.heartbeat_ticks)) + 1;
        let bound = 2 * others * (heartbeats + 4 * u64::from(QUIET_COMMANDS));
        let (messages, ticks) = (quiet.messages, quiet.ticks);
        check(messages <= bound, || Violation::EffortIsBounded { messages, ticks, bound })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;

    fn quiet(messages: u64) -> Verdict {
        let mut run = cluster::<EffortIsBounded>(3);
        let (before, after) = (None, None);
        run.quiet_period_ended(&QuietPeriod {
            before,
            after,
            ticks: 20,
            messages,
            cut_off: None,
            differing: None,
        })
    }

    #[test]
    fn one_round_per_heartbeat_is_legal() {
        assert_eq!(quiet(4 * 11), HELD);
    }

    #[test]
    fn three_rounds_per_tick_are_illegal() {
        assert!(quiet(4 * 60).is_err());
    }
}
