//! Scenarios: classes of situations that a schedule is drawn from, each with its share.
//!
//! Promises: a strategy other than the uniform one draws one scenario for each schedule. What
//! matters only in combination, as leases with changes of leader, gets its share by design and not
//! by chance. Knows setups and kinds of events, and no cluster.

use raft::{NodeId, NodeSet};

use crate::schedule::event::Kind;
use crate::schedule::feature::{Feature, Features};
use crate::schedule::{DiskMode, Recovery, Setup};
use crate::search::script::{self, Script};

/// A class of situations.
#[derive(Debug)]
pub(super) struct Scenario {
    /// How many schedules of 256 belong to it.
    pub share: u8,
    /// Prepares a setup that was drawn at random.
    pub prepare: fn(Setup) -> Setup,
    /// Kinds of events that happen more often than usual, and how many times as often.
    pub often: &'static [(Kind, u32)],
    /// Kinds of events that happen less often than usual, and how many times less.
    pub seldom: &'static [(Kind, u32)],
    /// Now and then, one of these begins.
    pub scripts: &'static [Script],
}

/// Anything: a setup as it was drawn, without features.
pub(super) const ANY: Scenario =
    Scenario { share: 0, prepare: |setup| setup, often: &[], seldom: &[], scripts: &[] };

/// All scenarios but [`ANY`], which has the rest of the shares.
static SCENARIOS: [Scenario; 11] = [
    // Reads by lease, and leaders that follow each other.
    Scenario {
        share: 3,
        prepare: with_leases,
        often: &[(Kind::Read, 2), (Kind::TickAll, 2), (Kind::Transfer, 4), (Kind::Cut, 4)],
        seldom: &[],
        scripts: script::LEASES,
    },
    // Changes of membership, with catch-up.
    Scenario {
        share: 10,
        prepare: |setup| Setup { outside: setup.nodes / 3, catch_up: true, ..setup },
        often: &[(Kind::Change, 4), (Kind::Replace, 4), (Kind::Transfer, 2)],
        seldom: &[],
        scripts: &[],
    },
    // Snapshots while entries go on.
    Scenario {
        share: 6,
        prepare: |setup| setup,
        often: &[(Kind::Compact, 4)],
        seldom: &[],
        scripts: &[],
    },
    // Restarts, with writes that are not durable.
    Scenario {
        share: 6,
        prepare: |setup| Setup { disk: DiskMode::Queued, ..setup },
        often: &[(Kind::Crash, 4), (Kind::Restart, 2)],
        seldom: &[],
        scripts: &[],
    },
    // State machines with disks of their own, and restarts.
    Scenario {
        share: 3,
        prepare: |setup| with(Setup { disk: DiskMode::Queued, ..setup }, Feature::MachineDisk),
        often: &[(Kind::Crash, 2), (Kind::Restart, 2), (Kind::Compact, 2)],
        seldom: &[(Kind::Persist, 2)],
        scripts: script::MACHINES_WITH_DISKS,
    },
    // Members that leave, and come back with an empty disk.
    Scenario {
        share: 5,
        prepare: |setup| with(Setup { outside: 0, ..setup }, Feature::Rejoin),
        often: &[(Kind::Change, 4), (Kind::Crash, 2), (Kind::Restart, 2), (Kind::LoseDisk, 8)],
        seldom: &[],
        scripts: &[],
    },
    // Reports of the transport.
    Scenario {
        share: 8,
        prepare: |setup| with(with_short_timeouts(setup), Feature::Reports),
        often: &[(Kind::Compact, 2), (Kind::TickAll, 4), (Kind::Partition, 2), (Kind::Cut, 2)],
        seldom: &[],
        scripts: &[],
    },
    // Rolling upgrades.
    Scenario {
        share: 7,
        prepare: |setup| with(with_an_older_configuration(setup), Feature::Upgrades),
        often: &[(Kind::Restart, 2)],
        seldom: &[],
        scripts: &[],
    },
    // Entries that are read from disk, for followers that lag.
    Scenario {
        share: 6,
        prepare: |setup| Setup { recovery: Recovery::Full, ..with(setup, Feature::LogReads) },
        often: &[(Kind::Drop, 4), (Kind::Crash, 2), (Kind::Restart, 2), (Kind::Timeout, 2)],
        seldom: &[],
        scripts: &[],
    },
    // A tail behind the snapshot, and followers that lag within it or beyond.
    Scenario {
        share: 4,
        prepare: |setup| with(setup, Feature::Tail),
        often: &[(Kind::Compact, 8), (Kind::Crash, 2), (Kind::Restart, 2), (Kind::Drop, 2)],
        seldom: &[],
        scripts: &[],
    },
    // Leases by wall clocks, leaders that follow each other, and reads.
    Scenario {
        share: 4,
        prepare: |setup| with(with_long_timeouts(with_rival_leaders(setup)), Feature::WallClock),
        often: &[
            (Kind::Read, 4),
            (Kind::TickAll, 4),
            (Kind::Timeout, 2),
            (Kind::Crash, 2),
            (Kind::Cut, 2),
            (Kind::Elect, 4),
            (Kind::Exchange, 8),
        ],
        seldom: &[],
        scripts: script::WALL_CLOCKS,
    },
];

