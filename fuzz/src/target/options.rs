//! What suits schedules, of all that libFuzzer can be told, so that plain `cargo fuzz run` has it.
//!
//! Promises: an option that the caller gives stands, and no schedule is cut short that is replayed
//! or merged. libFuzzer reads its options from the command line alone, so the program starts itself
//! anew, once, with those that are missing.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::Path;

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

/// Goes on as the same program with these options as well. Comes back if they are all there, or if
/// that cannot be done, which costs speed and nothing else.
pub fn complete() {
    let given: Vec<OsString> = env::args_os().skip(1).collect();
    let missing = missing(&given);
    if missing.is_empty() {
        return;
    }
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        if let Ok(program) = env::current_exe() {
            let mut anew = std::process::Command::new(program);
            anew.args(missing).args(given);
            if let Some(name) = env::args_os().next() {
                anew.arg0(name);
            }
            let error = anew.exec();
            eprintln!("libFuzzer's defaults stand: {error}");
        }
    }
}

/// Those of which the caller says nothing.
fn missing(given: &[OsString]) -> Vec<String> {
    let is_given = |name: &str| {
        let prefix = format!("-{name}=");
        given.iter().filter_map(|arg| OsStr::to_str(arg)).any(|arg| arg.starts_with(&prefix))
    };
    let suitable = OPTIONS.into_iter().chain(is_campaign(given).then_some(LENGTH));
    let missing = suitable.filter(|(name, _)| !is_given(name));
    missing.map(|(name, value)| format!("-{name}={value}")).collect()
}

/// Whether inputs are made; else files are replayed or minimised, or folders merged.
fn is_campaign(given: &[OsString]) -> bool {
    let merges = |arg: &OsString| arg == "-merge=1" || arg == "-set_cover_merge=1";
    !given.iter().any(|arg| merges(arg) || Path::new(arg).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_that_is_given_stands() {
        let given = ["corpus/cluster", "-entropic=1", "-max_len=640"].map(OsString::from);
        let added = missing(&given);
        assert_eq!(added, ["-use_counters=0"]);
    }

    #[test]
    fn what_is_replayed_or_merged_is_not_cut_short() {
        let cuts = |given: &str| {
            let added = missing(&[OsString::from(given)]);
            added.iter().any(|option| option.starts_with("-max_len="))
        };
        assert!(cuts("src"), "a folder is a corpus");
        assert!(!cuts("src/lib.rs") && !cuts("-merge=1") && !cuts("-set_cover_merge=1"));
    }

    #[test]
    fn a_program_starts_itself_anew_but_once() {
        let first = missing(&[]);
        let again: Vec<OsString> = first.into_iter().map(OsString::from).collect();
        assert!(missing(&again).is_empty());
    }
}
