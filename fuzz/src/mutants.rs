//! The seeded bugs: real ones of Raft, one line each over the table of rules or over the host.
//!
//! Promises: each mutant differs from Raft in what its line says and in nothing else; each names
//! the oracle that must catch its killing schedule, `artifacts/mutant/<name>`, which true Raft
//! survives. Only this file and the two tables below it know both Raft and its bugs.

use raft::Rules;

use crate::bench::Seed;
use crate::disk::Driver;
use crate::gate::{Decisions, Gate};
use crate::ours::Ours;
use crate::subject::{Subject, UnknownMutant};

/// The table of rules with some answers other than Raft's, each with its
/// [canary](crate::canary): what Raft would have answered is asked as well, and compared.
macro_rules! seeded {
    ($($rule:ident($($given:ident),*) => $answer:expr),+ $(,)?) => {
        raft::Rules {
            $($rule: |$($given),*| {
                crate::canary::held($answer, (raft::Rules::RAFT.$rule)($($given),*))
            },)+
            ..raft::Rules::RAFT
        }
    };
}

mod beyond;
mod paper;

/// One seeded bug.
pub struct Mutant {
    /// Its name.
    pub name: &'static str,
    /// Its ids in the catalogue of real bugs, where it has some.
    pub ids: &'static str,
    /// Where such a bug was.
    pub source: &'static str,
    /// The oracle that must catch its killing schedule.
    pub caught_by: &'static str,
    rules: Rules,
    driver: Driver,
}

impl Mutant {
    /// Our Raft with this bug.
    pub fn subject(&'static self) -> Subject<Ours> {
        self.behind(&[])
    }

    /// Our Raft with this bug, armed at a node while these gates are open there.
    pub fn behind(&'static self, gates: &'static [Gate]) -> Subject<Ours> {
        Subject { options: Decisions { rules: &self.rules, gates }, driver: self.driver }
    }

    /// The mutant called `name`.
    pub fn named(name: &str) -> Option<&'static Mutant> {
        all().find(|mutant| mutant.name == name)
    }
}

/// Every mutant.
pub fn all() -> impl Iterator<Item = &'static Mutant> {
    paper::MUTANTS.iter().chain(&beyond::MUTANTS)
}

const fn mutant(
    name: &'static str,
    ids: &'static str,
    source: &'static str,
    caught_by: &'static str,
    rules: Rules,
) -> Mutant {
    Mutant { name, ids, source, caught_by, rules, driver: Driver::CORRECT }
}

/// Our Raft on a careless host.
const fn host(
    name: &'static str,
    ids: &'static str,
    source: &'static str,
    caught_by: &'static str,
    driver: Driver,
) -> Mutant {
    Mutant { name, ids, source, caught_by, rules: Rules::RAFT, driver }
}

/// Our Raft as it is.
pub fn raft() -> Subject<Ours> {
    Subject { options: Decisions::RAFT, driver: Driver::CORRECT }
}

/// Our Raft, or the mutant called `name`, or the seed of the bench.
pub fn subject(name: Option<&str>) -> Result<Subject<Ours>, UnknownMutant> {
    let Some(name) = name else { return Ok(raft()) };
    let mutant = Mutant::named(name).map(Mutant::subject);
    let seed = || Seed::named(name).map(Seed::subject);
    mutant.or_else(seed).ok_or_else(|| UnknownMutant(name.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::CARDS;

    #[test]
    fn every_mutant_has_a_name_of_its_own_and_an_oracle_that_exists() {
        for (place, mutant) in all().enumerate() {
            assert!(all().take(place).all(|other| other.name != mutant.name));
            assert!(CARDS.iter().any(|card| card.name == mutant.caught_by), "{}", mutant.name);
            assert!(!mutant.source.is_empty());
        }
    }
}
