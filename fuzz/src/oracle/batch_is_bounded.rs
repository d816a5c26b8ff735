//! An AppendEntries carries at most the configured number of entries.
//!
//! Sound: the limit is part of each node's configuration. Checked only for a Raft that bounds its
//! messages.

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{MessageBody, MessageView};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct BatchIsBounded;

impl Oracle for BatchIsBounded {
    const INFO: OracleInfo = OracleInfo {
        name: "batch-is-bounded",
        id: "B2",
        property: "An AppendEntries carries at most the configured number of entries.",
        source: "raft::Config::max_entries",
    };
}

impl Monitor for BatchIsBounded {
    fn sent(&mut self, history: &History, message: &MessageView) -> Verdict {
        let MessageBody::AppendEntries { entries, .. } = message.body else { return NOTHING };
        if !history.bounded_sends {
            return NOTHING;
        }
        let (node, bound) = (message.from, usize::from(history.setup_of(message.from).max_entries));
        check(entries <= bound, || Violation::BatchIsBounded { node, entries, bound })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use raft::{LogId, LogIndex};

    fn batch(entries: usize) -> MessageView {
        let (prev_log, last_log) = (LogId::ZERO, LogId::new(1, entries as u64));
        says(
            0,
            1,
            1,
            MessageBody::AppendEntries { prev_log, last_log, entries, commit: LogIndex(0) },
        )
    }

    #[test]
    fn a_full_batch_is_legal() {
        let mut run = cluster::<BatchIsBounded>(3);
        let limit = usize::from(run.history.setup.max_entries);
        assert_eq!(run.sends(batch(limit)), Ok(1));
    }

    #[test]
    fn a_larger_batch_is_illegal() {
        let mut run = cluster::<BatchIsBounded>(3);
        let limit = usize::from(run.history.setup.max_entries);
        assert!(run.sends(batch(limit + 1)).is_err());
    }
}
