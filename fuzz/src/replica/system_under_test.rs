//! What is put under test: a Raft, perhaps with a bug, and a host that treats its disk in some
//! way.

use std::fmt;

use crate::replica::driver::Driver;
use crate::replica::Replica;

/// What is put under test: how its replicas are started, and how their host treats the disk.
pub struct SystemUnderTest<R: Replica> {
    /// For [`Replica::start`].
    pub options: R::Options,
    /// The host.
    pub driver: Driver,
}

impl<R: Replica> SystemUnderTest<R>
where
    R::Options: Default,
{
    /// A Raft as it is, for one that has no seeded bugs.
    pub fn without_mutants(mutant: Option<&str>) -> Result<SystemUnderTest<R>, UnknownMutant> {
        match mutant {
            Some(name) => Err(UnknownMutant(name.into())),
            None => Ok(SystemUnderTest { options: R::Options::default(), driver: Driver::CORRECT }),
        }
    }
}

/// No mutant is called so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownMutant(pub String);

impl fmt::Display for UnknownMutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no mutant is called '{}'; `mutants` lists them", self.0)
    }
}

impl<R: Replica> Clone for SystemUnderTest<R> {
    fn clone(&self) -> SystemUnderTest<R> {
        SystemUnderTest { options: self.options.clone(), driver: self.driver }
    }
}
