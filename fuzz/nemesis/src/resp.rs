//! A client of RESP2, the protocol of Redis: one request, one reply.
//!
//! Promises: a reply is bounded in size and depth. After an error of the connection, or a reply
//! that was not waited for, the connection must be dropped. Knows nothing of what words mean.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// The longest value and the longest list that a reply may have.
const LONGEST: i64 = 16 << 20;
/// The longest line.
const LINE: u64 = 64 << 10;
/// How deep lists may be nested.
const DEEPEST: usize = 8;

/// A reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A status: `+OK`.
    Status(String),
    /// An error, without the minus.
    Error(String),
    /// An integer.
    Integer(i64),
    /// A string, or nil.
    Bulk(Option<Vec<u8>>),
    /// An array, or nil.
    Array(Option<Vec<Reply>>),
}

impl Reply {
    /// All texts and numbers in it, a line each: what a person would read.
    pub fn text(&self) -> String {
        match self {
            Reply::Status(text) | Reply::Error(text) => text.clone(),
            Reply::Integer(number) => number.to_string(),
            Reply::Bulk(bytes) => {
                bytes.as_deref().map_or("nil".into(), |b| String::from_utf8_lossy(b).into_owned())
            }
            Reply::Array(None) => "nil".into(),
            Reply::Array(Some(items)) => {
                items.iter().map(Reply::text).collect::<Vec<_>>().join("\n")
            }
        }
    }
}

/// A connection to a node.
#[derive(Debug)]
pub struct Connection {
    stream: BufReader<TcpStream>,
}

fn broken(what: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.into())
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> io::Result<Connection> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream: BufReader::new(stream) })
    }

    /// Sends a request, and waits for its reply.
    pub async fn call<W: AsRef<[u8]>>(&mut self, words: &[W]) -> io::Result<Reply> {
        let mut request = format!("*{}\r\n", words.len()).into_bytes();
        for word in words.iter().map(AsRef::as_ref) {
            request.extend(format!("${}\r\n", word.len()).into_bytes());
            request.extend(word);
            request.extend(b"\r\n");
        }
        self.stream.get_mut().write_all(&request).await?;
        read(&mut self.stream, 0).await
    }
}

/// A line without its end.
async fn line(stream: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut line = Vec::new();
    (&mut *stream).take(LINE).read_until(b'\n', &mut line).await?;
    match line.strip_suffix(b"\r\n") {
        Some(line) => Ok(String::from_utf8_lossy(line).into_owned()),
        None if line.is_empty() => Err(io::ErrorKind::UnexpectedEof.into()),
        None => Err(broken("a line without an end")),
    }
}

fn number(text: &str) -> io::Result<i64> {
    text.parse().map_err(|_| broken(format!("'{text}' is no number")))
}

/// The length of a string or an array; none is nil.
fn length(text: &str) -> io::Result<Option<usize>> {
    match number(text)? {
        -1 => Ok(None),
        length @ 0..=LONGEST => Ok(Some(length as usize)),
        length => Err(broken(format!("a length of {length}"))),
    }
}

async fn read(stream: &mut BufReader<TcpStream>, depth: usize) -> io::Result<Reply> {
    let line = line(stream).await?;
    let Some((kind, rest)) = line.split_at_checked(1) else { return Err(broken("an empty line")) };
    match kind {
        "+" => Ok(Reply::Status(rest.into())),
        "-" => Ok(Reply::Error(rest.into())),
        ":" => Ok(Reply::Integer(number(rest)?)),
        "$" => Ok(Reply::Bulk(match length(rest)? {
            Some(length) => Some(bulk(stream, length).await?),
            None => None,
        })),
        "*" if depth < DEEPEST => Ok(Reply::Array(match length(rest)? {
            Some(length) => {
                let mut items = Vec::new();
                for _ in 0..length {
                    items.push(Box::pin(read(stream, depth + 1)).await?);
                }
                Some(items)
            }
            None => None,
        })),
        _ => Err(broken(format!("a reply that begins with '{line}'"))),
    }
}

async fn bulk(stream: &mut BufReader<TcpStream>, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    (&mut *stream).take(length as u64 + 2).read_to_end(&mut bytes).await?;
    match bytes.len() == length + 2 && bytes.ends_with(b"\r\n") {
        true => bytes.truncate(length),
        false => return Err(broken("a string that is cut off or has no end")),
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    /// What a client reads from a server that answers with these bytes and closes.
    async fn reply(bytes: &'static [u8]) -> io::Result<Reply> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a client connects");
            let expected = b"*2\r\n$3\r\nGET\r\n$1\r\nk\r\n";
            let mut request = vec![0; expected.len()];
            stream.read_exact(&mut request).await.expect("a request comes");
            assert_eq!(request, expected);
            stream.write_all(bytes).await.expect("the client reads");
        });
        Connection::open(address).await?.call(&["GET", "k"]).await
    }

    #[tokio::test]
    async fn every_kind_of_reply_is_read() {
        let cases: [(&[u8], Reply); 7] = [
            (b"+OK\r\n", Reply::Status("OK".into())),
            (b"-ERR no\r\n", Reply::Error("ERR no".into())),
            (b":-7\r\n", Reply::Integer(-7)),
            (b"$4\r\na\r\nb\r\n", Reply::Bulk(Some(b"a\r\nb".to_vec()))),
            (b"$-1\r\n", Reply::Bulk(None)),
            (b"*-1\r\n", Reply::Array(None)),
            (
                b"*2\r\n:1\r\n*1\r\n+x\r\n",
                Reply::Array(Some(vec![
                    Reply::Integer(1),
                    Reply::Array(Some(vec![Reply::Status("x".into())])),
                ])),
            ),
        ];
        for (bytes, expected) in cases {
            assert_eq!(reply(bytes).await.expect("it is well-formed"), expected);
        }
    }

    #[tokio::test]
    async fn noise_and_half_replies_are_errors() {
        let cases: [&[u8]; 9] = [
            b"",
            b"+OK",
            b"\r\n",
            b"?\r\n",
            b":x\r\n",
            b"$5\r\nab\r\n",
            b"$2\r\nabcd",
            b"$99999999999\r\n",
            b"*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n",
        ];
        for bytes in cases {
            assert!(reply(bytes).await.is_err(), "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn a_reply_is_shown_as_lines() {
        let one = Reply::Array(Some(vec![Reply::Bulk(Some(b"a:1".to_vec())), Reply::Bulk(None)]));
        assert_eq!(one.text(), "a:1\nnil");
    }
}
