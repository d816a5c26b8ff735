//! Clusters of real processes on loopback, and a client.
//!
//! Promises: ports of their own, directories that are removed, processes that are killed, by id, at
//! the end of a test; nothing waits for ever.

// Each test program uses a part of it.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use kv::resp::{encode_command, Reply, ReplyLimits, ReplyParser};
use rustix::process::{kill_process, Pid, Signal};
use tempfile::TempDir;

/// Whatever takes longer has failed.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Calls `probe` until it has a result; says what it waited for if none comes.
pub fn wait_for<T>(what: &str, probe: impl FnMut() -> Option<T>) -> T {
    wait_within(PATIENCE, what, probe)
}

/// As [`wait_for`], with a bound.
pub fn wait_within<T>(within: Duration, what: &str, mut probe: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + within;
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(Instant::now() < end, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Ports of one cluster, below those that the system gives to connections. Whoever holds the first
/// has them all.
struct Ports {
    first: u16,
    _held: TcpListener,
}

const BLOCK: u16 = 64;
const BLOCKS: u16 = 300;

impl Ports {
    fn take() -> Ports {
        let start = (std::process::id() % u32::from(BLOCKS)) as u16;
        for place in 0..BLOCKS {
            let first = 10_000 + (start + place) % BLOCKS * BLOCK;
            let Ok(held) = TcpListener::bind(("127.0.0.1", first)) else { continue };
            if (first + 1..first + BLOCK).all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok())
            {
                return Ports { first, _held: held };
            }
        }
        panic!("no free ports");
    }
}

/// Servers with ids from 1 on, in one directory.
pub struct Cluster {
    /// Everything is in it.
    pub folder: TempDir,
    ports: Ports,
    members: u8,
    flags: Vec<String>,
    running: BTreeMap<u8, Child>,
}

impl Cluster {
    /// A cluster of `members`, none of which runs.
    pub fn idle(members: u8, flags: &[&str]) -> Cluster {
        let folder = tempfile::tempdir().expect("there is room");
        let flags = flags.iter().map(|flag| flag.to_string()).collect();
        Cluster { folder, ports: Ports::take(), members, flags, running: BTreeMap::new() }
    }

    /// A cluster of `members`, which all serve.
    pub fn serving(members: u8, flags: &[&str]) -> Cluster {
        let mut cluster = Cluster::idle(members, flags);
        (1..=members).for_each(|id| cluster.start(id));
        (1..=members).for_each(|id| cluster.wait_until_it_serves(id));
        cluster
    }

    /// Where clients reach a server.
    pub fn address(&self, id: u8) -> String {
        format!("127.0.0.1:{}", self.port(id))
    }

    /// The port where clients reach a server.
    pub fn port(&self, id: u8) -> u16 {
        self.ports.first + 20 + u16::from(id)
    }

    /// Where the others reach a server.
    pub fn peer_address(&self, id: u8) -> String {
        format!("127.0.0.1:{}", self.ports.first + u16::from(id))
    }

    /// Where a server's metrics are.
    pub fn metrics_address(&self, id: u8) -> String {
        format!("127.0.0.1:{}", self.ports.first + 40 + u16::from(id))
    }

    /// A server's data directory.
    pub fn data(&self, id: u8) -> PathBuf {
        self.folder.path().join(format!("data-{id}"))
    }

    /// What a server has logged.
    pub fn log(&self, id: u8) -> String {
        fs::read_to_string(self.folder.path().join(format!("log-{id}"))).unwrap_or_default()
    }

    /// The command that runs a server.
    pub fn command(&self, id: u8) -> Command {
        self.command_on(id, &self.data(id))
    }

    /// The command that runs a server on this data directory.
    pub fn command_on(&self, id: u8, data: &Path) -> Command {
        let mut ids: Vec<u8> = (1..=self.members).collect();
        if id > self.members {
            ids.push(id);
        }
        let peers = ids.iter().map(|id| format!("{id}={}", self.peer_address(*id)));
        let mut command = Command::new(env!("CARGO_BIN_EXE_whitewater-kv"));
        command
            .arg("serve")
            .args(["--id", &id.to_string(), "--listen", &self.address(id)])
            .args(["--peers", &peers.collect::<Vec<_>>().join(",")])
            .args(["--data".as_ref(), data.as_os_str()])
            .args(["--tick-ms", "20"])
            .args(&self.flags)
            .env_remove("WHITEWATER_KV_PASSWORD")
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        if id > self.members {
            command.arg("--join");
        }
        command
    }

    /// Starts a server.
    pub fn start(&mut self, id: u8) {
        let command = self.command(id);
        self.start_as(id, command);
    }

    /// Starts a server by this command.
    pub fn start_as(&mut self, id: u8, mut command: Command) {
        let path = self.folder.path().join(format!("log-{id}"));
        let log = File::options().create(true).append(true).open(path).expect("there is room");
        let child = command.stderr(log).spawn().expect("the program starts");
        let before = self.running.insert(id, child);
        assert!(before.is_none(), "server {id} runs already");
    }

    /// Runs a command that is to fail: its exit code, and what it says last.
    pub fn fails(&self, command: &mut Command) -> (Option<i32>, String) {
        let mut child = command.stderr(Stdio::piped()).spawn().expect("the program starts");
        let status = wait_or_kill(&mut child);
        let mut errors = String::new();
        let mut stream = child.stderr.take().expect("it is a pipe");
        stream.read_to_string(&mut errors).expect("errors are text");
        assert!(!errors.contains("panicked"), "{errors}");
        (status.code(), errors.lines().last().unwrap_or_default().into())
    }

    fn child(&mut self, id: u8) -> &mut Child {
        self.running.get_mut(&id).unwrap_or_else(|| panic!("server {id} does not run"))
    }

    /// The id of a server's process.
    pub fn process(&self, id: u8) -> u32 {
        self.running[&id].id()
    }

    /// The ids of the servers that were started and neither killed nor waited for.
    pub fn running(&self) -> Vec<u8> {
        self.running.keys().copied().collect()
    }

    /// Ends a server as a crash of its process would.
    pub fn kill(&mut self, id: u8) {
        let child = self.child(id);
        child.kill().and_then(|()| child.wait()).expect("it is a child");
        self.running.remove(&id);
    }

    /// Sends a signal to a server.
    pub fn signal(&mut self, id: u8, signal: Signal) {
        let process = Pid::from_child(self.child(id));
        kill_process(process, signal).expect("it is a child");
    }

    /// Ends the standard input of a server that was started with a pipe there.
    pub fn end_input(&mut self, id: u8) {
        drop(self.child(id).stdin.take().expect("it is a pipe"));
    }

    /// Waits until a server ends by itself: its exit code.
    pub fn ended(&mut self, id: u8) -> Option<i32> {
        let mut child = self.running.remove(&id).expect("it was started");
        let status = wait_or_kill(&mut child);
        assert!(!self.log(id).contains("panicked"), "{}", self.log(id));
        status.code()
    }

    /// Whether a server still runs.
    pub fn runs(&mut self, id: u8) -> bool {
        self.child(id).try_wait().expect("it is a child").is_none()
    }

    /// A client of a server.
    pub fn client(&self, id: u8) -> Client {
        wait_for("a connection", || Client::connect(&self.address(id)).ok())
    }

    /// Waits until a server carries out a write.
    pub fn wait_until_it_serves(&self, id: u8) {
        wait_for(&format!("server {id} to serve: {}", self.log(id)), || {
            let mut client = Client::connect(&self.address(id)).ok()?;
            (client.try_call(&["SET", "ready", "1"]).ok()? == Reply::OK).then_some(())
        });
    }

    /// The leader, as the running servers say.
    pub fn leader(&self) -> u8 {
        self.leader_among(&self.running())
    }

    /// The leader, as these servers say.
    pub fn leader_among(&self, ids: &[u8]) -> u8 {
        let leads = |id: u8| {
            let client = Client::connect(&self.address(id));
            let status = client.and_then(|mut client| client.try_call(&["RAFT", "STATUS"]));
            status.is_ok_and(|status| field(&status, "role") == Some(&Reply::bulk("leader")))
        };
        wait_for("a leader", || ids.iter().copied().find(|id| leads(*id)))
    }

    /// A server that does not lead.
    pub fn follower(&self) -> u8 {
        let leader = self.leader();
        self.running().into_iter().find(|id| *id != leader).expect("there are others")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for child in self.running.values_mut() {
            let _ = child.kill();
            let _ = child.wait();
        }
        if std::thread::panicking() {
            (1..20).map(|id| (id, self.log(id))).filter(|(_, log)| !log.is_empty()).for_each(
                |(id, log)| {
                    let lines: Vec<&str> = log.lines().collect();
                    let last = &lines[lines.len().saturating_sub(25)..];
                    println!("server {id}:\n{}", last.join("\n"));
                },
            );
        }
    }
}

fn wait_or_kill(child: &mut Child) -> ExitStatus {
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        if let Some(status) = child.try_wait().expect("it is a child") {
            return status;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let _ = child.kill();
    let _ = child.wait();
    panic!("a process does not end");
}

/// A value in a map, by its name.
pub fn field<'a>(reply: &'a Reply, name: &str) -> Option<&'a Reply> {
    match reply {
        Reply::Map(pairs) => {
            pairs.iter().find(|(key, _)| *key == Reply::bulk(name)).map(|(_, value)| value)
        }
        // As version 2 of the protocol has it.
        Reply::Array(items) => {
            items.chunks_exact(2).find(|pair| pair[0] == Reply::bulk(name)).map(|pair| &pair[1])
        }
        _ => None,
    }
}

