//! Every legal variant of our core differs from it, and no oracle has anything against it.

use std::fs;
use std::path::Path;

use whitewater::mutants::raft;
use whitewater::mutants::variants;
use whitewater::run::Runner;
use whitewater::schedule::{Recovery, Schedule};
use whitewater::search::generator::{Generator, Strategy};

fn schedules(count: u64) -> Vec<Schedule> {
    let swarm = Strategy::named("swarm").expect("it exists");
    (0..count).map(|seed| Generator::new(swarm, seed).schedule(None, 400)).collect()
}

#[test]
fn every_variant_differs_from_our_core_in_some_run_and_stays_silent_in_all() {
    let schedules = schedules(600);
    let mut ours = Runner::new(raft());
    let digests: Vec<u64> = schedules.iter().map(|schedule| ours.run(schedule).digest).collect();
    for variant in variants::all() {
        let mut runner = Runner::new(variant.system_under_test());
        let mut differs = false;
        for (schedule, digest) in schedules.iter().zip(&digests) {
            let outcome = runner.run(schedule);
            assert_eq!(outcome.violation, None, "{}\n{}", variant.name, outcome.resolved);
            let is_comparable = variant.is_live || schedule.setup.recovery == Recovery::Off;
            differs |= is_comparable && outcome.digest != *digest;
        }
        assert!(differs, "{} never differs", variant.name);
    }
}

#[test]
fn the_document_of_bugs_lists_the_variants() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/bugs.md");
    let page = fs::read_to_string(page).expect("it is there");
    for variant in variants::all() {
        let is_live = if variant.is_live { "yes" } else { "no" };
        let row =
            format!("| {} | {} | {} | {is_live} |", variant.name, variant.differs, variant.source);
        assert!(page.contains(&row), "fuzz/docs/bugs.md lacks\n{row}");
    }
}
