//! One server in reality: sockets, disk, clock and signals around
//! [`Server`](crate::server::Server).
//!
//! Everything but the disk runs on one thread, so there is one operation at a time. Connections
//! call the server directly and wake the driver, which proposes, sends, saves and answers what has
//! gathered: the more load, the larger the groups. Promises: nothing that rests on a write is sent
//! before it is durable; a failed write ends the process. Knows nothing of the decisions of Raft.

pub mod clients;
pub mod disk;
pub mod driver;
pub mod exchange;
pub mod links;
pub mod peers;
pub mod queues;
pub mod report;
pub mod shared;
