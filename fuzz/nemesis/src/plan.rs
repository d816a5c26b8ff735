//! Which faults come next, drawn from a seed.
//!
//! Promises: the same seed gives the same plan, as long as no fault misses. Each kind of fault
//! comes once (those that kill more often, if kills are wanted) before any comes again. Knows
//! nothing of nodes: a fault says whom it hits by role, or by numbers that are taken modulo what
//! there is.

use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::network::Cut;

/// Which nodes a fault hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    /// One of them.
    One,
    /// The leader.
    Leader,
    /// More than half of them, the leader among them.
    Majority,
    /// All of them.
    All,
}

/// Which way a link is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Nothing leaves the node.
    Out,
    /// Nothing reaches the node.
    In,
    /// Both.
    Both,
}

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// SIGKILL, and a new start.
    Kill(Whom),
    /// SIGSTOP, and SIGCONT.
    Pause(Whom),
    /// The links between a node and one other are cut.
    Cut(Way),
    /// The links between a node and all others are cut.
    Isolate(Whom, Way),
    /// Everything that a node sends arrives late.
    Delay,
    /// A node sends slowly.
    Throttle,
    /// Disks are full.
    Fill(Whom),
    /// A node is added, or removed from a cluster that is large.
    Resize,
    /// A node dies for good: it is removed, and a new one is added.
    Replace,
    /// The same, but it tries to come back with an empty disk first.
    Wipe,
    /// Another node is asked to lead.
    Transfer,
    /// Nodes are asked to compact their logs.
    Snapshot,
}

/// What faults can be excluded by.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum, Serialize, Deserialize,
)]
pub enum Family {
    /// Processes are killed.
    Kill,
    /// Processes are stopped and continued.
    Pause,
    /// Links are cut, delayed, slowed.
    Link,
    /// Disks are filled.
    Disk,
    /// Nodes are added, removed, replaced.
    Membership,
    /// Leadership is handed over, logs are compacted.
    Order,
}

/// All kinds by name.
pub const KINDS: [(&str, Family, Kind); 21] = [
    ("kill-node", Family::Kill, Kind::Kill(Whom::One)),
    ("kill-leader", Family::Kill, Kind::Kill(Whom::Leader)),
    ("kill-majority", Family::Kill, Kind::Kill(Whom::Majority)),
    ("kill-all", Family::Kill, Kind::Kill(Whom::All)),
    ("pause-node", Family::Pause, Kind::Pause(Whom::One)),
    ("pause-leader", Family::Pause, Kind::Pause(Whom::Leader)),
    ("cut-one-way", Family::Link, Kind::Cut(Way::Out)),
    ("cut-both-ways", Family::Link, Kind::Cut(Way::Both)),
    ("isolate-node", Family::Link, Kind::Isolate(Whom::One, Way::Both)),
    ("isolate-leader", Family::Link, Kind::Isolate(Whom::Leader, Way::Both)),
    ("mute-leader", Family::Link, Kind::Isolate(Whom::Leader, Way::Out)),
    ("deafen-leader", Family::Link, Kind::Isolate(Whom::Leader, Way::In)),
    ("delay", Family::Link, Kind::Delay),
    ("throttle", Family::Link, Kind::Throttle),
    ("fill-node", Family::Disk, Kind::Fill(Whom::One)),
    ("fill-majority", Family::Disk, Kind::Fill(Whom::Majority)),
    ("resize", Family::Membership, Kind::Resize),
    ("replace", Family::Membership, Kind::Replace),
    ("wipe", Family::Membership, Kind::Wipe),
    ("transfer", Family::Order, Kind::Transfer),
    ("snapshot", Family::Order, Kind::Snapshot),
];

/// The name of a kind.
pub fn name(kind: Kind) -> &'static str {
    KINDS.iter().find(|(.., other)| *other == kind).map_or("?", |(name, ..)| name)
}

/// A fault with all that is drawn for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What happens.
    pub kind: Kind,
    /// Chooses nodes.
    pub pick: u64,
    /// How links are cut.
    pub cut: Cut,
    /// How much is delayed, in milliseconds.
    pub delay: u64,
}

impl Fault {
    /// Whether two faults never come together. One membership change at a time, since another would
    /// hit the same nodes; and the leader is killed alone, since what follows is measured.
    fn excludes(&self, other: &Fault) -> bool {
        let changes = |kind| matches!(kind, Kind::Resize | Kind::Replace | Kind::Wipe);
        let is_measured = |kind| kind == Kind::Kill(Whom::Leader);
        let kinds = [self.kind, other.kind];
        kinds.into_iter().all(changes) || kinds.into_iter().any(is_measured)
    }
}

/// Faults that happen at the same time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Episode {
    /// They begin in this order, and end in the opposite one.
    pub faults: Vec<Fault>,
    /// How long they last, in milliseconds.
    pub hold: u64,
    /// How long nothing happens afterwards, in milliseconds.
    pub rest: u64,
    /// Whether the cluster must serve again before the next episode.
    pub settles: bool,
}

