//! Reports: from a failing schedule to the smallest one, and to a story that anyone can read.

pub mod narrator;
pub mod shrink;
pub mod story;