/// The code of an error.
pub fn code(reply: &Reply) -> &str {
    match reply {
        Reply::Error(text) => {
            std::str::from_utf8(text).expect("errors are text").split(' ').next().expect("a word")
        }
        _ => "",
    }
}

/// The text of a reply.
pub fn text(reply: &Reply) -> String {
    match reply {
        Reply::Simple(text) | Reply::Error(text) | Reply::Bulk(text) | Reply::Text(text) => {
            String::from_utf8_lossy(text).into_owned()
        }
        other => format!("{other:?}"),
    }
}

/// What a client speaks through.
pub trait Connection: Read + Write {}

impl<T: Read + Write> Connection for T {}

/// A connection of a client.
pub struct Client {
    /// The connection.
    pub stream: Box<dyn Connection>,
    parser: ReplyParser,
    buffer: BytesMut,
}

impl Client {
    /// Connects to an address.
    pub fn connect(address: &str) -> io::Result<Client> {
        Ok(Client::new(connect(address)?))
    }

    /// Speaks through this.
    pub fn new(stream: impl Connection + 'static) -> Client {
        let parser = ReplyParser::new(ReplyLimits::default());
        Client { stream: Box::new(stream), parser, buffer: BytesMut::new() }
    }

    /// Sends a command.
    pub fn send(&mut self, words: &[&str]) -> io::Result<()> {
        let mut out = BytesMut::new();
        encode_command(words, &mut out);
        self.stream.write_all(&out)?;
        self.stream.flush()
    }

