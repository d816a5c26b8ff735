//! An older version of our Raft, for rolling upgrades: our core behind a filter of messages.
//!
//! Promises: the older version knows no reads at followers, no hints in rejections, and Pre-Vote
//! only where it is configured. A message that it does not know has no effect, but its transport
//! answers a PreVote with [`Body::PreVoteUnknown`]. Otherwise it behaves, and writes, as our core
//! does with the configuration of that version.

use raft::{Appended, Body, Input, LogId, Message, Node, Output, Read, Refused, Role};

use crate::replica::Command;

/// What a node of the older version has besides its core.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Older {
    /// It has halted, and must not even answer.
    halted: bool,
}

impl Older {
    /// As [`Node::step`], under the older version.
    #[cold]
    pub fn step(
        &mut self,
        node: &mut Node<Command>,
        input: Input<Command>,
        output: &mut Output<Command>,
    ) {
        match input {
            Input::Receive(message) if !knows(node, &message.body) => {
                output.clear();
                if !self.halted {
                    ignore(message, output);
                }
            }
            Input::Read(id) if node.status().role != Role::Leader && !self.halted => {
                output.clear();
                let answer = Err(Refused::NotLeader { leader: node.status().leader });
                output.reads.push(Read { id, answer });
            }
            input => {
                let asked = prev_log(&input);
                node.step(input, output);
                output.messages.iter_mut().for_each(|reply| remove_hint(reply, asked));
            }
        }
        self.halted |= output.halted;
    }
}

fn knows(node: &Node<Command>, body: &Body<Command>) -> bool {
    match body {
        Body::PreVote { .. } | Body::PreVoteReply { .. } | Body::PreVoteUnknown => {
            node.config().pre_vote
        }
        Body::ReadIndex { .. } | Body::ReadIndexReply { .. } => false,
        _ => true,
    }
}

fn ignore(message: Message<Command>, output: &mut Output<Command>) {
    let Message { from, to, term, body } = message;
    if let Body::PreVote { .. } = body {
        output.messages.push(Message { from: to, to: from, term, body: Body::PreVoteUnknown });
    }
}

/// The entry before the first of an AppendEntries.
fn prev_log(input: &Input<Command>) -> LogId {
    match input {
        Input::Receive(Message { body: Body::AppendEntries { prev_log, .. }, .. }) => *prev_log,
        _ => LogId::ZERO,
    }
}

/// Without a hint, the leader retries one entry before the one that was rejected.
fn remove_hint(message: &mut Message<Command>, asked: LogId) {
    if let Body::AppendEntriesReply { appended: Appended::Rejected { hint, .. }, .. } =
        &mut message.body
    {
        *hint = LogId { index: asked.index.previous(), ..asked };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replica::Entry;
    use raft::{Config, Durable, LogIndex, Membership, NodeId, NodeSet, Payload, ReadId, Stamp};
    use raft::{Term, WriteId};

    fn node(pre_vote: bool) -> Node<Command> {
        let config = Config::new(NodeId(0), Membership::new(NodeSet::first(3)));
        Node::start(Config { pre_vote, ..config }, Durable::default())
    }

    /// What a node sends after one input under the older version, and its answers to reads.
    fn reply(
        older: &mut Older,
        node: &mut Node<Command>,
        input: Input<Command>,
    ) -> (Vec<Body<Command>>, Vec<Read>) {
        let mut output = Output::default();
        older.step(node, input, &mut output);
        let messages = std::mem::take(&mut output.messages);
        (messages.into_iter().map(|message| message.body).collect(), output.reads)
    }

    fn from_1(term: u64, body: Body<Command>) -> Input<Command> {
        let (from, to, term) = (NodeId(1), NodeId(0), Term(term));
        Input::Receive(Message { from, to, term, body })
    }

    /// An AppendEntries of term 1 with this many no-ops.
    fn append(prev_log: LogId, count: u64) -> Body<Command> {
        let entry = |past: u64| Entry {
            id: LogId::new(1, prev_log.index.0 + past),
            payload: Payload::Noop,
        };
        let entries = (1..=count).map(entry).collect();
        let (leader_commit, stamp) = (LogIndex(0), Stamp::default());
        Body::AppendEntries { prev_log, entries, leader_commit, stamp, lease: 0 }
    }

    #[test]
    fn a_pre_vote_is_unknown_unless_it_is_configured_and_its_term_is_not_adopted() {
        let pre_vote = || from_1(4, Body::PreVote { last_log: LogId::ZERO });
        let (mut older, mut node_without) = (Older::default(), node(false));
        assert_eq!(reply(&mut older, &mut node_without, pre_vote()).0, [Body::PreVoteUnknown]);
        let refusal = from_1(4, Body::PreVoteReply { granted: false });
        assert_eq!(reply(&mut older, &mut node_without, refusal).0, []);
        assert_eq!(node_without.status().hard_state.term, Term(0));
        let granted = [Body::PreVoteReply { granted: true }];
        assert_eq!(reply(&mut older, &mut node(true), pre_vote()).0, granted);
    }

    #[test]
    fn a_read_at_a_follower_is_refused_and_not_forwarded() {
        let (mut older, mut node) = (Older::default(), node(false));
        reply(&mut older, &mut node, from_1(1, append(LogId::ZERO, 0)));
        let (sent, reads) = reply(&mut older, &mut node, Input::Read(ReadId(7)));
        let answer = Err(Refused::NotLeader { leader: Some(NodeId(1)) });
        assert_eq!((sent, reads), (vec![], vec![Read { id: ReadId(7), answer }]));
    }

    #[test]
    fn a_rejection_leads_back_by_one_entry_however_short_the_log_is() {
        let (mut older, mut node) = (Older::default(), node(false));
        reply(&mut older, &mut node, from_1(1, append(LogId::ZERO, 1)));
        let body = append(LogId::new(1, 5), 0);
        let hint = LogId::new(1, 4);
        let appended = Appended::Rejected { prev_index: LogIndex(5), hint };
        let rejection = Body::AppendEntriesReply { appended, stamp: Stamp::default(), lease: 0 };
        assert_eq!(reply(&mut older, &mut node, from_1(1, body)).0, [rejection]);
    }

    #[test]
    fn a_halted_node_does_not_even_answer_what_it_does_not_know() {
        let (mut older, mut node) = (Older::default(), node(false));
        reply(&mut older, &mut node, Input::Campaign);
        reply(&mut older, &mut node, Input::PersistFailed(WriteId(1)));
        let pre_vote = from_1(4, Body::PreVote { last_log: LogId::ZERO });
        assert_eq!(reply(&mut older, &mut node, pre_vote), (vec![], vec![]));
        assert_eq!(reply(&mut older, &mut node, Input::Read(ReadId(1))), (vec![], vec![]));
    }
}
