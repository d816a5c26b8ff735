//! A leader knows nothing of a member that it adds until that has acknowledged something since.
//!
//! The node may have come back with an empty disk, in the same term: what it has acknowledged as a
//! member before is gone. Judged is the match index from the step on in which a leader appends a
//! membership with the node, after one without it, until the node sends that leader a reply. Sound
//! for a Raft with the capability `rejoin`: it forgets the progress of a node that is no member,
//! and counts no reply to a message that it sent before it added the node. The match index of a
//! node that has kept its disk would be true, so another Raft may keep it.
//!
//! Legal as well: a match index that stays at 0 for long, and a next index of whatever value.

use raft::{LogIndex, NodeId, NodeSet, Progress};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::{History, PerNode};
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{MessageBody, MessageView, View, Write};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct ReadmittedMemberStartsAnew {
    leaders: PerNode<Leading>,
}

/// The members of a leader's membership.
#[derive(Clone, Copy, Debug, Default)]
struct Leading {
    members: NodeSet,
    /// Those that it has added, and that have sent it no reply since.
    silent: NodeSet,
}

impl Oracle for ReadmittedMemberStartsAnew {
    const INFO: OracleInfo = OracleInfo {
        name: "readmitted-member-starts-anew",
        id: "M1",
        property:
            "A leader knows nothing of a member that it adds until that has acknowledged something since.",
        source: "tikv/raft-rs #571; Raft paper, Figure 2: matchIndex is initialized to 0",
    };
}

impl Monitor for ReadmittedMemberStartsAnew {
    fn changed(&mut self, history: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        if new.newly_leads(old) {
            let members = history.membership_of(history.node(node)).members();
            self.leaders[node] = Leading { members, silent: NodeSet::EMPTY };
        }
        NOTHING
    }

    fn wrote(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
        if write.changes_membership() {
            let leading = &mut self.leaders[node];
            let members = history.membership_of(history.node(node)).members();
            let added = members.without(leading.members);
            *leading = Leading { members, silent: (leading.silent | added).intersection(members) };
        }
        NOTHING
    }

    fn progressed(
        &mut self,
        history: &History,
        leader: NodeId,
        peer: NodeId,
        _: Option<Progress>,
        new: Progress,
    ) -> Verdict {
        if !history.rejoin || !self.leaders[leader].silent.contains(peer) {
            return NOTHING;
        }
        let match_index = new.match_index;
        check(match_index == LogIndex(0), || Violation::ReadmittedMemberStartsAnew {
            leader,
            peer,
            match_index,
        })
    }

    fn sent(&mut self, _: &History, message: &MessageView) -> Verdict {
        if let MessageBody::AppendAccepted { .. } | MessageBody::Other = message.body {
            let silent = &mut self.leaders[message.to].silent;
            *silent = silent.without(NodeSet::only(message.from));
        }
        NOTHING
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::recorder::Recorder;
    use raft::Role;

    /// n0 leads term 1, has removed n2, which had acknowledged entry 1, and adds it again.
    fn readmitted() -> Recorder<ReadmittedMemberStartsAnew> {
        let mut run = cluster::<ReadmittedMemberStartsAnew>(3);
        run.becomes(0, Role::Candidate, 1).unwrap();
        run.becomes(0, Role::Leader, 1).unwrap();
        run.stores(0, &write(1, &[(1, 1)])).unwrap();
        let acked = MessageBody::AppendAccepted { match_index: LogIndex(1) };
        run.sends(says(2, 0, 1, acked)).unwrap();
        run.learns(0, 2, knows(1, 2)).unwrap();
        run.stores(0, &change(2, 1, &[0, 1])).unwrap();
        run.learns(0, 2, knows(0, 1)).unwrap();
        run.stores(0, &change(3, 1, &[0, 1, 2])).unwrap();
        run
    }

    #[test]
    fn a_member_that_was_added_again_and_has_acknowledged_since_is_known() {
        let mut run = readmitted();
        assert_eq!(run.learns(0, 2, knows(0, 3)), Ok(1));
        let acked = MessageBody::AppendAccepted { match_index: LogIndex(3) };
        run.sends(says(2, 0, 1, acked)).unwrap();
        assert_eq!(run.learns(0, 2, knows(3, 4)), NOTHING);
    }

    #[test]
    fn an_acknowledgement_from_before_it_was_added_again_does_not_count() {
        let mut run = readmitted();
        assert!(run.learns(0, 2, knows(1, 2)).is_err());
    }

    #[test]
    fn a_raft_without_the_capability_may_keep_what_it_knew() {
        let mut run = readmitted();
        run.history.rejoin = false;
        assert_eq!(run.learns(0, 2, knows(1, 2)), NOTHING);
    }
}
