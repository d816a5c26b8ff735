//! Everything that crosses the border of a [`Node`](crate::Node): one [`Input`] in, one
//! [`Output`] out.

use std::fmt;
use std::sync::Arc;

use crate::entry::{Entry, Snapshot};
use crate::ids::{LogId, LogIndex, NodeId};
use crate::mark::Mark;
use crate::message::Message;
use crate::quorum::NodeSet;
use crate::state::HardState;

/// One thing that happens to a server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Input<C = Vec<u8>> {
    /// One unit of time passed on this server's clock.
    Tick,
    /// The election timeout elapses now, whatever the clock says; unless leases forbid it, see
    /// [`Config::lease_reads`](crate::Config::lease_reads).
    Campaign,
    /// A client asks this server to replicate a command.
    Propose(C),
    /// Several commands at once: they share messages and a write.
    ProposeAll(Vec<C>),
    /// A client asks what it must have applied to answer a read (dissertation, 6.4).
    Read(ReadId),
    /// An operator wants these to be the cluster (section 6). It answers with the entry of the
    /// first step; if there is a second, it follows by itself.
    Change {
        /// They shall vote.
        voters: NodeSet,
        /// They shall follow without a vote.
        learners: NodeSet,
    },
    /// An operator wants this server to lead (dissertation, 3.10).
    Transfer(NodeId),
    /// The state machine has applied all entries up to here.
    Applied(LogIndex),
    /// The state machine's state, after all entries up to `index`, is `data`: the log need not keep
    /// them (section 7).
    Compact {
        /// The last entry that the state stands for; it has been applied.
        index: LogIndex,
        /// For another server's state machine to go on from.
        data: Arc<[u8]>,
    },
    /// A message arrived.
    Receive(Message<C>),
    /// The write with this name, and all before it, is durable.
    Persisted(WriteId),
    /// The write with this name failed; how much of it reached the disk is unknown.
    PersistFailed(WriteId),
}

/// Names one write of one life of a server. Writes are made durable in the order of their names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WriteId(pub u64);

/// Names one read of one client. Answers carry it back; what it is, is the caller's affair.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReadId(pub u64);

/// What must be made durable, as a change to what is durable already.
///
/// If it is torn by a crash, the parts must reach the disk in the order of the fields: the hard
/// state, then the truncation, then the snapshot with the removal of what it stands for, then the
/// entries from the first on. Other orders are not safe: an entry of a term that the hard state has
/// not reached can be overwritten by an older term, and what a snapshot contradicts must not stay
/// behind it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Write<C = Vec<u8>> {
    /// Its name, to be given back in [`Input::Persisted`].
    pub id: WriteId,
    /// The new hard state, if it changed.
    pub hard_state: Option<HardState>,
    /// Remove this entry and all that follow it, before appending.
    pub truncate_from: Option<LogIndex>,
    /// The new snapshot, which stands for all entries up to its last: remove them.
    pub snapshot: Option<Arc<Snapshot>>,
    /// Entries to append, in order.
    pub entries: Vec<Entry<C>>,
}

/// What a server is started from: all that it ever made durable.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Durable<C = Vec<u8>> {
    /// Term and vote.
    pub hard_state: HardState,
    /// The last snapshot.
    pub snapshot: Option<Arc<Snapshot>>,
    /// The log, from the entry after the snapshot's last on, or from index 1.
    pub entries: Vec<Entry<C>>,
}

impl<C> Default for Durable<C> {
    fn default() -> Self {
        Durable { hard_state: HardState::default(), snapshot: None, entries: Vec::new() }
    }
}

/// Why something was refused. What to do next is what it prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refused {
    /// Only a leader can do this.
    NotLeader {
        /// The leader to ask instead, if this server knows it.
        leader: Option<NodeId>,
    },
    /// The leader is handing its lead over.
    Transferring {
        /// To this server.
        to: NodeId,
    },
    /// Too many bytes wait to be committed: see [`Limits`](crate::Limits).
    TooMuchUncommitted,
    /// An earlier change of membership is under way.
    ChangeInProgress {
        /// The entry that began it.
        since: LogIndex,
    },
    /// The leader has not yet committed an entry of its own term.
    NotCommittedInTerm,
    /// A cluster needs a voter.
    NoVoters,
    /// Only another voter can take the lead.
    NoOtherVoter {
        /// This is none.
        target: NodeId,
    },
    /// The answer of the leader has not come.
    Unanswered,
}

