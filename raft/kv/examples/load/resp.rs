//! A client of whitewater-kv: its own parser and encoder, over one connection.
//!
//! Promises: an error reply is an error with its text; a reply of another type than the command has
//! is an error too.

use std::io;

use bytes::BytesMut;
use kv::resp::{encode_command, Reply, ReplyLimits, ReplyParser};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One connection.
pub struct Client {
    stream: TcpStream,
    parser: ReplyParser,
    input: BytesMut,
    output: BytesMut,
}

impl Client {
    /// Connects to HOST:PORT.
    pub async fn connect(address: &str) -> Result<Client, String> {
        let connected = async {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            io::Result::Ok(stream)
        };
        let stream = connected.await.map_err(|error| format!("store at {address}: {error}"))?;
        let parser = ReplyParser::new(ReplyLimits::default());
        Ok(Client { stream, parser, input: BytesMut::new(), output: BytesMut::new() })
    }

    /// SET.
    pub async fn set(&mut self, key: &str, value: &[u8]) -> Result<(), String> {
        self.set_all([(key.as_bytes(), value)].into_iter()).await
    }

    /// SETs, all sent before the first reply is read.
    pub async fn set_all<'a>(
        &mut self,
        pairs: impl Iterator<Item = (&'a [u8], &'a [u8])>,
    ) -> Result<(), String> {
        let mut count = 0;
        for (key, value) in pairs {
            encode_command(&[b"SET", key, value], &mut self.output);
            count += 1;
        }
        self.send().await?;
        for _ in 0..count {
            match self.reply().await? {
                Reply::Simple(text) if text == "OK" => {}
                other => return Err(unexpected("SET", &other)),
            }
        }
        Ok(())
    }

    /// GET: the length of the value, if there is one.
    pub async fn get(&mut self, key: &str) -> Result<Option<usize>, String> {
        match self.command(&[b"GET", key.as_bytes()]).await? {
            Reply::Bulk(value) => Ok(Some(value.len())),
            Reply::Null => Ok(None),
            other => Err(unexpected("GET", &other)),
        }
    }

    /// PING.
    pub async fn ping(&mut self) -> Result<(), String> {
        match self.command(&[b"PING"]).await? {
            Reply::Simple(text) if text == "PONG" => Ok(()),
            other => Err(unexpected("PING", &other)),
        }
    }

    /// A command whose reply is a text, such as INFO.
    pub async fn text(&mut self, words: &[&[u8]]) -> Result<String, String> {
        let name = String::from_utf8_lossy(words[0]);
        match self.command(words).await? {
            Reply::Bulk(text) | Reply::Text(text) => {
                String::from_utf8(text.into()).map_err(|_| format!("{name}: no text"))
            }
            other => Err(unexpected(&name, &other)),
        }
    }

    async fn command(&mut self, words: &[&[u8]]) -> Result<Reply, String> {
        encode_command(words, &mut self.output);
        self.send().await?;
        self.reply().await
    }

    async fn send(&mut self) -> Result<(), String> {
        let sent = self.stream.write_all(&self.output).await;
        self.output.clear();
        sent.map_err(|error| error.to_string())
    }

    async fn reply(&mut self) -> Result<Reply, String> {
        loop {
            let parsed = self.parser.parse(&mut self.input);
            if let Some(reply) = parsed.map_err(|error| error.to_string())? {
                return Ok(reply);
            }
            let read = self.stream.read_buf(&mut self.input).await;
            if read.map_err(|error| error.to_string())? == 0 {
                return Err("the store has closed the connection".into());
            }
        }
    }
}

fn unexpected(command: &str, reply: &Reply) -> String {
    match reply {
        Reply::Error(text) => format!("{command}: {}", String::from_utf8_lossy(text)),
        other => format!("{command}: unexpected reply {other:?}"),
    }
}
