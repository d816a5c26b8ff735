//! The requests and responses of clients are linearizable, key by key.
//!
//! Checked at the end of a run from calls and responses alone, by the zones of values that are
//! written once (see `linearizability.rs`). After a recovery, a final scan of every key must
//! show all acknowledged commands. Sound: each register is linearizable; the outcome of an
//! operation without a response counts as unknown.

use crate::history::linearizability::Zones;
use crate::history::monitor::Monitor;
use crate::history::operation::Operation;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};

/// See the module.
#[derive(Debug, Default)]
pub struct HistoryIsLinearizable {
    zones: Zones,
    operations: Vec<Operation>,
}

/// Both buffers are cleared before they are used: a clone needs neither.
impl Clone for HistoryIsLinearizable {
    fn clone(&self) -> Self {
        HistoryIsLinearizable::default()
    }

    fn clone_from(&mut self, _: &Self) {}
}

impl Oracle for HistoryIsLinearizable {
    const INFO: OracleInfo = OracleInfo {
        name: "history-is-linearizable",
        id: "K1, K3",
        property: "The requests and responses of clients are linearizable, key by key.",
        source: "Herlihy and Wing, 1990; Gibbons and Korach, 1997; dissertation, 6.3",
    };
}

impl Monitor for HistoryIsLinearizable {
    fn begin(&mut self) {} // Both buffers are cleared before they are used.

    fn ended(&mut self, history: &History) -> Verdict {
        self.operations.clear();
        self.operations.extend(history.clients.operations());
        if self.operations.len() < 2 {
            return NOTHING;
        }
        match self.zones.check(&self.operations) {
            Ok(()) => check(true, || unreachable!("it holds")),
            Err(anomaly) => check(false, || Violation::HistoryIsLinearizable { anomaly }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::state_machine::{effect, key_of};
    use crate::history::violation::HELD;
    use raft::NodeId;

    /// A client has the response to its put; then a scan finds this value.
    fn scanned(found: impl Fn(u64) -> u64) -> Verdict {
        let put = (1..).find(|&command| effect(command, 0) == Some(command)).expect("one puts");
        let mut run = cluster::<HistoryIsLinearizable>(1);
        let clients = &mut run.history.clients;
        clients.proposals = 0;
        for _ in 0..put {
            clients.propose((NodeId(0), 1), 0);
        }
        clients.respond(put, 0);
        clients.scan(key_of(put), found(put));
        run.ended()
    }

    #[test]
    fn a_scan_that_finds_an_acknowledged_put_is_legal() {
        assert_eq!(scanned(|put| put), HELD);
    }

    #[test]
    fn a_scan_that_misses_an_acknowledged_put_is_illegal() {
        assert!(scanned(|_| 0).is_err());
    }
}
