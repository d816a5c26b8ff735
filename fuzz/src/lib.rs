//! tmp
pub mod cluster;
pub mod disk;
pub mod event;
pub mod generator;
pub mod goal;
pub mod history;
pub mod moves;
pub mod mutants;
pub mod network;
pub mod oracle;
pub mod ours;
pub mod panics;
pub mod replica;
pub mod run;
pub mod schedule;
pub mod violation;
pub mod watch;
