//! The command `maelstrom`: one server under Maelstrom, the workbench for distributed systems,
//! which starts the processes, carries their messages, late or not at all, and judges what clients
//! see.
//!
//! It speaks the workload lin-kv: messages are JSON objects, a line each, on standard input and
//! output (<https://github.com/jepsen-io/maelstrom/blob/main/doc/protocol.md>). The server is the
//! one of `serve`; the frames of servers travel in messages of type `raft`, in Base64. Nothing is
//! kept on a disk: Maelstrom starts no process again, and kills all at its end. Maelstrom itself
//! cannot be had from the registries of packages: `tests/maelstrom.rs` has a router that does as
//! it does. Where it is at hand:
//!
//! ```sh
//! maelstrom test -w lin-kv --bin kv.sh --node-count 3 --concurrency 4n --nemesis partition
//! ```
//!
//! with a script `kv.sh` that says `exec whitewater-kv maelstrom`. Promises: input that is no
//! message, or not for this node, costs one line on standard error and nothing else; the process
//! ends with the end of its input.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufRead, BufWriter, Read, Write};
use std::process::ExitCode;
use std::sync::mpsc::{sync_channel, Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use base64::prelude::{Engine, BASE64_STANDARD};
use bytes::BytesMut;
use raft::{Config, Durable, Limits, Membership, NodeId, NodeSet};
use serde_json::{json, Value};

use crate::maelstrom::lin_kv::{body, Body, Failure, Request};
use crate::server::{Effects, Event, Policy, Server, Settings, Token};
use crate::wire::{self, Frame};

pub mod lin_kv;

/// A line has at most this many bytes: a frame in Base64, and some more.
const LINE: usize = 24 << 20;
/// Lines that have been read and wait.
const LINES: usize = 1024;
/// Frames for one node share a message up to this many bytes.
const SHARED: usize = 1 << 20;

/// Runs one node of Maelstrom's workload lin-kv on standard input and output.
///
/// Exit codes: 0 the input has ended; 1 failed, and says why; 2 wrong usage.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Milliseconds of a tick. An election timeout is 10 to 20 ticks, a heartbeat comes every 2.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..10_000))]
    pub tick_ms: u64,
    /// Milliseconds within which a request is answered. Maelstrom's clients wait for a second.
    #[arg(long, default_value_t = 900, value_parser = clap::value_parser!(u64).range(1..3_600_000))]
    pub timeout_ms: u64,
}

/// Runs a node until its input ends.
pub fn run(args: &Args) -> ExitCode {
    let (lines, received) = sync_channel(LINES);
    let reader = std::thread::Builder::new().name("input".into());
    let reader = reader.spawn(move || read_lines(io::stdin().lock(), &lines));
    let ended = match reader {
        Ok(_) => Node::new(args, BufWriter::new(io::stdout().lock())).run(&received),
        Err(error) => Err(error),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("whitewater-kv: maelstrom: {error}");
            ExitCode::from(1)
        }
    }
}

/// What the input has.
enum Line {
    Text(Vec<u8>),
    TooLong,
}

/// Passes on the lines of the input until it ends; waits while too many are not processed.
fn read_lines(mut input: impl BufRead, lines: &SyncSender<Line>) {
    loop {
        let mut text = Vec::new();
        let read = (&mut input).take(LINE as u64 + 1).read_until(b'\n', &mut text);
        let line = match read {
            Ok(0) => return,
            Ok(_) if text.len() > LINE => {
                if input.skip_until(b'\n').is_err() {
                    return;
                }
                Line::TooLong
            }
            Ok(_) => Line::Text(text),
            Err(error) => return complain(&format!("cannot read standard input: {error}")),
        };
        if lines.send(line).is_err() {
            return;
        }
    }
}

fn complain(text: &str) {
    eprintln!("whitewater-kv: maelstrom: {text}");
}

/// A message.
struct Message {
    from: String,
    to: String,
    body: Body,
}

impl Message {
    fn parse(line: &[u8]) -> Result<Message, String> {
        let value: Value = serde_json::from_slice(line).map_err(|error| error.to_string())?;
        let Value::Object(mut members) = value else { return Err("it is no object".into()) };
        let mut text = |name: &str| match members.remove(name) {
            Some(Value::String(text)) => Ok(text),
            _ => Err(format!("it has no text `{name}`")),
        };
        let (from, to) = (text("src")?, text("dest")?);
        match members.remove("body") {
            Some(Value::Object(body)) => Ok(Message { from, to, body }),
            _ => Err("it has no object `body`".into()),
        }
    }
}

/// One node: the server, once it is initialised, and the requests that it has not answered.
struct Node<W> {
    args: Args,
    server: Option<Server>,
    own: String,
    /// By id, from 1 on.
    names: Vec<String>,
    asked: HashMap<Token, Asked>,
    last: Token,
    output: W,
}