/// Draws episodes.
#[derive(Debug)]
pub struct Plan {
    draw: ChaCha8Rng,
    /// All kinds, some more than once.
    kinds: Vec<Kind>,
    /// Those that have not come in this round.
    bag: Vec<Kind>,
    /// Those that come next, since they had no effect.
    again: Vec<Kind>,
}

impl Plan {
    /// A plan of faults of these families; those that kill come so many times as often.
    pub fn new(seed: u64, families: &[Family], kills: usize) -> Plan {
        let times = |family| if family == Family::Kill { kills } else { 1 };
        let allowed = KINDS.iter().filter(|(_, family, _)| families.contains(family));
        let kinds = allowed.flat_map(|&(_, family, kind)| vec![kind; times(family)]).collect();
        Plan { draw: ChaCha8Rng::seed_from_u64(seed), kinds, bag: Vec::new(), again: Vec::new() }
    }

    /// A fault of this kind had no effect: one comes again.
    pub fn again(&mut self, kind: Kind) {
        self.again.push(kind);
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.draw.next_u64() % limit.max(1)
    }

    fn fault(&mut self) -> Option<Fault> {
        if self.bag.is_empty() {
            self.bag = self.kinds.clone();
        }
        let place = self.below(self.bag.len() as u64) as usize;
        let drawn = || (!self.bag.is_empty()).then(|| self.bag.swap_remove(place));
        let kind = self.again.pop().or_else(drawn)?;
        let cut = if self.below(2) == 0 { Cut::Closed } else { Cut::BlackHole };
        Some(Fault { kind, pick: self.draw.next_u64(), cut, delay: 20 + self.below(180) })
    }
}

impl Iterator for Plan {
    type Item = Episode;

    fn next(&mut self) -> Option<Episode> {
        let together = 1 + u64::from(self.below(3) == 0) + u64::from(self.below(8) == 0);
        let mut faults: Vec<Fault> = Vec::new();
        for _ in 0..together {
            let Some(fault) = self.fault() else { break };
            match faults.iter().any(|other| other.excludes(&fault)) {
                true => self.bag.push(fault.kind),
                false => faults.push(fault),
            }
        }
        let (hold, rest) = (300 + self.below(1_200), 100 + self.below(400));
        let settles = self.below(3) > 0;
        (!faults.is_empty()).then_some(Episode { faults, hold, rest, settles })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Family; 6] = [
        Family::Kill,
        Family::Pause,
        Family::Link,
        Family::Disk,
        Family::Membership,
        Family::Order,
    ];

    fn drawn(seed: u64, families: &[Family], kills: usize, count: usize) -> Vec<Kind> {
        let faults = Plan::new(seed, families, kills).flat_map(|episode| episode.faults);
        faults.map(|fault| fault.kind).take(count).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_plan_and_another_seed_another() {
        let episodes = |seed| Plan::new(seed, &ALL, 1).take(50).collect::<Vec<_>>();
        assert!(episodes(1) == episodes(1) && episodes(1) != episodes(2));
    }

    #[test]
    fn every_kind_comes_before_any_comes_again() {
        for seed in 0..20 {
            let mut names: Vec<_> =
                drawn(seed, &ALL, 1, KINDS.len()).into_iter().map(name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), KINDS.len());
        }
    }

    #[test]
    fn only_families_that_are_asked_for_come() {
        let kinds = drawn(1, &[Family::Pause], 1, 50);
        assert!(kinds.len() == 50 && kinds.iter().all(|kind| matches!(kind, Kind::Pause(_))));
        assert!(drawn(1, &[], 1, 50).is_empty());
    }

    #[test]
    fn kills_come_more_often_if_they_are_wanted() {
        let kinds = drawn(1, &ALL, 4, 17 + 16);
        assert_eq!(kinds.iter().filter(|kind| matches!(kind, Kind::Kill(_))).count(), 16);
    }

    #[test]
    fn a_fault_that_missed_comes_again() {
        let mut plan = Plan::new(1, &ALL, 1);
        plan.again(Kind::Delay);
        assert_eq!(plan.next().expect("there are faults").faults[0].kind, Kind::Delay);
    }

    #[test]
    fn members_change_one_at_a_time_and_the_leader_is_killed_alone() {
        for episode in Plan::new(1, &[Family::Membership], 1).take(200) {
            assert_eq!(episode.faults.len(), 1);
        }
        for episode in Plan::new(1, &ALL, 4).take(500) {
            let kinds: Vec<Kind> = episode.faults.iter().map(|fault| fault.kind).collect();
            assert!(kinds.len() == 1 || !kinds.contains(&Kind::Kill(Whom::Leader)));
        }
    }

    #[test]
    fn faults_overlap_now_and_then() {
        let counts: Vec<_> = Plan::new(1, &ALL, 1).take(200).map(|one| one.faults.len()).collect();
        assert!((1..=3).all(|count| counts.contains(&count)), "{counts:?}");
    }
}
