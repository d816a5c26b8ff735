//! Tools that others make: Redis's own, against a leader and a follower, and a runner of Procfiles.
//!
//! `scripts/test.sh --all` installs them and runs these tests.

use crate::common::{output, tool, wait_for, Cluster};

/// The output of redis-cli.
fn cli(port: u16, arguments: &[&str]) -> String {
    let mut command = tool("redis-cli");
    command.args(["-p", &port.to_string()]).args(arguments);
    output(&mut command).trim_end().to_string()
}

#[test]
#[ignore = "needs Debian's redis-tools"]
fn redis_cli_works_against_any_server() {
    let cluster = Cluster::serving(3, &[]);
    for id in [cluster.leader(), cluster.follower()] {
        let port = cluster.port(id);
        let key = format!("key {id}");
        assert_eq!(cli(port, &["SET", &key, "a value"]), "OK");
        assert_eq!(cli(port, &["GET", &key]), "a value");
        assert_eq!(cli(port, &["SET", &key, "other", "NX"]), "");
        assert_eq!(cli(port, &["SET", &key, "other", "IFEQ", "a value"]), "OK");
        assert_eq!(cli(port, &["SET", &key, "third", "XX", "GET"]), "other");
        assert_eq!(cli(port, &["INCR", &format!("n{id}")]), "1");
        assert_eq!(cli(port, &["INCRBY", &format!("n{id}"), "41"]), "42");
        assert_eq!(cli(port, &["MGET", "none", &key]), "\nthird");
        assert_eq!(cli(port, &["EXISTS", &key, &key]), "2");
        assert_eq!(cli(port, &["DEL", &key, "none"]), "1");
        assert!(cli(port, &["INFO"]).contains("raft_role:"));
        assert!(cli(port, &["COMMAND", "DOCS", "set"]).contains("Sets the value of a key"));
        assert!(cli(port, &["COMMAND", "COUNT"]).parse::<u32>().is_ok_and(|count| count > 20));
        assert!(cli(port, &["-3", "HELLO", "3"]).contains("proto"));
        assert!(cli(port, &["-3", "RAFT", "STATUS"]).contains("commit_index"));
        assert!(cli(port, &["RAFT", "MEMBERS"]).contains("voter"));
        assert!(cli(port, &["NOSUCH"]).contains("ERR unknown command"));
        let mut piped = tool("redis-cli");
        let script = "SET piped 1\nGET piped\n";
        piped.args(["-p", &port.to_string()]).stdin(std::process::Stdio::piped());
        let mut child = piped.stdout(std::process::Stdio::piped()).spawn().expect("it starts");
        let mut input = child.stdin.take().expect("it is a pipe");
        std::io::Write::write_all(&mut input, script.as_bytes()).expect("it reads");
        drop(input);
        let printed = child.wait_with_output().expect("it ends").stdout;
        assert_eq!(String::from_utf8_lossy(&printed), "OK\n1\n");
    }
}

#[test]
#[ignore = "needs Debian's redis-tools"]
fn redis_benchmark_works_against_any_server() {
    let cluster = Cluster::serving(3, &[]);
    for id in [cluster.leader(), cluster.follower()] {
        for more in [&["-P", "1"][..], &["-P", "16", "-r", "1000", "-d", "64"]] {
            let mut command = tool("redis-benchmark");
            command.args(["-p", &cluster.port(id).to_string()]);
            command.args(["-t", "set,get,ping,incr", "-n", "2000", "-c", "16", "-q"]).args(more);
            let printed = output(&mut command);
            for test in ["PING_INLINE", "PING_MBULK", "SET", "GET", "INCR"] {
                assert!(printed.contains(&format!("{test}: ")), "{printed}");
            }
        }
    }
}

/// A runner that ends with the test, and its servers with it.
struct Runner(std::process::Child);

impl Runner {
    fn end(&mut self) {
        let pid = nix::unistd::Pid::from_raw(self.0.id() as i32);
        let _ = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM);
        let _ = self.0.wait();
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            self.end();
        }
    }
}

#[test]
#[ignore = "needs honcho, and the ports of the Procfile"]
fn the_procfile_starts_three_servers_that_end_with_their_runner() {
    let folder = tempfile::tempdir().expect("there is room");
    let procfile = concat!(env!("CARGO_MANIFEST_DIR"), "/Procfile");
    let mut runner = std::process::Command::new("honcho");
    runner.args(["-f", procfile, "start"]).current_dir(folder.path());
    runner.env("WHITEWATER_KV", env!("CARGO_BIN_EXE_whitewater-kv"));
    let output = std::fs::File::create(folder.path().join("log")).expect("there is room");
    runner.stdout(output.try_clone().expect("it is open")).stderr(output);
    let runner = runner.spawn().expect("honcho is installed by scripts/test.sh --all");
    let mut runner = Runner(runner);
    let listens = |port| std::net::TcpStream::connect(("127.0.0.1", port)).is_ok();
    wait_for("three servers", || (7001..=7003).all(listens).then_some(()));
    wait_for("service", || (cli(7001, &["SET", "by", "a Procfile"]) == "OK").then_some(()));
    assert_eq!(cli(7003, &["GET", "by"]), "a Procfile");
    runner.end();
    wait_for("their end", || (!(7001..=7003).any(listens)).then_some(()));
    assert!(folder.path().join("whitewater-kv-data/n2/identity").exists());
}
