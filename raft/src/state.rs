//! Figure 2's persistent state besides the log, and the role of a server.

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

/// The role of a server in its term (section 5.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Passive: replies to leaders and candidates.
    #[default]
    Follower,
    /// Requests votes.
    Candidate,
    /// Handles all client requests.
    Leader,
    /// Requests Pre-Votes, before it may become a candidate (dissertation, 9.6).
    PreCandidate,
}

impl Role {
    /// This role in the paper, where pre-candidates are followers.
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
