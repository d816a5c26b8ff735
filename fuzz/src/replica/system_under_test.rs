//! The system under test: a Raft, possibly with a seeded bug, and the driver of its host.

use std::fmt;

use crate::replica::driver::Driver;
use crate::replica::node_storage::NodeStorage;
use crate::replica::Replica;

/// The system under test: the options of its replicas, and the driver of their host.
pub struct SystemUnderTest<R: Replica> {
    /// For [`Replica::start`].
    pub options: R::Options,
    /// How the host treats the Raft and its disk.
    pub driver: Driver,
    /// How the store behind a disk is opened, if there is one.
    pub storage: <R::Storage as NodeStorage>::Options,
}

impl<R: Replica> SystemUnderTest<R>
where
    R::Options: Default,
{
    /// A Raft without seeded bugs: any name of a mutant is an error.
    pub fn without_mutants(mutant: Option<&str>) -> Result<SystemUnderTest<R>, UnknownMutant> {
        match mutant {
            Some(name) => Err(UnknownMutant(name.into())),
            None => Ok(SystemUnderTest {
                options: R::Options::default(),
                driver: Driver::CORRECT,
                storage: Default::default(),
            }),
        }
    }
}

/// No mutant has this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownMutant(pub String);

impl fmt::Display for UnknownMutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no mutant is called '{}'; `mutants` lists them", self.0)
    }
}

impl<R: Replica> Clone for SystemUnderTest<R> {
    fn clone(&self) -> SystemUnderTest<R> {
        let (options, driver, storage) = (self.options.clone(), self.driver, self.storage.clone());
        SystemUnderTest { options, driver, storage }
    }
}
