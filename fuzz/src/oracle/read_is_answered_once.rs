//! A node answers each read once, and only reads that it received in its current incarnation.
//!
//! Sound: an answer needs a pending request of a client. A node must not answer a request that
//! another node or an earlier incarnation received.

use raft::{NodeId, Read};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct ReadIsAnsweredOnce;

impl Oracle for ReadIsAnsweredOnce {
    const INFO: OracleInfo = OracleInfo {
        name: "read-is-answered-once",
        id: "K5",
        property: "A node answers each read once, and only reads that it received in its current incarnation.",
        source: "dissertation, 6.3; etcd-io/etcd#20418 for what goes wrong",
    };
}

impl Monitor for ReadIsAnsweredOnce {
    fn read(&mut self, history: &History, node: NodeId, read: &Read) -> Verdict {
        let incarnation = history.node(node).incarnation;
        let fact = history.clients.reads.get(read.id.0 as usize);
        let pending = fact
            .is_some_and(|fact| fact.open && (fact.node, fact.incarnation) == (node, incarnation));
        check(pending, || Violation::ReadIsAnsweredOnce { node, number: read.id.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;

    #[test]
    fn one_answer_is_legal_and_a_second_is_not() {
        let mut run = cluster::<ReadIsAnsweredOnce>(3);
        let number = run.history.clients.request_read((NodeId(1), 1));
        assert_eq!(run.answers(1, number, 0), HELD);
        assert!(run.answers(1, number, 0).is_err());
    }

    #[test]
    fn an_answer_to_a_read_of_an_earlier_incarnation_is_illegal() {
        let mut run = cluster::<ReadIsAnsweredOnce>(3);
        let number = run.history.clients.request_read((NodeId(1), 1));
        run.reboots(1).unwrap();
        assert!(run.answers(1, number, 0).is_err());
    }
}
