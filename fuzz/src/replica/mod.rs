//! The door through which a Raft is seen: what it must do to be driven, and what it must show.
//!
//! To put a Raft under test, implement [`Replica`]. The harness owns time, messages, storage and
//! randomness; a replica owns nothing but its state. Promises: neither the cluster nor an oracle
//! knows more of a Raft than what stands here. The vocabulary (terms, indexes, entries) is the
//! `raft` package's, which any Raft can be translated to.
//!
//! How to write one:
//! - Nodes are numbered from 0, log entries from 1, and all begin in term 0 with an empty log, each
//!   knowing that the cluster has `setup.nodes` members. A Raft that counts otherwise translates.
//!   Terms stay small, since tables are indexed by them.
//! - One [`Input`] in, everything it causes out, by the end of the same step. Nothing may depend on
//!   a clock, a thread or a random number: where the Raft draws election timeouts, set them from
//!   [`Setup::election_timeout`].
//! - Messages are lost, doubled and overtaken, and outlive the crashes of sender and receiver. A
//!   Raft whose messages do not tell all that [`MessageView`] asks for wraps them.
//! - [`Effects::write`] is made durable later, or never, and the harness says so by
//!   [`Input::Persisted`]. A message that rests on a write is held back by the adapter until then.
//!   A Raft that cannot go on meanwhile says so in its [`Capabilities`], and is left alone while it
//!   waits.
//! - After [`Input::PersistFailed`] nothing may be promised any more: halt in that very step, and
//!   heed nothing that follows, since the crash handler may be late.
//! - [`View`] is memory, as far as the replica acts upon it: what it still holds back does not
//!   show.
//! - Entries carry a [`Command`] or, if the Raft made them itself, nothing.
//! - A panic counts as a broken promise, and is shrunk and told like one.

use std::sync::Arc;

use raft::mark::Marks;
use raft::{
    HardState, LogId, LogIndex, Membership, NodeId, NodeSet, Payload, Progress, Read, ReadId,
    Refused, Role, Snapshot, Term, WriteId,
};

pub use crate::base::capabilities::Capabilities;
pub use crate::base::message::{MessageBody, MessageView};
use crate::schedule::Setup;

pub mod driver;
pub mod gate;
pub mod ours;
pub mod panics;
pub mod system_under_test;

/// A client's command: its number among all proposals of a run, from 1 on.
pub type Command = u64;
/// An entry of the harness.
pub type Entry = raft::Entry<Command>;

/// What a replica wants made durable, as a change to what is durable already.
///
/// If it is torn, its parts reach the disk in the order of the fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Write {
    /// Its name, given back in [`Input::Persisted`], the oldest first. The harness reads nothing
    /// into it.
    pub id: WriteId,
    /// The new term and vote, if they changed.
    pub hard_state: Option<HardState>,
    /// Remove this entry and all that follow it, before appending; none if nothing is removed.
    pub truncate_from: Option<LogIndex>,
    /// The new snapshot, which stands for all entries up to its last: these are removed with it.
    pub snapshot: Option<Arc<Snapshot>>,
    /// Entries to append, in order and without a gap. A leader asks for its own no later than it
    /// sends them.
    pub entries: Vec<Entry>,
    /// The new commit index, from a Raft that stores it.
    pub commit: Option<LogIndex>,
    /// It must be on the disk before the replica goes on. If not, [`Input::Persisted`] follows as
    /// soon as all earlier writes count as done, and a crash may lose it all the same.
    pub sync: bool,
}

impl Write {
    /// Whether an entry of it changes the membership.
    pub fn changes_membership(&self) -> bool {
        self.entries.iter().any(|entry| matches!(entry.payload, Payload::Change(_)))
    }
}

/// A disk's content: what a replica starts from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Durable {
    /// Term and vote.
    pub hard_state: HardState,
    /// The last snapshot.
    pub snapshot: Option<Arc<Snapshot>>,
    /// The log, from index 1 on, or from the entry after the snapshot's last.
    pub entries: Vec<Entry>,
    /// The commit index, if it was ever stored; whoever stores it shows it right after the start.
    pub commit: LogIndex,
    /// How often the node has started before: tells its lives apart.
    pub lives: u64,
}

/// One thing that happens to a replica.
#[derive(Clone, Debug)]
pub enum Input<M> {
    /// One tick of its clock.
    Tick,
    /// Its election timeout elapses now. Nobody who leads gets this.
    Timeout,
    /// A client proposes a command, to any node: who does not lead drops it and passes it to
    /// nobody, so that a command has one place in the log.
    Propose(Command),
    /// A message arrives.
    Receive(M),
    /// The write with this name, and all before it, is durable.
    Persisted(WriteId),
    /// A write failed.
    PersistFailed(WriteId),
    /// A client asks what must be applied before its read can be answered; the name is used once.
    Read(ReadId),
    /// An operator wants another membership.
    Change {
        /// Who shall vote.
        voters: NodeSet,
        /// Who shall follow without a vote.
        learners: NodeSet,
    },
    /// An operator wants another node to lead.
    Transfer(NodeId),
    /// The state machine has applied all up to here.
    Applied(LogIndex),
    /// The state machine's state, after all up to `index`, is `data`.
    Compact {
        /// The last entry that it stands for.
        index: LogIndex,
        /// For another state machine to go on from.
        data: Arc<[u8]>,
    },
}

