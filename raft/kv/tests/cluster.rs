//! `whitewater-kv cluster` over nodes that are none: how processes are started, watched and ended.

mod fake_node;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::mpsc::{channel, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use fake_node::FakeNode;
use nix::sys::signal::{kill, Signal};
use nix::unistd::Pid;
use tempfile::TempDir;

/// No wait of these tests is longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs in the processes that the supervisor starts, as `NODE_ARGUMENTS` says.
#[test]
#[ignore = "a node for the other tests"]
fn node_process() {
    let Ok(arguments) = std::env::var("NODE_ARGUMENTS") else { return };
    let words: Vec<&str> = arguments.split(' ').collect();
    let after = |name| words[words.iter().position(|word| *word == name).unwrap() + 1];
    assert_eq!(words[0], "serve");
    assert!(words.contains(&"--exit-with-stdin"));
    println!("arguments: {arguments}");
    let listener = TcpListener::bind(after("--listen")).unwrap();
    let node = FakeNode { id: after("--id").parse().unwrap(), ..FakeNode::default() };
    thread::spawn(move || node.serve(&listener));
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    std::process::exit(0);
}

/// Writes a program that starts such a node after `first`.
fn program(folder: &Path, first: &str) -> String {
    let test = std::env::current_exe().unwrap();
    let file = folder.join("program");
    let run = "--exact node_process --ignored --nocapture --quiet";
    let text =
        format!("#!/bin/sh\n{first}\nNODE_ARGUMENTS=\"$*\" exec '{}' {run}\n", test.display());
    fs::write(&file, text).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    file.display().to_string()
}

/// The first of many ports that no other test takes: below those that the system gives out.
fn ports() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let own = (std::process::id() % 40) as u16 * 400;
    loop {
        let base = 11_000 + (own + NEXT.fetch_add(5, Ordering::Relaxed)) % 20_000;
        let mut all = [0, 1, 2, 100, 101, 102].map(|more| base + more).into_iter();
        if all.all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok()) {
            return base;
        }
    }
}

/// A cluster with a script on its standard input.
struct Cluster {
    supervisor: Child,
    input: Option<ChildStdin>,
    output: Receiver<String>,
    events: Receiver<String>,
    /// The process of each node, as far as it was told.
    pids: Vec<i32>,
    folder: TempDir,
    base: u16,
}

impl Cluster {
    /// Starts three nodes, whose program does `first` first.
    fn start(first: &str) -> Cluster {
        let folder = tempfile::tempdir().unwrap();
        let program = program(folder.path(), first);
        let base = ports();
        let mut supervisor = Command::new(env!("CARGO_BIN_EXE_whitewater-kv"))
            .args(["cluster", "--exec", "-", "--program", &program, "--data"])
            .arg(folder.path().join("data"))
            .args(["--base-port", &base.to_string(), "--", "--more"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let input = supervisor.stdin.take();
        let output = lines(supervisor.stdout.take().unwrap());
        let events = lines(supervisor.stderr.take().unwrap());
        let pids = Vec::new();
        Cluster { supervisor, input, output, events, pids, folder, base }
    }

    /// Starts three nodes that answer.
    fn ready() -> Cluster {
        let mut cluster = Cluster::start("");
        cluster.pids = [1, 2, 3].map(|id| cluster.started(id)).to_vec();
        cluster.event("the cluster answers");
        cluster
    }

    /// The process of a node, when it is told that it has started.
    fn started(&self, id: usize) -> i32 {
        let event = self.event(&format!("n{id} started, pid "));
        event.split([' ', ',']).nth(4).unwrap().parse().unwrap()
    }

    /// The next event with this beginning.
    fn event(&self, beginning: &str) -> String {
        loop {
            let event = self.events.recv_timeout(PATIENCE);
            let event = event.unwrap_or_else(|_| panic!("no event {beginning}"));
            if event.starts_with(beginning) {
                return event;
            }
        }
    }

    /// Sends a command.
    fn send(&mut self, line: &str) {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
    }

    /// Sends a command, and returns the first line of what it prints.
    fn ask(&mut self, line: &str) -> String {
        self.send(line);
        self.output.recv_timeout(PATIENCE).unwrap()
    }

    /// Ends the script, and returns how the supervisor ends.
    fn end(mut self) -> ExitStatus {
        self.input = None;
        self.supervisor.wait().unwrap()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Its nodes end with it.
        let _ = self.supervisor.kill();
        let _ = self.supervisor.wait();
    }
}

/// The lines of a pipe.
fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines() {
            if sender.send(line.unwrap()).is_err() {
                return;
            }
        }
    });
    receiver
}

