//! If two logs have an entry with the same index and term, they are identical up to it.
//!
//! The history stores for every (index, term) the hash of the log up to it when it was first
//! written; each later writer must have the same hash. Sound: this is the induction of 5.3.

use raft::NodeId;

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, HELD, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::Write;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct LogMatching;

impl Oracle for LogMatching {
    const INFO: OracleInfo = OracleInfo {
        name: "log-matching",
        id: "G1",
        property:
            "If two logs have an entry with the same index and term, they are identical up to it.",
        source: "Raft paper, Figure 3: Log Matching",
    };
}

impl Monitor for LogMatching {
    fn wrote(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
        let mut verdict = NOTHING;
        for entry in &write.entries {
            let Some(birth) = history.births.get(entry.id) else { continue };
            let own = history.node(node).log.at(entry.id.index);
            check(own.is_some_and(|link| link.prefix == birth.prefix), || {
                Violation::LogMatching { node, entry: entry.id, other: birth.by }
            })?;
            verdict = HELD;
        }
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;

    #[test]
    fn equal_logs_and_diverging_ones_are_legal() {
        let mut run = cluster::<LogMatching>(3);
        run.writes(0, &write(1, &[(1, 0), (1, 7)])).unwrap();
        assert_eq!(run.writes(1, &write(1, &[(1, 0), (1, 7)])), HELD);
        assert_eq!(run.writes(2, &write(1, &[(1, 0), (2, 8)])), HELD);
    }

    #[test]
    fn the_same_entry_after_a_different_prefix_is_illegal() {
        let mut run = cluster::<LogMatching>(3);
        run.writes(0, &write(1, &[(1, 0), (2, 7)])).unwrap();
        assert!(run.writes(1, &write(1, &[(2, 0), (2, 7)])).is_err());
    }

    #[test]
    fn the_same_index_and_term_with_another_command_is_illegal() {
        let mut run = cluster::<LogMatching>(3);
        run.writes(0, &write(1, &[(1, 7)])).unwrap();
        assert!(run.writes(1, &write(1, &[(1, 8)])).is_err());
    }
}
