//! One seeded bug: the wrong rules, where such a bug was found, and which oracle must catch it.

use raft::Rules;

use crate::replica::driver::Driver;
use crate::replica::gate::{Gate, GatedRules};
use crate::replica::ours::Ours;
use crate::replica::system_under_test::SystemUnderTest;

/// A table of rules of which some differ from Raft's, each with its
/// [canary](crate::base::canary): Raft's rule is evaluated as well, and the results are compared.
macro_rules! seeded {
    ($($rule:ident($($given:ident),*) => $answer:expr),+ $(,)?) => {
        raft::Rules {
            $($rule: |$($given),*| {
                crate::base::canary::held($answer, (raft::Rules::RAFT.$rule)($($given),*))
            },)+
            ..raft::Rules::RAFT
        }
    };
}

pub(super) use seeded;

/// One seeded bug.
pub struct Mutant {
    /// Its name.
    pub name: &'static str,
    /// Its ids in the catalogue of real bugs, where it has some.
    pub ids: &'static str,
    /// Where such a bug was found.
    pub source: &'static str,
    /// The oracle that must catch its killing schedule.
    pub caught_by: &'static str,
    rules: Rules,
    driver: Driver,
}

impl Mutant {
    /// Our Raft with this bug.
    pub fn system_under_test(&'static self) -> SystemUnderTest<Ours> {
        self.gated(&[])
    }

    /// Our Raft with this bug, armed at a node while these gates are open there.
    pub fn gated(&'static self, gates: &'static [Gate]) -> SystemUnderTest<Ours> {
        let options = GatedRules { rules: &self.rules, gates };
        SystemUnderTest { options, driver: self.driver, storage: () }
    }
}

/// Our Raft with other rules.
pub(super) const fn mutant(
    name: &'static str,
    ids: &'static str,
    source: &'static str,
    caught_by: &'static str,
    rules: Rules,
) -> Mutant {
    Mutant { name, ids, source, caught_by, rules, driver: Driver::CORRECT }
}

/// Our Raft on a host with a bug.
pub(super) const fn host(
    name: &'static str,
    ids: &'static str,
    source: &'static str,
    caught_by: &'static str,
    driver: Driver,
) -> Mutant {
    Mutant { name, ids, source, caught_by, rules: Rules::RAFT, driver }
}
