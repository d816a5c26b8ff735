//! Search: where schedules come from. A generator draws them blindly, the mutator changes what
//! libFuzzer kept, and the explorer goes on from clusters in which something new happened.

pub mod explorer;
pub mod generator;
pub mod mutator;
