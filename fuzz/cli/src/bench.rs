//! The bench.

#[allow(dead_code)]
mod campaign;
#[allow(dead_code)]
mod rows;
#[allow(dead_code)]
mod stats;
