//! Reports: from a failing schedule to a minimal one, and to a story of it.

pub mod narrator;
pub mod shrink;
pub mod story;
