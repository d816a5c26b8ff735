//! A client with one connection at a time.
//!
//! Promises: a command is sent at most once; every wait is bounded; after a lost connection the
//! next command goes to the next node. Knows nothing of commands.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

use crate::resp::{encode_command, Reply, ReplyLimits, ReplyParser};

/// How long a node may take to accept a connection, and again to greet.
const GREETING: Duration = Duration::from_secs(2);

/// What a client needs to know.
pub struct Settings {
    /// Where nodes are, as HOST:PORT; at least one.
    pub addresses: Vec<String>,
    /// User and password.
    pub login: Option<(String, String)>,
    /// TLS, if it is to be used.
    pub tls: Option<Arc<ClientConfig>>,
    /// How long a reply may take.
    pub timeout: Duration,
}

/// Why there is no reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallError {
    /// Nothing was sent: no node could be reached.
    NotConnected(String),
    /// The command was sent, but no reply came: its outcome is not known.
    Unknown(String),
}

/// A client.
pub struct Client {
    settings: Settings,
    /// Which address is tried first.
    first: usize,
    connection: Option<Connection>,
}

impl Client {
    /// A client, which connects at the first command.
    pub fn new(settings: Settings) -> Self {
        Client { settings, first: 0, connection: None }
    }

    /// Where it is connected.
    pub fn address(&self) -> Option<&str> {
        self.connection.as_ref().map(|connection| connection.address.as_str())
    }

    /// Connects, unless it is connected already.
    pub fn connect(&mut self) -> Result<(), CallError> {
        if self.connection.as_mut().is_some_and(Connection::is_open) {
            return Ok(());
        }
        self.connection = None;
        let (mut errors, count) = (Vec::new(), self.settings.addresses.len());
        for index in (self.first..self.first + count).map(|index| index % count) {
            let address = &self.settings.addresses[index];
            match Connection::open(address, &self.settings) {
                Ok(connection) => {
                    self.connection = Some(connection);
                    self.first = index;
                    return Ok(());
                }
                Err(error) => errors.push(format!("{address}: {error}")),
            }
        }
        Err(CallError::NotConnected(errors.join("; ")))
    }

    /// Sends a command and waits for its reply.
    pub fn call<A: AsRef<[u8]>>(&mut self, words: &[A]) -> Result<Reply, CallError> {
        self.connect()?;
        let Some(connection) = &mut self.connection else {
            return Err(CallError::NotConnected("no address".into()));
        };
        let error = match connection.exchange(words, self.settings.timeout) {
            Ok(reply) => return Ok(reply),
            Err(error) => error,
        };
        let address = &self.settings.addresses[self.first];
        let text = format!(
            "no reply from {address} ({}): whether the command took effect is not known",
            reason(&error)
        );
        self.connection = None;
        self.first = (self.first + 1) % self.settings.addresses.len();
        Err(CallError::Unknown(text))
    }
}

struct Connection {
    address: String,
    stream: Stream,
    received: BytesMut,
    parser: ReplyParser,
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Connection {
    /// Connects, and logs in if that is asked for.
    fn open(address: &str, settings: &Settings) -> Result<Connection, String> {
        let tcp = connect(address).map_err(|error| error.to_string())?;
        let stream = match &settings.tls {
            None => Stream::Plain(tcp),
            Some(config) => Stream::Tls(Box::new(with_tls(address, tcp, config)?)),
        };
        let (received, parser) = (BytesMut::new(), ReplyParser::new(ReplyLimits::default()));
        let mut connection = Connection { address: address.to_owned(), stream, received, parser };
        let mut hello = vec!["HELLO", "3"];
        if let Some((user, password)) = &settings.login {
            hello.extend(["AUTH", user, password]);
        }
        match connection.exchange(&hello, GREETING) {
            Ok(Reply::Error(error)) => Err(String::from_utf8_lossy(&error).into_owned()),
            Ok(_) => Ok(connection),
            Err(error) => Err(reason(&error)),
        }
    }

    fn exchange<A: AsRef<[u8]>>(&mut self, words: &[A], patience: Duration) -> io::Result<Reply> {
        let deadline = Instant::now() + patience;
        self.stream.tcp().set_write_timeout(Some(patience))?;
        let mut command = BytesMut::new();
        encode_command(words, &mut command);
        self.stream.write_all(&command)?;
        self.stream.flush()?;
        self.reply(deadline)
    }

    fn reply(&mut self, deadline: Instant) -> io::Result<Reply> {
        let mut block = [0; 16 << 10];
        loop {
            if let Some(reply) = self.parser.parse(&mut self.received).map_err(io::Error::other)? {
                return Ok(reply);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            self.stream.tcp().set_read_timeout(Some(left))?;
            match self.stream.read(&mut block) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => self.received.extend_from_slice(&block[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => (),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    return Err(io::ErrorKind::TimedOut.into());
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Whether the node has neither closed the connection nor said what it was not asked for.
    fn is_open(&mut self) -> bool {
        let would_block = |error: io::Error| error.kind() == io::ErrorKind::WouldBlock;
        self.received.is_empty()
            && self.stream.tcp().set_nonblocking(true).is_ok()
            && self.stream.read(&mut [0]).is_err_and(would_block)
            && self.stream.tcp().set_nonblocking(false).is_ok()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Stream::Tls(stream) = &mut self.stream {
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
        let _ = self.stream.tcp().shutdown(Shutdown::Both);
    }
}

/// Why a connection ended, in a few words.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "it closed the connection".into(),
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => "it took too long".into(),
        _ => error.to_string(),
    }
}

/// Tries all addresses that a name stands for.
fn connect(address: &str) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name stands for no address");
    for candidate in address.to_socket_addrs()? {
        match TcpStream::connect_timeout(&candidate, GREETING) {
            Ok(tcp) => {
                tcp.set_nodelay(true)?;
                return Ok(tcp);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn with_tls(
    address: &str,
    tcp: TcpStream,
    config: &Arc<ClientConfig>,
) -> Result<StreamOwned<ClientConnection, TcpStream>, String> {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(host).map_err(|error| error.to_string())?;
    let connection = ClientConnection::new(config.clone(), name);
    Ok(StreamOwned::new(connection.map_err(|error| error.to_string())?, tcp))
}

impl Stream {
    fn tcp(&self) -> &TcpStream {
        match self {
            Stream::Plain(tcp) => tcp,
            Stream::Tls(stream) => stream.get_ref(),
        }
    }
}

impl Read for Stream {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(tcp) => tcp.read(out),
            Stream::Tls(stream) => stream.read(out),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(tcp) => tcp.write(bytes),
            Stream::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Stream::Plain(tcp) => tcp.flush(),
            Stream::Tls(stream) => stream.flush(),
        }
    }
}
