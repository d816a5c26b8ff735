//! The matrix of seeded bugs and oracles: which oracle is the first to find a bug, and how often.

use std::collections::BTreeMap;

use serde_json::json;
use whitewater::history::violation::LINTS;
use whitewater::mutants::{self, Mutant};
use whitewater::oracle::ORACLES;
use whitewater::run::Runner;

use crate::random::draw;
use crate::report::progress;
use crate::{MatrixArgs, Output};

/// How often each oracle, or panic, was the first to find one bug.
type Firsts = BTreeMap<String, u64>;

/// Runs the same schedules on every mutant.
pub fn matrix(args: &MatrixArgs) -> Output {
    let style = "{elapsed_precise} [{wide_bar}] {pos}/{len} {msg}";
    let bar = progress(mutants::all().count() as u64, style);
    let mut rows = Vec::new();
    for mutant in mutants::all() {
        bar.set_message(mutant.name);
        rows.push((mutant, firsts(mutant, args)));
        bar.inc(1);
    }
    bar.finish_and_clear();
    output(&rows, args)
}

fn firsts(mutant: &'static Mutant, args: &MatrixArgs) -> Firsts {
    let mut generator = args.draws.generator();
    let mut runner = Runner::new(mutant.system_under_test());
    let mut firsts = Firsts::new();
    for _ in 0..args.schedules {
        let (_, outcome) = draw(&mut runner, &mut generator, args.draws.nodes, args.draws.events);
        if let Some(name) = outcome.fingerprint() {
            *firsts.entry(name).or_default() += 1;
        }
    }
    firsts
}

/// The oracles that were first for no mutant, without lints.
fn idle(rows: &[(&Mutant, Firsts)]) -> Vec<&'static str> {
    let was_first = |name: &str| rows.iter().any(|(_, firsts)| firsts.contains_key(name));
    let names = ORACLES.iter().map(|info| info.name);
    names.filter(|name| !LINTS.contains(name) && !was_first(name)).collect()
}

fn output(rows: &[(&Mutant, Firsts)], args: &MatrixArgs) -> Output {
    let mut text = format!(
        "| seeded bug | ids | must die by | first to find it, in how many of {} schedules |\n\
         |---|---|---|---|\n",
        args.schedules
    );
    for (mutant, firsts) in rows {
        let mut order: Vec<_> = firsts.iter().collect();
        order.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), name.as_str()));
        let cells: Vec<String> =
            order.iter().map(|(name, count)| format!("{name} {count}")).collect();
        let found = if cells.is_empty() { "none".into() } else { cells.join(", ") };
        text += &format!("| {} | {} | {} | {found} |\n", mutant.name, mutant.ids, mutant.caught_by);
    }
    let idle = idle(rows);
    let found = rows.iter().filter(|(_, firsts)| !firsts.is_empty()).count();
    text += &format!("\nfound: {found} of {} seeded bugs\n", rows.len());
    text += &format!("first for no bug here: {}\n", idle.join(", "));
    text += &format!("lints: {}\n", LINTS.join(", "));
    let bugs = rows.iter().map(|(mutant, firsts)| {
        json!({ "name": mutant.name, "ids": mutant.ids, "must_die_by": mutant.caught_by,
                "first": firsts })
    });
    let json = json!({ "schedules": args.schedules, "events": args.draws.events, "seed": args.draws.seed,
                       "bugs": bugs.collect::<Vec<_>>(), "idle": idle, "lints": LINTS });
    Output { text, json, clean: true }
}
