//! The seeds of the bench: for now the mutants, five of them in the first tier.

use std::sync::LazyLock;

use crate::mutants::{self, Mutant};
use crate::ours::Ours;
use crate::subject::Subject;

/// Where a seed comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Set {
    /// A mutant as it is.
    Plain,
    /// A mutant whose bug is rarely awake.
    Deep,
}

/// What a seed may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// For tuning.
    Train,
    /// For measuring alone.
    Test,
}

/// A bug to be found.
pub struct Seed {
    /// Its name.
    pub name: &'static str,
    /// Where it comes from.
    pub set: Set,
    /// How hard it is to find, from 1 to 5.
    pub tier: u8,
    /// What it may be used for.
    pub half: Half,
    mutant: &'static Mutant,
}

impl Seed {
    /// Our Raft with this bug.
    pub fn subject(&'static self) -> Subject<Ours> {
        self.mutant.subject()
    }

    /// The size of the clusters that it is to be found in; else each schedule draws its own.
    pub fn nodes(&self) -> Option<u8> {
        None
    }
}

const FIRST_TIER: [&str; 5] = [
    "stale-vote-counted",
    "votes-twice",
    "vote-not-persisted",
    "truncates-without-conflict",
    "leads-without-quorum",
];

/// Every seed.
pub fn seeds() -> impl Iterator<Item = &'static Seed> {
    static SEEDS: LazyLock<Vec<Seed>> = LazyLock::new(|| {
        let seed = |(place, mutant): (usize, &'static Mutant)| Seed {
            name: mutant.name,
            set: Set::Plain,
            tier: if FIRST_TIER.contains(&mutant.name) { 1 } else { 3 },
            half: if place % 2 == 0 { Half::Train } else { Half::Test },
            mutant,
        };
        mutants::all().enumerate().map(seed).collect()
    });
    SEEDS.iter()
}
