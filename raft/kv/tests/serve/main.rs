//! `whitewater-kv serve` as real processes on loopback: start and stop, faults, membership, clients
//! of every kind, noise on every port, a full disk, and the tools of Redis.

#[path = "../common/mod.rs"]
mod common;

mod clients;
mod disk;
mod faults;
mod membership;
mod noise;
mod start;
mod tools;
mod writers;
