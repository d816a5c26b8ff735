//! Default options of libFuzzer that suit schedules, so that plain `cargo fuzz` uses them.
//!
//! Promises: an option that the caller gives is never replaced, except a job's seed; no schedule
//! that is replayed, minimised or merged is truncated; jobs that are given one seed do not run the
//! same inputs; and a word that libFuzzer passes to a shell is read there unchanged, or refused.
//! libFuzzer reads its options from the command line alone, so the program restarts itself once,
//! with the completed command line.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process;

use crate::base::hash::mix;
use crate::schedule::event::Event;
use crate::schedule::Setup;
use crate::search::explorer::Tuning;

/// Bugs need long schedules, and the explorer continues them. libFuzzer truncates longer inputs,
/// wherever it reads one.
const LENGTH: (&str, usize) =
    ("max_len", Setup::BYTES + Tuning::DEFAULT.longest() as usize * Event::BYTES);

const OPTIONS: [(&str, usize); 2] = [
    // The entropic power schedule examines all rare features of each execution; rare paths are
    // thousands.
    ("entropic", 0),
    // Hit counts of edges matter little, and make a corpus twice as large.
    ("use_counters", 0),
];

/// Options with which a command line is not a campaign. Each child process of `fork` checks its own
/// command line again: some of them merge.
const NO_CAMPAIGN: [&str; 8] = [
    "merge",
    "set_cover_merge",
    "merge_inner",
    "minimize_crash",
    "minimize_crash_internal_step",
    "cleanse_crash",
    "fork",
    "analyze_dict",
];

/// Options with which libFuzzer starts itself again, by a command line that it passes to a shell.
const STARTS_CHILDREN: [&str; 6] =
    ["jobs", "fork", "merge", "set_cover_merge", "minimize_crash", "cleanse_crash"];

/// libFuzzer ignores every argument after it.
const END: &str = "-ignore_remaining_args=1";

/// The id of the process that restarted itself: another id is that of a parent process.
const STARTED: &str = "WHITEWATER_STARTED";

/// The folder where libFuzzer puts files that its child processes share.
const TEMPORARY: &str = "TMPDIR";

/// Restarts the same program with the completed command line, or returns an error. Returns `Ok` in
/// the process that was restarted so.
pub fn complete() -> Result<(), String> {
    let process = process::id().to_string();
    let started = env::var(STARTED).ok();
    if started.as_ref() == Some(&process) {
        return Ok(());
    }
    let given: Vec<OsString> = env::args_os().skip(1).collect();
    let folder = env::current_dir().map_err(|error| format!("no current folder: {error}"))?;
    let program = env::current_exe().map_err(|error| format!("no program: {error}"))?;
    let job = started.map(|_| job(&given, fs::read_link("/proc/self/fd/1").ok()));
    let mut name = env::args_os().next().unwrap_or_default();
    let mut temporary = env::var_os(TEMPORARY);
    let mut args = completed(&given, job.as_deref());
    if STARTS_CHILDREN.iter().any(|name| is_on(&given, name)) {
        args = args.iter().map(|word| shell_safe(word, &folder)).collect::<Result<_, _>>()?;
        temporary = temporary.map(|word| shell_safe(&word, &folder)).transpose()?;
        if !is_shell_safe(&name) {
            // Child processes end before their parent, so its entry in /proc is valid. Without
            // /proc: a path, not a command.
            let own = PathBuf::from(format!("/proc/{process}/exe"));
            let relative = || Path::new(".").join(relative_to(&folder, &program));
            name = shell_safe(if own.exists() { own } else { relative() }.as_os_str(), &folder)?;
        }
    }
    let mut command = process::Command::new(program);
    command.args(args).env(STARTED, process);
    if let Some(temporary) = temporary {
        command.env(TEMPORARY, temporary);
    }
    start(command, &name)
}

