//! One node: a child process, and what has become of it.
//!
//! Promises: every child is waited for; what is killed by command stays down until it is started by
//! command. Knows nothing of the other nodes.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{kill, Signal};
use nix::sys::wait::{waitid, Id, WaitPidFlag, WaitStatus};
use nix::unistd::Pid;

use super::ports::Addresses;

/// How long a node may take to end after SIGTERM.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a node is down after its first death, and after many in a row.
const DELAYS: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(8)];
/// A node that has run for so long has started well.
const WELL: Duration = Duration::from_secs(10);

/// How nodes are started.
pub(super) struct Plan {
    pub program: PathBuf,
    pub data: PathBuf,
    pub addresses: Vec<Addresses>,
    /// More arguments for each.
    pub arguments: Vec<OsString>,
}

impl Plan {
    /// Where clients reach the nodes.
    pub fn client_addresses(&self) -> Vec<String> {
        self.addresses.iter().map(|node| node.clients.to_string()).collect()
    }

    fn peers(&self) -> String {
        let peer = |(index, node): (usize, &Addresses)| format!("{}={}", index + 1, node.peers);
        self.addresses.iter().enumerate().map(peer).collect::<Vec<_>>().join(",")
    }

    /// Where the log of a node is.
    pub fn log(&self, id: usize) -> PathBuf {
        self.data.join(format!("n{id}.log"))
    }

    fn command(&self, id: usize) -> io::Result<Command> {
        let log: File = OpenOptions::new().create(true).append(true).open(self.log(id))?;
        let mut command = Command::new(&self.program);
        command
            .args(["serve", "--id", &id.to_string(), "--peers", &self.peers()])
            .args(["--listen", &self.addresses[id - 1].clients.to_string(), "--data"])
            .arg(self.data.join(format!("n{id}")))
            .arg("--exit-with-stdin")
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log)
            // ^C at the terminal is for the supervisor, which ends its nodes in order.
            .process_group(0);
        Ok(command)
    }
}

/// What a node is doing.
enum State {
    Running {
        child: Child,
        since: Instant,
        is_paused: bool,
    },
    /// It has died, and is started again.
    Waiting {
        until: Instant,
    },
    /// It is not started again by itself.
    Down,
}

/// A node.
pub(super) struct Node {
    id: usize,
    state: State,
    /// How long it is down after its next death.
    delay: Duration,
}

impl Node {
    /// A node that is not started.
    pub fn new(id: usize) -> Node {
        Node { id, state: State::Down, delay: DELAYS[0] }
    }

    /// Its id.
    pub fn id(&self) -> usize {
        self.id
    }

    /// Starts it, unless it runs: one line about it.
    pub fn start(&mut self, plan: &Plan) -> Result<String, String> {
        let id = self.id;
        if let State::Running { child, .. } = &self.state {
            return Err(format!("n{id} runs, pid {}", child.id()));
        }
        self.state = State::Down;
        let child = plan.command(id).and_then(|mut command| command.spawn());
        let child = child.map_err(|error| format!("n{id} cannot be started: {error}"))?;
        let (pid, address) = (child.id(), plan.addresses[id - 1].clients);
        self.state = State::Running { child, since: Instant::now(), is_paused: false };
        Ok(format!("n{id} started, pid {pid}, {address}, log {}", plan.log(id).display()))
    }

    /// Looks after it: one line, if something has happened.
    pub fn look_after(&mut self, plan: &Plan) -> Option<String> {
        match &mut self.state {
            State::Running { child, since, .. } => match child.try_wait() {
                Ok(None) => None,
                Ok(Some(status)) => {
                    let ran = since.elapsed();
                    Some(self.died(status, ran, plan))
                }
                Err(error) => Some(format!("n{} cannot be watched: {error}", self.id)),
            },
            State::Waiting { until } if *until <= Instant::now() => {
                Some(self.start(plan).unwrap_or_else(|error| error))
            }
            State::Waiting { .. } | State::Down => None,
        }
    }

    fn died(&mut self, status: ExitStatus, ran: Duration, plan: &Plan) -> String {
        let (id, how) = (self.id, how(status));
        // It has refused to start, and would again.
        if status.code() == Some(2) {
            self.state = State::Down;
            let log = plan.log(id);
            return format!("n{id} ended: {how}; it stays down: see {}", log.display());
        }
        self.delay = if ran >= WELL { DELAYS[0] } else { self.delay };
        let delay = self.delay;
        self.state = State::Waiting { until: Instant::now() + delay };
        self.delay = DELAYS[1].min(delay * 2);
        format!("n{id} ended: {how}; it is started again in {:.1} s", delay.as_secs_f64())
    }

