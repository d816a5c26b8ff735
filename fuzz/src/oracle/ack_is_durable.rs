//! A node acknowledges entries only after its term and the entries are durable.
//!
//! Sound: an acknowledgement waits for every write that was requested before it.
//!
//! Legal as well: an acknowledgement of less than is durable, a later one, and one more after a
//! restart.

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{MessageBody, MessageView};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct AckIsDurable;

impl Oracle for AckIsDurable {
    const INFO: OracleInfo = OracleInfo {
        name: "ack-is-durable",
        id: "D1",
        property: "A node acknowledges entries only after its term and the entries are durable.",
        source: "Raft paper, Figure 2 and 5.6; Vanlightly's raft-and-fsync",
    };
}

impl Monitor for AckIsDurable {
    fn sent(&mut self, history: &History, message: &MessageView) -> Verdict {
        let MessageBody::AppendAccepted { match_index } = message.body else { return NOTHING };
        let (node, term) = (message.from, message.term);
        let facts = history.node(node);
        let durable = facts.disk_state.term >= term && facts.disk.last_index() >= match_index;
        check(durable, || Violation::AckIsDurable {
            node,
            term,
            match_index,
            disk_term: facts.disk_state.term,
            disk: facts.disk.last(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use raft::{LogIndex, NodeId};

    const ACK: MessageBody = MessageBody::AppendAccepted { match_index: LogIndex(1) };

    #[test]
    fn acknowledging_entries_on_disk_is_legal() {
        let mut run = cluster::<AckIsDurable>(3);
        run.persisted(NodeId(0), &ballot(1, None)).unwrap();
        run.stores(0, &write(1, &[(1, 0)])).unwrap();
        assert_eq!(run.sends(says(0, 1, 1, ACK)), HELD);
    }

    #[test]
    fn acknowledging_entries_only_in_memory_is_illegal() {
        let mut run = cluster::<AckIsDurable>(3);
        run.persisted(NodeId(0), &ballot(1, None)).unwrap();
        run.writes(0, &write(1, &[(1, 0)])).unwrap();
        assert!(run.sends(says(0, 1, 1, ACK)).is_err());
    }

    #[test]
    fn acknowledging_in_a_term_that_is_not_on_disk_is_illegal() {
        let mut run = cluster::<AckIsDurable>(3);
        run.stores(0, &write(1, &[(1, 0)])).unwrap();
        assert!(run.sends(says(0, 1, 1, ACK)).is_err());
    }
}