#[cfg(unix)]
fn start(mut command: process::Command, name: &OsStr) -> Result<(), String> {
    use std::os::unix::process::CommandExt;
    Err(format!("cannot restart itself: {}", command.arg0(name).exec()))
}

/// Where a process cannot replace its program, libFuzzer's defaults remain.
#[cfg(not(unix))]
fn start(_: process::Command, _: &OsStr) -> Result<(), String> {
    Ok(())
}

/// The command line with defaults, and with a seed for the job.
fn completed(given: &[OsString], job: Option<&str>) -> Vec<OsString> {
    let campaign = is_campaign(given);
    let suitable = OPTIONS.into_iter().chain(campaign.then_some(LENGTH));
    let missing = suitable.filter(|(name, _)| value(given, name).is_none());
    let missing = missing.map(|(name, value)| format!("-{name}={value}").into());
    let seed = value(given, "seed").and_then(|seed| seed.parse().ok()).filter(|&seed| seed > 0);
    let own = job.filter(|_| campaign).zip(seed);
    let own = own.map(|(job, seed)| OsString::from(format!("-seed={}", seed_of(seed, job))));
    let is_kept = |word: &&OsString| own.is_none() || flag(word, "seed").is_none();
    missing.chain(own.clone()).chain(given.iter().filter(is_kept).cloned()).collect()
}

/// The arguments that libFuzzer reads.
fn read_arguments(given: &[OsString]) -> impl Iterator<Item = &OsString> {
    given.iter().take_while(|&word| word != END)
}

/// The value of a flag in a word.
fn flag<'a>(word: &'a OsStr, name: &str) -> Option<&'a str> {
    word.to_str()?.strip_prefix('-')?.strip_prefix(name)?.strip_prefix('=')
}

/// The value of a flag: the last word counts.
fn value<'a>(given: &'a [OsString], name: &str) -> Option<&'a str> {
    read_arguments(given).filter_map(|word| flag(word, name)).last()
}

/// Whether a flag is given, and is not zero.
fn is_on(given: &[OsString], name: &str) -> bool {
    value(given, name).is_some_and(|value| !value.trim_start_matches('0').is_empty())
}

/// Whether the command line of this process is a campaign.
pub fn is_own_campaign() -> bool {
    is_campaign(&env::args_os().skip(1).collect::<Vec<_>>())
}

/// Whether inputs are generated; else they are replayed, minimised or merged unchanged.
fn is_campaign(given: &[OsString]) -> bool {
    let is_flag = |word: &OsString| word.as_encoded_bytes().starts_with(b"-");
    let mut inputs = read_arguments(given).filter(|word| !is_flag(word)).peekable();
    let replays = inputs.peek().is_some() && inputs.all(|input| Path::new(input).is_file());
    let only_replays_corpus = value(given, "runs").is_some() && !is_on(given, "runs");
    !(replays || only_replays_corpus || NO_CAMPAIGN.iter().any(|name| is_on(given, name)))
}

/// A name that distinguishes a job from the others of the same parent: under `fork` the folder of
/// its features, under `jobs` its log file.
fn job(given: &[OsString], output: Option<PathBuf>) -> String {
    let features = value(given, "features_dir").map(PathBuf::from);
    let named = [features, output].into_iter().flatten().next();
    let name = named.as_deref().and_then(Path::file_name).map(OsStr::to_string_lossy);
    name.map_or_else(|| process::id().to_string(), |name| name.into_owned())
}

/// The seed of a job. libFuzzer's generator behaves alike for small seeds: these are spread.
fn seed_of(seed: u32, job: &str) -> u32 {
    let mixed = job.bytes().fold(u64::from(seed), |seed, byte| mix(seed, u64::from(byte)));
    (mixed as u32).max(1)
}

/// Whether a shell reads a word unchanged.
fn is_shell_safe(word: &OsStr) -> bool {
    let is_safe = |letter: char| letter.is_alphanumeric() || "_./=,@%+:-".contains(letter);
    word.to_str().is_some_and(|word| !word.is_empty() && word.chars().all(is_safe))
}

