//! What suits schedules, of all that libFuzzer can be told, so that plain `cargo fuzz` has it.
//!
//! Promises: an option that the caller gives stands; no schedule is cut short that is replayed,
//! minimised or merged; jobs that are given one seed do not run the same inputs; and what libFuzzer
//! hands to a shell is read there as it stands, or refused. libFuzzer reads its options from the
//! command line alone, so the program starts itself anew, once, with what it should have been told.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process;

use crate::base::hash::mix;
use crate::schedule::event::Event;
use crate::schedule::{Schedule, Setup};

/// Bugs need long schedules. libFuzzer cuts off what is longer, wherever it reads an input.
const LENGTH: (&str, usize) = ("max_len", Setup::BYTES + Schedule::FULL_LENGTH * Event::BYTES);

const OPTIONS: [(&str, usize); 2] = [
    // The entropic schedule looks at all rare features of each execution; rare paths are thousands.
    ("entropic", 0),
    // How often an edge was taken matters little, and makes a corpus twice as large.
    ("use_counters", 0),
];

/// What makes of a command line something else than a campaign. The children of `fork` are asked
/// anew, each for itself: some of them merge.
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

/// Those for which libFuzzer starts itself again, by a line that it gives to a shell.
const STARTS_CHILDREN: [&str; 6] =
    ["jobs", "fork", "merge", "set_cover_merge", "minimize_crash", "cleanse_crash"];

/// libFuzzer looks at nothing behind it.
const END: &str = "-ignore_remaining_args=1";

/// The process that started itself anew: another number is that of a parent.
const STARTED: &str = "WHITEWATER_STARTED";

/// Where libFuzzer puts what its children share.
const TEMPORARY: &str = "TMPDIR";

/// Goes on as the same program with the command line that it should have; else says why it cannot.
/// Comes back with nothing to say in the process that was started so.
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
        args = args.iter().map(|word| plain(word, &folder)).collect::<Result<_, _>>()?;
        temporary = temporary.map(|word| plain(&word, &folder)).transpose()?;
        if !is_plain(&name) {
            // Children end before their parent. Elsewhere than on Linux: a path, not a command.
            let own = PathBuf::from(format!("/proc/{process}/exe"));
            let seen = || Path::new(".").join(seen_from(&folder, &program));
            name = plain(if own.exists() { own } else { seen() }.as_os_str(), &folder)?;
        }
    }
    let mut anew = process::Command::new(program);
    anew.args(args).env(STARTED, process);
    if let Some(temporary) = temporary {
        anew.env(TEMPORARY, temporary);
    }
    start(anew, &name)
}

#[cfg(unix)]
fn start(mut anew: process::Command, name: &OsStr) -> Result<(), String> {
    use std::os::unix::process::CommandExt;
    Err(format!("cannot start itself anew: {}", anew.arg0(name).exec()))
}

/// Where no program can become another, libFuzzer's defaults stand.
#[cfg(not(unix))]
fn start(_: process::Command, _: &OsStr) -> Result<(), String> {
    Ok(())
}

/// The command line that libFuzzer should have.
fn completed(given: &[OsString], job: Option<&str>) -> Vec<OsString> {
    let campaign = is_campaign(given);
    let suitable = OPTIONS.into_iter().chain(campaign.then_some(LENGTH));
    let missing = suitable.filter(|(name, _)| value(given, name).is_none());
    let missing = missing.map(|(name, value)| format!("-{name}={value}").into());
    let seed = value(given, "seed").and_then(|seed| seed.parse().ok()).filter(|&seed| seed > 0);
    let own = job.filter(|_| campaign).zip(seed);
    let own = own.map(|(job, seed)| OsString::from(format!("-seed={}", seed_of(seed, job))));
    let stands = |word: &&OsString| own.is_none() || flag(word, "seed").is_none();
    missing.chain(own.clone()).chain(given.iter().filter(stands).cloned()).collect()
}

/// What libFuzzer looks at.
fn seen(given: &[OsString]) -> impl Iterator<Item = &OsString> {
    given.iter().take_while(|&word| word != END)
}

