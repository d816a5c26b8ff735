//! The supervisor's own commands at the prompt.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::node::{end_of_patience, Node};
use super::supervisor::Supervisor;
use crate::cli::{Client, Extra, Printer, Settings};
use crate::resp::{parse_integer, Reply};

/// How long a cluster may take to elect a leader.
const PATIENCE: Duration = Duration::from_secs(20);

const LIST: &[(&str, &str)] = &[
    ("nodes", "Tells how the processes of the nodes are."),
    ("kill N", "Kills node N (SIGKILL): it stays down until it is started."),
    ("term N", "Asks node N to end (SIGTERM): it stays down until it is started."),
    ("start N", "Starts node N."),
    ("pause N", "Pauses node N (SIGSTOP); stop N does the same."),
    ("stop N", "Pauses node N (SIGSTOP)."),
    ("resume N", "Lets node N go on (SIGCONT)."),
    ("logs N", "Prints the last lines of the log of node N."),
    ("wait", "Waits until the cluster answers."),
    ("sleep SECONDS", "Waits so long."),
];

pub(super) struct Commands {
    supervisor: Supervisor,
}

impl Commands {
    pub fn new(supervisor: Supervisor) -> Self {
        Commands { supervisor }
    }

    /// Waits until a command takes effect: one line about it.
    pub fn wait(&self) -> Result<String, String> {
        let addresses = self.supervisor.plan().client_addresses();
        let (start, mut client) = (Instant::now(), client(addresses, Duration::from_secs(1)));
        let mut last = String::new();
        while start.elapsed() < PATIENCE {
            if !self.supervisor.has_life() {
                return Err("no node runs".into());
            }
            // Only with a leader is there an answer.
            match client.call(&["DBSIZE"]) {
                Ok(Reply::Integer(_)) => {
                    let seconds = start.elapsed().as_secs_f64();
                    return Ok(format!("the cluster answers, after {seconds:.1} s"));
                }
                Ok(other) => last = format!(": {other:?}"),
                Err(error) => last = format!(": {error:?}"),
            }
            thread::sleep(Duration::from_millis(50));
        }
        Err(format!("no answer in {} s{last}", PATIENCE.as_secs()))
    }

    /// Runs the command `name` for a node.
    fn on_node(&self, name: &str, id: usize) -> Result<String, String> {
        let done = |what: &str| Ok(format!("n{id} {what}"));
        let supervisor = &self.supervisor;
        match name {
            "kill" => supervisor.with(id, |node, _| node.kill()).and_then(|()| done("killed")),
            "term" => supervisor.with(id, |node, _| end(node)).and_then(done),
            "start" => supervisor.with(id, Node::start),
            "pause" | "stop" => {
                supervisor.with(id, |node, _| node.pause()).and_then(|()| done("paused"))
            }
            "resume" => supervisor.with(id, |node, _| node.resume()).and_then(|()| done("goes on")),
            _ => supervisor.with(id, |_, plan| end_of(&plan.log(id))),
        }
    }
}

fn end(node: &mut Node) -> Result<&'static str, String> {
    node.ask_to_end()?;
    let ended = node.ended(end_of_patience());
    Ok(if ended { "ended" } else { "killed, since it did not end" })
}

impl Extra for Commands {
    fn list(&self) -> &'static [(&'static str, &'static str)] {
        LIST
    }

    fn run(&mut self, words: &[Bytes]) -> Option<Result<String, String>> {
        let name = String::from_utf8_lossy(words.first()?).to_lowercase();
        let is_it = |(syntax, _): &&(&str, &str)| syntax.split(' ').next() == Some(&name);
        let (syntax, _) = LIST.iter().find(is_it)?;
        let number = words.get(1).and_then(|word| parse_integer(word));
        let number = number.and_then(|number| usize::try_from(number).ok());
        let result = match (name.as_str(), words.len(), number) {
            ("nodes", 1, _) => Ok(self.supervisor.describe().join("\n")),
            ("wait", 1, _) => self.wait(),
            ("sleep", 2, _) => sleep(&words[1]),
            (name, 2, Some(id)) if syntax.ends_with(" N") => self.on_node(name, id),
            _ => Err(format!("usage: {syntax}")),
        };
        Some(result.map(|text| if text.is_empty() { text } else { text + "\n" }))
    }

    fn tell_by(&mut self, printer: Option<Printer>) {
        self.supervisor.tell_by(printer);
    }
}

fn sleep(seconds: &[u8]) -> Result<String, String> {
    let text = std::str::from_utf8(seconds).ok();
    let seconds: Option<f64> = text.and_then(|text| text.parse().ok());
    match seconds.filter(|seconds| (0.0..=3600.0).contains(seconds)) {
        Some(seconds) => thread::sleep(Duration::from_secs_f64(seconds)),
        None => return Err("usage: sleep SECONDS, at most 3600".into()),
    }
    Ok(String::new())
}

/// The last lines of a log, without what could control a terminal.
fn end_of(log: &Path) -> Result<String, String> {
    const BYTES: u64 = 16 << 10;
    const LINES: usize = 20;
    let read = || {
        let (mut file, mut text) = (File::open(log)?, Vec::new());
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(BYTES)))?;
        file.take(BYTES).read_to_end(&mut text)?;
        std::io::Result::Ok(text)
    };
    let text = read().map_err(|error| format!("{}: {error}", log.display()))?;
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<String> = text
        .lines()
        .map(|line| line.replace(|char: char| char.is_control() && char != '\t', "?"))
        .collect();
    Ok(lines[lines.len().saturating_sub(LINES)..].join("\n"))
}

/// A client of the nodes.
pub fn client(addresses: Vec<String>, timeout: Duration) -> Client {
    Client::new(Settings { addresses, login: None, tls: None, timeout })
}
