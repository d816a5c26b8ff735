//! The matrix of seeded bugs and oracles: which oracle is the first to find a bug, and how often.

use std::collections::BTreeMap;

use serde_json::json;
use whitewater::history::violation::LINTS;
use whitewater::mutants::{self, storage};
use whitewater::oracle::ORACLES;
use whitewater::replica::system_under_test::SystemUnderTest;
use whitewater::replica::Replica;
use whitewater::run::Runner;

use crate::random::draw;
use crate::report::progress;
use crate::{MatrixArgs, Output};

/// How often each oracle, or panic, was the first to find one bug.
type Firsts = BTreeMap<String, u64>;

/// One seeded bug.
struct Bug {
    name: &'static str,
    ids: &'static str,
    caught_by: &'static str,
}

/// Runs the same schedules on every seeded bug.
pub fn matrix(args: &MatrixArgs) -> Output {
    let style = "{elapsed_precise} [{wide_bar}] {pos}/{len} {msg}";
    let bar = progress((mutants::all().count() + storage::all().count()) as u64, style);
    let mut rows = Vec::new();
    for mutant in mutants::all() {
        bar.set_message(mutant.name);
        let bug = Bug { name: mutant.name, ids: mutant.ids, caught_by: mutant.caught_by };
        rows.push((bug, firsts(mutant.system_under_test(), args)));
        bar.inc(1);
    }
    for store in storage::all() {
        bar.set_message(store.name);
        let bug = Bug { name: store.name, ids: "", caught_by: store.caught_by };
        rows.push((bug, firsts(store.system_under_test(), args)));
        bar.inc(1);
    }
    bar.finish_and_clear();
    output(&rows, args)
}

fn firsts<R: Replica>(sut: SystemUnderTest<R>, args: &MatrixArgs) -> Firsts {
    let mut generator = args.draws.generator();
    let mut runner = Runner::new(sut);
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
fn idle(rows: &[(Bug, Firsts)]) -> Vec<&'static str> {
    let was_first = |name: &str| rows.iter().any(|(_, firsts)| firsts.contains_key(name));
    let names = ORACLES.iter().map(|info| info.name);
    names.filter(|name| !LINTS.contains(name) && !was_first(name)).collect()
}

fn output(rows: &[(Bug, Firsts)], args: &MatrixArgs) -> Output {
    let mut text = format!(
        "| seeded bug | ids | must die by | first to find it, in how many of {} schedules |\n\
         |---|---|---|---|\n",
        args.schedules
    );
    for (bug, firsts) in rows {
        let mut order: Vec<_> = firsts.iter().collect();
        order.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), name.as_str()));
        let cells: Vec<String> =
            order.iter().map(|(name, count)| format!("{name} {count}")).collect();
        let found = if cells.is_empty() { "none".into() } else { cells.join(", ") };
        text += &format!("| {} | {} | {} | {found} |\n", bug.name, bug.ids, bug.caught_by);
    }
    let idle = idle(rows);
    let found = rows.iter().filter(|(_, firsts)| !firsts.is_empty()).count();
    text += &format!("\nfound: {found} of {} seeded bugs\n", rows.len());
    text += &format!("first for no bug here: {}\n", idle.join(", "));
    text += &format!("lints: {}\n", LINTS.join(", "));
    let bugs = rows.iter().map(|(bug, firsts)| {
        json!({ "name": bug.name, "ids": bug.ids, "must_die_by": bug.caught_by,
                "first": firsts })
    });
    let json = json!({ "schedules": args.schedules, "events": args.draws.events, "seed": args.draws.seed,
                       "bugs": bugs.collect::<Vec<_>>(), "idle": idle, "lints": LINTS });
    Output { text, json, clean: true }
}
