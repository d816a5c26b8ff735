//! The goals of rolling upgrades.

use raft::{NodeId, NodeSet};

use crate::goal::list::Goal;
use crate::goal::Goals;
use crate::history::History;
use crate::replica::MessageView;
use crate::schedule::version::Version;

impl Goals {
    /// A node that is down gets the other version.
    pub(super) fn gets_other_version(&mut self, node: NodeId) {
        if !self.exchanged.insert(node) {
            self.exchanged = self.exchanged.without(NodeSet::only(node));
        }
    }

    pub(super) fn started_under(&mut self, version: Version, node: NodeId) {
        if self.exchanged.contains(node) {
            self.exchanged = self.exchanged.without(NodeSet::only(node));
            self.reach(match version {
                Version::Newer => Goal::NodeUpgraded,
                Version::Older => Goal::NodeRolledBack,
            });
        }
    }

    pub(super) fn won_among_versions(&mut self, history: &History) {
        self.reach_if(Goal::ElectedAmongVersions, runs_both(history));
    }

    pub(super) fn committed_among_versions(&mut self, history: &History) {
        self.reach_if(Goal::CommittedAmongVersions, runs_both(history));
    }

    pub(super) fn pre_vote_among_versions(&mut self, history: &History, message: &MessageView) {
        let is_older = history.node(message.to).version == Version::Older;
        let is_known = history.setup_of(message.to).pre_vote;
        self.reach_if(Goal::PreVoteAmongVersions, is_older && !is_known);
    }
}

/// Whether nodes of both versions run.
fn runs_both(history: &History) -> bool {
    let runs = |version| history.nodes.iter().any(|node| node.up && node.version == version);
    history.setup.has_upgrades() && runs(Version::Older) && runs(Version::Newer)
}