    /// Receives the next reply.
    pub fn receive(&mut self) -> io::Result<Reply> {
        loop {
            let parsed = self.parser.parse(&mut self.buffer);
            if let Some(reply) = parsed.map_err(|error| io::Error::other(error.to_string()))? {
                return Ok(reply);
            }
            let mut bytes = [0; 64 << 10];
            match self.stream.read(&mut bytes) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(read) => self.buffer.extend_from_slice(&bytes[..read]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The reply to a command.
    pub fn try_call(&mut self, words: &[&str]) -> io::Result<Reply> {
        self.send(words)?;
        self.receive()
    }

    /// The reply to a command, which must come.
    pub fn call(&mut self, words: &[&str]) -> Reply {
        self.try_call(words).unwrap_or_else(|error| panic!("{words:?}: {error}"))
    }

    /// Sets a key, which must be done.
    pub fn set(&mut self, key: &str, value: &str) {
        assert_eq!(self.call(&["SET", key, value]), Reply::OK);
    }

    /// The value of a key.
    pub fn get(&mut self, key: &str) -> Option<String> {
        match self.call(&["GET", key]) {
            Reply::Bulk(value) => Some(String::from_utf8_lossy(&value).into_owned()),
            Reply::Null => None,
            other => panic!("GET {key}: {other:?}"),
        }
    }
}

/// A connection whose operations do not last for ever.
pub fn connect(address: &str) -> io::Result<TcpStream> {
    let address = address.parse().map_err(io::Error::other)?;
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// What Debian's package redis-tools has; without it, a test of it cannot run.
pub fn tool(name: &str) -> Command {
    let found = Command::new(name).arg("--version").stdout(Stdio::null()).status();
    assert!(
        found.is_ok_and(|status| status.success()),
        "{name} is missing: scripts/test.sh --all installs it, with Debian's package redis-tools"
    );
    // It may wait for ever.
    let mut command = Command::new("timeout");
    command.args(["60", name]).stdin(Stdio::null());
    command
}

/// The output of a command that must succeed.
pub fn output(command: &mut Command) -> String {
    let output = command.output().expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{text}\n{errors}", output.status);
    text
}

/// All bytes of the files in a directory that may be logs or data, as text.
pub fn contains_text(folder: &Path, needle: &str) -> bool {
    fs::read_dir(folder).expect("it exists").any(|entry| {
        let path = entry.expect("it is readable").path();
        path.is_file()
            && fs::read(&path).is_ok_and(|bytes| {
                bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
            })
    })
}

/// A simple string.
pub fn simple(text: impl Into<String>) -> Reply {
    Reply::Simple(bytes::Bytes::from(text.into()))
}
