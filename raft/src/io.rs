//! The interface of a [`Node`](crate::Node): one [`Input`] in, one [`Output`] out.

use std::fmt;
use std::sync::Arc;

use crate::entry::{Entry, Snapshot};
use crate::ids::{LogId, LogIndex, NodeId, Term};
use crate::mark::Mark;
use crate::message::Message;
use crate::quorum::NodeSet;
use crate::state::HardState;

/// One event at a server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Input<C = Vec<u8>> {
    /// One unit of time passed on this server's clock.
    Tick,
    /// This server's wall clock shows this: only for [`Config::wall_lease`]. It may have been set
    /// back. Step this before each other input, if the clock shows something else than before: a
    /// read that is answered by a reading of the past can be stale.
    ///
    /// [`Config::wall_lease`]: crate::Config::wall_lease
    Clock(u64),
    /// The election timer fires now, whatever the clock shows. It has no effect while the disk
    /// hangs, and leases can forbid it, see [`Config::lease_reads`](crate::Config::lease_reads).
    Campaign,
    /// A client proposes a command.
    Propose(C),
    /// Several commands at once: they share messages and one write.
    ProposeAll(Vec<C>),
    /// A client requests the index up to which entries must be applied before a read is answered
    /// (dissertation, 6.4).
    Read(ReadId),
    /// An operator changes the membership (section 6). The answer is the entry of the first step;
    /// the leader takes further steps by itself. With [`Config::catch_up`](crate::Config::catch_up)
    /// and new voters that are learners already, it is the last entry of the log.
    Change {
        /// The new voters.
        voters: NodeSet,
        /// The new learners.
        learners: NodeSet,
    },
    /// An operator transfers leadership to this server (dissertation, 3.10).
    Transfer(NodeId),
    /// The state machine has applied all entries up to here.
    Applied(LogIndex),
    /// The state machine's state, after all entries up to `index`, is `data`: the log is compacted
    /// up to there (section 7), but for [`Config::tail`](crate::Config::tail).
    Compact {
        /// The last entry that the state covers; it has been applied.
        index: LogIndex,
        /// The state, from which another server's state machine can be restored.
        data: Arc<[u8]>,
    },
    /// A message arrived.
    Receive(Message<C>),
    /// The transport reports what became of a message to a peer. Reports are optional, and may be
    /// late, repeated or wrong.
    Report {
        /// The peer.
        to: NodeId,
        /// What it reports.
        report: Report,
    },
    /// The answer to a request of [`Output::fetches`], at any time after it. With CheckQuorum, a
    /// leader steps down if its disk completes neither a write nor a read for an election timeout.
    Fetched {
        /// The request.
        fetch: Fetch,
        /// Its entries, from the first on: at least one, and at most as many as requested.
        entries: Result<Vec<Entry<C>>, Unread>,
    },
    /// The write with this id, and all before it, is durable.
    Persisted(WriteId),
    /// The write with this id failed; how much of it reached the disk is unknown.
    PersistFailed(WriteId),
}

/// What a transport reports of a message to a peer. A report promises nothing: only the peer's own
/// replies show what it stores, and that it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Report {
    /// A message was handed over. The peer may not have processed it.
    Delivered,
    /// The peer could not be reached, or a request to it timed out. The message may have arrived,
    /// or may still arrive.
    Failed,
    /// All chunks of a snapshot that were sent were handed over.
    SnapshotDelivered,
    /// A chunk of a snapshot could not be handed over, or the peer could not install it.
    SnapshotFailed,
}

impl Report {
    /// All of them.
    pub const ALL: [Report; 4] =
        [Report::Delivered, Report::Failed, Report::SnapshotDelivered, Report::SnapshotFailed];
}

/// Identifies one write of one incarnation of a server. Writes are made durable in the order of
/// their ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WriteId(pub u64);

/// Identifies one read of one client. The answer carries it back; the caller chooses it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReadId(pub u64);

/// A request to read entries of the log from the disk, where they are durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fetch {
    /// The server that they are going to be sent to.
    pub to: NodeId,
    /// The term in which they are going to be sent.
    pub term: Term,
    /// The index of the first.
    pub first: LogIndex,
    /// How many.
    pub count: usize,
}

/// Why entries could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unread {
    /// The read failed; another one may succeed.
    Failed,
    /// They have been compacted since.
    Compacted,
}

/// A change to the durable state.
///
/// A crash can tear a write. So its parts must reach the disk in the order of the fields: the hard
/// state, then the truncation, then the snapshot with the removal of the entries that it covers,
/// then the entries from the first on. Other orders are not safe: an entry of a term that the hard
/// state has not reached can be overwritten by an older term, and entries that conflict with a
/// snapshot must not remain after it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Write<C = Vec<u8>> {
    /// Its id, to be passed to [`Input::Persisted`].
    pub id: WriteId,
    /// The new hard state, if it changed.
    pub hard_state: Option<HardState>,
    /// Remove this entry and all that follow it, before appending.
    pub truncate_from: Option<LogIndex>,
    /// The new snapshot, which covers all entries up to its last: remove them, but for the tail.
    pub snapshot: Option<Arc<Snapshot>>,
    /// With a snapshot: how many of the last entries that it covers stay. A store may remove them
    /// all the same.
    pub tail: u64,
    /// Entries to append, in order.
    pub entries: Vec<Entry<C>>,
}

