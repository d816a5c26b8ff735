//! A read sees every entry that any client knew of when the read was requested.
//!
//! A client knows of a command after the node to which it was proposed has applied it in the same
//! incarnation, and of all entries that an earlier read saw. Sound: linearizability, with the log
//! index as witness: a leader whose leadership holds after the request has committed at least up to
//! that index.
//!
//! Legal as well: a read under a lease, one that a follower answers, a read index that is higher
//! than needed, and a refusal.

use raft::{NodeId, Read};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct ReadIsLinearizable;

impl Oracle for ReadIsLinearizable {
    const INFO: OracleInfo = OracleInfo {
        name: "read-is-linearizable",
        id: "K1, K4",
        property: "A read sees every entry that any client knew of when the read was requested.",
        source: "dissertation, 6.3 and 6.4",
    };
}

impl Monitor for ReadIsLinearizable {
    fn read(&mut self, history: &History, node: NodeId, read: &Read) -> Verdict {
        let Ok(index) = read.answer else { return NOTHING };
        let Some(fact) = history.clients.reads.get(read.id.0 as usize) else { return NOTHING };
        let (number, known) = (read.id.0, fact.floor);
        check(index >= known, || Violation::ReadIsLinearizable { node, number, index, known })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;

    /// A client of node 0 knows that the second entry is applied.
    fn known() -> crate::history::recorder::Recorder<ReadIsLinearizable> {
        let mut run = cluster::<ReadIsLinearizable>(3);
        run.history.clients.proposals = 0;
        let command = run.history.clients.propose((NodeId(0), 1), 0);
        run.writes(0, &write(1, &[(1, 0), (1, command)])).unwrap();
        run.commits(0, 2).unwrap();
        run.applies(0, 2, command).unwrap();
        run
    }

    #[test]
    fn a_read_of_all_known_entries_is_legal() {
        let mut run = known();
        let number = run.history.clients.request_read((NodeId(1), 1));
        assert_eq!(run.answers(1, number, 2), HELD);
    }

    #[test]
    fn a_stale_read_is_illegal() {
        let mut run = known();
        let number = run.history.clients.request_read((NodeId(1), 1));
        assert!(run.answers(1, number, 1).is_err());
    }

    #[test]
    fn a_read_may_miss_entries_that_no_client_knew_of() {
        let mut run = cluster::<ReadIsLinearizable>(3);
        let number = run.history.clients.request_read((NodeId(1), 1));
        assert_eq!(run.answers(1, number, 0), HELD);
    }
}
