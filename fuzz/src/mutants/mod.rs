//! The seeded bugs: real ones of Raft, one line each over the table of rules or over the host.
//!
//! Promises: each mutant differs from Raft in the rules of its row and in nothing else; each names
//! the oracle that must catch its killing schedule, `artifacts/mutant/<name>`, which has no
//! violation on correct Raft. Bugs of Raft are other rules, here and
//! in the tables below; bugs of the host are flags of [`Driver`], which the cluster obeys; bugs of
//! the store below the host are rules of the store, in `storage.rs`. Beside them stand the legal
//! variants of our Raft, which no oracle may catch, in `variants.rs`.

pub mod bench;
mod beyond;
mod catalogue;
mod mutant;
mod paper;
pub mod storage;
pub mod variants;

pub use crate::mutants::catalogue::{all, named};
pub use crate::mutants::mutant::Mutant;

use crate::mutants::bench::Seed;
use crate::mutants::variants::Variant;
use crate::replica::driver::Driver;
use crate::replica::gate::GatedRules;
use crate::replica::ours::Ours;
use crate::replica::system_under_test::{SystemUnderTest, UnknownMutant};

/// Our Raft without a seeded bug.
pub fn raft() -> SystemUnderTest<Ours> {
    SystemUnderTest { options: GatedRules::RAFT, driver: Driver::CORRECT, storage: () }
}

/// Our Raft, or the mutant, the seed of the bench or the legal variant called `name`.
pub fn system_under_test(name: Option<&str>) -> Result<SystemUnderTest<Ours>, UnknownMutant> {
    let Some(name) = name else { return Ok(raft()) };
    let mutant = named(name).map(Mutant::system_under_test);
    let seed = || Seed::named(name).map(Seed::system_under_test);
    let variant = || variants::named(name).map(Variant::system_under_test);
    mutant.or_else(seed).or_else(variant).ok_or_else(|| UnknownMutant(name.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::ORACLES;

    #[test]
    fn every_mutant_has_a_unique_name_and_an_existing_oracle() {
        for (place, mutant) in all().enumerate() {
            assert!(all().take(place).all(|other| other.name != mutant.name));
            assert!(ORACLES.iter().any(|info| info.name == mutant.caught_by), "{}", mutant.name);
            assert!(!mutant.source.is_empty());
        }
    }
}
