//! Rolling upgrades of TiKV's `raft` break no guarantee, and are really seen.

use tikv_upgrade::Tikv;
use whitewater::goal::{Goal, GOALS};
use whitewater::replica::system_under_test::SystemUnderTest;
use whitewater::run::{Outcome, Runner};
use whitewater::schedule::feature::Feature;
use whitewater::search::generator::{Generator, Strategy, DRAWS_PER_EVENT};

/// Primitive events of each schedule.
const EVENTS: usize = 300;

/// Runs schedules with upgrades, in which no configuration differs: with CheckQuorum at some
/// servers only, each version alone has a bug, `artifacts/tikv/check-quorum-at-some-servers-only`.
fn campaign(strategy: Strategy, count: usize, mut judge: impl FnMut(&Outcome)) {
    let sut = SystemUnderTest::<Tikv>::without_mutants(None).expect("there is one Raft");
    let mut runner = Runner::new(sut);
    let mut generator = Generator::new(strategy, 1).with_feature(Feature::Upgrades);
    for _ in 0..count {
        let mut setup = generator.setup(None);
        setup.mixed = Default::default();
        let mut draws = 0..EVENTS * DRAWS_PER_EVENT;
        let next = |cluster: &whitewater::run::Judged<Tikv>| {
            draws.next().map(|_| generator.event(cluster.enabled()))
        };
        judge(&runner.run_events(setup, next, EVENTS));
    }
}

fn has_no_violation(outcome: &Outcome) {
    // Both versions have the lint of raft-rs #555.
    let violation = outcome.violation.as_ref().filter(|violation| !violation.is_lint());
    assert_eq!(violation, None, "{}", outcome.resolved);
}

#[test]
fn a_cluster_of_both_versions_breaks_no_guarantee() {
    campaign(Strategy::Swarm, 3_000, has_no_violation);
    campaign(Strategy::Uniform, 1_000, has_no_violation);
}

#[test]
fn nodes_are_upgraded_and_rolled_back_and_both_versions_elect_and_commit_together() {
    let mut reached = [0; GOALS.len()];
    campaign(Strategy::Swarm, 500, |outcome| {
        let counts = reached.iter_mut().zip(outcome.goals.0);
        counts.for_each(|(reached, count)| *reached += count);
    });
    for goal in [
        Goal::NodeUpgraded,
        Goal::NodeRolledBack,
        Goal::ElectedAmongVersions,
        Goal::CommittedAmongVersions,
        Goal::UpgradedInTurn,
    ] {
        assert!(reached[goal as usize] > 0, "{}", GOALS[goal as usize].0);
    }
}
