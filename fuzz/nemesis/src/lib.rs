//! A cluster of real processes under real faults, its history judged.
//!
//! The fuzzer of this project knows every step of every node, in memory. This package knows nothing
//! but what a user knows: it starts a program, asks it over TCP, kills it. [`run`] starts the
//! cluster ([`cluster`], [`node`]) with a proxy before each node ([`network`], [`origin`]); clients
//! ([`client`], [`resp`], [`value`]) read, write, swap and count at any node, and all that they see
//! is recorded ([`history`]); the [`nemesis`] makes the faults of a seeded [`plan`]. When all is
//! healed, every key is read at every node, and two checkers must agree that the history is
//! linearizable ([`operations`], [`judge`]). The [`report`] fails a run that proves nothing, and
//! prints each [`finding`].

pub mod client;
pub mod cluster;
pub mod finding;
pub mod history;
pub mod judge;
pub mod nemesis;
pub mod network;
pub mod node;
pub mod operations;
pub mod origin;
pub mod plan;
pub mod report;
pub mod resp;
pub mod run;
pub mod value;
