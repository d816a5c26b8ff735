//! A store for the tests of the nemesis: nodes that share one file, each request under its lock.
//!
//! It is linearizable, and nothing else: a request locks the file, applies what others have
//! appended, appends its own line, and answers. Between the nodes go only heartbeats, so that links
//! have something to cut. `WHITEWATER_FAKE` names a bug; the nemesis must find it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::exit;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use clap::{Parser, Subcommand, ValueEnum};
use nix::fcntl::{Flock, FlockArg};

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[arg(long, env = "WHITEWATER_FAKE", global = true, value_enum)]
    bug: Option<Bug>,
}

#[derive(Subcommand)]
enum Command {
    Serve {
        #[arg(long)]
        id: u64,
        #[arg(long, value_delimiter = ',')]
        peers: Vec<String>,
        #[arg(long)]
        listen: SocketAddr,
        #[arg(long)]
        data: PathBuf,
        #[arg(long)]
        join: bool,
    },
}

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Bug {
    /// Reads may miss what others wrote a moment ago.
    StaleReads,
    /// A node that starts cuts complete lines off the file.
    LostWrites,
    /// Now and then a write is acknowledged and not done.
    DropsWrites,
    /// Now and then an increment counts twice.
    CountsTwice,
    /// Now and then a swap does not look at the value.
    BlindSwaps,
    /// Now and then a write that was done is answered with an error.
    FalseFailures,
    /// A node with a wiped disk is welcome.
    TakesBack,
    /// Now and then a node panics.
    Panics,
    /// Every read is refused.
    NoReads,
}

/// What a node knows.
struct Store {
    id: u64,
    file: File,
    lock: Option<Flock<File>>,
    /// How much of the file is applied.
    applied: u64,
    values: BTreeMap<String, String>,
    members: BTreeSet<u64>,
    disks: BTreeMap<u64, String>,
    refreshed: Instant,
    requests: u64,
    bug: Option<Bug>,
}

impl Store {
    fn open(path: PathBuf, id: u64, founders: BTreeSet<u64>, bug: Option<Bug>) -> Store {
        let file = OpenOptions::new().create(true).read(true).append(true).open(path);
        let file = file.expect("the shared file can be opened");
        let mut store = Store {
            id,
            file,
            lock: None,
            applied: 0,
            values: BTreeMap::new(),
            members: founders,
            disks: BTreeMap::new(),
            refreshed: Instant::now(),
            requests: 0,
            bug,
        };
        store.lock();
        store.refresh();
        store
    }

    /// Until `lock` is None again.
    fn lock(&mut self) {
        let file = self.file.try_clone().expect("it is open");
        let lock = Flock::lock(file, FlockArg::LockExclusive).map_err(|(_, error)| error);
        self.lock = Some(lock.expect("the lock can be had"));
    }

    /// Applies what is new in the file, and cuts a line that a killed process left unfinished.
    fn refresh(&mut self) {
        let length = self.file.metadata().expect("it is open").len();
        if length < self.applied {
            self.applied = 0;
            self.values.clear();
        }
        let mut text = String::new();
        self.file.seek(SeekFrom::Start(self.applied)).expect("it is a file");
        self.file.read_to_string(&mut text).expect("it is text");
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        for line in text[..whole].lines() {
            self.apply(line);
        }
        self.applied += whole as u64;
        if whole < text.len() {
            self.file.set_len(self.applied).expect("it can be cut");
        }
        self.refreshed = Instant::now();
    }

    fn apply(&mut self, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        let number = || words[1].parse().expect("an id");
        match words[0] {
            "set" => drop(self.values.insert(words[1].into(), words[2].into())),
            "member" => drop(self.members.insert(number())),
            "gone" => drop(self.members.remove(&number())),
            "disk" => drop(self.disks.insert(number(), words[2].into())),
            other => panic!("a line that begins with {other}"),
        }
    }

    fn append(&mut self, line: &str) {
        self.file.write_all(format!("{line}\n").as_bytes()).expect("there is room");
        self.refresh();
    }

    fn set(&mut self, key: &str, value: &str) {
        self.append(&format!("set {key} {value}"));
    }

    /// Every so many requests.
    fn now_and_then(&self, bug: Bug, every: u64) -> bool {
        self.bug == Some(bug) && self.requests % every == 0
    }

    /// The reply to a request.
    fn answer(&mut self, words: &[String]) -> String {
        self.requests += 1;
        let is_read = words[0] == "GET";
        let is_fresh = self.refreshed.elapsed() < Duration::from_millis(300);
        if !(is_read && self.bug == Some(Bug::StaleReads) && is_fresh) {
            self.lock();
            self.refresh();
        }
        let reply = self.locked(words);
        self.lock = None;
        assert!(!self.now_and_then(Bug::Panics, 150), "a seeded panic");
        match self.now_and_then(Bug::FalseFailures, 40) && words[0] == "SET" {
            true => "-ERR it is not done".into(),
            false => reply,
        }
    }

    fn locked(&mut self, words: &[String]) -> String {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        if self.bug == Some(Bug::NoReads) && words[0] == "GET" {
            return "-ERR never".into();
        }
        match words[..] {
            ["PING"] => "+PONG".into(),
            ["READONLY"] => "+OK".into(),
            ["RAFT", "STATUS"] => {
                // Every node leads; the one with the highest id is believed.
                bulk(Some(&format!("id:{0}\nterm:1\nleader:{0}", self.id)))
            }
            ["RAFT", "TRANSFER" | "SNAPSHOT", ..] => "+OK".into(),
            ["RAFT", "ADD", id, _] => {
                self.append(&format!("member {id}"));
                "+OK".into()
            }
            ["RAFT", "REMOVE", id] => {
                self.append(&format!("gone {id}"));
                "+OK".into()
            }
            _ if !self.members.contains(&self.id) => "-NOMEMBER this node is no member".into(),
            ["GET", key] => bulk(self.values.get(key).map(String::as_str)),
            ["SET", key, value, ref options @ ..] => self.set_if(key, value, options),
            ["INCR", key] => {
                let old: u64 = self.values.get(key).map_or(0, |v| v.parse().expect("a number"));
                let by = 1 + u64::from(self.now_and_then(Bug::CountsTwice, 50));
                self.set(key, &(old + by).to_string());
                format!(":{}", old + by)
            }
            _ => "-ERR unknown command".into(),
        }
    }

