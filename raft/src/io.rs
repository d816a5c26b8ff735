//! Everything that crosses the border of a [`Node`](crate::Node): one [`Input`] in, one
//! [`Output`] out.

use crate::message::Message;
use crate::types::{Entry, HardState, LogId, LogIndex, NodeId};

/// One thing that happens to a server.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Input<C = Vec<u8>> {
    /// One unit of time passed on this server's clock.
    Tick,
    /// The election timeout elapses now, whatever the clock says.
    Campaign,
    /// A client asks this server to replicate a command.
    Propose(C),
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

/// What must be made durable, as a change to what is durable already.
///
/// If it is torn by a crash, the parts must reach the disk in the order of the fields: the hard
/// state, then the truncation, then the entries from the first on. Other orders are not safe: an
/// entry of a term that the hard state has not reached can be overwritten by an older term.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Write<C = Vec<u8>> {
    /// Its name, to be given back in [`Input::Persisted`].
    pub id: WriteId,
    /// The new hard state, if it changed.
    pub hard_state: Option<HardState>,
    /// Remove this entry and all that follow it, before appending.
    pub truncate_from: Option<LogIndex>,
    /// Entries to append, in order.
    pub entries: Vec<Entry<C>>,
}

/// What a server is started from: all that it ever made durable.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Durable<C = Vec<u8>> {
    /// Term and vote.
    pub hard_state: HardState,
    /// The log, from index 1 on.
    pub entries: Vec<Entry<C>>,
}

impl<C> Default for Durable<C> {
    fn default() -> Self {
        Durable { hard_state: HardState::default(), entries: Vec::new() }
    }
}

/// Why a proposal was refused: this server is not the leader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NotLeader {
    /// The leader to ask instead, if this server knows it.
    pub leader: Option<NodeId>,
}

/// Everything one step wants done. Reuse one value for all steps: its buffers are kept.
#[derive(Clone, Debug)]
pub struct Output<C = Vec<u8>> {
    /// Make this durable, then step [`Input::Persisted`].
    pub write: Option<Write<C>>,
    /// Send these, in any order and at any time from now on.
    pub messages: Vec<Message<C>>,
    /// Newly committed entries: apply them in this order, once.
    pub committed: Vec<Entry<C>>,
    /// The answer to [`Input::Propose`]: where the command was appended, or who leads instead.
    pub proposal: Option<Result<LogId, NotLeader>>,
    /// This server has stopped for good, because a write failed. Call the crash handler.
    pub halted: bool,
    /// Messages of this step that rest on what it wrote; the node moves them on before it returns.
    pub(crate) promises: Vec<Message<C>>,
    spare: Vec<Vec<Entry<C>>>,
}

impl<C> Default for Output<C> {
    fn default() -> Self {
        Output {
            write: None,
            messages: Vec::new(),
            committed: Vec::new(),
            proposal: None,
            halted: false,
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
        self.committed.clear();
        self.proposal = None;
        self.halted = false;
        self.promises.clear();
    }

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
