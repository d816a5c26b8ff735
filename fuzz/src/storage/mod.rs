//! A real store behind the disk of each node, over files that crash and lie.
//!
//! To put your own store under test, implement [`store::Storage`], for files of any kind or for
//! [`FaultyFiles`]. Then our Raft runs on it, under all schedules and oracles:
//!
//! ```
//! use store::faulty::FaultyFiles;
//! use whitewater::run::Runner;
//! use whitewater::search::generator::{Generator, Strategy};
//! use whitewater::storage::on;
//!
//! type MyStore = store::WalStore<FaultyFiles>;
//! let mut runner = Runner::new(on::<MyStore>(store::Storage::open));
//! let mut generator = Generator::new(Strategy::Swarm, 1);
//! for _ in 0..10 {
//!     let outcome = runner.run(&generator.schedule(None, 200));
//!     assert_eq!(outcome.violation, None);
//! }
//! ```
//!
//! `examples/own_store.rs` has a store of a few dozen lines with the usual mistake, and one over
//! a database that we did not write. [`OnStore`] puts any other Raft on a store.
//!
//! How an event acts on a store: `persist` saves the oldest write, or a group of the pending ones;
//! `fail-persist` lets an operation of that save fail; `crash` ends the process, or cuts the power,
//! perhaps amid a save; `restart` opens the store, and `restart cut=1` interrupts that; `fill` and
//! `free` are the disk's space; `damage` flips a bit. A write that failed, or was being saved in a
//! crash, is in doubt: the next start decides whether it is there. All others that were reported as
//! durable must be there, and nothing else.

mod faulty_disk;
mod on_store;
mod stored_command;

use store::faulty::FaultyFiles;
use store::Storage;

pub use crate::storage::faulty_disk::{FaultyDisk, InFiles, OpenedStore, Opener};
pub use crate::storage::on_store::OnStore;
pub use crate::storage::stored_command::StoredCommand;

use crate::replica::driver::Driver;
use crate::replica::gate::GatedRules;
use crate::replica::ours::Ours;
use crate::replica::system_under_test::SystemUnderTest;

/// Our Raft on the store that `open` opens.
pub fn on<S: Storage<StoredCommand, FaultyFiles>>(
    open: fn(FaultyFiles) -> OpenedStore<S>,
) -> SystemUnderTest<OnStore<Ours, S>> {
    SystemUnderTest { options: GatedRules::RAFT, driver: Driver::CORRECT, storage: Opener(open) }
}