/// The state of a process, as the kernel names it: T is stopped. None if it has ended.
fn state(pid: i32) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let state = stat.rsplit(") ").next()?.chars().next()?;
    (state != 'Z').then_some(state)
}

fn wait_for(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "{what}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn all_end(pids: &[i32]) {
    for pid in pids {
        wait_for("a node does not end", || state(*pid).is_none());
    }
}

#[test]
fn a_script_runs_and_all_nodes_end_with_it() {
    let mut cluster = Cluster::ready();
    let pids = cluster.pids.clone();
    assert!(pids.iter().all(|pid| state(*pid).is_some()));
    assert_eq!(cluster.ask("set k v"), "OK");
    assert_eq!(cluster.ask("get k"), "v");
    assert_eq!(cluster.end().code(), Some(0));
    assert!(pids.iter().all(|pid| state(*pid).is_none()));

    let mut cluster = Cluster::ready();
    cluster.send("get none");
    assert_eq!(cluster.end().code(), Some(1));
}

#[test]
fn a_node_is_told_who_and_where_it_is() {
    let mut cluster = Cluster::ready();
    let (base, data) = (cluster.base, cluster.folder.path().join("data"));
    let peer = |id| format!("{id}=127.0.0.1:{}", base + 99 + id);
    let expected = format!(
        "arguments: serve --id 2 --peers {},{},{} --listen 127.0.0.1:{} --data {} \
         --exit-with-stdin --more",
        peer(1),
        peer(2),
        peer(3),
        base + 1,
        data.join("n2").display()
    );
    let log = || fs::read_to_string(data.join("n2.log")).unwrap();
    wait_for(&expected, || log().lines().any(|line| line == expected));
    cluster.send("logs 2");
    while cluster.output.recv_timeout(PATIENCE).unwrap() != expected {}
}

#[test]
fn a_node_that_dies_is_started_again_later_each_time() {
    let cluster = Cluster::ready();
    let mut pid = cluster.pids[1];
    for delay in ["0.5", "1.0", "2.0"] {
        kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
        let event = cluster.event("n2 ended");
        assert_eq!(event, format!("n2 ended: SIGKILL; it is started again in {delay} s"));
        let old = std::mem::replace(&mut pid, cluster.started(2));
        assert!(old != pid && state(pid).is_some());
    }
    assert_eq!(cluster.end().code(), Some(0));
    assert!(state(pid).is_none());
}

#[test]
fn a_node_that_is_killed_by_command_stays_down_until_it_is_started() {
    let mut cluster = Cluster::ready();
    for (command, done) in [("kill 1", "n1 killed"), ("term 1", "n1 ended")] {
        assert_eq!(cluster.ask(command), done);
        thread::sleep(Duration::from_millis(1500));
        let base = cluster.base;
        let line = format!("n1 127.0.0.1:{base}, for peers 127.0.0.1:{}: down", base + 100);
        assert_eq!(cluster.ask("nodes"), line);
        for _ in 0..2 {
            cluster.output.recv_timeout(PATIENCE).unwrap();
        }
        assert!(state(cluster.pids[0]).is_none());
        assert_eq!(cluster.ask("set k v"), "OK", "the prompt goes to another node");
        let started = cluster.ask("start 1");
        assert!(started.starts_with("n1 started, pid "), "{started}");
        cluster.pids[0] = started.split([' ', ',']).nth(4).unwrap().parse().unwrap();
        assert!(state(cluster.pids[0]).is_some());
    }
    assert_eq!(cluster.end().code(), Some(0));
}

#[test]
fn a_node_can_be_paused_and_resumed_and_ends_also_when_paused() {
    let mut cluster = Cluster::ready();
    let pids = cluster.pids.clone();
    for pause in ["pause 3", "stop 3"] {
        assert_eq!(cluster.ask(pause), "n3 paused");
        assert_eq!(state(pids[2]), Some('T'));
        assert_eq!(cluster.ask("resume 3"), "n3 goes on");
        wait_for("n3 is stopped", || state(pids[2]).is_some_and(|state| state != 'T'));
    }
    assert_eq!(cluster.ask("pause 3"), "n3 paused");
    let start = Instant::now();
    assert_eq!(cluster.end().code(), Some(0));
    assert!(start.elapsed() < Duration::from_secs(5));
    assert!(state(pids[2]).is_none());
}

