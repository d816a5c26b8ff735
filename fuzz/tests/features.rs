//! Features, each by itself and all together, on in every schedule: correct Raft has no violation,
//! and what the feature is about happens.
//!
//! `SCHEDULES=100000 cargo test --release --test features` runs more of them.

use whitewater::base::counts::Counts;
use whitewater::goal::GOALS;
use whitewater::mutants::{self, raft};
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

/// A feature, and the goals that show that what it is about happens.
const FEATURES: [(Feature, &[&str]); 7] = [
    (Feature::Rejoin, &["name-returned", "readmitted", "ack-of-emptied-disk"]),
    (Feature::Reports, &["failure-reported", "snapshot-reported"]),
    (Feature::Upgrades, &["node-upgraded", "node-rolled-back", "committed-among-versions"]),
    (Feature::MachineDisk, &["machine-ahead", "machine-at-snapshot", "restore-cut-short"]),
    (Feature::LogReads, &["log-read", "log-read-failed", "log-read-late", "log-read-compacted"]),
    (Feature::Tail, &["tail-kept", "tail-sent"]),
    (Feature::WallClock, &["wall-lease-read", "old-lease-awaited", "leader-clock-set-back"]),
];

/// The uniform strategy and the swarm are silent with these features on, and the swarm reaches
/// these goals.
fn is_silent_and_reaches<'a>(features: Features, expected: impl Iterator<Item = &'a str>) {
    goals_with(features, Strategy::Uniform);
    let goals = goals_with(features, Strategy::Swarm);
    for name in expected {
        let place = GOALS.iter().position(|(goal, _)| *goal == name).expect("it is a goal");
        assert!(goals.0[place] > 0, "{features}: {name}");
    }
}

#[test]
fn with_a_feature_in_every_schedule_correct_raft_is_silent() {
    assert!(FEATURES.iter().map(|(feature, _)| *feature).eq(Feature::ALL.map(|(known, _)| known)));
    for (feature, goals) in FEATURES {
        is_silent_and_reaches(Features::NONE.with(feature), goals.iter().copied());
    }
}

#[test]
fn with_all_features_but_upgrades_in_every_schedule_correct_raft_is_silent() {
    let features = Features::from_bits(u8::MAX).without(Feature::Upgrades);
    is_silent_and_reaches(features, ["wall-lease-read", "tail-sent"].into_iter());
}

#[test]
fn with_all_features_in_every_schedule_correct_raft_is_silent() {
    // With upgrades there are no leases.
    let others = FEATURES.iter().filter(|(feature, _)| *feature != Feature::WallClock);
    let one_of_each = others.map(|(_, goals)| goals[0]);
    is_silent_and_reaches(Features::from_bits(u8::MAX), one_of_each);
}

#[test]
fn with_wall_clocks_that_exceed_their_bound_reads_break_and_nothing_else() {
    let beyond = mutants::system_under_test(Some("clocks-beyond-bound")).expect("it exists");
    let mut generator = Generator::new(Strategy::Swarm, 7).with_feature(Feature::WallClock);
    let (mut runner, mut stale_reads) = (Runner::new(beyond), 0);
    for _ in 0..20 * schedules() {
        let setup = generator.setup(None);
        let next = |cluster: &whitewater::run::Judged<_>| Some(generator.event(cluster.enabled()));
        let outcome = runner.run_events(setup, next, 640);
        if let Some(found) = outcome.fingerprint() {
            let known = ["read-is-linearizable", "history-is-linearizable"];
            assert!(known.contains(&found.as_str()), "{found}");
            stale_reads += 1;
        }
    }
    assert!(stale_reads > 0);
}