/// What a replica wants done after one input, where it stands in its output: nothing is copied.
#[derive(Debug)]
pub struct Effects<'a, M> {
    /// Make this durable, after all earlier ones.
    pub write: &'a mut Option<Write>,
    /// Send these now, to others. A candidacy, a vote and an acknowledgement promise something:
    /// they are not here before what they rest on is durable.
    pub messages: &'a mut Vec<M>,
    /// Put the state machine into this state, before applying anything.
    pub restore: Option<&'a Arc<Snapshot>>,
    /// Apply these to the state machine, in order: every entry, from the first on again after each
    /// start or from the snapshot's last, and none above the commit index.
    pub applied: &'a [Entry],
    /// Why a proposal, a change or a transfer was refused: for stories.
    pub refused: Option<&'a Refused>,
    /// Answers to reads: each is answered once at most, in the life in which it was asked.
    pub reads: &'a [Read],
    /// This life is over, and its pending writes are lost: call the crash handler. Another start
    /// may follow.
    pub halted: bool,
    /// Which turns the step took, if this Raft marks them: see [`crate::history::paths`].
    pub marks: Marks,
}

/// An output for any Raft that has none of its own to fill: [`Replica::Output`] can be this.
#[derive(Clone, Debug)]
pub struct Plain<M> {
    /// See [`Effects::write`].
    pub write: Option<Write>,
    /// See [`Effects::messages`].
    pub messages: Vec<M>,
    /// See [`Effects::applied`].
    pub applied: Vec<Entry>,
    /// See [`Effects::halted`].
    pub halted: bool,
}

impl<M> Default for Plain<M> {
    fn default() -> Plain<M> {
        Plain { write: None, messages: Vec::new(), applied: Vec::new(), halted: false }
    }
}

impl<M> Plain<M> {
    /// Forgets the last step.
    pub fn clear(&mut self) {
        self.write = None;
        self.messages.clear();
        self.applied.clear();
        self.halted = false;
    }

    /// For [`Replica::effects`].
    pub fn effects(&mut self) -> Effects<'_, M> {
        let Plain { write, messages, applied, halted } = self;
        Effects {
            write,
            messages,
            restore: None,
            applied,
            refused: None,
            reads: &[],
            halted: *halted,
            marks: Marks::default(),
        }
    }
}

/// A replica's state, as far as an oracle may look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct View {
    /// Current term and vote, in memory: they show in the step that asks for their write.
    pub hard_state: HardState,
    /// Its part. Who only asks whether an election would succeed is a follower.
    pub role: Role,
    /// Its last log entry, in memory.
    pub last_log: LogId,
    /// Its commit index. A leader's rises once a quorum of disks holds the entry.
    pub commit: LogIndex,
}

impl View {
    /// Current term.
    pub fn term(&self) -> Term {
        self.hard_state.term
    }

    /// This view in the paper, which knows no pre-candidates.
    pub fn in_paper(&self) -> View {
        View { role: self.role.in_paper(), ..*self }
    }

    /// Whether it leads a term that it did not lead before.
    pub fn newly_leads(&self, old: &View) -> bool {
        self.is_leader() && (!old.is_leader() || old.term() != self.term())
    }

    /// Whether it leads, or led in this term until the step that led here from `old`.
    pub fn has_led_since(&self, old: &View) -> bool {
        self.is_leader() || (old.is_leader() && old.term() == self.term())
    }

    /// Whether it takes itself for the leader.
    pub fn is_leader(&self) -> bool {
        self.role == Role::Leader
    }
}

/// A Raft under test. See the module for how to write one.
pub trait Replica: Sized {
    /// Its messages, which the harness carries unread.
    type Message: Clone;
    /// What all replicas of a cluster are started with.
    type Options: Clone;
    /// What a step fills. One value serves all replicas of a cluster, so buffers in it are kept.
    type Output: Default;

    /// What it can be put through.
    const CAPABILITIES: Capabilities;

    /// Starts the replica `id`, for the first time or after a crash, from its disk alone. It wants
    /// nothing done yet, and shows a follower with the disk's term, vote and last entry.
    fn start(id: NodeId, setup: &Setup, options: &Self::Options, disk: &Durable) -> Self;

    /// Lives through one input. It clears `output` first, of what the last step of any replica
    /// left.
    fn step(&mut self, input: Input<Self::Message>, output: &mut Self::Output);

    /// What the last step wants done.
    fn effects(output: &mut Self::Output) -> Effects<'_, Self::Message>;

    /// Takes back a write that is done with, for the sake of its buffers.
    fn recycle(output: &mut Self::Output, write: Write) {
        let _ = (output, write);
    }

    /// Its state now.
    fn view(&self) -> View;

    /// The membership that it goes by, if it can change; asked only after a step that may have
    /// changed it.
    fn membership(&self) -> Option<Membership> {
        None
    }

    /// What it, as a leader, knows of `peer`, which is never itself; nothing if it does not lead.
    fn progress(&self, peer: NodeId) -> Option<Progress>;

    /// What a message means.
    fn message_view(message: &Self::Message) -> MessageView;
}
