//! Commands about one schedule: replay, shrink, show, encode.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{json, Value};
use whitewater::replica::Replica;
use whitewater::report::shrink;
use whitewater::report::story;
use whitewater::run::{Outcome, Runner};
use whitewater::schedule::event::Event;
use whitewater::schedule::files::{read_schedule, read_script, write_new};
use whitewater::schedule::Schedule;

use crate::{Failure, Output};

/// Runs files and reports their violations.
pub fn replay<R: Replica>(files: &[PathBuf], mut runner: Runner<R>) -> Result<Output, Failure> {
    let (mut text, mut documents, mut clean) = (String::new(), Vec::new(), true);
    let schedules: Result<Vec<_>, _> = files.iter().map(|file| read_schedule(file)).collect();
    for (file, schedule) in files.iter().zip(schedules?) {
        let outcome = runner.run(&schedule);
        let events = outcome.resolved.events.len();
        clean &= outcome.violation.is_none();
        documents.push(outcome_json(file, &outcome));
        let Some(violation) = &outcome.violation else {
            let _ = writeln!(text, "{}: clean, {events} events", file.display());
            continue;
        };
        let _ = writeln!(text, "{}: {}", file.display(), violation.fingerprint());
        text.push_str(&story::narrate(runner.system_under_test(), &outcome.resolved));
    }
    Ok(Output { text, json: documents.into(), clean })
}

fn outcome_json(file: &Path, outcome: &Outcome) -> Value {
    json!({
        "file": file.display().to_string(),
        "events": outcome.resolved.events.len(),
        "digest": format!("{:016x}", outcome.digest),
        "fingerprint": outcome.fingerprint(),
        "violation": outcome.violation.as_ref().map(|violation| violation.to_string()),
    })
}

/// Shrinks a file with a violation.
pub fn shrink<R: Replica>(
    file: &Path,
    out: Option<&Path>,
    runner: Runner<R>,
) -> Result<Output, Failure> {
    let schedule = read_schedule(file)?;
    let small = shrink::shrink(runner.system_under_test(), &schedule)
        .map_err(|reason| Failure(format!("{}: {reason}", file.display())))?;
    let bytes = small.schedule.encode();
    if let Some(out) = out {
        write_new(out, &bytes)?;
    }
    let mut text = story::narrate(runner.system_under_test(), &small.schedule);
    let after = small.schedule.events.len();
    let (before, replays) = (small.events_before, small.replays);
    let _ = writeln!(text, "\nshrunk    {before} to {after} events in {replays} replays");
    if let Some(out) = out {
        let _ = writeln!(text, "saved     {}", out.display());
    }
    let mut json = outcome_json(file, &small.outcome);
    json["events_before"] = before.into();
    json["replays"] = replays.into();
    json["schedule"] = schedule_json(&small.schedule);
    Ok(Output { text, json, clean: false })
}

/// How a schedule is printed.
#[derive(Clone, Copy)]
pub struct Form {
    /// The exact events that happen, instead of its own.
    pub resolved: bool,
    /// As a story.
    pub story: bool,
}

/// Prints a schedule.
pub fn show<R: Replica>(
    file: &Path,
    Form { resolved, story }: Form,
    mut runner: Runner<R>,
) -> Result<Output, Failure> {
    let mut schedule = read_schedule(file)?;
    let mut clean = true;
    if resolved || story {
        let outcome = runner.run(&schedule);
        clean = outcome.violation.is_none();
        schedule = outcome.resolved;
    }
    let text = match story {
        true => story::narrate_in_full(runner.system_under_test(), &schedule),
        false => schedule.to_string(),
    };
    Ok(Output { text, json: schedule_json(&schedule), clean })
}

fn schedule_json(schedule: &Schedule) -> Value {
    let word = |word: String| match (word.as_str(), word.parse::<u8>()) {
        ("on", _) => json!(true),
        ("off", _) => json!(false),
        (_, Ok(number)) => json!(number),
        _ => json!(word),
    };
    let settings = schedule.setup.settings();
    let named = settings.map(|(name, value)| (name.replace('-', "_"), word(value)));
    let mut all: serde_json::Map<String, Value> = named.collect();
    let events = schedule.events.iter().map(Event::to_string);
    all.insert("events".into(), events.collect());
    Value::Object(all)
}

/// Turns text into bytes.
pub fn encode(file: &Path, out: Option<PathBuf>) -> Result<Output, Failure> {
    let schedule = read_script(file)?;
    let out = match out {
        Some(out) => out,
        None if file.extension().is_some_and(|extension| extension == "txt") => {
            file.with_extension("")
        }
        None => {
            let complaint = "does not end in .txt, so --out must say where the bytes go";
            return Err(Failure(format!("{}: {complaint}", file.display())));
        }
    };
    let bytes = schedule.encode();
    write_new(&out, &bytes)?;
    let (events, length, path) = (schedule.events.len(), bytes.len(), out.display().to_string());
    let text = format!("{path}: {events} events, {length} bytes\n");
    let json = json!({ "file": path, "events": events, "bytes": length });
    Ok(Output { text, json, clean: true })
}
