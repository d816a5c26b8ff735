//! The door through which a Raft is seen: what it must do to be driven, and what it must show.
//!
//! To put a Raft under test, implement [`Replica`]. The harness owns time, messages, storage and
//! randomness; a replica owns nothing but its state. Promises: neither the cluster nor an oracle
//! knows more of a Raft than what stands here. The vocabulary (terms, indexes, entries) is the
//! `raft` package's, which any Raft can be translated to.

use raft::{HardState, LogId, LogIndex, NodeId, Progress, Role, Term, WriteId};

use crate::schedule::Setup;

/// A client's command: its number among all proposals of a run, from 1 on.
pub type Command = u64;
/// An entry of the harness.
pub type Entry = raft::Entry<Command>;
/// A write of the harness. See [`raft::Write`] for the order of its parts.
pub type Write = raft::Write<Command>;
/// A disk's content.
pub type Durable = raft::Durable<Command>;

/// One thing that happens to a replica.
#[derive(Clone, Debug)]
pub enum Input<M> {
    /// One tick of its clock.
    Tick,
    /// Its election timeout elapses now.
    Timeout,
    /// A client proposes a command.
    Propose(Command),
    /// A message arrives.
    Receive(M),
    /// A write is durable; it is given back, so that its buffers can be used again.
    Persisted(Write),
    /// A write failed.
    PersistFailed(WriteId),
}

/// What a replica wants done after one input, where it stands in its output: nothing is copied.
#[derive(Debug)]
pub struct Effects<'a, M> {
    /// Make this durable, after all earlier ones.
    pub write: &'a mut Option<Write>,
    /// Send these now. What promises something must not be here before it is durable.
    pub messages: &'a mut Vec<M>,
    /// Apply these to the state machine, in order.
    pub applied: &'a [Entry],
    /// The replica has stopped for good: call the crash handler.
    pub halted: bool,
}

/// A replica's state, as far as an oracle may look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct View {
    /// Current term and vote, in memory.
    pub hard_state: HardState,
    /// Its part.
    pub role: Role,
    /// Its last log entry, in memory.
    pub last_log: LogId,
    /// Its commit index.
    pub commit: LogIndex,
}

impl View {
    /// Current term.
    pub fn term(&self) -> Term {
        self.hard_state.term
    }

    /// Whether it leads a term that it did not lead before.
    pub fn newly_leads(&self, old: &View) -> bool {
        self.is_leader() && (!old.is_leader() || old.term() != self.term())
    }

    /// Whether it takes itself for the leader.
    pub fn is_leader(&self) -> bool {
        self.role == Role::Leader
    }
}

/// What a message means, whoever wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Meaning {
    /// The sender.
    pub from: NodeId,
    /// The receiver.
    pub to: NodeId,
    /// The sender's term when it spoke.
    pub term: Term,
    /// What it says.
    pub speech: Speech,
}

/// What a message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Speech {
    /// Asks for a vote, and claims this last entry.
    Candidacy {
        /// The candidate's last entry.
        last_log: LogId,
    },
    /// Gives a vote.
    Vote,
    /// Refuses a vote.
    NoVote,
    /// Replicates entries, or is a heartbeat.
    Append {
        /// The entry before the first.
        prev_log: LogId,
        /// The last one, or `prev_log` if there are none.
        last_log: LogId,
        /// How many.
        entries: usize,
        /// The leader's commit index.
        commit: LogIndex,
    },
    /// Claims that the sender's durable log equals the leader's.
    Ack {
        /// Up to here.
        match_index: LogIndex,
    },
    /// Refuses entries.
    Refusal,
}

/// A Raft under test.
pub trait Replica: Clone {
    /// Its messages, which the harness carries unread.
    type Message: Clone;
    /// What all replicas of a cluster are started with.
    type Options: Clone;
    /// What a step fills. One value serves all replicas of a cluster, so buffers in it are kept.
    type Output: Clone + Default;

    /// Starts the replica `id`, for the first time or after a crash, from its disk alone.
    fn start(id: NodeId, setup: &Setup, options: &Self::Options, disk: &Durable) -> Self;

    /// Lives through one input. Whatever the last step left in `output` is forgotten.
    fn step(&mut self, input: Input<Self::Message>, output: &mut Self::Output);

    /// What the last step wants done.
    fn effects(output: &mut Self::Output) -> Effects<'_, Self::Message>;

    /// Its state now.
    fn view(&self) -> View;

    /// What it, as a leader, knows of `peer`; nothing if it does not lead.
    fn progress(&self, peer: NodeId) -> Option<Progress>;

    /// What a message means.
    fn meaning(message: &Self::Message) -> Meaning;
}
