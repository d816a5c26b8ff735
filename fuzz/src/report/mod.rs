//! Reports: from a failing schedule to a minimal one, and to a story of it.

pub mod folding;
pub mod line;
pub mod narrator;
pub mod recovery_steps;
pub mod shrink;
pub mod story;