/// What a word says of a flag.
fn flag<'a>(word: &'a OsStr, name: &str) -> Option<&'a str> {
    word.to_str()?.strip_prefix('-')?.strip_prefix(name)?.strip_prefix('=')
}

/// What is said of a flag: the last word counts.
fn value<'a>(given: &'a [OsString], name: &str) -> Option<&'a str> {
    seen(given).filter_map(|word| flag(word, name)).last()
}

/// Whether a flag is given, and is not zero.
fn is_on(given: &[OsString], name: &str) -> bool {
    value(given, name).is_some_and(|value| !value.trim_start_matches('0').is_empty())
}

/// Whether inputs are made; else they are replayed, minimised or merged as they are.
fn is_campaign(given: &[OsString]) -> bool {
    let is_flag = |word: &OsString| word.as_encoded_bytes().starts_with(b"-");
    let mut inputs = seen(given).filter(|word| !is_flag(word)).peekable();
    let replays = inputs.peek().is_some() && inputs.all(|input| Path::new(input).is_file());
    let goes_through_a_corpus = value(given, "runs").is_some() && !is_on(given, "runs");
    !(replays || goes_through_a_corpus || NO_CAMPAIGN.iter().any(|name| is_on(given, name)))
}

/// What tells a job from its siblings: what their parent names for it, which is the folder of its
/// features under `fork`, and the log that it writes to under `jobs`.
fn job(given: &[OsString], output: Option<PathBuf>) -> String {
    let features = value(given, "features_dir").map(PathBuf::from);
    let named = [features, output].into_iter().flatten().next();
    let name = named.as_deref().and_then(Path::file_name).map(OsStr::to_string_lossy);
    name.map_or_else(|| process::id().to_string(), |name| name.into_owned())
}

/// The seed of a job. libFuzzer's generator makes small seeds alike: these are spread.
fn seed_of(seed: u32, job: &str) -> u32 {
    let mixed = job.bytes().fold(u64::from(seed), |seed, byte| mix(seed, u64::from(byte)));
    (mixed as u32).max(1)
}

/// Whether a shell reads a word as it stands.
fn is_plain(word: &OsStr) -> bool {
    let plain = |letter: char| letter.is_alphanumeric() || "_./=,@%+:-".contains(letter);
    word.to_str().is_some_and(|word| !word.is_empty() && word.chars().all(plain))
}

/// A word that means the same, and that a shell reads as it stands: what is special about a path is
/// mostly above the current folder.
fn plain(word: &OsStr, folder: &Path) -> Result<OsString, String> {
    if is_plain(word) {
        return Ok(word.into());
    }
    let text = word.to_string_lossy();
    let (flag, path) = match text.split_once('=') {
        Some((flag, path)) if flag.starts_with('-') => (format!("{flag}="), path),
        _ => (String::new(), &*text),
    };
    let word = OsString::from(flag + &seen_from(folder, Path::new(path)).to_string_lossy());
    match is_plain(&word) {
        true => Ok(word),
        false => Err(format!(
            "libFuzzer starts its children by a shell, which misreads '{text}': rename it, or start \
             this in a folder above it"
        )),
    }
}

