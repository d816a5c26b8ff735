//! Leaf: the result of a campaign, in this process or in another.

/// The result of a campaign.
#[derive(Debug, Default, PartialEq)]
pub struct CampaignResult {
    /// The fingerprint of the first violation.
    pub found: Option<String>,
    /// Executions, including that of the find.
    pub executions: u64,
    /// Primitive events in all of them.
    pub events: u64,
    /// CPU seconds, including the construction of the engine.
    pub cpu_seconds: f64,
    /// The first execution in which the branch with the bug was entered.
    pub reached: Option<u64>,
    /// The first execution in which its decision differed from correct Raft's.
    pub triggered: Option<u64>,
}
