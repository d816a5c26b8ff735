//! libFuzzer as a strategy: the fuzz target `mutant`, built by `cargo fuzz build`, in a process of
//! its own.
//!
//! Promises: the result is what the process printed, with the CPU time that the system reports:
//! its start is included, and no shrinking. The system limits its CPU time, in whole seconds. A
//! lint ends nothing. The executions are those of libFuzzer and of the explorer inside it.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use wait4::Wait4;
use whitewater::history::violation::LINTS;
use whitewater::mutants::bench::Seed;
use whitewater::schedule::Schedule;
use whitewater::target::{EDGES_ALONE, IGNORE, MUTANT, NODES, UNSHRUNK};

use super::campaign_result::CampaignResult;

/// Runs one campaign with the fuzz target at `program`.
pub fn campaign(
    program: &Path,
    edges_alone: bool,
    bug: &Seed,
    seed: u64,
    cap: f64,
    corpus: &[Schedule],
) -> Result<CampaignResult, String> {
    let wrong = |error: std::io::Error| format!("{}: {error}", program.display());
    // The shell would search for a bare name in PATH.
    let path = program.canonicalize().map_err(wrong)?;
    let folder = tempfile::tempdir().map_err(wrong)?;
    let inputs = folder.path().join("corpus");
    fs::create_dir(&inputs).map_err(wrong)?;
    for (number, schedule) in corpus.iter().enumerate() {
        fs::write(inputs.join(number.to_string()), schedule.encode()).map_err(wrong)?;
    }
    let log = folder.path().join("log");
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit -t {}; exec \"$0\" \"$@\"", cap.ceil())]);
    command.arg(path).arg(&inputs);
    // libFuzzer's seeds are 32 bits, and 0 is none.
    command.arg(format!("-seed={}", (seed as u32).max(1)));
    command.arg(format!("-artifact_prefix={}/", folder.path().display()));
    command.env(MUTANT, bug.name).env("RUST_BACKTRACE", "0").env_remove(EDGES_ALONE);
    command.env(IGNORE, LINTS.join(",")).env(UNSHRUNK, "1");
    if edges_alone {
        // Without paths, the counts of edges are the only feedback beyond edges.
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

/// Reads the result from a log.
fn read(log: &str, cpu_seconds: f64) -> Option<CampaignResult> {
    log.lines().find(|line| line.starts_with("INFO: Seed:"))?;
    let state = log.lines().rev().find(|line| line.starts_with("whitewater: inputs "));
    let count = |name| match state {
        Some(state) => state.split(' ').skip_while(|word| *word != name).nth(1)?.parse().ok(),
        None => Some(0),
    };
    let (executions, events) = (count("inputs")? + count("explored")?, count("events")?);
    let found = log.lines().find_map(|line| line.strip_prefix("DEDUP_TOKEN: "));
    let found = found.map(String::from);
    Some(CampaignResult { found, executions, events, cpu_seconds, reached: None, triggered: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_find_and_its_cost_are_read_from_the_log() {
        let log = "INFO: Seed: 7\nwhitewater: inputs 256 explored 20 events 9000 goals 3/85\n\
                   whitewater: inputs 300 explored 64 events 9999 goals 4/85\nDEDUP_TOKEN: match-is-true\n";
        let result = read(log, 1.5).expect("it is a log");
        assert_eq!(result.found.as_deref(), Some("match-is-true"));
        assert_eq!((result.executions, result.events, result.cpu_seconds), (364, 9999, 1.5));
    }

    #[test]
    fn a_log_that_ends_early_has_no_find() {
        let result = read(
            "INFO: Seed: 7\nwhitewater: inputs 256 explored 20 events 9000 goals 3/85\n",
            10.0,
        );
        assert_eq!(result.expect("it is a log").found, None);
        assert_eq!(read("no such file", 0.0), None);
    }
}
