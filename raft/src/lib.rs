//! Raft as a pure state machine: one input in, one output out.
//!
//! [`Node::step`] takes one [`Input`] and fills one [`Output`]. There is no clock, no randomness,
//! no thread and no I/O inside, so the same inputs give the same outputs on every machine, and a
//! whole cluster can be run, replayed and explored in one process.
//!
//! # The caller's contract
//!
//! 1. Call [`Node::step`] once for each event, in the order in which the events happen.
//! 2. Make each [`Output::write`] durable, in the order of the outputs and with its parts in the
//!    order of [`Write`]'s fields, and then step [`Input::Persisted`]; if the write fails, step
//!    [`Input::PersistFailed`], and call your crash handler if [`Output::halted`] is set.
//! 3. Send [`Output::messages`] at any time, or lose them: the node itself holds back a message
//!    that makes a promise (a vote, an acknowledgement, a candidacy) until the write that the
//!    message rests on is durable.
//! 4. Apply [`Output::committed`] in order, after restoring the state machine from
//!    [`Output::restore`] if that is set; after a restart, restore it from [`Durable::snapshot`],
//!    and the entries after the snapshot's last (without a snapshot, all entries) come again.
//! 5. Answer each of [`Output::fetches`] with [`Input::Fetched`], once and at any time, though a
//!    leader may step down meanwhile. There are none without [`Limits::cached_entries`].
//! 6. With [`Config::wall_lease`]: step [`Input::Clock`] before each other input, if the clock
//!    shows something else than before.
//!
//! A server that has lost durable state must never restart under its old id, unless that was
//! removed before: see [`Config::joining`].
//!
//! Writes are asynchronous: nothing blocks, and a node processes inputs while writes are pending.
//!
//! The worked example of this contract is the key-value store in `kv/`: its `server` steps a node,
//! with sessions, forwarding, reads and membership changes around it, and its `node` has the
//! sockets, the disk and the clock. `store/` makes writes durable.
//!
//! # A cluster of three
//!
//! ```
//! use raft::{Config, Durable, Input, Membership, Node, NodeId, NodeSet, Output, Payload};
//!
//! let membership = Membership::new(NodeSet::first(3));
//! let mut nodes: Vec<Node<&str>> = (0..3)
//!     .map(|id| Config::new(NodeId(id), membership))
//!     .map(|config| Node::start(config, Durable::default()))
//!     .collect();
//!
//! // An ideal host: writes are durable at once, messages arrive at once.
//! let mut applied = Vec::new();
//! let mut run = |first: usize, input: Input<&'static str>, nodes: &mut Vec<Node<&'static str>>| {
//!     let mut todo = std::collections::VecDeque::from([(first, input)]);
//!     while let Some((id, input)) = todo.pop_front() {
//!         let mut output = Output::default();
//!         nodes[id].step(input, &mut output);
//!         if let Some(write) = output.write {
//!             todo.push_back((id, Input::Persisted(write.id)));
//!         }
//!         for message in output.messages {
//!             todo.push_back((usize::from(message.to.0), Input::Receive(message)));
//!         }
//!         applied.extend(output.committed.into_iter().map(|entry| (id, entry.payload)));
//!     }
//! };
//! run(0, Input::Campaign, &mut nodes);
//! run(0, Input::Propose("x = 7"), &mut nodes);
//! run(0, Input::Tick, &mut nodes);
//! run(0, Input::Tick, &mut nodes); // The heartbeat carries the commit index to the followers.
//! assert!((0..3).all(|id| applied.contains(&(id, Payload::Command("x = 7")))));
//! ```
//!
//! # Features, and differences from the dissertation
//!
//! - Elections and replication (5), always: a new leader appends a no-op (8); a rejection carries a
//!   hint (end of 5.3); the election timeout is a hash of id, term and seed, and not random.
//! - Asynchronous persistence (10.2.1), always: see [`rules::waits_for_disk`] for what waits.
//! - Pre-Vote (9.6), [`Config::pre_vote`]: requested in the current term, not in the next; the
//!   request changes nothing at its receiver.
//! - CheckQuorum and leader stickiness (6.2, 4.2.3), [`Config::check_quorum`].
//! - Election priority, [`Config::election_delay`]: a longer election timeout, so that it costs no
//!   election.
//! - Leadership transfer (3.10), [`Input::Transfer`]: aborted after an election timeout; a
//!   TimeoutNow that was sent cannot be revoked.
//! - Snapshots (7), [`Input::Compact`]: in memory; a transfer that has begun continues although
//!   there is a newer snapshot.
//! - A tail of entries behind the snapshot, [`Config::tail`]: there are two boundaries then, the
//!   first entry of the log and the last entry of the snapshot; a follower that installs a snapshot
//!   keeps a tail only of a log that contains the snapshot's last entry.
//! - A log that is read at run time, [`Limits::cached_entries`] and [`Output::fetches`]: only the
//!   newest entries stay in memory. While a read is pending, its follower is sent heartbeats and no
//!   entries. What is not yet applied stays in memory, and so do terms and sizes of all entries; a
//!   start reads the whole log.
//! - Membership (4), [`Input::Change`]: one step where that is safe, otherwise joint consensus,
//!   which the leader ends by itself. New voters catch up first with [`Config::catch_up`]; without
//!   it, the caller makes sure that a learner is up to date before proposing to promote it.
//! - Reads (6.4), [`Input::Read`]: refused, not queued, until the leader has committed in its term.
//!   AppendEntries carries the time of the read as a [`Stamp`], so that no earlier reply confirms
//!   the read.
//! - Leases (6.4.1), [`Config::lease_reads`]: two ticks shorter than the election timeout; a server
//!   grants no vote for an election timeout after its start; no leases for the rest of the term
//!   once TimeoutNow was sent.
//! - Leases by wall clocks (LeaseGuard, YugabyteDB), [`Config::wall_lease`]: voters withhold no
//!   votes; a new leader commits nothing before the leases of older leaders are over. Clocks may
//!   drift and be set back, within a bound.
//! - Pipelining and limits (10.2), [`Limits`]: the in-flight window is counted in entries and
//!   bytes.
//! - Reports of the transport (etcd), [`Input::Report`]: a failed message or snapshot is sent again
//!   sooner; nothing else depends on a report.
//! - Slow application, [`Input::Applied`]; state machines with a disk of their own,
//!   [`Durable::applied`].
//! - Client sessions (6.3), [`session`]: a layer beside the core.
//!
//! The decisions on which safety rests are in [`rules`]; begin reading there.

mod config;
mod entry;
mod ids;
mod io;
mod log;
pub mod mark;
mod membership;
mod message;
mod node;
mod progress;
mod quorum;
pub mod rules;
pub mod session;
mod stamp;
mod state;

pub use config::{Config, Limits, WallLease};
pub use entry::{Command, Entry, Payload, Snapshot};
pub use ids::{LogId, LogIndex, NodeId, Term};
pub use io::{
    Durable, Ended, Fetch, Input, Output, Read, ReadId, Refused, Report, Unread, Write, WriteId,
};
pub use log::Log;
pub use membership::{Membership, Memberships};
pub use message::{Appended, Body, Kind, Message, SnapshotChunk};
pub use node::{Node, Status};
pub use progress::{Progress, ProgressState};
pub use quorum::NodeSet;
pub use rules::{Promise, Rules};
pub use stamp::{Nonce, Stamp};
pub use state::{HardState, Role};