    fn set_if(&mut self, key: &str, value: &str, options: &[&str]) -> String {
        let old = self.values.get(key).cloned();
        let holds = match options {
            ["NX", ..] => old.is_none(),
            ["IFEQ", expected, ..] => {
                old.as_deref() == Some(*expected) || self.now_and_then(Bug::BlindSwaps, 10)
            }
            _ => true,
        };
        if holds && !self.now_and_then(Bug::DropsWrites, 3) {
            self.set(key, value);
        }
        match (options.last(), holds) {
            (Some(&"GET"), _) => bulk(old.as_deref()),
            (_, true) => "+OK".into(),
            (_, false) => "$-1".into(),
        }
    }

    /// Puts this node's disk on record; a node with another disk is refused.
    fn admit(&mut self, disk: String, is_founder: bool) {
        if is_founder && !self.disks.contains_key(&self.id) {
            self.append(&format!("member {}", self.id));
        }
        match self.disks.get(&self.id) {
            Some(known) if *known != disk && self.bug != Some(Bug::TakesBack) => {
                eprintln!("refused: n{} was known with another disk", self.id);
                exit(1);
            }
            _ => self.append(&format!("disk {} {disk}", self.id)),
        }
        self.lock = None;
    }

    /// The seeded bug of a node that starts again.
    fn cut_too_far(&mut self) {
        if self.bug == Some(Bug::LostWrites) && self.disks.contains_key(&self.id) {
            let mut text = String::new();
            self.file.seek(SeekFrom::Start(0)).expect("it is a file");
            self.file.read_to_string(&mut text).expect("it is text");
            let ends: Vec<usize> = text.match_indices("\nset").map(|(at, _)| at + 1).collect();
            if let Some(&end) = ends.iter().rev().nth(20) {
                self.file.set_len(end as u64).expect("it can be cut");
                self.refresh();
            }
        }
    }
}

fn bulk(text: Option<&str>) -> String {
    text.map_or("$-1".into(), |text| format!("${}\r\n{text}", text.len()))
}

/// A request, or none at the end of the connection.
fn request(stream: &mut impl BufRead) -> io::Result<Option<Vec<String>>> {
    let number = |stream: &mut dyn BufRead| -> io::Result<Option<usize>> {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        Ok(line.trim_end().get(1..).and_then(|text| text.parse().ok()))
    };
    let Some(count) = number(stream)? else { return Ok(None) };
    let mut words = Vec::new();
    for _ in 0..count {
        let Some(length) = number(stream)? else { return Ok(None) };
        let mut word = vec![0; length + 2];
        stream.read_exact(&mut word)?;
        word.truncate(length);
        words.push(String::from_utf8_lossy(&word).into_owned());
    }
    Ok(Some(words))
}

fn serve(stream: TcpStream, store: &Mutex<Store>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    while let Some(words) = request(&mut reader)?.filter(|words| !words.is_empty()) {
        let mut store = store.lock().unwrap_or_else(PoisonError::into_inner);
        let reply = store.answer(&words);
        drop(store);
        writer.write_all(format!("{reply}\r\n").as_bytes())?;
    }
    Ok(())
}

/// Sends a byte now and then, over new connections if old ones end.
fn beat(peer: &str) {
    loop {
        if let Ok(mut stream) = TcpStream::connect(peer) {
            while stream.write_all(b".").is_ok() {
                thread::sleep(Duration::from_millis(10));
            }
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// Reads heartbeats, and forgets them.
fn listen_to_peers(listener: TcpListener) {
    for mut stream in listener.incoming().flatten() {
        thread::spawn(move || io::copy(&mut stream, &mut io::sink()));
    }
}

fn main() {
    let Arguments { command: Command::Serve { id, peers, listen, data, join }, bug } =
        Arguments::parse();
    std::panic::set_hook(Box::new(|panic| {
        eprintln!("{panic}");
        exit(101);
    }));
    let mut founders = BTreeSet::new();
    for peer in peers {
        let (other, address) = peer.split_once('=').expect("id=host:port");
        let (other, address): (u64, String) = (other.parse().expect("an id"), address.into());
        if !join {
            founders.insert(other);
        }
        if other == id {
            let listener = TcpListener::bind(&address).expect("the port is free");
            thread::spawn(|| listen_to_peers(listener));
        } else {
            thread::spawn(move || beat(&address));
        }
    }
    let name = data.join("disk");
    let fresh = format!("{:?}", Instant::now()).replace(' ', "");
    let disk = fs::read_to_string(&name).unwrap_or(fresh);
    fs::write(&name, &disk).expect("there is room");
    let shared = data.parent().expect("it has a parent").join("shared.log");
    let mut store = Store::open(shared, id, founders, bug);
    store.cut_too_far();
    store.admit(disk, !join);
    let store = Arc::new(Mutex::new(store));
    let listener = TcpListener::bind(listen).expect("the port is free");
    for stream in listener.incoming().flatten() {
        let store = store.clone();
        thread::spawn(move || serve(stream, &store));
    }
}
