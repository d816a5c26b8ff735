//! The whole program on a store that is correct, and on stores that are not: each bug is found.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const NEMESIS: &str = env!("CARGO_BIN_EXE_whitewater-nemesis");
const FAKE: &str = env!("CARGO_BIN_EXE_whitewater-nemesis-fake");

/// A run of a few seconds with these faults on a store with this bug.
fn run(bug: Option<&str>, faults: &str, seed: u64) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("there is room");
    let mut command = nemesis(folder.path(), faults);
    command.args(["--seconds", "3", "--seed", &seed.to_string()]);
    if let Some(bug) = bug {
        command.env("WHITEWATER_FAKE", bug);
    }
    read(command.output().expect("it starts"))
}

fn nemesis(folder: &Path, faults: &str) -> Command {
    let mut command = Command::new(NEMESIS);
    command.args(["--program", FAKE, "--faults", faults, "--directory"]).arg(folder);
    command.env_remove("WHITEWATER_FAKE");
    command
}

fn read(output: Output) -> (Option<i32>, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let all = text(&output.stdout) + &text(&output.stderr);
    println!("{all}");
    (output.status.code(), all)
}

/// The value of a figure.
fn figure(output: &str, name: &str) -> f64 {
    let line = output.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
    let value = line.and_then(|line| line.split(' ').next()).expect("every figure is printed");
    value.parse().expect("it is a number")
}

/// One of a few runs fails, and says this. What happens in a run depends on the machine's load.
fn finds(bug: &str, faults: &str, texts: &[&str]) -> String {
    let mut runs = (1..=5).map(|seed| run(Some(bug), faults, seed));
    let found = runs.find(|(code, _)| *code != Some(0));
    let (code, output) = found.expect("one of the runs finds it");
    assert_eq!(code, Some(1));
    for text in texts {
        assert!(output.contains(text), "no '{text}'");
    }
    output
}

#[test]
fn a_correct_store_passes_all_faults() {
    let (code, output) = run(None, "kill,pause,link,membership,order", 1);
    assert_eq!(code, Some(0));
    let at_least = |name, least| assert!(figure(&output, name) >= least, "{name}");
    for (name, least) in [
        ("operations_ok", 500.0),
        ("kills", 6.0),
        ("leader_kills_measured", 0.0),
        ("pauses", 2.0),
        ("cuts", 6.0),
        ("delays", 4.0),
        ("membership_changes", 4.0),
        ("wiped_nodes_refused", 1.0),
        ("acknowledged_writes", 200.0),
        ("keys_judged", 14.0),
    ] {
        at_least(name, least);
    }
    assert_eq!(figure(&output, "acknowledged_writes_lost"), 0.0);
    assert_eq!(figure(&output, "findings"), 0.0);
}

#[test]
fn stale_reads_are_found_and_shown_as_a_table_and_found_again_in_the_file() {
    let folder = tempfile::tempdir().expect("there is room");
    let mut command = nemesis(folder.path(), "order");
    command.args(["--seconds", "3"]).env("WHITEWATER_FAKE", "stale-reads");
    let (code, output) = read(command.output().expect("it starts"));
    assert_eq!(code, Some(1));
    assert!(output.contains(" is not linearizable: "));
    assert!(output.contains("client  node  request"));
    let file = folder.path().join("history.jsonl");
    assert!(output.contains(&format!("history: {}", file.display())));
    let again = Command::new(NEMESIS).arg("--judge").arg(&file).output().expect("it starts");
    let (code, again) = read(again);
    assert_eq!(code, Some(1));
    let first = |text: &str| {
        let line = text.lines().find(|line| line.contains(" is not linearizable: "));
        line.expect("there is one").trim_start_matches("found: ").to_string()
    };
    assert_eq!(first(&again), first(&output));
}

#[test]
fn writes_that_a_restart_loses_are_found() {
    finds("lost-writes", "kill", &["is not linearizable"]);
}

#[test]
fn acknowledged_writes_that_are_lost_are_counted() {
    let output = finds("drops-writes", "order", &["acknowledged writes are lost"]);
    assert!(figure(&output, "acknowledged_writes_lost") > 0.0);
}

#[test]
fn an_increment_that_takes_effect_twice_is_found() {
    finds("counts-twice", "order", &["counter:", "is not linearizable"]);
}

#[test]
fn a_swap_that_ignores_the_value_is_found() {
    finds("blind-swaps", "order", &["register:", "is not linearizable"]);
}

#[test]
fn a_failure_that_was_none_is_found() {
    finds("false-failures", "order", &["never written"]);
}

#[test]
fn a_node_that_comes_back_with_a_wiped_disk_is_found() {
    finds("takes-back", "membership", &["was not refused with an empty disk"]);
}

#[test]
fn a_panic_is_found() {
    finds("panics", "order", &["ended by itself (exit status: 101)", "a seeded panic"]);
}

#[test]
fn a_store_that_refuses_reads_does_not_pass() {
    finds("no-reads", "order", &["does not answer a read of", "blind: no read saw a value"]);
}

#[test]
fn a_run_without_faults_is_blind() {
    let (code, output) = run(None, "disk", 1);
    assert_eq!(code, Some(1));
    assert!(output.contains("skipped: disks are not filled"));
    assert!(output.contains("found: blind: no fault was asked for"));
}

#[test]
fn wrong_usage_ends_with_2_and_one_line() {
    let folder = tempfile::tempdir().expect("there is room");
    std::fs::write(folder.path().join("file"), "").expect("there is room");
    let full = folder.path().display().to_string();
    let missing = format!("{full}/missing");
    for (arguments, complaint) in [
        (&["--program", &missing][..], "No such file"),
        (&["--program", FAKE, "--faults", "rain"], "rain"),
        (&["--program", FAKE, "--directory", &full], "the directory is not empty"),
        (&["--judge", &missing], "No such file"),
        (&[], "--program"),
    ] {
        let output = Command::new(NEMESIS).args(arguments).output().expect("it starts");
        let (code, output) = read(output);
        assert_eq!(code, Some(2), "{arguments:?}");
        assert!(output.contains(complaint), "{arguments:?}");
    }
}

/// The processes whose command line names this folder.
fn processes(folder: &Path) -> usize {
    let folder = folder.display().to_string();
    let all = procfs::process::all_processes().expect("there is /proc");
    let names = |process: procfs::process::Process| process.cmdline().unwrap_or_default();
    let fakes = all.flatten().map(names).filter(|words| words.first().is_some_and(|w| w == FAKE));
    fakes.filter(|words| words.iter().any(|word| word.contains(&folder))).count()
}

#[test]
fn no_process_stays_when_the_nemesis_is_told_to_end() {
    let folder = tempfile::tempdir().expect("there is room");
    let mut command = nemesis(folder.path(), "pause");
    let mut run = command.stderr(Stdio::null()).spawn().expect("it starts");
    let wait = |count: usize| {
        let start = Instant::now();
        while processes(folder.path()) != count && start.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(50));
        }
        assert_eq!(processes(folder.path()), count);
    };
    wait(3);
    let pid = nix::unistd::Pid::from_raw(run.id() as i32);
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).expect("it runs");
    assert_eq!(run.wait().expect("it ends").code(), Some(2));
    wait(0);
}
