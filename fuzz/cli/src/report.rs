//! What is printed: progress, listings, and the output of every command as text or as JSON.

use std::io::{ErrorKind, Write};
use std::process::ExitCode;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{json, Value};
use whitewater::goal::GOALS;
use whitewater::mutants;
use whitewater::mutants::bench::{seeds, Set};
use whitewater::mutants::storage;
use whitewater::mutants::variants;
use whitewater::oracle::ORACLES;
use whitewater::raft::mark::Mark;
use whitewater::replica::node_storage::STORAGE_GOALS;

use crate::Output;

/// Prints an output; a closed pipe is no error.
pub fn print(output: &Output, as_json: bool) -> ExitCode {
    let text = match as_json {
        true => format!("{:#}\n", output.json),
        false => output.text.clone(),
    };
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            eprintln!("whitewater: standard output: {error}");
            ExitCode::from(2)
        }
        _ => ExitCode::from(u8::from(!output.clean)),
    }
}

/// A progress bar of `steps` steps.
pub fn progress(steps: u64, template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template).expect("the template is well-formed");
    let bar = ProgressBar::new(steps).with_style(style);
    bar.enable_steady_tick(Duration::from_millis(500));
    bar
}

/// Rows as lines with aligned columns, the last one unpadded.
fn table<const N: usize>(rows: &[[&str; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    let line = |row: &[&str; N]| {
        let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:<width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

/// Rows as a list of objects with these names.
fn objects<const N: usize>(names: [&str; N], rows: &[[&str; N]]) -> Value {
    let object = |row: &[&str; N]| {
        let fields = names.iter().zip(row).map(|(name, cell)| (name.to_string(), json!(cell)));
        Value::Object(fields.collect())
    };
    rows.iter().map(object).collect()
}

fn listing<const N: usize>(names: [&str; N], rows: &[[&str; N]]) -> Output {
    Output { text: table(rows), json: objects(names, rows), clean: true }
}

/// The seeded bugs, those of the store, and the deep seeds that are made of the others.
pub fn mutants() -> Output {
    let ids = |ids: &'static str| if ids.is_empty() { "-" } else { ids };
    let mutants = mutants::all().map(|m| [m.name, ids(m.ids), m.caught_by, m.source]);
    let deep = seeds().filter(|seed| seed.set == Set::Deep);
    let deep = deep.map(|s| [s.name, s.id, s.mutant().caught_by, s.mutant().source]);
    let stores = storage::all().map(|bug| [bug.name, "-", bug.caught_by, bug.source]);
    let rows: Vec<_> = mutants.chain(stores).chain(deep).collect();
    listing(["name", "ids", "caught_by", "source"], &rows)
}

/// The legal variants.
pub fn variants() -> Output {
    let rows: Vec<_> = variants::all().map(|it| [it.name, it.differs, it.source]).collect();
    listing(["name", "differs", "source"], &rows)
}

/// The oracles.
pub fn oracles() -> Output {
    let rows: Vec<_> =
        ORACLES.iter().map(|info| [info.name, info.id, info.property, info.source]).collect();
    listing(["name", "id", "property", "source"], &rows)
}

/// The goals, and those of a real store.
pub fn goals() -> Output {
    let goals = GOALS.iter().chain(&STORAGE_GOALS);
    let rows: Vec<_> = goals.map(|(name, meaning)| [*name, *meaning]).collect();
    listing(["name", "meaning"], &rows)
}

/// The coverage marks of our Raft.
pub fn marks() -> Output {
    listing(["name", "meaning"], &Mark::ALL.map(|(_, name, meaning)| [name, meaning]))
}
