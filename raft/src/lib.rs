//! Raft as a pure state machine: one door in, one door out.
//!
//! [`Node::step`] takes one [`Input`] and fills one [`Output`]. There is no clock, no randomness,
//! no thread and no I/O inside, so the same inputs give the same outputs on every machine, and a
//! whole cluster can be run, replayed and explored in one process.
//!
//! # The caller's contract
//!
//! 1. Call [`Node::step`] once for each thing that happens, in the order in which it happens.
//! 2. Make [`Output::write`] durable, in the order the writes were asked for and with the parts in
//!    the order of [`Write`]'s fields; then step [`Input::Persisted`], or [`Input::PersistFailed`]
//!    if it could not be done, and call your crash handler if the output says [`Output::halted`].
//! 3. Send [`Output::messages`] whenever you like, or lose them: what promises something (a vote,
//!    an acknowledgement, a candidacy) is kept back inside the node until the write it rests on is
//!    durable.
//! 4. Apply [`Output::committed`] in order; after a restart they come again from the first, or from
//!    the last one that [`Durable::snapshot`] stands for: put the state machine into that state
//!    before the start, and into that of [`Output::restore`] when there is one.
//!
//! A server that has lost what it made durable must not come back under its old name.
//!
//! Writing is asynchronous: nothing blocks, and a node goes on living between asking for a write
//! and hearing that it is done.
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
//! // A host that is always fast: writes are durable at once, messages arrive at once.
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
//! run(0, Input::Tick, &mut nodes); // The heartbeat tells the followers what is committed.
//! assert!((0..3).all(|id| applied.contains(&(id, Payload::Command("x = 7")))));
//! ```
//!
//! # What it can do, and where this differs from the dissertation
//!
//! - Elections and replication (5), always: a new leader appends a no-op (8); a refusal carries a
//!   hint (end of 5.3); the election timeout is a hash of name, term and seed, and not random.
//! - Asynchronous persistence (10.2.1), always: see [`rules::waits_for_disk`] for what waits.
//! - Pre-Vote (9.6), [`Config::pre_vote`]: asked in the current term, not in the next, and changes
//!   nothing at whoever is asked.
//! - CheckQuorum and stickiness (6.2, 4.2.3), [`Config::check_quorum`].
//! - Election priority, [`Config::handicap`]: as patience, so that it costs no election.
//! - Transfer (3.10), [`Input::Transfer`]: given up after an election timeout; what was told cannot
//!   be taken back.
//! - Snapshots (7), [`Input::Compact`]: in memory; the one under way goes on although there is a
//!   newer one; no tail of the log is kept behind it.
//! - Membership (4), [`Input::Change`]: one step where that is safe, else joint consensus, which
//!   the leader ends by itself. Learners are brought up to date before whoever proposes to promote
//!   them does so: the core does not wait.
//! - Reads (6.4), [`Input::Read`]: refused, not queued, until the leader has committed in its term.
//!   The moment of a question travels in AppendEntries, so that no old answer can confirm it.
//! - Leases (6.4.1), [`Config::lease_reads`]: two ticks shorter than the election timeout; a server
//!   that starts is deaf for as long; over for the term once the lead was offered.
//! - Pipelining and limits (10.2), [`Limits`]: the window is counted in entries and bytes.
//! - Slow application, [`Input::Applied`].
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

pub use config::{Config, Limits};
pub use entry::{Command, Entry, Payload, Snapshot};
pub use ids::{LogId, LogIndex, NodeId, Term};
pub use io::{Durable, Input, Output, Read, ReadId, Refused, Write, WriteId};
pub use log::Log;
pub use membership::{Membership, Memberships};
pub use message::{Appended, Body, Kind, Message, SnapshotChunk};
pub use node::{Node, Status};
pub use progress::{Progress, ProgressState};
pub use quorum::NodeSet;
pub use rules::{Promise, Rules};
pub use stamp::{Nonce, Stamp};
pub use state::{HardState, Role};
