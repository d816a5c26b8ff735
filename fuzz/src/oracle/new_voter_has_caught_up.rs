//! With catch-up, a server becomes a voter only when its log is nearly complete.
//!
//! In the step in which a leader appends a membership with a new voter, it knows that the voter has
//! all entries that the leader had an election timeout before, of its own ticks, or when it became
//! leader. Sound: the last round of the catch-up replicated all entries of its beginning and took
//! less than an election timeout. Judged by the leader's own match index, and an older state of its
//! log: one that is between one and two election timeouts old. Only for a setup with catch-up.

use raft::{LogIndex, NodeId, NodeSet, Payload};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::{History, PerNode};
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{View, Write};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct NewVoterHasCaughtUp {
    leaders: PerNode<Leading>,
}

/// A leader's time.
#[derive(Clone, Copy, Debug, Default)]
struct Leading {
    ticks: u32,
    /// The last entry at the last two multiples of an election timeout, older first.
    ends: [LogIndex; 2],
    /// The new voters in the membership that this step appends.
    new: NodeSet,
}

impl Oracle for NewVoterHasCaughtUp {
    const INFO: OracleInfo = OracleInfo {
        name: "new-voter-has-caught-up",
        id: "L15",
        property: "With catch-up, a server becomes a voter only when its log is nearly complete.",
        source: "Raft dissertation, 4.2.1",
    };
}

impl Monitor for NewVoterHasCaughtUp {
    fn changed(&mut self, _: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        if new.newly_leads(old) {
            let ends = [new.last_log.index; 2];
            self.leaders[node] = Leading { ends, ..Leading::default() };
        }
        NOTHING
    }

    fn ticked(&mut self, history: &History, node: NodeId) -> Verdict {
        let (setup, view) = (history.setup_of(node), &history.node(node).view);
        let leading = &mut self.leaders[node];
        leading.ticks += 1;
        if leading.ticks % u32::from(setup.election_ticks.max(1)) == 0 {
            leading.ends = [leading.ends[1], view.last_log.index];
        }
        NOTHING
    }

    fn writing(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
        let facts = history.node(node);
        if !history.setup_of(node).catch_up || !facts.view.is_leader() {
            return NOTHING;
        }
        let old = history.membership_of(facts).all_voters();
        for entry in &write.entries {
            if let Payload::Change(members) = &entry.payload {
                self.leaders[node].new = members.voters.without(old);
            }
        }
        NOTHING
    }

    fn stepped(&mut self, history: &History, node: NodeId, _: usize) -> Verdict {
        let leading = &mut self.leaders[node];
        let new = std::mem::take(&mut leading.new);
        if new.is_empty() || !history.node(node).view.is_leader() {
            return NOTHING;
        }
        let needed = leading.ends[0];
        let matched = |id: NodeId| history.node(node).progress[id].match_index;
        let behind = new.iter().find(|&id| id != node && matched(id) < needed);
        check(behind.is_none(), || {
            let voter = behind.unwrap_or_default();
            Violation::NewVoterHasCaughtUp { leader: node, voter, matched: matched(voter), needed }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::recorder::Recorder;
    use crate::history::violation::HELD;
    use crate::schedule::Setup;
    use raft::Role;

    /// A leader of one with five entries that are older than an election timeout, and one more.
    fn leading(catch_up: bool) -> Recorder<NewVoterHasCaughtUp> {
        let mut run = cluster::<NewVoterHasCaughtUp>(3);
        run.has_setup(Setup { catch_up, ..run.history.setup });
        run.stores(0, &change(1, 1, &[0])).unwrap();
        run.becomes(0, Role::Leader, 1).unwrap();
        run.stores(0, &write(2, &[(1, 0), (1, 1), (1, 2), (1, 3)])).unwrap();
        for _ in 0..20 {
            run.ticks(0).unwrap();
        }
        run.stores(0, &write(6, &[(1, 4)])).unwrap();
        run
    }

    #[test]
    fn a_voter_that_lacks_only_new_entries_is_legal() {
        let mut run = leading(true);
        run.learns(0, 1, knows(5, 6)).unwrap();
        assert_eq!(run.writes(0, &change(7, 1, &[0, 1])), HELD);
    }

    #[test]
    fn a_voter_that_lacks_old_entries_is_illegal_unless_there_is_no_catch_up() {
        let mut run = leading(true);
        run.learns(0, 1, knows(4, 5)).unwrap();
        assert!(run.writes(0, &change(7, 1, &[0, 1])).is_err());
        assert!(leading(false).writes(0, &change(7, 1, &[0, 1])).is_ok());
    }
}
