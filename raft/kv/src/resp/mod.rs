//! RESP, the protocol of Redis: the part of it that this store and its clients speak.
//!
//! A client sends commands as arrays of bulk strings, or as plain lines; a server answers with
//! replies of version 2 or 3 of the protocol. Promises: no length in a message is trusted, a
//! message that comes in pieces costs no more than a whole one, and arguments are not copied. Knows
//! nothing of sockets, nor of what a request does.
//!
//! ```
//! use bytes::BytesMut;
//! use kv::request::{Data, Request};
//! use kv::resp::{CommandParser, Limits, Reply, Version};
//!
//! let (mut parser, limits) = (CommandParser::new(Limits::default()), Limits::default());
//! let mut received = BytesMut::from("*2\r\n$3\r\nGET\r\n");
//! assert_eq!(parser.parse(&mut received), Ok(None));
//! received.extend_from_slice(b"$1\r\nx\r\n");
//! let arguments = parser.parse(&mut received).unwrap().unwrap();
//! assert_eq!(Request::parse(arguments, &limits), Ok(Request::Data(Data::Get("x".into()))));
//!
//! let mut out = BytesMut::new();
//! Reply::Bulk("7".into()).encode(Version::Resp2, &mut out);
//! assert_eq!(&out[..], b"$1\r\n7\r\n");
//! ```

mod arguments;
mod command;
mod commands;
mod describe;
mod error;
mod limits;
mod line;
mod number;
mod parse;
mod reply;
mod reply_parser;
mod syntax;
mod words;

pub use command::{encode_command, CommandParser};
pub use commands::{find, COMMANDS};
pub use describe::{describe, help};
pub use error::ProtocolError;
pub use limits::Limits;
pub use reply::Reply;
pub use reply_parser::{ReplyLimits, ReplyParser};
pub use syntax::{Argument, Command, Kind};
pub use words::{quote, split_words};

pub use crate::integer::parse_integer;
pub use crate::request::Version;
