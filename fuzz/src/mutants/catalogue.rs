//! Every seeded bug, by name.

use crate::base::renamed;
use crate::mutants::mutant::Mutant;
use crate::mutants::{beyond, paper};

/// Every mutant.
pub fn all() -> impl Iterator<Item = &'static Mutant> {
    paper::MUTANTS.iter().chain(&beyond::MUTANTS)
}

/// The mutant called `name`.
pub fn named(name: &str) -> Option<&'static Mutant> {
    let name = renamed::current(name);
    all().find(|mutant| mutant.name == name)
}
