//! One connection to a store, whichever it is.
//!
//! Promises: a call returns once its answer is here, and an answer that is not the asked-for one is
//! an error. Knows nothing of load.

use clap::ValueEnum;

use crate::etcd;
use crate::resp;

/// The protocol of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Protocol {
    /// gRPC, as etcd speaks it.
    Etcd,
    /// RESP, as whitewater-kv and Redis speak it.
    Kv,
}

/// A connection.
pub enum Client {
    /// To etcd.
    Etcd(etcd::Client),
    /// To whitewater-kv.
    Kv(resp::Client),
}

impl Client {
    /// Connects to HOST:PORT.
    pub async fn connect(protocol: Protocol, address: &str) -> Result<Client, String> {
        Ok(match protocol {
            Protocol::Etcd => Client::Etcd(etcd::Client::connect(address).await?),
            Protocol::Kv => Client::Kv(resp::Client::connect(address).await?),
        })
    }

    /// Gives `key` this value; returns once the write is acknowledged.
    pub async fn put(&mut self, key: &str, value: &[u8]) -> Result<(), String> {
        match self {
            Client::Etcd(client) => client.put(key, value).await,
            Client::Kv(client) => client.set(key, value).await,
        }
    }

    /// A linearizable read: the length of the value of `key`, if it has one.
    pub async fn get(&mut self, key: &str) -> Result<Option<usize>, String> {
        match self {
            Client::Etcd(client) => client.get(key).await,
            Client::Kv(client) => client.get(key).await,
        }
    }
}
