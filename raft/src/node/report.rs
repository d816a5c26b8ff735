//! Reports of the transport (etcd: ReportUnreachable, ReportSnapshot).
//!
//! Promises: a report changes neither what a leader counts as stored nor whom it counts as alive;
//! one that is wrong costs a message or a snapshot that is sent again.

use crate::entry::Command;
use crate::ids::NodeId;
use crate::io::{Output, Report};
use crate::mark::Mark;
use crate::node::Node;
use crate::progress::ProgressState;
use crate::state::Role;

impl<C: Command> Node<C> {
    /// The transport reports what became of a message to `to`.
    pub(crate) fn report(&mut self, to: NodeId, report: Report, output: &mut Output<C>) {
        if self.role != Role::Leader || !self.peers().contains(to) {
            return output.mark(Mark::ReportIgnored);
        }
        if (self.rules.report_is_contact)(report) {
            self.leader_state.recently_active.insert(to);
        }
        let peer = self.leader_state.peer(to);
        let matched = peer.progress.match_index;
        match (report, peer.state) {
            (Report::Failed, ProgressState::Replicate) => {
                output.mark(Mark::PeerUnreachable);
                peer.progress.next_index = matched.next();
                peer.state = ProgressState::Probe { paused: true };
            }
            (Report::SnapshotFailed, ProgressState::Snapshot { .. }) => {
                output.mark(Mark::SnapshotFailed);
                peer.state = ProgressState::Probe { paused: true };
                self.leader_state.sending.retain(|(receiver, _)| *receiver != to);
            }
            (Report::SnapshotDelivered, ProgressState::Snapshot { last, .. }) => {
                output.mark(Mark::SnapshotDelivered);
                let matched = (self.rules.match_after_delivery)(matched, last);
                peer.progress.match_index = matched;
                peer.progress.next_index = peer.progress.next_index.max(matched.next());
            }
            _ => output.mark(Mark::ReportIgnored),
        }
    }
}