    /// Whether it runs, or will again.
    pub fn is_alive(&self) -> bool {
        !matches!(self.state, State::Down)
    }

    /// Sends a signal.
    fn signal(&self, signal: Signal) -> Result<(), String> {
        let State::Running { child, .. } = &self.state else {
            return Err(format!("n{} does not run", self.id));
        };
        // It has not been waited for, so the number is still its own.
        kill(pid(child), signal).map_err(|error| format!("n{}: {error}", self.id))
    }

    /// SIGSTOP: when this returns, it does nothing more.
    pub fn pause(&mut self) -> Result<(), String> {
        self.signal(Signal::SIGSTOP)?;
        if let State::Running { child, is_paused, .. } = &mut self.state {
            *is_paused = true;
            wait_until_stopped(pid(child));
        }
        Ok(())
    }

    /// SIGCONT.
    pub fn resume(&mut self) -> Result<(), String> {
        self.signal(Signal::SIGCONT)?;
        if let State::Running { is_paused, .. } = &mut self.state {
            *is_paused = false;
        }
        Ok(())
    }

    /// SIGKILL: it stays down.
    pub fn kill(&mut self) -> Result<(), String> {
        if let State::Waiting { .. } = self.state {
            self.state = State::Down;
            return Ok(());
        }
        self.signal(Signal::SIGKILL)?;
        self.wait();
        Ok(())
    }

    /// Asks it to end: SIGTERM. Also one that is paused.
    pub fn ask_to_end(&mut self) -> Result<(), String> {
        if let State::Waiting { .. } = self.state {
            self.state = State::Down;
            return Ok(());
        }
        self.signal(Signal::SIGTERM)?;
        self.resume()
    }

    /// Waits for one that was asked to end, until `deadline`; then SIGKILL. Whether it ended by
    /// itself.
    pub fn ended(&mut self, deadline: Instant) -> bool {
        let State::Running { child, .. } = &mut self.state else { return true };
        while Instant::now() < deadline {
            if let Ok(Some(_)) = child.try_wait() {
                self.state = State::Down;
                return true;
            }
            thread::sleep(Duration::from_millis(10));
        }
        // If this fails, it has just ended.
        let _ = child.kill();
        self.wait();
        false
    }

    fn wait(&mut self) {
        if let State::Running { child, .. } = &mut self.state {
            // An error means that there is nothing to wait for.
            let _ = child.wait();
        }
        self.state = State::Down;
    }

    /// One line about it.
    pub fn describe(&self, plan: &Plan) -> String {
        let addresses = plan.addresses[self.id - 1];
        let state = match &self.state {
            State::Running { child, is_paused: false, .. } => format!("runs, pid {}", child.id()),
            State::Running { child, .. } => format!("paused, pid {}", child.id()),
            State::Waiting { .. } => "has died, is started again".into(),
            State::Down => "down".into(),
        };
        format!("n{} {}, for peers {}: {state}", self.id, addresses.clients, addresses.peers)
    }
}

fn pid(child: &Child) -> Pid {
    Pid::from_raw(child.id().cast_signed())
}

/// All threads of a process stop one after the other. The kernel wakes a stopped process whose
/// parent has died, but only one that had stopped before.
fn wait_until_stopped(pid: Pid) {
    // The child is still there to be waited for afterwards.
    let flags = WaitPidFlag::WSTOPPED | WaitPidFlag::WNOWAIT | WaitPidFlag::WNOHANG;
    let deadline = Instant::now() + Duration::from_secs(1);
    // An error means that it has ended.
    while waitid(Id::Pid(pid), flags) == Ok(WaitStatus::StillAlive) && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(1));
    }
}

/// When a node that is asked to end now is killed.
pub(super) fn end_of_patience() -> Instant {
    Instant::now() + PATIENCE
}

/// How a process ended.
fn how(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => match Signal::try_from(signal) {
            Ok(signal) => signal.to_string(),
            Err(_) => format!("signal {signal}"),
        },
        (None, None) => status.to_string(),
    }
}