/// The same path, seen from a folder; with a slash at its end if it had one.
fn seen_from(folder: &Path, path: &Path) -> PathBuf {
    if !path.is_absolute() {
        return path.into();
    }
    let pairs = folder.components().zip(path.components());
    let shared = pairs.take_while(|(above, step)| above == step).count();
    let up = folder.components().skip(shared).map(|_| Component::ParentDir);
    let mut seen: PathBuf = up.chain(path.components().skip(shared)).collect();
    if seen.as_os_str().is_empty() {
        seen.push(".");
    }
    if path.as_os_str().as_encoded_bytes().ends_with(b"/") {
        seen.push("");
    }
    seen
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
    fn an_option_that_is_given_stands() {
        let given = "corpus/cluster -entropic=1 -max_len=640";
        assert_eq!(line(&completed(&words(given), None)), format!("-use_counters=0 {given}"));
        let behind = "-ignore_remaining_args=1 -entropic=1 -merge=1";
        let added = "-entropic=0 -use_counters=0 -max_len=2592";
        assert_eq!(line(&completed(&words(behind), None)), format!("{added} {behind}"));
    }

    #[test]
    fn only_a_campaign_cuts_what_is_too_long() {
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
            // Each job is a campaign, and asks for itself once more.
            ("src -jobs=2 -workers=2", true),
            ("/tmp/C7 -reload=0 -features_dir=/tmp/F7 -seed_inputs=@/tmp/7.seeds", true),
            // Files are replayed, as often as is said.
            ("src/lib.rs", false),
            ("src/lib.rs src/run.rs -runs=9", false),
            // The whole corpus is, and nothing is made.
            ("src -runs=0", false),
            // A merge, and its inner process, by either rule; also that of a campaign that forks.
            ("-merge=1 tests src", false),
            ("-merge=0 -merge=1 tests src", false),
            ("-set_cover_merge=1 tests src", false),
            ("tests src -merge_control_file=/tmp/m -merge_inner=1", false),
            ("tests src -merge_control_file=/tmp/m -merge_inner=2", false),
            // A campaign that forks: only its children know whether they merge.
            ("src -fork=2 -ignore_crashes=1", false),
            // A crash is minimised: by all, by the step inside, byte by byte.
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
    fn jobs_with_one_seed_have_seeds_of_their_own() {
        let seed = |given: &str, job: Option<&str>| {
            let completed = completed(&words(given), job);
            assert!(seen(&completed).filter(|word| flag(word, "seed").is_some()).count() < 2);
            value(&completed, "seed").map(String::from)
        };
        assert_eq!(seed("src -seed=7", None).as_deref(), Some("7"), "who has no siblings keeps it");
        assert_eq!(seed("src -seed=7", Some("F1")), seed("src -seed=7", Some("F1")));
        assert_ne!(seed("src -seed=7", Some("F1")), seed("src -seed=7", Some("F2")));
        assert_ne!(seed("src -seed=7", Some("F1")), seed("src -seed=8", Some("F1")));
        assert_ne!(seed("src -seed=7 -seed=7", Some("F1")).as_deref(), Some("7"));
        assert_eq!(seed("src", Some("F1")), None, "who has none draws one");
        assert_eq!(seed("src -seed=0", Some("F1")).as_deref(), Some("0"), "nought means the same");
        assert_eq!(seed("src/lib.rs -seed=7", Some("F1")).as_deref(), Some("7"), "files need none");
    }

    #[test]
    fn a_job_is_told_by_the_name_that_its_parent_gave_it() {
        let log = || Some("/checkout/fuzz-3.log".into());
        assert_eq!(job(&words("src -features_dir=/tmp/fork/F7 -seed=7"), log()), "F7");
        assert_eq!(job(&words("src -seed=7"), log()), "fuzz-3.log");
        assert_eq!(job(&words("src -seed=7"), None), process::id().to_string());
    }

    #[test]
    fn what_a_shell_would_misread_is_seen_from_the_current_folder() {
        let folder = Path::new("/a b/$HOME");
        let plain = |word: &str| plain(OsStr::new(word), folder).map(|word| word.into_string());
        let seen = [
            ("-merge=1", "-merge=1"),
            ("corpus/cluster", "corpus/cluster"),
            ("/etc/hosts", "/etc/hosts"),
            ("/a b/$HOME/fuzz/corpus/cluster", "fuzz/corpus/cluster"),
            ("-artifact_prefix=/a b/$HOME/fuzz/artifacts/", "-artifact_prefix=fuzz/artifacts/"),
            ("/a b/target", "../target"),
            ("/a b/$HOME", "."),
            ("/a b/$HOME/", "./"),
        ];
        for (word, expected) in seen {
            assert_eq!(plain(word), Ok(Ok(expected.into())), "{word}");
        }
        for word in ["/a c/target", "a b", "it's", "a*", "/a b/$HOME/~", "", "-dict=a;b", "a\nb"] {
            assert!(plain(word).is_err(), "{word}");
        }
    }

    #[test]
    fn only_who_starts_children_needs_a_shell() {
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