/// A client that waits.
struct Asked {
    client: String,
    id: Value,
    request: Request,
}

impl<W: Write> Node<W> {
    fn new(args: &Args, output: W) -> Node<W> {
        Node {
            args: args.clone(),
            server: None,
            own: String::new(),
            names: Vec::new(),
            asked: HashMap::new(),
            last: 0,
            output,
        }
    }

    /// Processes lines and time until the input ends.
    fn run(&mut self, lines: &Receiver<Line>) -> io::Result<()> {
        let tick = Duration::from_millis(self.args.tick_ms);
        let mut next = Instant::now() + tick;
        loop {
            match lines.recv_timeout(next.saturating_duration_since(Instant::now())) {
                Ok(line) => self.line(line)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return self.output.flush(),
            }
            // What has arrived meanwhile forms a group, but time goes on.
            for line in lines.try_iter().take(LINES) {
                self.line(line)?;
            }
            let now = Instant::now();
            if now >= next {
                // After a pause of the process, time has not passed for Raft.
                next = now + tick;
                self.server.iter_mut().for_each(Server::tick);
            }
            self.settle()?;
            self.output.flush()?;
        }
    }

    fn line(&mut self, line: Line) -> io::Result<()> {
        let parsed = match line {
            Line::TooLong => Err(format!("it has more than {LINE} bytes")),
            Line::Text(text) if text.trim_ascii().is_empty() => return Ok(()),
            Line::Text(text) => Message::parse(&text),
        };
        match parsed {
            Ok(message) => self.message(message),
            Err(error) => {
                complain(&format!("a line of the input is no message: {error}"));
                Ok(())
            }
        }
    }

    fn message(&mut self, Message { from, to, body }: Message) -> io::Result<()> {
        if self.server.is_none() {
            self.own = to;
        } else if to != self.own {
            complain(&format!("{}: a message for `{to}` is ignored", self.own));
            return Ok(());
        }
        match body.get("type").and_then(Value::as_str) {
            Some("init") => self.init(&from, &body),
            Some("raft") => {
                if let Err(error) = self.frames(&from, &body) {
                    complain(&format!("{}: a message from `{from}`: {error}", self.own));
                }
                Ok(())
            }
            // It answers nothing that this node has asked.
            _ if body.contains_key("in_reply_to") => Ok(()),
            _ => self.request(from, &body),
        }
    }

    fn init(&mut self, from: &str, body: &Body) -> io::Result<()> {
        let started = match self.server {
            Some(_) => Err("this node is initialised already".to_string()),
            None => self.start(body),
        };
        let result = started.map(|()| lin_kv::body([("type", json!("init_ok"))]));
        let result = result.map_err(|text| {
            complain(&format!("init: {text}"));
            Failure(Failure::MALFORMED, text)
        });
        match body.get("msg_id") {
            Some(id) => self.reply(from, id, result),
            None => Ok(()),
        }
    }

    fn start(&mut self, body: &Body) -> Result<(), String> {
        let own = body.get("node_id").and_then(Value::as_str).ok_or("no text `node_id`")?;
        let names = body.get("node_ids").and_then(Value::as_array).ok_or("no list `node_ids`")?;
        let names: Option<Vec<String>> =
            names.iter().map(|name| name.as_str().map(String::from)).collect();
        let names = names.ok_or("`node_ids` has something that is no text")?;
        let most = usize::from(NodeId::LIMIT) - 1;
        if names.len() > most {
            return Err(format!("{} nodes; at most {most} are possible", names.len()));
        }
        if (1..names.len()).any(|place| names[..place].contains(&names[place])) {
            return Err("`node_ids` has a node twice".into());
        }
        let place = names.iter().position(|name| name == own);
        let place = place.ok_or(format!("`node_ids` does not have `{own}`"))?;
        self.own = own.into();
        self.names = names;
        self.server = Some(self.new_server(id_of(place))?);
        Ok(())
    }

    fn new_server(&self, id: NodeId) -> Result<Server, String> {
        let voters: NodeSet = (0..self.names.len()).map(id_of).collect();
        let config = Config {
            incarnation: 1,
            pre_vote: true,
            check_quorum: true,
            limits: Limits { message_entries: 4096, ..Limits::DEFAULT },
            ..Config::new(id, Membership::new(voters))
        };
        let ticks = |milliseconds: u64| (milliseconds / self.args.tick_ms).max(1);
        let settings = Settings {
            patience: ticks(self.args.timeout_ms),
            // Maelstrom loses and reorders: what follows a gap is soon sent again.
            resend: ticks(self.args.timeout_ms / 5),
            policy: Policy { entries: 1000, retained: 100, ..Policy::default() },
            ..Settings::default()
        };
        Server::start(config, Durable::default(), BTreeMap::new(), settings)
    }

