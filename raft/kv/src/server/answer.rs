//! What goes into a server besides requests, and what comes out of it.

use raft::{LogIndex, NodeId, Role, Term, Write};

use crate::command::Command;
use crate::machine::Response;
use crate::server::policy::{Policy, SnapshotJob};
use crate::wire::Frame;

/// Names a request until it is answered. The caller chooses it.
pub type Token = u64;

/// The answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// What the state machine responded.
    Response(Response),
    /// The result of an operator's request.
    Operated(Result<String, String>),
    /// It may have taken effect, or may yet.
    Unknown,
    /// It has not taken effect and never will: there was no leader in time.
    NoLeader,
    /// It has not taken effect and never will: too many requests wait.
    Busy,
    /// It has not taken effect and never will: the server stops.
    Stopping,
    /// It has not taken effect and never will: a disk is full.
    DiskFull,
}

/// How much space a disk has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    /// Enough.
    Enough,
    /// Enough for what is under way, and for a snapshot: a leader accepts no more.
    Low,
    /// Too little for entries of clients and for a snapshot.
    None,
}

impl Space {
    /// What `left` bytes are for a server that keeps `reserve` bytes free and whose state has
    /// `state` bytes. A snapshot is as large as the state, and two may be on the disk.
    pub fn of(left: u64, reserve: u64, state: u64) -> Space {
        match left {
            left if left >= reserve.saturating_add(2 * state) => Space::Enough,
            left if left >= (reserve / 2).saturating_add(state + state / 4) => Space::Low,
            _ => Space::None,
        }
    }
}

/// What a call asks the caller to do.
#[derive(Debug, Default)]
pub struct Effects {
    /// Send these, or lose them.
    pub frames: Vec<(NodeId, Frame)>,
    /// Make these durable, in this order, and then call
    /// [`persisted`](crate::server::Server::persisted).
    pub writes: Vec<Write<Command>>,
    /// Answer these requests.
    pub answers: Vec<(Token, Answer)>,
    /// Log these.
    pub events: Vec<Event>,
    /// Encode this state, at any time, and call
    /// [`snapshot_taken`](crate::server::Server::snapshot_taken).
    pub snapshot: Option<SnapshotJob>,
    /// The server has stopped for good, for this reason.
    pub halted: Option<String>,
}

/// Something that operators want to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The role or the term changed, or the leader that this server knows.
    Role {
        /// The term.
        term: Term,
        /// The role in it.
        role: Role,
        /// The leader, if known.
        leader: Option<NodeId>,
    },
    /// The membership in force changed.
    Membership(raft::Membership),
    /// The log was compacted up to here.
    Compacted(LogIndex),
    /// A leader's snapshot was installed.
    Restored(LogIndex),
    /// An operator's request made progress or ended.
    Operation(String),
}

/// How many of each there were since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Commands applied.
    pub applied: u64,
    /// Batches of proposals.
    pub batches: u64,
    /// Writes of clients answered.
    pub writes: u64,
    /// Reads of clients answered, stale ones too.
    pub reads: u64,
    /// Rounds that confirmed reads.
    pub read_rounds: u64,
    /// Requests whose outcome is unknown.
    pub unknown: u64,
    /// Requests refused.
    pub refused: u64,
    /// Elections that this server won.
    pub elections: u64,
    /// Snapshots taken.
    pub snapshots: u64,
    /// Snapshots installed from a leader.
    pub restored: u64,
}

/// Bounds and times, in ticks.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// A request is answered within this many ticks.
    pub patience: u64,
    /// An operator's request is answered within this many ticks.
    pub operation_patience: u64,
    /// What has not been answered after this many ticks is sent again.
    pub resend: u64,
    /// At most this many requests wait, writes and reads each.
    pub waiting: usize,
    /// The writes that wait have at most this many bytes.
    pub waiting_bytes: usize,
    /// When to take snapshots.
    pub policy: Policy,
}

impl Default for Settings {
    /// For ticks of 30 milliseconds.
    fn default() -> Settings {
        Settings {
            patience: 170,
            operation_patience: 1000,
            resend: 20,
            waiting: 1 << 16,
            waiting_bytes: 64 << 20,
            policy: Policy::default(),
        }
    }
}
