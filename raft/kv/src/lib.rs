//! A replicated key-value store: the Raft of this project over TCP and disk.
//!
//! The worked example of the core's contract ([`raft`]): [`server`] steps the core and keeps what
//! clients wait for, without I/O; [`node`] puts sockets, a disk and a clock around it; [`resp`] and
//! [`request`] are what clients say; [`machine`] is what their commands do; [`cli`] and [`cluster`]
//! are for people. What is promised, and what happens at each failure: `README.md` beside this
//! package's `Cargo.toml`.

pub mod cli;
pub mod cluster;
pub mod codec;
pub mod command;
pub mod identity;
pub mod integer;
pub mod machine;
pub mod maelstrom;
pub mod node;
pub mod pem;
#[cfg(feature = "redb")]
pub mod redb_store;
pub mod request;
pub mod resp;
pub mod serve;
pub mod server;
pub mod stream;
pub mod tls;
pub mod wire;
