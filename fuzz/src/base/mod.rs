//! Leaves: what every other folder may use, and what uses nothing of theirs.

pub mod canary;
pub mod capabilities;
pub mod counts;
pub mod hash;
pub mod message;
pub mod quorum;
pub mod renamed;
pub mod table;