/// The durable state from which a server starts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Durable<C = Vec<u8>> {
    /// Term and vote.
    pub hard_state: HardState,
    /// The last snapshot.
    pub snapshot: Option<Arc<Snapshot>>,
    /// The log, from the entry after the snapshot's last on, or from an earlier one; without a
    /// snapshot, from index 1 on.
    pub entries: Vec<Entry<C>>,
    /// The last entry that the state machine has applied, if it keeps its state on a disk of its
    /// own: only later entries are handed out. It may lie before the snapshot's last entry (the
    /// caller then restores the machine from the snapshot), or behind the end of the log, whose
    /// last writes can be lost although their entries were committed and applied.
    pub applied: LogIndex,
}

impl<C> Default for Durable<C> {
    fn default() -> Self {
        Durable {
            hard_state: HardState::default(),
            snapshot: None,
            entries: Vec::new(),
            applied: LogIndex(0),
        }
    }
}

/// Why a request was refused. Its display text says what to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refused {
    /// Only a leader can serve this request.
    NotLeader {
        /// The leader to send the request to, if this server knows it.
        leader: Option<NodeId>,
    },
    /// The leader is transferring its leadership.
    Transferring {
        /// The target of the transfer.
        to: NodeId,
    },
    /// Too many bytes are uncommitted: see [`Limits`](crate::Limits).
    TooMuchUncommitted,
    /// An earlier membership change is in progress.
    ChangeInProgress {
        /// The index of that change's last entry so far.
        since: LogIndex,
    },
    /// The leader has not yet committed an entry of its own term.
    NotCommittedInTerm,
    /// A membership needs at least one voter.
    NoVoters,
    /// Leadership can be transferred only to another voter.
    NoOtherVoter {
        /// The target, which is not another voter.
        target: NodeId,
    },
    /// The leader has not replied to a forwarded read.
    Unanswered,
}

impl Refused {
    /// The coverage mark of this refusal.
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
            Refused::NoVoters => write!(f, "a membership needs a voter: name one"),
            Refused::NoOtherVoter { target } => {
                write!(f, "{target} is not another voter: transfer leadership to one")
            }
            Refused::Unanswered => write!(f, "the leader has not replied: ask again"),
        }
    }
}

impl std::error::Error for Refused {}

/// The end of a request that takes several steps, at the leader that accepted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ended {
    /// A leadership transfer.
    Transfer {
        /// The target.
        to: NodeId,
        /// This server follows a newer term after it has sent TimeoutNow; else it has given up, and
        /// the target may take over all the same.
        done: bool,
    },
    /// A membership change.
    Change {
        /// The entry of its first step.
        since: LogIndex,
        /// The membership is committed; else this server leads no more, and the next leader may
        /// finish the change or undo it.
        done: bool,
    },
}

/// The answer to a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Read {
    /// The id of the read.
    pub id: ReadId,
    /// Apply all entries up to this index, then answer the client from the state machine; or why
    /// the read was refused.
    pub answer: Result<LogIndex, Refused>,
}

/// The effects of one step, for the caller to carry out. Reuse one value for all steps: it keeps
/// its buffers.
#[derive(Clone, Debug)]
pub struct Output<C = Vec<u8>> {
    /// Make this durable, then step [`Input::Persisted`].
    pub write: Option<Write<C>>,
    /// Send these, in any order and at any time from now on.
    pub messages: Vec<Message<C>>,
    /// Read these, each for itself, and step [`Input::Fetched`].
    pub fetches: Vec<Fetch>,
    /// Restore the state machine from this snapshot, before applying `committed`.
    pub restore: Option<Arc<Snapshot>>,
    /// Newly committed entries: apply them in this order, once.
    pub committed: Vec<Entry<C>>,
    /// The answer to a proposal, a change or a transfer: the last entry that it appended (for a
    /// transfer, the last entry that the target must store first); or why it was refused.
    pub answer: Option<Result<LogId, Refused>>,
    /// Answers to reads that were requested in this step or earlier ones: each read is answered
    /// once, unless this server stops.
    pub reads: Vec<Read>,
    /// Transfers and changes that were accepted in earlier steps, or in this one, and have ended:
    /// each ends once, unless this server stops.
    pub ended: Vec<Ended>,
    /// This server has halted permanently, because a write failed. Call the crash handler.
    pub halted: bool,
    /// The coverage marks that the step hit.
    #[cfg(feature = "marks")]
    pub marks: crate::mark::Marks,
    /// Messages of this step that rest on its write; the step moves them on before it returns.
    pub(crate) promises: Vec<Message<C>>,
    spare: Vec<Vec<Entry<C>>>,
}

impl<C> Default for Output<C> {
    fn default() -> Self {
        Output {
            write: None,
            messages: Vec::new(),
            fetches: Vec::new(),
            restore: None,
            committed: Vec::new(),
            answer: None,
            reads: Vec::new(),
            ended: Vec::new(),
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

    /// Removes the effects of the last step and keeps the buffers.
    pub fn clear(&mut self) {
        self.write = None;
        self.messages.clear();
        self.fetches.clear();
        self.restore = None;
        self.committed.clear();
        self.answer = None;
        self.reads.clear();
        self.ended.clear();
        self.halted = false;
        #[cfg(feature = "marks")]
        {
            self.marks = crate::mark::Marks::default();
        }
        self.promises.clear();
    }

    /// The step hits a mark.
    #[cfg(feature = "marks")]
    pub(crate) fn mark(&mut self, mark: Mark) {
        self.marks.insert(mark);
    }

    /// The step hits a mark, which is not recorded.
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
