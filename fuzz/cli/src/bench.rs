//! The bench.

#[allow(dead_code)]
mod stats;
