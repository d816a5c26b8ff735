//! Figure 2's persistent state besides the log, and the part that a server plays.

use std::fmt;

use crate::ids::{NodeId, Term};

/// Figure 2's persistent state besides the log: latest term seen, and the vote given in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HardState {
    /// Latest term the server has seen.
    pub term: Term,
    /// The candidate that received this server's vote in `term`, or none.
    pub vote: Option<NodeId>,
}

/// Which part a server plays in its term (section 5.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Passive: answers leaders and candidates.
    #[default]
    Follower,
    /// Asking for votes.
    Candidate,
    /// Handles all client requests.
    Leader,
    /// A follower that asks whether it would win an election (Pre-Vote; dissertation, 9.6).
    PreCandidate,
}

impl Role {
    /// This role in the paper, which knows no pre-candidates: they are followers.
    pub fn in_paper(self) -> Role {
        match self {
            Role::PreCandidate => Role::Follower,
            role => role,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Role::Follower => "follower",
            Role::PreCandidate => "pre-candidate",
            Role::Candidate => "candidate",
            Role::Leader => "LEADER",
        })
    }
}
