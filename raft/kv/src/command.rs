//! What the cluster agrees on: the commands in its log.
//!
//! A command is bytes, in bincode's standard form: the session and the number by which it takes
//! effect once, and what it does. Promises: what is encoded is decoded to the same; any other bytes
//! are refused. Knows nothing of clients and servers.

use std::borrow::Cow;

use bincode::{BorrowDecode, Encode};
use bytes::Bytes;
use raft::session::ClientId;

use crate::codec;

/// An encoded command. A copy shares its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command(pub Bytes);

impl raft::Command for Command {
    fn size(&self) -> usize {
        self.0.len()
    }
}

impl store::Stored for Command {
    fn to_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.0)
    }

    fn from_bytes(bytes: &[u8]) -> Option<Command> {
        Some(Command(Bytes::copy_from_slice(bytes)))
    }
}

/// The session of one incarnation of a server, through which it passes on its clients' writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, BorrowDecode)]
pub struct Session {
    /// The server's id.
    pub server: u8,
    /// The number of its incarnation, below 2^56.
    pub incarnation: u64,
}

impl Session {
    /// The id under which the state machine knows it.
    pub fn client(self) -> ClientId {
        ClientId(u64::from(self.server) << 56 | self.incarnation)
    }

    /// The session that is known under this id.
    pub fn of(client: ClientId) -> Session {
        let incarnation = client.0 & ((1 << 56) - 1);
        Session { server: (client.0 >> 56) as u8, incarnation }
    }
}

/// A decoded command.
#[derive(Clone, Debug, PartialEq, Eq, Encode, BorrowDecode)]
pub struct Content<'a> {
    /// The session.
    pub session: Session,
    /// The command's number in the session; 0 opens the session.
    pub number: u64,
    /// The responses to all commands up to this number are known to the server.
    pub answered: u64,
    /// What it does.
    pub action: Action<'a>,
}

/// What a command does.
#[derive(Clone, Debug, PartialEq, Eq, Encode, BorrowDecode)]
pub enum Action<'a> {
    /// Opens the session.
    Open,
    /// Sets a key, under a condition.
    Set {
        /// The key.
        key: &'a [u8],
        /// Its new value.
        value: &'a [u8],
        /// When it takes effect.
        when: When<'a>,
        /// The response is the old value.
        get: bool,
    },
    /// Removes keys; the response is how many had a value.
    Delete(Vec<&'a [u8]>),
    /// Adds to a number; the response is the sum.
    Increment {
        /// The key.
        key: &'a [u8],
        /// By how much.
        by: i64,
    },
    /// A server may join: this is its address.
    Admit {
        /// Its id.
        id: u8,
        /// Where its peers reach it.
        address: &'a str,
    },
    /// A server has left for good.
    Expel(u8),
}

/// When a Set takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, BorrowDecode)]
pub enum When<'a> {
    /// In any case.
    Always,
    /// If the key has no value.
    Absent,
    /// If the key has a value.
    Present,
    /// If the key has this value.
    Equals(&'a [u8]),
}

/// The memory that a command may take, in bytes.
const MEMORY: usize = 64 << 20;

impl Content<'_> {
    /// Its bytes.
    pub fn encode(&self) -> Command {
        Command(codec::encode(self).into())
    }
}

impl Command {
    /// Its content, or why there is none.
    pub fn decode(&self) -> Result<Content<'_>, String> {
        decode(&self.0)
    }
}

/// The content of a command's bytes, or why there is none.
pub fn decode(bytes: &[u8]) -> Result<Content<'_>, String> {
    codec::decode::<MEMORY, _>(bytes).map_err(|error| format!("no command: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_decoded_to_what_was_encoded_and_a_part_of_one_is_refused() {
        let session = Session { server: 63, incarnation: 7 };
        let when = When::Equals(b"old");
        for action in [
            Action::Open,
            Action::Set { key: b"k", value: b"v", when, get: true },
            Action::Delete(vec![b"k", b""]),
            Action::Increment { key: b"k", by: i64::MIN },
            Action::Admit { id: 4, address: "127.0.0.1:7104" },
            Action::Expel(3),
        ] {
            let content = Content { session, number: 300, answered: 299, action };
            let command = content.encode();
            assert_eq!(command.decode(), Ok(content));
            for length in 0..command.0.len() {
                assert!(decode(&command.0[..length]).is_err());
            }
            let longer = [&command.0[..], &[0]].concat();
            assert!(decode(&longer).is_err());
        }
    }

    #[test]
    fn a_length_without_its_bytes_is_refused_without_memory_for_it() {
        let session = Session { server: 1, incarnation: 1 };
        let content = Content { session, number: 1, answered: 0, action: Action::Delete(vec![]) };
        let mut bytes = content.encode().0.to_vec();
        bytes.pop();
        bytes.extend([253, 255, 255, 255, 255, 255, 255, 255, 0]);
        assert!(decode(&bytes).is_err());
    }

    #[test]
    fn sessions_of_different_servers_and_incarnations_differ() {
        let client = |server, incarnation| Session { server, incarnation }.client();
        assert_ne!(client(1, 2), client(2, 1));
        assert_ne!(client(1, 2), client(1, 3));
        let session = Session { server: 63, incarnation: (1 << 56) - 1 };
        assert_eq!(Session::of(session.client()), session);
    }
}
