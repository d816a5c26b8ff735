//! What is wrong with bytes that are no message of the protocol.

use std::fmt;

/// Why bytes are no message. The connection is closed after it: where the next message begins is
/// not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProtocolError {
    /// The number of arguments or elements is not one.
    InvalidCount,
    /// The length of a bulk string is not one.
    InvalidLength,
    /// The text of an integer is not one.
    InvalidInteger,
    /// Another byte belongs here.
    Expected {
        /// What belongs here.
        expected: u8,
        /// What is here.
        found: u8,
    },
    /// The first byte of a reply names no type.
    UnknownType(u8),
    /// A bulk string is not followed by CR and LF.
    Unterminated,
    /// An inline command has a quote without its partner.
    UnbalancedQuotes,
    /// The client is a browser, perhaps of someone who was led to a web page that attacks this
    /// server.
    Http,
    /// A bulk string has more bytes than this.
    BulkTooLong(usize),
    /// A command has more arguments than this.
    TooManyArguments(usize),
    /// The arguments of a command have together more bytes than this.
    CommandTooLong(usize),
    /// A line has more bytes than this.
    LineTooLong(usize),
    /// A reply has more elements than this.
    TooManyElements(usize),
    /// A reply is nested deeper than this.
    TooDeep(usize),
}

impl fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Protocol error: ")?;
        match self {
            ProtocolError::InvalidCount => write!(f, "invalid multibulk length"),
            ProtocolError::InvalidLength => write!(f, "invalid bulk length"),
            ProtocolError::InvalidInteger => write!(f, "invalid integer"),
            ProtocolError::Expected { expected, found } => {
                let (expected, found) = (expected.escape_ascii(), found.escape_ascii());
                write!(f, "expected '{expected}', got '{found}'")
            }
            ProtocolError::UnknownType(byte) => {
                write!(f, "unknown type of reply '{}'", byte.escape_ascii())
            }
            ProtocolError::Unterminated => write!(f, "no CRLF after a bulk string"),
            ProtocolError::UnbalancedQuotes => write!(f, "unbalanced quotes in request"),
            ProtocolError::Http => write!(f, "this is no HTTP server"),
            ProtocolError::BulkTooLong(limit) => {
                write!(f, "bulk string too long, the limit is {limit} bytes")
            }
            ProtocolError::TooManyArguments(limit) => {
                write!(f, "too many arguments, the limit is {limit}")
            }
            ProtocolError::CommandTooLong(limit) => {
                write!(f, "command too long, the limit is {limit} bytes")
            }
            ProtocolError::LineTooLong(limit) => {
                write!(f, "line too long, the limit is {limit} bytes")
            }
            ProtocolError::TooManyElements(limit) => {
                write!(f, "too many elements in a reply, the limit is {limit}")
            }
            ProtocolError::TooDeep(limit) => {
                write!(f, "reply nested too deep, the limit is {limit}")
            }
        }
    }
}

impl std::error::Error for ProtocolError {}
