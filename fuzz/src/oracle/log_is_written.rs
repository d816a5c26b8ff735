//! A node's log ends where the log that results from its writes ends.
//!
//! Connects the writes, which the other oracles read, with the log that the node uses. Sound: every
//! change of the log requests a write in the same step.
//!
//! Not legal, by the contract: entries of which no write is requested yet, and a log that is shown
//! as before after a truncation was written, or the other way round.

use raft::NodeId;

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{View, Write};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct LogIsWritten;

impl Oracle for LogIsWritten {
    const INFO: OracleInfo = OracleInfo {
        name: "log-is-written",
        id: "D1",
        property: "A node's log ends where the log that results from its writes ends.",
        source: "the contract of raft::Write",
    };
}

fn is_written(history: &History, node: NodeId) -> Verdict {
    let facts = history.node(node);
    let (shown, written) = (facts.view.last_log, facts.log.last());
    check(shown == written, || Violation::LogIsWritten { node, shown, written })
}

impl Monitor for LogIsWritten {
    fn changed(&mut self, history: &History, node: NodeId, _: &View, _: &View) -> Verdict {
        is_written(history, node)
    }

    fn wrote(&mut self, history: &History, node: NodeId, _: &Write) -> Verdict {
        is_written(history, node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use raft::Role;

    #[test]
    fn a_log_that_is_written_is_legal() {
        let mut run = cluster::<LogIsWritten>(3);
        assert_eq!(run.writes(0, &write(1, &[(1, 0)])), HELD);
    }

    #[test]
    fn a_log_that_grows_without_a_write_is_illegal() {
        let mut run = cluster::<LogIsWritten>(3);
        let mut view = run.history.node(NodeId(0)).view;
        view.last_log = raft::LogId::new(1, 1);
        run.history.seen(NodeId(0), view);
        assert!(run.becomes(0, Role::Follower, 1).is_err());
    }
}