    /// Frames of another server.
    fn frames(&mut self, from: &str, body: &Body) -> Result<(), String> {
        let server = self.server.as_mut().ok_or("this node is not initialised")?;
        let place = self.names.iter().position(|name| name == from);
        let from = place.map(id_of).ok_or("it is no node of this cluster")?;
        let text = body.get("frames").and_then(Value::as_str).ok_or("no text `frames`")?;
        let bytes = BASE64_STANDARD.decode(text).map_err(|error| error.to_string())?;
        let mut bytes = BytesMut::from(&bytes[..]);
        while let Some(content) = wire::take(&mut bytes)? {
            let frame = wire::decode_frame(&content, from, server.id())?;
            server.receive(from, frame);
        }
        match bytes.len() {
            0 => Ok(()),
            more => Err(format!("{more} bytes are no frame")),
        }
    }

    fn request(&mut self, client: String, body: &Body) -> io::Result<()> {
        let Some(id) = body.get("msg_id").cloned() else {
            complain(&format!("a request of `{client}` has no `msg_id`"));
            return Ok(());
        };
        let request = match (Request::parse(body), &self.server) {
            (Ok(request), Some(_)) => request,
            (Err(failure), _) => return self.reply(&client, &id, Err(failure)),
            (Ok(_), None) => {
                let text = "this node is not initialised".into();
                return self.reply(&client, &id, Err(Failure(Failure::UNAVAILABLE, text)));
            }
        };
        self.ask(Asked { client, id, request });
        Ok(())
    }

    fn ask(&mut self, asked: Asked) {
        let Some(server) = &mut self.server else { return };
        self.last += 1;
        server.request(self.last, &asked.request.data(), false);
        self.asked.insert(self.last, asked);
    }

    /// Carries out what the server wants until nothing is left: what is written is durable at once.
    fn settle(&mut self) -> io::Result<()> {
        while let Some(server) = &mut self.server {
            server.flush(false);
            let Effects { frames, writes, answers, events, snapshot, halted } =
                server.take_effects();
            if let Some(reason) = halted {
                return Err(io::Error::other(reason));
            }
            let is_idle = writes.is_empty() && answers.is_empty() && snapshot.is_none();
            if let Some(last) = writes.last() {
                server.persisted(last.id);
            }
            if let Some(job) = snapshot {
                server.snapshot_taken(job.index, job.machine.snapshot().into());
            }
            events.iter().for_each(|event| self.tell(event));
            self.send(frames)?;
            for (token, answer) in answers {
                let Some(mut asked) = self.asked.remove(&token) else { continue };
                match asked.request.answered(answer) {
                    Some(result) => self.reply(&asked.client, &asked.id, result)?,
                    None => self.ask(asked),
                }
            }
            if is_idle {
                break;
            }
        }
        Ok(())
    }

    fn tell(&self, event: &Event) {
        if let Event::Role { term, role, leader } = event {
            let name = |id: NodeId| self.names.get(usize::from(id.0) - 1).map_or("", |name| name);
            let leader = leader.map_or("no leader", name);
            eprintln!("{}: {role} in term {}, leader: {leader}", self.own, term.0);
        }
    }

    fn send(&mut self, frames: Vec<(NodeId, Frame)>) -> io::Result<()> {
        let mut buffers: BTreeMap<NodeId, BytesMut> = BTreeMap::new();
        for (to, frame) in frames {
            let buffer = buffers.entry(to).or_default();
            wire::encode_frame(&frame, buffer);
            if buffer.len() >= SHARED {
                let full = buffer.split();
                self.send_frames(to, &full)?;
            }
        }
        buffers.retain(|_, buffer| !buffer.is_empty());
        buffers.iter().try_for_each(|(to, buffer)| self.send_frames(*to, buffer))
    }

    fn send_frames(&mut self, to: NodeId, frames: &[u8]) -> io::Result<()> {
        let Some(name) = self.names.get(usize::from(to.0) - 1).cloned() else { return Ok(()) };
        let text = BASE64_STANDARD.encode(frames);
        self.print(&name, body([("type", json!("raft")), ("frames", json!(text))]))
    }

    fn reply(&mut self, to: &str, id: &Value, result: Result<Body, Failure>) -> io::Result<()> {
        let mut body = result.unwrap_or_else(|Failure(code, text)| {
            body([("type", json!("error")), ("code", json!(code)), ("text", json!(text))])
        });
        body.insert("in_reply_to".into(), id.clone());
        self.print(to, body)
    }

    fn print(&mut self, to: &str, body: Body) -> io::Result<()> {
        let message = json!({"src": self.own, "dest": to, "body": body});
        writeln!(self.output, "{message}")
    }
}

/// Ids begin with 1.
fn id_of(place: usize) -> NodeId {
    NodeId(place as u8 + 1)
}
