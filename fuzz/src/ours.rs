//! Our own Raft as a [`Replica`]: the adapter, and a model for others.

use raft::{Appended, Body, Config, Membership, Node, NodeId, NodeSet, Output, Progress, Rules};

use crate::replica::{Command, Durable, Effects, Input, Meaning, Replica, Speech, View};
use crate::schedule::Setup;

/// A [`Node`] whose decisions are those of a table that the cluster was started with.
#[derive(Clone, Debug)]
pub struct Ours(Node<Command>);

impl Replica for Ours {
    type Message = raft::Message<Command>;
    type Options = &'static Rules;
    type Output = Output<Command>;

    fn start(id: NodeId, setup: &Setup, rules: &&'static Rules, disk: &Durable) -> Ours {
        let config = Config {
            id,
            membership: Membership::new(NodeSet::first(setup.nodes)),
            election_ticks: setup.election_ticks.into(),
            heartbeat_ticks: setup.heartbeat_ticks.into(),
            max_entries: setup.max_entries.into(),
            jitter: 0,
        };
        Ours(Node::start_under(rules, config, disk.clone()))
    }

    fn step(&mut self, input: Input<Self::Message>, output: &mut Output<Command>) {
        let input = match input {
            Input::Tick => raft::Input::Tick,
            Input::Timeout => raft::Input::Campaign,
            Input::Propose(command) => raft::Input::Propose(command),
            Input::Receive(message) => raft::Input::Receive(message),
            Input::Persisted(write) => {
                output.recycle(write.entries);
                raft::Input::Persisted(write.id)
            }
            Input::PersistFailed(id) => raft::Input::PersistFailed(id),
        };
        self.0.step(input, output);
    }

    fn effects(output: &mut Output<Command>) -> Effects<'_, Self::Message> {
        Effects {
            write: &mut output.write,
            messages: &mut output.messages,
            applied: &output.committed,
            halted: output.halted,
        }
    }

    fn view(&self) -> View {
        let status = self.0.status();
        View {
            hard_state: status.hard_state,
            role: status.role,
            last_log: status.last_log,
            commit: status.commit,
        }
    }

    fn progress(&self, peer: NodeId) -> Option<Progress> {
        self.0.progress(peer)
    }

    fn meaning(message: &Self::Message) -> Meaning {
        let speech = match &message.body {
            Body::RequestVote { last_log } => Speech::Candidacy { last_log: *last_log },
            Body::RequestVoteReply { granted: true } => Speech::Vote,
            Body::RequestVoteReply { granted: false } => Speech::NoVote,
            Body::AppendEntries { prev_log, entries, leader_commit } => Speech::Append {
                prev_log: *prev_log,
                last_log: entries.last().map_or(*prev_log, |entry| entry.id),
                entries: entries.len(),
                commit: *leader_commit,
            },
            Body::AppendEntriesReply(Appended::Accepted { match_index }) => {
                Speech::Ack { match_index: *match_index }
            }
            Body::AppendEntriesReply(Appended::Rejected { .. }) => Speech::Refusal,
        };
        Meaning { from: message.from, to: message.to, term: message.term, speech }
    }
}
