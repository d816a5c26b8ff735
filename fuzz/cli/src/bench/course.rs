//! Leaf: how a campaign went, whoever ran it.

/// How a campaign went.
#[derive(Debug, Default, PartialEq)]
pub struct Course {
    /// The fingerprint of the first broken promise.
    pub found: Option<String>,
    /// Executions, that of the find among them.
    pub executions: u64,
    /// Primitive events in all of them.
    pub events: u64,
    /// CPU seconds, making the engine among them.
    pub cpu_seconds: f64,
    /// The first execution in which the branch with the bug was entered.
    pub reached: Option<u64>,
    /// The first execution in which it decided otherwise than true Raft.
    pub triggered: Option<u64>,
}