/// A setup with CheckQuorum, in which an election timeout is over after a few ticks.
fn with_short_timeouts(setup: Setup) -> Setup {
    let election_ticks = 2 + setup.election_ticks % 4;
    Setup { check_quorum: true, mixed: NodeSet::EMPTY, election_ticks, heartbeat_ticks: 1, ..setup }
}

/// A setup with leases, long enough to read by them. One cluster in four has no CheckQuorum; in
/// half of the clusters, all clocks but one are fast.
fn with_leases(setup: Setup) -> Setup {
    let (election_ticks, check_quorum) = (8 + setup.election_ticks % 8, setup.heartbeat_ticks != 2);
    let rate = if setup.check_quorum { 1 } else { 2 };
    let setup = with_rival_leaders(setup);
    let slow = NodeSet::only(NodeId(setup.election_ticks % setup.nodes));
    let fast = NodeSet::first(setup.nodes).without(slow);
    Setup { lease: true, election_ticks, check_quorum, rate, fast, ..setup }
}

/// A setup in which an election timeout is longer than a new leader waits for older leases, unless
/// a voter has restarted.
fn with_long_timeouts(setup: Setup) -> Setup {
    Setup { election_ticks: 13 + setup.election_ticks % 4, ..setup }
}

/// A setup of at most three nodes without Pre-Vote and CheckQuorum, in which a server can win an
/// election while an older leader goes on.
fn with_rival_leaders(setup: Setup) -> Setup {
    let (nodes, disk) = (setup.nodes.min(3), DiskMode::Immediate);
    let (pre_vote, check_quorum) = (false, false);
    let setup = with_short_timeouts(setup);
    Setup { nodes, outside: 0, disk, pre_vote, check_quorum, ..setup }
}

/// A setup in which half of the older versions have another configuration everywhere, and half of
/// the clusters recover.
fn with_an_older_configuration(setup: Setup) -> Setup {
    let mixed =
        if setup.election_ticks % 2 == 0 { NodeSet::first(setup.nodes) } else { setup.mixed };
    let recovery = if setup.heartbeat_ticks % 2 == 0 { Recovery::Full } else { setup.recovery };
    Setup { mixed, recovery, priority: false, ..setup }
}

/// A setup with one more feature.
fn with(setup: Setup, feature: Feature) -> Setup {
    Setup { features: setup.features.with(feature), ..setup }
}

impl Scenario {
    /// The scenario that a random byte selects.
    pub fn drawn(byte: u8) -> &'static Scenario {
        let mut rest = byte;
        let selected = SCENARIOS.iter().find(|scenario| {
            let is_selected = rest < scenario.share;
            rest = rest.wrapping_sub(scenario.share);
            is_selected
        });
        selected.unwrap_or(&ANY)
    }

    /// `setup`, prepared.
    pub fn prepare(&self, setup: Setup) -> Setup {
        (self.prepare)(Setup { features: Features::NONE, ..setup })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scenario_has_its_share_and_three_quarters_of_the_schedules_belong_to_none() {
        let drawn = |scenario: &Scenario| {
            let selected = (0..=255).map(Scenario::drawn);
            selected.filter(|other| std::ptr::eq(*other, scenario)).count()
        };
        let shares = SCENARIOS.iter().map(|scenario| usize::from(scenario.share));
        assert!(SCENARIOS.iter().map(drawn).eq(shares.clone()));
        assert!(shares.sum::<usize>() <= 64);
    }

    #[test]
    fn every_feature_has_a_scenario() {
        let usual = Setup::default();
        let on = |feature| {
            SCENARIOS.iter().any(|scenario| scenario.prepare(usual).features.has(feature))
        };
        assert!(Feature::ALL.iter().all(|(feature, _)| on(*feature)));
    }
}