#[test]
fn wrong_commands_are_one_line_and_the_cluster_lives_on() {
    let mut cluster = Cluster::ready();
    let cases = [
        ("kill", "usage: kill N"),
        ("kill x", "usage: kill N"),
        ("kill 4", "there is no node 4: they are 1 to 3"),
        ("kill 0", "there is no node 0: they are 1 to 3"),
        ("start 1", "n1 runs, pid "),
        ("sleep -1", "usage: sleep SECONDS, at most 3600"),
        ("nodes 1", "usage: nodes"),
        ("nonsense", "ERR unknown command 'nonsense'"),
    ];
    for (line, error) in cases {
        cluster.send(line);
        cluster.event(error);
    }
    assert_eq!(cluster.ask("term 2"), "n2 ended");
    for (line, error) in [("pause 2", "n2 does not run"), ("kill 2", "n2 does not run")] {
        cluster.send(line);
        cluster.event(error);
    }
    assert_eq!(cluster.ask("set k v"), "OK");
    assert_eq!(cluster.end().code(), Some(1));
}

#[test]
fn a_signal_ends_the_nodes_and_then_the_supervisor() {
    for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP] {
        let mut cluster = Cluster::ready();
        kill(Pid::from_raw(cluster.supervisor.id().cast_signed()), signal).unwrap();
        let status = cluster.supervisor.wait().unwrap();
        assert_eq!(status.code(), Some(128 + signal as i32));
        assert!(cluster.pids.iter().all(|pid| state(*pid).is_none()));
    }
}

#[test]
fn nodes_end_also_if_the_supervisor_is_killed() {
    let mut cluster = Cluster::ready();
    assert_eq!(cluster.ask("pause 2"), "n2 paused");
    cluster.supervisor.kill().unwrap();
    assert_eq!(cluster.supervisor.wait().unwrap().signal(), Some(9));
    all_end(&cluster.pids);
}

#[test]
fn a_node_that_does_not_end_is_killed() {
    let mut cluster = Cluster::start("trap '' TERM");
    cluster.pids = [1, 2, 3].map(|id| cluster.started(id)).to_vec();
    cluster.event("the cluster answers");
    cluster.input = None;
    for id in [1, 2, 3] {
        cluster.event(&format!("n{id} did not end in time, and was killed"));
    }
    assert_eq!(cluster.supervisor.wait().unwrap().code(), Some(0));
    assert!(cluster.pids.iter().all(|pid| state(*pid).is_none()));
}

#[test]
fn a_node_that_refuses_to_start_stays_down() {
    let mut cluster = Cluster::start("exit 2");
    let events: Vec<String> = cluster.events.iter().collect();
    assert!(events.iter().any(|event| event == "no node runs"), "{events:?}");
    for id in [1, 2, 3] {
        let end = format!("n{id} ended: exit code 2; it stays down: see ");
        let count = events.iter().filter(|event| event.starts_with(&end)).count();
        assert_eq!(count, 1, "{events:?}");
    }
    assert_eq!(cluster.supervisor.wait().unwrap().code(), Some(1));
}

#[test]
fn what_cannot_be_started_is_one_line_and_exit_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let base = ports();
    let _taken = TcpListener::bind(("127.0.0.1", base + 101)).unwrap();
    let data = folder.path().join("data").display().to_string();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_whitewater-kv"));
        command.args(["cluster", "--data", &data]).args(arguments).stdin(Stdio::null());
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, error) = run(&["--base-port", &base.to_string()]);
    let start = format!("port {} is taken; choose others by --base-port, for example ", base + 101);
    assert!(code == Some(2) && error.starts_with(&start) && error.lines().count() == 1, "{error}");

    assert_eq!(run(&["--base-port", "65500"]).0, Some(2));
    assert_eq!(run(&["--nodes", "0"]).0, Some(2));
    let (code, error) = run(&["--exec", "/no/such/file"]);
    assert_eq!(
        (code, error.as_str()),
        (Some(2), "/no/such/file: No such file or directory (os error 2)\n")
    );
    assert!(!Path::new(&data).exists(), "nothing is left behind");

    let base = ports().to_string();
    let (code, error) = run(&["--base-port", &base, "--program", "/no/such/program"]);
    assert_eq!(code, Some(1));
    assert!(error.starts_with("n1 cannot be started: "), "{error}");
}
