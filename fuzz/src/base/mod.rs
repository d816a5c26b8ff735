//! Leaf modules: every other folder may use them, and they use no other folder.

pub mod canary;
pub mod capabilities;
pub mod cloning;
pub mod counts;
pub mod hash;
pub mod message;
pub mod quorum;
pub mod renamed;
pub mod table;