impl Refused {
    /// The turn that a step takes with this answer.
    pub(crate) fn mark(self) -> Mark {
        match self {
            Refused::NotLeader { .. } | Refused::Unanswered => Mark::NotLeader,
            Refused::Transferring { .. } => Mark::Transferring,
            Refused::TooMuchUncommitted => Mark::TooMuchUncommitted,
            Refused::ChangeInProgress { .. } => Mark::ChangeInProgress,
            Refused::NotCommittedInTerm => Mark::NotCommittedInTerm,
            Refused::NoVoters | Refused::NoOtherVoter { .. } => Mark::Impossible,
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::NotLeader { leader: Some(leader) } => {
                write!(f, "not the leader: ask {leader}")
            }
            Refused::NotLeader { leader: None } => {
                write!(f, "no leader is known: ask another server, or again after an election")
            }
            Refused::Transferring { to } => {
                write!(f, "the lead goes to {to}: ask there, or again after an election timeout")
            }
            Refused::TooMuchUncommitted => {
                write!(f, "too much is uncommitted: ask again when something has been committed")
            }
            Refused::ChangeInProgress { since } => {
                write!(f, "the change at {since} is under way: ask again when it is done")
            }
            Refused::NotCommittedInTerm => {
                write!(f, "the leader is new: ask again when it has committed its first entry")
            }
            Refused::NoVoters => write!(f, "nobody would vote: name a voter"),
            Refused::NoOtherVoter { target } => {
                write!(f, "{target} cannot take the lead: name another voter")
            }
            Refused::Unanswered => write!(f, "the leader has not answered: ask again"),
        }
    }
}

impl std::error::Error for Refused {}

/// The answer to a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Read {
    /// Which read.
    pub id: ReadId,
    /// Apply all entries up to here, then answer the client from the state machine.
    pub answer: Result<LogIndex, Refused>,
}

/// Everything one step wants done. Reuse one value for all steps: its buffers are kept.
#[derive(Clone, Debug)]
pub struct Output<C = Vec<u8>> {
    /// Make this durable, then step [`Input::Persisted`].
    pub write: Option<Write<C>>,
    /// Send these, in any order and at any time from now on.
    pub messages: Vec<Message<C>>,
    /// Put the state machine into this state, before anything in `committed`.
    pub restore: Option<Arc<Snapshot>>,
    /// Newly committed entries: apply them in this order, once.
    pub committed: Vec<Entry<C>>,
    /// The answer to a proposal, a change or a transfer: the last entry that it appended, or of
    /// which the new leader must hear first; or why it was refused.
    pub answer: Option<Result<LogId, Refused>>,
    /// Answers to reads, of this step's or of earlier ones.
    pub reads: Vec<Read>,
    /// This server has stopped for good, because a write failed. Call the crash handler.
    pub halted: bool,
    /// Which turns the step took.
    #[cfg(feature = "marks")]
    pub marks: crate::mark::Marks,
    /// Messages of this step that rest on what it wrote; the node moves them on before it returns.
    pub(crate) promises: Vec<Message<C>>,
    spare: Vec<Vec<Entry<C>>>,
}

impl<C> Default for Output<C> {
    fn default() -> Self {
        Output {
            write: None,
            messages: Vec::new(),
            restore: None,
            committed: Vec::new(),
            answer: None,
            reads: Vec::new(),
            halted: false,
            #[cfg(feature = "marks")]
            marks: crate::mark::Marks::default(),
            promises: Vec::new(),
            spare: Vec::new(),
        }
    }
}

impl<C> Output<C> {
    /// How many entry buffers are kept for reuse.
    const SPARES: usize = 64;

    /// Forgets what the last step wanted and keeps the buffers.
    pub fn clear(&mut self) {
        self.write = None;
        self.messages.clear();
        self.restore = None;
        self.committed.clear();
        self.answer = None;
        self.reads.clear();
        self.halted = false;
        #[cfg(feature = "marks")]
        {
            self.marks = crate::mark::Marks::default();
        }
        self.promises.clear();
    }

    /// The step takes a turn.
    #[cfg(feature = "marks")]
    pub(crate) fn mark(&mut self, mark: Mark) {
        self.marks.insert(mark);
    }

    /// The step takes a turn, and nobody wants to know.
    #[cfg(not(feature = "marks"))]
    pub(crate) fn mark(&mut self, _mark: Mark) {}

    /// Gives a used entry buffer back, so that a later message or write need not allocate.
    pub fn recycle(&mut self, mut entries: Vec<Entry<C>>) {
        if entries.capacity() > 0 && self.spare.len() < Self::SPARES {
            entries.clear();
            self.spare.push(entries);
        }
    }

    pub(crate) fn buffer(&mut self) -> Vec<Entry<C>> {
        self.spare.pop().unwrap_or_default()
    }
}