/// An equivalent word that a shell reads unchanged. Special characters of a path are mostly in the
/// folders above the current one, so a relative path usually has none.
fn shell_safe(word: &OsStr, folder: &Path) -> Result<OsString, String> {
    if is_shell_safe(word) {
        return Ok(word.into());
    }
    let text = word.to_string_lossy();
    let (flag, path) = match text.split_once('=') {
        Some((flag, path)) if flag.starts_with('-') => (format!("{flag}="), path),
        _ => (String::new(), &*text),
    };
    let word = OsString::from(flag + &relative_to(folder, Path::new(path)).to_string_lossy());
    match is_shell_safe(&word) {
        true => Ok(word),
        false => Err(format!(
            "libFuzzer starts its child processes through a shell, which misreads '{text}': rename \
             it, or start this in a folder above it"
        )),
    }
}

/// The same path, relative to a folder; with a slash at its end if it had one.
fn relative_to(folder: &Path, path: &Path) -> PathBuf {
    if !path.is_absolute() {
        return path.into();
    }
    let pairs = folder.components().zip(path.components());
    let shared = pairs.take_while(|(above, step)| above == step).count();
    let up = folder.components().skip(shared).map(|_| Component::ParentDir);
    let mut relative: PathBuf = up.chain(path.components().skip(shared)).collect();
    if relative.as_os_str().is_empty() {
        relative.push(".");
    }
    if path.as_os_str().as_encoded_bytes().ends_with(b"/") {
        relative.push("");
    }
    relative
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split_whitespace().map(OsString::from).collect()
    }

    fn line(words: &[OsString]) -> String {
        words.join(OsStr::new(" ")).into_string().expect("words are text")
    }

    #[test]
    fn a_given_option_is_not_replaced() {
        let given = "corpus/cluster -entropic=1 -max_len=640";
        assert_eq!(line(&completed(&words(given), None)), format!("-use_counters=0 {given}"));
        let behind = "-ignore_remaining_args=1 -entropic=1 -merge=1";
        let added = "-entropic=0 -use_counters=0 -max_len=4832";
        assert_eq!(line(&completed(&words(behind), None)), format!("{added} {behind}"));
    }

    #[test]
    fn only_a_campaign_truncates_long_inputs() {
        let cuts = [
            // A corpus is a folder; `src` is one, `src/lib.rs` is a file.
            ("", true),
            ("src", true),
            ("src tests -seed=7 -max_total_time=60", true),
            ("src src/lib.rs", true),
            ("src -runs=1000", true),
            ("src -runs=-1", true),
            ("src -merge=0", true),
            ("src -merge=1 -merge=0", true),
            ("src -fork=0", true),
            // Each job is a campaign, and checks its own command line again.
            ("src -jobs=2 -workers=2", true),
            ("/tmp/C7 -reload=0 -features_dir=/tmp/F7 -seed_inputs=@/tmp/7.seeds", true),
            // Files are replayed, `runs` times.
            ("src/lib.rs", false),
            ("src/lib.rs src/run.rs -runs=9", false),
            // The whole corpus is replayed, and no input is generated.
            ("src -runs=0", false),
            // A merge and its inner process, of either kind; also within a campaign that forks.
            ("-merge=1 tests src", false),
            ("-merge=0 -merge=1 tests src", false),
            ("-set_cover_merge=1 tests src", false),
            ("tests src -merge_control_file=/tmp/m -merge_inner=1", false),
            ("tests src -merge_control_file=/tmp/m -merge_inner=2", false),
            // A campaign that forks: only its child processes know whether they merge.
            ("src -fork=2 -ignore_crashes=1", false),
            // A crash is minimised: the outer process, the internal step, byte by byte.
            ("-minimize_crash=1 -runs=255 src/lib.rs", false),
            ("src/lib.rs -minimize_crash_internal_step=1 -exact_artifact_path=/tmp/m", false),
            ("-cleanse_crash=1 -exact_artifact_path=/tmp/m src/lib.rs", false),
            ("-analyze_dict=1 -dict=/tmp/words src", false),
        ];
        for (given, expected) in cuts {
            let completed = completed(&words(given), None);
            let is_cut = value(&completed, "max_len").is_some();
            assert_eq!(is_cut, expected, "{given}");
            assert!(line(&completed).ends_with(given), "{given}: nothing else changes");
        }
    }

    #[test]
    fn jobs_that_are_given_one_seed_use_different_seeds() {
        let seed = |given: &str, job: Option<&str>| {
            let completed = completed(&words(given), job);
            assert!(
                read_arguments(&completed).filter(|word| flag(word, "seed").is_some()).count() < 2
            );
            value(&completed, "seed").map(String::from)
        };
        assert_eq!(seed("src -seed=7", None).as_deref(), Some("7"), "a single process keeps it");
        assert_eq!(seed("src -seed=7", Some("F1")), seed("src -seed=7", Some("F1")));
        assert_ne!(seed("src -seed=7", Some("F1")), seed("src -seed=7", Some("F2")));
        assert_ne!(seed("src -seed=7", Some("F1")), seed("src -seed=8", Some("F1")));
        assert_ne!(seed("src -seed=7 -seed=7", Some("F1")).as_deref(), Some("7"));
        assert_eq!(seed("src", Some("F1")), None, "libFuzzer draws one");
        assert_eq!(seed("src -seed=0", Some("F1")).as_deref(), Some("0"), "zero: random");
        assert_eq!(seed("src/lib.rs -seed=7", Some("F1")).as_deref(), Some("7"), "replays keep it");
    }

    #[test]
    fn a_job_is_named_by_its_features_folder_or_its_log() {
        let log = || Some("/checkout/fuzz-3.log".into());
        assert_eq!(job(&words("src -features_dir=/tmp/fork/F7 -seed=7"), log()), "F7");
        assert_eq!(job(&words("src -seed=7"), log()), "fuzz-3.log");
        assert_eq!(job(&words("src -seed=7"), None), process::id().to_string());
    }

    #[test]
    fn a_path_that_a_shell_misreads_becomes_relative_to_the_current_folder() {
        let folder = Path::new("/a b/$HOME");
        let safe = |word: &str| shell_safe(OsStr::new(word), folder).map(|word| word.into_string());
        let words = [
            ("-merge=1", "-merge=1"),
            ("corpus/cluster", "corpus/cluster"),
            ("/etc/hosts", "/etc/hosts"),
            ("/a b/$HOME/fuzz/corpus/cluster", "fuzz/corpus/cluster"),
            ("-artifact_prefix=/a b/$HOME/fuzz/artifacts/", "-artifact_prefix=fuzz/artifacts/"),
            ("/a b/target", "../target"),
            ("/a b/$HOME", "."),
            ("/a b/$HOME/", "./"),
        ];
        for (word, expected) in words {
            assert_eq!(safe(word), Ok(Ok(expected.into())), "{word}");
        }
        for word in ["/a c/target", "a b", "it's", "a*", "/a b/$HOME/~", "", "-dict=a;b", "a\nb"] {
            assert!(safe(word).is_err(), "{word}");
        }
    }

    #[test]
    fn options_that_start_child_processes_are_recognised() {
        let starts = |given: &str| STARTS_CHILDREN.iter().any(|name| is_on(&words(given), name));
        for given in [
            "src -jobs=2",
            "src -fork=2",
            "-merge=1 tests src",
            "-set_cover_merge=1 tests src",
            "-minimize_crash=1 src/lib.rs",
            "-cleanse_crash=1 src/lib.rs",
        ] {
            assert!(starts(given), "{given}");
        }
        for given in ["", "src", "src/lib.rs", "src -fork=0", "-merge_inner=1 src"] {
            assert!(!starts(given), "{given}");
        }
    }
}
