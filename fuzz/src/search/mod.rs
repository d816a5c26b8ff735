//! Search: where schedules come from. The generator draws them without feedback, the mutator
//! mutates the inputs in libFuzzer's corpus, and the explorer continues from archived checkpoints
//! of clusters in which a new path was taken.

pub mod checkpoint;
pub mod explorer;
pub mod generator;
pub mod mutator;
pub mod path_counts;
mod scenario;
mod script;
