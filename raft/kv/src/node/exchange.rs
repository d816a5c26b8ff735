//! What the two sides of a connection between servers say before its first frame of Raft: each its
//! greeting, then the one that connected a [`Hello`], and the other a [`Welcome`].
//!
//! Promises: a side that is no server of this kind, or of another version, is told apart from one
//! that is damaged. Knows nothing of who may connect.

use bincode::BorrowDecode;
use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::stream::Stream;
use crate::wire::{self, Hello, Welcome, GREETING};

/// The side that connected: says who it is, and returns the answer.
pub async fn introduce(stream: &mut Stream, hello: &Hello) -> Result<Welcome, String> {
    let mut out = BytesMut::from(&GREETING[..]);
    wire::encode(hello, &mut out);
    send(stream, &out).await?;
    read_greeting(stream).await?;
    read(stream, &mut BytesMut::new()).await
}

/// The side that was connected to: returns who the other side says that it is. What follows that
/// stays in `buffer`.
pub async fn meet(stream: &mut Stream, buffer: &mut BytesMut) -> Result<Hello, String> {
    send(stream, &GREETING).await?;
    read_greeting(stream).await?;
    read(stream, buffer).await
}

/// The answer of the side that was connected to.
pub async fn answer(stream: &mut Stream, welcome: &Welcome) -> Result<(), String> {
    let mut out = BytesMut::new();
    wire::encode(welcome, &mut out);
    send(stream, &out).await
}

async fn send(stream: &mut Stream, bytes: &[u8]) -> Result<(), String> {
    stream.write_all(bytes).await.map_err(text)?;
    stream.flush().await.map_err(text)
}

async fn read_greeting(stream: &mut Stream) -> Result<(), String> {
    let mut greeting = [0; GREETING.len()];
    stream.read_exact(&mut greeting).await.map_err(text)?;
    match wire::version_of(greeting) {
        Some(wire::VERSION) => Ok(()),
        Some(other) => Err(format!(
            "the other side speaks version {other} of the protocol, and this program version {}",
            wire::VERSION
        )),
        None => Err("the other side is no server of this kind".into()),
    }
}

async fn read<T: for<'a> BorrowDecode<'a, ()>>(
    stream: &mut Stream,
    buffer: &mut BytesMut,
) -> Result<T, String> {
    loop {
        if let Some(content) = wire::take_within(wire::HELLO, buffer)? {
            return wire::decode(&content);
        }
        if stream.read_buf(buffer).await.map_err(text)? == 0 {
            return Err("closed amid the first exchange".into());
        }
    }
}

fn text(error: std::io::Error) -> String {
    error.to_string()
}
