//! tmp
pub mod cluster;
pub mod disk;
pub mod event;
pub mod goal;
pub mod history;
pub mod moves;
pub mod network;
pub mod oracle;
pub mod ours;
pub mod replica;
pub mod schedule;
pub mod violation;
pub mod watch;
