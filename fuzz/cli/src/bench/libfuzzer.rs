//! libFuzzer as a strategy: the fuzz target `mutant`, as `cargo fuzz build` leaves it, in a process
//! of its own.
//!
//! Promises: what is reported is what the process printed and what the system says that it cost,
//! shrinking included. Its CPU time is limited by the system, in whole seconds. A lint ends
//! nothing.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use wait4::Wait4;
use whitewater::history::violation::LINTS;
use whitewater::mutants::bench::Seed;
use whitewater::schedule::Schedule;
use whitewater::target::{EDGES_ALONE, IGNORE, MUTANT, NODES};

use super::course::Course;

/// Runs one campaign with the fuzz target at `program`; what went wrong otherwise.
pub fn course(
    program: &Path,
    edges_alone: bool,
    bug: &Seed,
    seed: u64,
    cap: f64,
    corpus: &[Schedule],
) -> Result<Course, String> {
    let wrong = |error: std::io::Error| format!("{}: {error}", program.display());
    // Else the shell would look for a bare name elsewhere.
    let path = program.canonicalize().map_err(wrong)?;
    let room = tempfile::tempdir().map_err(wrong)?;
    let inputs = room.path().join("corpus");
    fs::create_dir(&inputs).map_err(wrong)?;
    for (number, schedule) in corpus.iter().enumerate() {
        fs::write(inputs.join(number.to_string()), schedule.encode()).map_err(wrong)?;
    }
    let log = room.path().join("log");
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit -t {}; exec \"$0\" \"$@\"", cap.ceil())]);
    command.arg(path).arg(&inputs);
    // libFuzzer's seeds are 32 bits, and 0 is none.
    command.arg(format!("-seed={}", (seed as u32).max(1)));
    command.arg(format!("-artifact_prefix={}/", room.path().display()));
    command.env(MUTANT, bug.name).env("RUST_BACKTRACE", "0").env_remove(EDGES_ALONE);
    command.env(IGNORE, LINTS.join(","));
    if edges_alone {
        // Nobody else would tell libFuzzer how often an edge was taken.
        command.env(EDGES_ALONE, "1").arg("-use_counters=1");
    }
    if let Some(nodes) = bug.nodes() {
        command.env(NODES, nodes.to_string());
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&log).map_err(wrong)?);
    let mut process = command.spawn().map_err(wrong)?;
    let used = process.wait4().map_err(wrong)?;
    let log = String::from_utf8_lossy(&fs::read(&log).map_err(wrong)?).into_owned();
    let cpu_seconds = (used.rusage.utime + used.rusage.stime).as_secs_f64();
    read(&log, cpu_seconds).ok_or_else(|| {
        let last = log.lines().last().unwrap_or("it printed nothing");
        format!("{}: is no fuzz target `mutant`: {last}", program.display())
    })
}

/// What a log says.
fn read(log: &str, cpu_seconds: f64) -> Option<Course> {
    log.lines().find(|line| line.starts_with("INFO: Seed:"))?;
    let state = log.lines().rev().find_map(|line| line.strip_prefix("whitewater: inputs "));
    let (executions, events) = match state {
        Some(state) => {
            let mut words = state.split(' ');
            (words.next()?.parse().ok()?, words.nth(1)?.parse().ok()?)
        }
        None => (0, 0),
    };
    let found = log.lines().find_map(|line| line.strip_prefix("DEDUP_TOKEN: "));
    let found = found.map(String::from);
    Some(Course { found, executions, events, cpu_seconds, reached: None, triggered: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_find_is_read_off_the_log_and_so_is_what_it_cost() {
        let log = "INFO: Seed: 7\nwhitewater: inputs 256 events 9000 goals 3/85\n\
                   whitewater: inputs 300 events 9999 goals 4/85\nDEDUP_TOKEN: match-is-true\n";
        let course = read(log, 1.5).expect("it is a log");
        assert_eq!(course.found.as_deref(), Some("match-is-true"));
        assert_eq!((course.executions, course.events, course.cpu_seconds), (300, 9999, 1.5));
    }

    #[test]
    fn a_log_that_ends_early_has_no_find() {
        let course = read("INFO: Seed: 7\nwhitewater: inputs 256 events 9000 goals 3/85\n", 10.0);
        assert_eq!(course.expect("it is a log").found, None);
        assert_eq!(read("no such file", 0.0), None);
    }
}
