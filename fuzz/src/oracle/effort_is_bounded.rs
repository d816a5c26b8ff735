//! Where nothing goes wrong, messages are few: a round a heartbeat, and a few rounds a command.
//!
//! A lint: a Raft that sends more is wasteful, and not wrong. Asked of the time after a recovery,
//! of Rafts that bound what they send. A heartbeat goes to each other member and is answered; a
//! command, and a read, cost a round each, and one more to tell what is committed. Not
//! asked where heartbeats are no more frequent than election timeouts, or where a server that does
//! not know of its removal asks for votes, as it may for ever.

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
        promise: "Where nothing goes wrong, messages are few: a round a heartbeat, and a few rounds a command.",
        source: "Raft dissertation, 10.2; oracles-and-faults, 1.2",
    };
}

impl Monitor for EffortIsBounded {
    fn quiet_period_ended(&mut self, history: &History, quiet: &QuietPeriod) -> Verdict {
        let setup = &history.setup;
        let mut running = history.nodes.iter().filter(|node| node.up);
        let is_disturbed = running.any(|node| history.may_disturb(node.id));
        let is_other = !setup.beats_in_time() || is_disturbed || quiet.cut_off.is_some();
        if !history.bounded_sends || is_other {
            return NOTHING;
        }
        let others = history.nodes.len() as u64 - 1;
        let beats = u64::from(quiet.ticks / u32::from(setup.heartbeat_ticks)) + 1;
        let bound = 2 * others * (beats + 4 * u64::from(QUIET_COMMANDS));
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
    fn a_round_a_heartbeat_is_legal() {
        assert_eq!(quiet(4 * 11), HELD);
    }

    #[test]
    fn three_rounds_a_tick_are_illegal() {
        assert!(quiet(4 * 60).is_err());
    }
}
