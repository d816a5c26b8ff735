//! Features, each by itself and all together, on in every schedule: correct Raft has no violation,
//! and what the feature is about happens.
//!
//! `SCHEDULES=100000 cargo test --release --test features` runs more of them.

use whitewater::base::counts::Counts;
use whitewater::goal::GOALS;
use whitewater::mutants::raft;
use whitewater::run::Runner;
use whitewater::schedule::feature::{Feature, Features};
use whitewater::schedule::Setup;
use whitewater::search::generator::{Generator, Strategy};

/// How many schedules each strategy draws.
fn schedules() -> usize {
    let asked = std::env::var("SCHEDULES").ok();
    asked.map_or(200, |count| count.parse().expect("SCHEDULES is a number"))
}

/// How often each goal is reached with these features on; there is no violation.
fn goals_with(features: Features, strategy: Strategy) -> Counts<{ whitewater::goal::COUNT }> {
    let (mut generator, mut runner) = (Generator::new(strategy, 7), Runner::new(raft()));
    let mut goals = Counts::default();
    for _ in 0..schedules() {
        let drawn = generator.setup(None);
        let setup = Setup { features, ..drawn };
        generator.begin_schedule(setup);
        let next = |cluster: &whitewater::run::Judged<_>| Some(generator.event(cluster.enabled()));
        let outcome = runner.run_events(setup, next, 640);
        assert_eq!(outcome.violation, None, "{}", outcome.resolved);
        goals.add(&outcome.goals);
    }
    goals
}

/// Both strategies are silent with these features on, and the swarm reaches these goals.
fn is_silent_and_reaches(features: Features, expected: &[&str]) {
    goals_with(features, Strategy::Uniform);
    let goals = goals_with(features, Strategy::Swarm);
    for name in expected {
        let place = GOALS.iter().position(|(goal, _)| goal == name).expect("it is a goal");
        assert!(goals.0[place] > 0, "{name}");
    }
}

#[test]
fn with_log_reads_in_every_schedule_correct_raft_is_silent() {
    let late = ["log-read", "log-read-failed", "log-read-late", "log-read-compacted"];
    is_silent_and_reaches(Features::NONE.with(Feature::LogReads), &late);
}

#[test]
fn with_a_tail_in_every_schedule_correct_raft_is_silent() {
    is_silent_and_reaches(Features::NONE.with(Feature::Tail), &["tail-kept", "tail-sent"]);
}

#[test]
fn with_all_features_in_every_schedule_correct_raft_is_silent() {
    is_silent_and_reaches(Features::from_bits(u8::MAX), &["log-read", "tail-sent"]);
}
