//! Replies on the wire: a server's encoder.

use bytes::{BufMut, Bytes, BytesMut};

use crate::request::Version;

/// An answer to a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A short text in one line, such as `OK`.
    Simple(Bytes),
    /// Why there is no answer: a code in capitals, such as `ERR`, and a text in one line.
    Error(Bytes),
    /// A number.
    Integer(i64),
    /// Any bytes.
    Bulk(Bytes),
    /// Nothing: the key has no value, or the condition does not hold.
    Null,
    /// Replies in order.
    Array(Vec<Reply>),
    /// Names and what they stand for; an array of both in turn for version 2.
    Map(Vec<(Reply, Reply)>),
    /// A text of many lines for people; a bulk string for version 2.
    Text(Bytes),
}

impl Reply {
    /// `OK`.
    pub const OK: Reply = Reply::simple("OK");

    /// A short text in one line.
    pub const fn simple(text: &'static str) -> Reply {
        Reply::Simple(Bytes::from_static(text.as_bytes()))
    }

    /// An error.
    pub fn error(text: impl Into<String>) -> Reply {
        Reply::Error(Bytes::from(text.into()))
    }

    /// A bulk string of a text.
    pub fn bulk(text: impl Into<String>) -> Reply {
        Reply::Bulk(Bytes::from(text.into()))
    }

    /// A map with texts as names.
    pub fn map<const N: usize>(pairs: [(&'static str, Reply); N]) -> Reply {
        let name = |text: &'static str| Reply::Bulk(Bytes::from_static(text.as_bytes()));
        Reply::Map(pairs.into_iter().map(|(key, value)| (name(key), value)).collect())
    }

    /// Appends the reply to `out`.
    pub fn encode(&self, version: Version, out: &mut BytesMut) {
        match self {
            Reply::Simple(text) => put_line(b'+', text, out),
            Reply::Error(text) => put_line(b'-', text, out),
            Reply::Integer(number) => put_number(b':', *number, out),
            Reply::Bulk(bytes) => put_bulk(bytes, out),
            Reply::Null => match version {
                Version::Resp2 => out.extend_from_slice(b"$-1\r\n"),
                Version::Resp3 => out.extend_from_slice(b"_\r\n"),
            },
            Reply::Array(items) => {
                put_length(b'*', items.len(), out);
                items.iter().for_each(|item| item.encode(version, out));
            }
            Reply::Map(pairs) => {
                match version {
                    Version::Resp2 => put_length(b'*', 2 * pairs.len(), out),
                    Version::Resp3 => put_length(b'%', pairs.len(), out),
                }
                for (name, value) in pairs {
                    name.encode(version, out);
                    value.encode(version, out);
                }
            }
            Reply::Text(text) => match version {
                Version::Resp2 => put_bulk(text, out),
                Version::Resp3 => put_text(text, out),
            },
        }
    }
}

/// A line that CR or LF in its text must not break.
fn put_line(kind: u8, text: &[u8], out: &mut BytesMut) {
    out.reserve(text.len() + 3);
    out.put_u8(kind);
    let start = out.len();
    out.put_slice(text);
    for byte in &mut out[start..] {
        if matches!(byte, b'\r' | b'\n') {
            *byte = b' ';
        }
    }
    out.put_slice(b"\r\n");
}

fn put_number(kind: u8, number: i64, out: &mut BytesMut) {
    let mut digits = itoa::Buffer::new();
    out.put_u8(kind);
    out.put_slice(digits.format(number).as_bytes());
    out.put_slice(b"\r\n");
}

fn put_length(kind: u8, length: usize, out: &mut BytesMut) {
    put_number(kind, length as i64, out);
}

fn put_bulk(bytes: &[u8], out: &mut BytesMut) {
    out.reserve(bytes.len() + 24);
    put_length(b'$', bytes.len(), out);
    out.put_slice(bytes);
    out.put_slice(b"\r\n");
}

fn put_text(text: &[u8], out: &mut BytesMut) {
    put_length(b'=', text.len() + 4, out);
    out.put_slice(b"txt:");
    out.put_slice(text);
    out.put_slice(b"\r\n");
}
