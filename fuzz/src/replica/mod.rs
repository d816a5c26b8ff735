//! The interface to a Raft under test: how the harness drives it, and what it must expose.
//!
//! Promises: neither the cluster nor an oracle knows more of a Raft than this interface.
//!
//! To put a Raft under test, write an adapter that implements [`Replica`]. The harness owns time,
//! messages, storage and randomness; a replica owns nothing but its state. The types of the
//! interface (terms, indexes, entries) are those of the `raft` package. The adapter translates
//! between them and its Raft's. The contract of an adapter:
//!
//! 1. **Numbering.** Nodes are numbered from 0 and log entries from 1. Every node starts in term 0
//!    with an empty log, and knows the initial membership, [`Setup::members`]: all `setup.nodes`
//!    nodes, unless the Raft can change memberships. An adapter to a Raft that counts otherwise
//!    converts the numbers. Terms stay small, since tables are indexed by them.
//! 2. **Determinism.** A step takes one [`Input`] and returns all its effects by its end. Nothing
//!    may depend on a clock, a thread or a random number. If the Raft draws election timeouts, set
//!    them from [`Setup::election_timeout`].
//! 3. **Messages.** The network loses, duplicates and reorders messages, and a message outlives
//!    crashes of its sender and its receiver. If the Raft's messages lack a field that
//!    [`MessageView`] needs, the adapter wraps them.
//! 4. **Writes.** The harness makes [`Effects::write`] durable later, or never, and reports that
//!    with [`Input::Persisted`]. The adapter holds back every message that depends on a write until
//!    then. A Raft that cannot process inputs while a write is pending says so in its
//!    [`Capabilities`], and receives none while it waits.
//! 5. **Failed writes.** After [`Input::PersistFailed`] the replica must promise nothing more: it
//!    halts in that very step and ignores all later inputs, since the crash handler may run late.
//! 6. **View.** [`View`] shows the state in memory, as far as the replica acts on it: state that it
//!    still holds back is not shown.
//! 7. **Names that are used again.** With the capability `rejoin`, a node that was removed may come
//!    back with an empty disk ([`Durable::joining`]). It is told the initial membership as before,
//!    in which its name may be, and does not campaign by it: only by a membership that reaches it
//!    in its log. What the earlier node of this name has sent may still arrive, in the same term.
//! 8. **Entries.** An entry carries a [`Command`], or nothing if the Raft created it itself.
//! 9. **Panics.** A panic counts as a violation, and is shrunk and narrated like one.
//! 10. **Versions.** A Raft of which there are two versions says so in its [`Capabilities`].
//!     Then a node starts with [`Replica::start_older`] or [`Replica::start`], each time from
//!     the disk that the other version may have written, and its messages arrive at nodes of
//!     both. [`pair`] makes one such Raft of two.

use std::sync::Arc;

use raft::mark::Marks;
use raft::{
    Ended, Fetch, HardState, LogId, LogIndex, Membership, NodeId, NodeSet, Progress, Read, ReadId,
    Refused, Report, Role, Snapshot, Term, Unread, WriteId,
};

pub use crate::base::capabilities::{Capabilities, PreVoteStickiness};
pub use crate::base::message::{MessageBody, MessageView};
pub use crate::replica::durable::{Command, Durable, Entry, Write};
use crate::replica::node_storage::NodeStorage;
use crate::schedule::Setup;

pub mod driver;
mod durable;
pub mod gate;
pub mod machine_store;
pub mod node_storage;
mod older;
pub mod ours;
pub mod pair;
pub mod panics;
pub mod system_under_test;

/// One input of a replica.
#[derive(Clone, Debug)]
pub enum Input<M> {
    /// One tick of its clock.
    Tick,
    /// Its wall clock shows this, only with the feature `wall-clock`: before each other input, if
    /// it shows something else than before. At a start, it shows [`Durable::clock`].
    Clock(u64),
    /// Its election timeout elapses now. A leader never receives this.
    Timeout,
    /// A client proposes a command to this node. A node that does not lead drops it and forwards it
    /// to no other node, so that a command has one place in the log.
    Propose(Command),
    /// A message arrives.
    Receive(M),
    /// The answer to a request of [`Effects::fetches`]: its entries, from the first on, and perhaps
    /// not all of them; or why there are none. It comes at any time, while the node runs.
    Fetched {
        /// The request.
        fetch: Fetch,
        /// The answer.
        entries: Result<Vec<Entry>, Unread>,
    },
    /// The write with this id, and all before it, is durable.
    Persisted(WriteId),
    /// A write failed.
    PersistFailed(WriteId),
    /// A client requests a read (ReadIndex): the reply is the index that must be applied before the
    /// read is answered. Each id is used once.
    Read(ReadId),
    /// An operator requests a membership change.
    Change {
        /// The new voters.
        voters: NodeSet,
        /// The new learners, which have no vote.
        learners: NodeSet,
    },
    /// An operator requests a leadership transfer to this node.
    Transfer(NodeId),
    /// The transport reports what became of a message to a node. A report may be late, repeated
    /// or wrong.
    Report {
        /// The node.
        to: NodeId,
        /// What it reports.
        report: Report,
    },
    /// The state machine has applied all entries up to here.
    Applied(LogIndex),
    /// The state machine has taken a snapshot: the log may be compacted.
    Compact {
        /// The last entry that the snapshot replaces.
        index: LogIndex,
        /// The state after that entry, from which another state machine can continue.
        data: Arc<[u8]>,
    },
}

