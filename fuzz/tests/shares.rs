//! Every strategy that claims to be general draws what the oracles judge, often enough, and reaches
//! every goal: a campaign of it is not blind.

use whitewater::base::counts::Counts;
use whitewater::goal::{self, GOALS};
use whitewater::mutants::raft;
use whitewater::oracle::{Checks, ORACLES};
use whitewater::run::Runner;
use whitewater::search::generator::{Generator, Strategy};

/// Events of a schedule.
const EVENTS: usize = 300;
/// Schedules from which shares are counted.
const SAMPLE: u64 = 3_000;
/// Each oracle has something to judge in one schedule of this many.
const ONE_IN: u64 = 200;
/// Each goal is reached within this many schedules.
const WITHIN: u64 = 20_000;

/// All strategies but the baseline, in which everything is equally likely.
fn general() -> impl Iterator<Item = (Strategy, &'static str)> {
    let all = Strategy::ALL.into_iter().map(|(strategy, name, _)| (strategy, name));
    all.filter(|(strategy, _)| *strategy != Strategy::Uniform)
}

#[test]
fn each_oracle_has_something_to_judge_in_one_schedule_of_two_hundred() {
    let mut runner = Runner::new(raft());
    for (strategy, name) in general() {
        let mut generator = Generator::new(strategy, 1);
        let mut judged = Checks::default();
        for _ in 0..SAMPLE {
            let outcome = runner.run(&generator.schedule(None, EVENTS));
            judged.add(&Counts(outcome.checks.0.map(|count| u64::from(count > 0))));
        }
        for (info, schedules) in ORACLES.iter().zip(judged.0) {
            let share = format!("{name}: {} judges in {schedules} of {SAMPLE}", info.name);
            assert!(schedules * ONE_IN >= SAMPLE, "{share}");
        }
    }
}

#[test]
fn each_goal_is_reached_within_twenty_thousand_schedules() {
    let mut runner = Runner::new(raft());
    for (strategy, name) in general() {
        let mut generator = Generator::new(strategy, 1);
        let mut reached = Counts::<{ goal::COUNT }>::default();
        let mut left = WITHIN;
        while left > 0 && reached.0.contains(&0) {
            reached.add(&runner.run(&generator.schedule(None, EVENTS)).goals);
            left -= 1;
        }
        for ((goal, _), count) in GOALS.iter().zip(reached.0) {
            assert!(count > 0, "{name} does not reach {goal} in {WITHIN} schedules");
        }
        println!("{name}: all goals within {} schedules", WITHIN - left);
    }
}