/// The effects of one input that the harness must carry out, as references into the replica's
/// output: nothing is copied.
#[derive(Debug)]
pub struct Effects<'a, M> {
    /// Make this write durable, after all earlier ones.
    pub write: &'a mut Option<Write>,
    /// Send these messages now, to other nodes. A candidacy, a vote and an acknowledgement are
    /// promises: the message is not here before the write that it depends on is durable.
    pub messages: &'a mut Vec<M>,
    /// Read these entries from the disk, and answer with [`Input::Fetched`], only with the feature
    /// `log-reads`.
    pub fetches: &'a [Fetch],
    /// Restore the state machine from this snapshot, before applying any entry.
    pub restore: Option<&'a Arc<Snapshot>>,
    /// Apply these entries to the state machine, in order: every entry, after each start again from
    /// the first, or from the one after the snapshot's last and [`Durable::applied`], and none
    /// above the commit index.
    pub applied: &'a [Entry],
    /// Why a proposal, a change or a transfer was refused: for stories.
    pub refused: Option<&'a Refused>,
    /// Replies to reads: at most one for each read, in the incarnation that received it.
    pub reads: &'a [Read],
    /// Accepted transfers and changes that have ended, if this Raft says so.
    pub ended: &'a [Ended],
    /// The replica has halted, and its pending writes are lost: call the crash handler. Another
    /// start may follow.
    pub halted: bool,
    /// The coverage marks that the step hit, if this Raft has any: see [`crate::history::paths`].
    pub marks: Marks,
}

/// An output for a Raft without an output type of its own, for use as [`Replica::Output`].
#[derive(Clone, Debug)]
pub struct PlainOutput<M> {
    /// See [`Effects::write`].
    pub write: Option<Write>,
    /// See [`Effects::messages`].
    pub messages: Vec<M>,
    /// See [`Effects::applied`].
    pub applied: Vec<Entry>,
    /// See [`Effects::halted`].
    pub halted: bool,
}

impl<M> Default for PlainOutput<M> {
    fn default() -> PlainOutput<M> {
        PlainOutput { write: None, messages: Vec::new(), applied: Vec::new(), halted: false }
    }
}

impl<M> PlainOutput<M> {
    /// Clears the effects of the last step.
    pub fn clear(&mut self) {
        self.write = None;
        self.messages.clear();
        self.applied.clear();
        self.halted = false;
    }

    /// For [`Replica::effects`].
    pub fn effects(&mut self) -> Effects<'_, M> {
        let PlainOutput { write, messages, applied, halted } = self;
        Effects {
            write,
            messages,
            fetches: &[],
            restore: None,
            applied,
            refused: None,
            reads: &[],
            ended: &[],
            halted: *halted,
            marks: Marks::default(),
        }
    }
}

/// The part of a replica's state that oracles see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct View {
    /// Current term and vote, in memory: they are shown from the step that requests their write.
    pub hard_state: HardState,
    /// Its role. For oracles a pre-candidate is a follower, so it may also be shown as one.
    pub role: Role,
    /// Its last log entry, in memory.
    pub last_log: LogId,
    /// Its commit index. A leader's advances once the entry is on the disks of a quorum.
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

    /// Whether it leads a term that it did not lead in `old`.
    pub fn newly_leads(&self, old: &View) -> bool {
        self.is_leader() && (!old.is_leader() || old.term() != self.term())
    }

    /// Whether it leads, or led this term in `old`, the view before the last step.
    pub fn has_led_since(&self, old: &View) -> bool {
        self.is_leader() || (old.is_leader() && old.term() == self.term())
    }

    /// Whether its role is leader.
    pub fn is_leader(&self) -> bool {
        self.role == Role::Leader
    }
}

/// A Raft under test. The module's documentation is the contract.
pub trait Replica: Sized {
    /// Its messages, which are opaque to the harness.
    type Message: Clone;
    /// The options with which all replicas of a cluster start.
    type Options: Clone;
    /// What a step fills. One value serves all replicas of a cluster, so that its buffers are
    /// reused.
    type Output: Default;
    /// What is behind its disk: `()`, unless a real store is under test as well.
    type Storage: NodeStorage;

    /// What it supports and guarantees.
    const CAPABILITIES: Capabilities;

    /// Starts the replica `id`, for the first time or after a crash, from its disk alone. It has no
    /// effects yet, and is a follower with the disk's term, vote and last entry.
    fn start(id: NodeId, setup: &Setup, options: &Self::Options, disk: &Durable) -> Self;

    /// The same under the older of two versions, for a Raft that has two: a node that is upgraded,
    /// or rolled back, starts under the other one from the same disk, while messages of both are in
    /// flight. `setup` is the configuration of that version.
    fn start_older(id: NodeId, setup: &Setup, options: &Self::Options, disk: &Durable) -> Self {
        Self::start(id, setup, options, disk)
    }

    /// Processes one input. It clears `output` first, which holds the last step of any replica.
    fn step(&mut self, input: Input<Self::Message>, output: &mut Self::Output);

    /// The effects of the last step.
    fn effects(output: &mut Self::Output) -> Effects<'_, Self::Message>;

    /// Takes back a completed write, to reuse its buffers.
    fn recycle(output: &mut Self::Output, write: Write) {
        let _ = (output, write);
    }

    /// Its current state.
    fn view(&self) -> View;

    /// The membership that it uses, if it can change; called only after a start, and after a step
    /// that may have changed it.
    fn membership(&self) -> Option<Membership> {
        None
    }

    /// A leader's progress of `peer`, which is never the leader itself; none if it does not lead.
    fn progress(&self, peer: NodeId) -> Option<Progress>;

    /// The content of a message, as oracles see it.
    fn message_view(message: &Self::Message) -> MessageView;
}
