//! The generator: random schedules from a seed, without feedback but with tuned weights.
//!
//! Promises: the same seed gives the same schedules, by ChaCha. Reads no cluster: the kinds enabled
//! in one are passed in as a value, and operands are selectors. The swarm's weights favour
//! delivery, and a coin flip for each schedule decides between all fault families at once and a
//! random mix of them; both were worth more than any feedback when they were measured on a model
//! (long schedules, macros, few elections, few faults).

use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use raft::{NodeSet, Report};

use crate::cluster::enabled::EnabledKinds;
use crate::schedule::event::{Event, Kind, Operand, ALL, KINDS, SNAPSHOT};
use crate::schedule::family::{Family, Faults, Share};
use crate::schedule::feature::{Feature, Features};
use crate::schedule::operand::first_from;
use crate::schedule::operand::PROPOSE_TO_LEADER;
use crate::schedule::{Degraded, DiskMode, Recovery, Schedule, Setup};
use crate::search::scenario::{Scenario, ANY};
use crate::search::script::{Script, PROLOGUE};

/// How schedules are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// Every kind of event, node and set is as likely as every other: the baseline.
    Uniform,
    /// Swarm testing (Groce et al., ISSTA 2012): tuned weights, and a mix of fault families and of
    /// delivery orders for each schedule.
    #[default]
    Swarm,
    /// Probabilistic concurrency testing (Burckhardt et al., ASPLOS 2010), as far as selectors can
    /// express it: links have priorities that change now and then. The swarm's weights and faults.
    Pct,
    /// Delay bounding (Emmi et al., POPL 2011): links deliver in round-robin order, with a few
    /// deviations. Otherwise like [`Strategy::Pct`].
    Delays,
}

/// Which message is delivered next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// Any.
    Free,
    /// The first link with messages, from a preferred link on, which changes now and then.
    Priorities,
    /// Each link in turn, mostly.
    RoundRobin,
}

/// The preferred link changes at one delivery in this many.
const CHANGES: u64 = 12;
/// The round-robin order jumps to another link at one delivery in this many.
const DELAYS: u64 = 64;
/// A schedule that changes its focus does so at this many events in 256.
const FOCUS_CHANGES: u8 = 37;

impl Strategy {
    /// All strategies, with their names and what they do.
    pub const ALL: [(Strategy, &'static str, &'static str); 4] = [
        (Strategy::Uniform, "uniform", "Everything equally likely: the baseline"),
        (Strategy::Swarm, "swarm", "Tuned weights and a mix of faults for each schedule"),
        (Strategy::Pct, "pct", "Links have priorities that change now and then"),
        (Strategy::Delays, "delays", "Links deliver in round-robin order, with a few deviations"),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        let mut all = Strategy::ALL.into_iter();
        all.find(|(other, ..)| *other == self).expect("ALL has all").1
    }

    /// The strategy called `name`.
    pub fn named(name: &str) -> Option<Strategy> {
        let mut all = Strategy::ALL.into_iter();
        all.find(|(_, other, _)| *other == name).map(|(strategy, ..)| strategy)
    }
}

/// The swarm's weights, in the order of [`KINDS`]. Macros let a short input reach deep states, but
/// by common paths: they are rare.
const WEIGHTS: [u32; KINDS.len()] = [
    160, // deliver
    48,  // reorder
    8,   // drop
    8,   // duplicate
    8,   // tick
    8,   // tick-all
    12,  // timeout
    24,  // propose
    192, // persist
    4,   // fail-persist
    4,   // crash
    16,  // restart
    4,   // partition
    4,   // cut
    3,   // bridge
    3,   // clog
    6,   // release
    1,   // filter
    12,  // heal
    3,   // pause
    8,   // resume
    2,   // jump
    4,   // crash-amid
    1,   // fill
    6,   // free
    2,   // damage
    1,   // lose-disk
    16,  // read
    4,   // compact
    12,  // apply
    4,   // transfer
    7,   // change
    64,  // report
    16,  // sync-machine
    24,  // wipe
    6,   // restore-backup
    16,  // upgrade
    96,  // fetch
    12,  // fail-fetch
    12,  // set-clock
    1,   // elect
    1,   // replicate
    1,   // exchange
    1,   // deliver-link
    1,   // settle
    1,   // replace
    4,   // outrun
    4,   // rejoin
    8,   // roll
];

/// At most this many events are drawn for each that is to happen: some draws have no effect, and a
/// run in which none has any must end as well.
pub const DRAWS_PER_EVENT: usize = 8;

/// In a scenario with scripts, so many other events are drawn between two of them.
const BETWEEN_SCRIPTS: u32 = 64;

/// Bytes of a chunk of a snapshot: a quarter.
const SMALL_CHUNK: u8 = 8;

/// The resolution of the weights: ten bits.
const TICKETS: usize = 1024;

/// A setup with defaults for the settings of rare corner cases: together they prevent almost
/// everything else.
fn without_corners(setup: Setup) -> Setup {
    let usual = Setup::default();
    Setup {
        inflight: usual.inflight,
        chunk: usual.chunk,
        slow_apply: usual.slow_apply,
        priority: usual.priority,
        uncommitted_limit: usual.uncommitted_limit,
        capacity: usual.capacity,
        rate: usual.rate,
        handler_delay: usual.handler_delay,
        unbounded_damage: usual.unbounded_damage,
        ..setup
    }
}

/// A setup in which a degraded minority can be judged. Over slow links, snapshots take long.
fn with_stable_leaders(setup: Setup) -> Setup {
    let mixed = NodeSet::EMPTY;
    let capacity = Setup::default().capacity;
    let setup = Setup { pre_vote: true, check_quorum: true, mixed, capacity, ..setup };
    match setup.degraded {
        Degraded::SlowLink => Setup { chunk: SMALL_CHUNK, election_ticks: 16, ..setup },
        Degraded::Lossy => {
            Setup { election_ticks: setup.election_ticks.max(13), heartbeat_ticks: 2, ..setup }
        }
        _ => setup,
    }
}

/// A source of schedules.
#[derive(Clone, Debug)]
pub struct Generator {
    random: ChaCha8Rng,
    strategy: Strategy,
    nodes: u8,
    /// The row of [`KINDS`] of each ticket, in the current schedule.
    tickets: [u8; TICKETS],
    /// The nodes that events mostly select, in a swarm schedule.
    focus: u8,
    /// Whether the focus changes during the schedule.
    changes_focus: bool,
    /// Every schedule has this feature.
    feature: Option<Feature>,
    /// What the current schedule is about.
    scenario: &'static Scenario,
    /// What is left of a script that has begun.
    script: Script,
    /// What follows, if that is the prologue.
    next_script: Script,
    /// How many times the next event of the script has happened.
    repeated: u8,
    /// The first three nodes of that script.
    cast: [u8; 3],
    order: Order,
    /// The preferred link, or the current one of the round-robin order.
    link: u8,
}

impl Generator {
    /// A generator that draws schedules by `strategy` from `seed`.
    pub fn new(strategy: Strategy, seed: u64) -> Generator {
        let random = ChaCha8Rng::seed_from_u64(seed);
        Generator {
            random,
            strategy,
            nodes: 3,
            tickets: [0; TICKETS],
            focus: ALL,
            changes_focus: false,
            feature: None,
            scenario: &ANY,
            script: &[],
            next_script: &[],
            repeated: 0,
            cast: [0; 3],
            order: Order::Free,
            link: 0,
        }
    }

    /// The same, but it leaves out schedules without this feature.
    #[must_use]
    pub fn with_feature(self, feature: Feature) -> Generator {
        Generator { feature: Some(feature), ..self }
    }

    /// Draws from now on as a source with this seed does.
    pub fn reseed(&mut self, seed: u64) {
        self.random = ChaCha8Rng::seed_from_u64(seed);
    }

    /// Begins a schedule, and draws its setup. `nodes` fixes the size of the cluster.
    pub fn setup(&mut self, nodes: Option<u8>) -> Setup {
        loop {
            let setup = self.any_setup(nodes);
            if self.feature.is_none_or(|feature| setup.features.has(feature)) {
                self.begin_schedule(setup);
                return setup;
            }
        }
    }

    fn any_setup(&mut self, nodes: Option<u8>) -> Setup {
        let mut header = [0; Setup::BYTES];
        self.random.fill_bytes(&mut header);
        let mut setup = Setup::from_header(header);
        setup.nodes = nodes.unwrap_or(setup.nodes);
        setup.faults = self.faults(setup);
        for set in [&mut setup.mixed, &mut setup.lost] {
            if !self.chance(4) {
                *set = NodeSet::EMPTY;
            }
        }
        if self.strategy == Strategy::Uniform {
            setup.features = if self.chance(8) { setup.features } else { Features::NONE };
        } else {
            if !self.chance(4) {
                setup = without_corners(setup);
            }
            self.scenario = Scenario::drawn(self.below(256) as u8);
            setup = self.scenario.prepare(setup);
            setup.nodes = nodes.unwrap_or(setup.nodes);
        }
        if setup.degraded != Degraded::Off {
            setup = with_stable_leaders(setup);
        } else if self.strategy != Strategy::Uniform
            && setup.recovery != Recovery::Off
            && self.chance(2)
        {
            // Only then is a node cut off, and must return without an election.
            (setup.pre_vote, setup.mixed) = (true, NodeSet::EMPTY);
        }
        setup
    }

    /// With the uniform strategy, the faults of the setup. Else half of the schedules have all
    /// families, and the others a random mix: each family is off, as usual, or more or less
    /// frequent. Damage to disks is off in at least half of the schedules, since it is permanent.
    fn faults(&mut self, setup: Setup) -> Faults {
        if self.strategy == Strategy::Uniform {
            return setup.faults;
        }
        let all = self.chance(2);
        let mut faults = Faults::ALL;
        for (family, _) in Family::ALL.iter().filter(|_| !all) {
            let shares = [Share::Off, Share::Off, Share::Off, Share::Seldom, Share::Usual];
            let share = shares.get(self.below(8) as usize).copied().unwrap_or(Share::Often);
            faults = faults.with(*family, share);
        }
        match self.chance(2) {
            true => faults,
            false => faults.with(Family::Damage, Share::Off),
        }
    }

    /// Continues a schedule with this setup, with newly drawn faults.
    pub fn begin_anew(&mut self, setup: Setup) {
        let faults = self.faults(setup);
        self.begin_schedule(Setup { faults, ..setup });
    }

    /// Continues a schedule with this setup.
    pub fn begin_schedule(&mut self, setup: Setup) {
        self.nodes = setup.nodes;
        (self.focus, self.link) = (ALL, 0);
        (self.script, self.next_script, self.repeated) = (&[], &[], 0);
        let mut weights = match self.strategy {
            Strategy::Uniform => [1; KINDS.len()],
            _ => WEIGHTS,
        };
        self.order = match self.strategy {
            Strategy::Uniform => Order::Free,
            Strategy::Swarm => [Order::Free, Order::Priorities][usize::from(self.chance(4))],
            Strategy::Pct => Order::Priorities,
            Strategy::Delays => Order::RoundRobin,
        };
        if self.strategy == Strategy::Swarm {
            self.changes_focus = self.chance(2);
            if self.chance(4) {
                // A network that reorders most messages.
                weights.swap(Kind::Deliver as usize, Kind::Reorder as usize);
            }
        }
        for (kind, times) in self.scenario.often {
            weights[*kind as usize] *= times;
        }
        for (kind, times) in self.scenario.seldom {
            weights[*kind as usize] /= times;
        }
        for (info, weight) in KINDS.iter().zip(&mut weights) {
            if !setup.features.allow(info.feature) {
                *weight = 0;
            }
            *weight *= match info.family.map_or(Share::Usual, |family| setup.faults.share(family)) {
                Share::Off => 0,
                Share::Seldom => 1,
                Share::Usual => 4,
                Share::Often => 8,
            };
        }
        if setup.disk == DiskMode::Immediate {
            weights[Kind::Persist as usize] = 0;
            weights[Kind::FailPersist as usize] = 0;
        }
        if !setup.slow_apply {
            weights[Kind::Apply as usize] = 0;
        }
        let total: u32 = weights.iter().sum();
        let (mut sum, mut from) = (0, 0);
        for (row, weight) in weights.iter().enumerate() {
            sum += weight;
            let to = sum as usize * TICKETS / total as usize;
            self.tickets[from..to].fill(row as u8);
            from = to;
        }
    }

    /// The next event of the current schedule, of an enabled kind if it is not part of a script.
    pub fn event(&mut self, enabled: EnabledKinds) -> Event {
        if !self.scenario.scripts.is_empty() {
            if let Some(event) = self.scripted() {
                return event;
            }
        }
        let draw = self.random.next_u64();
        let row = self.row(draw, enabled);
        if self.changes_focus && ((draw >> 20) as u8) < FOCUS_CHANGES {
            self.focus = if self.chance(2) { ALL } else { self.random.next_u32() as u8 };
        }
        let mut event = Event::exact(KINDS[row].kind, [0; 3]);
        let mut bytes = draw >> 40;
        if event.kind == Kind::Propose {
            // In a swarm, seven proposals in eight go to a leader; else half of them, by the byte.
            event.operands[0] = match self.strategy {
                Strategy::Uniform => bytes as u8,
                _ if draw >> 28 & 7 == 0 => self.any_node((draw >> 32) as u8),
                _ => bytes as u8 | PROPOSE_TO_LEADER,
            };
            // One command in eight repeats one of the last seven, or is new.
            event.operands[1] = if bytes >> 8 & 7 == 0 { (bytes >> 11) as u8 & 7 } else { 0 };
            return event;
        }
        for (operand, slot) in KINDS[row].operands.iter().zip(&mut event.operands) {
            *slot = self.operand(*operand, bytes as u8);
            bytes >>= 8;
        }
        if event.kind == Kind::Change && self.strategy != Strategy::Uniform && draw >> 28 & 3 == 0 {
            // A quarter of the changes is to all voters, or to all but one: those are of one voter.
            let without = 1 << self.any_node((draw >> 32) as u8);
            event.operands[1] = if draw >> 30 & 1 == 0 { ALL } else { !without };
        }
        if self.order != Order::Free && matches!(event.kind, Kind::Deliver | Kind::Reorder) {
            // The random bits that these operands would have used.
            [event.operands[0], event.operands[1]] = self.next_link(draw >> 40);
        }
        event
    }

    /// The next event of a script, if there is one, or if one begins now.
    #[cold]
    fn scripted(&mut self) -> Option<Event> {
        if self.script.is_empty() && self.chance(BETWEEN_SCRIPTS) {
            let scripts = self.scenario.scripts;
            self.next_script = scripts[self.below(scripts.len() as u32) as usize];
            (self.script, self.cast) = (PROLOGUE, self.any_cast());
        }
        let ((times, kind, parts), rest) = self.script.split_first()?;
        self.repeated += 1;
        if self.repeated == *times {
            (self.script, self.repeated) = (rest, 0);
        }
        if self.script.is_empty() {
            self.script = std::mem::take(&mut self.next_script);
        }
        let mut event = Event::exact(*kind, [0; 3]);
        for (part, slot) in parts.iter().zip(&mut event.operands) {
            *slot = part.operand(self.cast);
        }
        Some(event)
    }

    /// Three different nodes, if there are so many.
    fn any_cast(&mut self) -> [u8; 3] {
        let mut nodes = [0, 1, 2, 3, 4, 5, 6];
        let count = usize::from(self.nodes);
        for place in 0..count {
            nodes.swap(place, self.below(self.nodes.into()) as usize);
        }
        [nodes[0], nodes[1 % count], nodes[2 % count]]
    }

    /// Draws an enabled kind by the weights. The twenty lowest bits of `draw` are two tickets, of
    /// which mostly at least one is enabled. Both are looked up first: a branch on which one it is
    /// would be unpredictable.
    fn row(&mut self, mut draw: u64, enabled: EnabledKinds) -> usize {
        loop {
            let [first, second] =
                [draw, draw >> 10].map(|bits| self.tickets[bits as usize % TICKETS]);
            let row = if enabled.has_row(first) { first } else { second };
            if enabled.has_row(row) {
                return row.into();
            }
            draw = self.random.next_u64();
        }
    }

    /// Sender and receiver of the next delivery.
    fn next_link(&mut self, draw: u64) -> [u8; 2] {
        let links = self.nodes * self.nodes;
        self.link = match self.order {
            Order::RoundRobin if draw % DELAYS > 0 => (self.link + 1) % links,
            Order::Priorities if draw % CHANGES > 0 => self.link,
            _ => (draw >> 8) as u8 % links,
        };
        [self.link / self.nodes, self.link % self.nodes]
    }

    /// A whole schedule of `events` events.
    pub fn schedule(&mut self, nodes: Option<u8>, events: usize) -> Schedule {
        let setup = self.setup(nodes);
        Schedule { setup, events: (0..events).map(|_| self.event(EnabledKinds::ALL)).collect() }
    }

    fn operand(&self, operand: Operand, byte: u8) -> u8 {
        let swarm = self.strategy != Strategy::Uniform;
        match operand {
            Operand::Node | Operand::To if swarm => self.in_focus(byte),
            Operand::Node | Operand::To => self.any_node(byte),
            // Half of the sets are all nodes in the focus.
            Operand::Set if swarm && byte & 1 == 0 => self.focus | byte & 0x80,
            Operand::Set => byte,
            Operand::Keep if swarm => [0, 0, 1, ALL][usize::from(byte % 4)],
            Operand::Position if swarm => byte % 4,
            Operand::Torn | Operand::Keep => byte % 8,
            Operand::Record => [0, 0, 1, 2, 3, 9, ALL, SNAPSHOT][usize::from(byte % 8)],
            Operand::By => ((byte as i8) / 6) as u8,
            Operand::Sent | Operand::Loose => byte % 4,
            // One recovery in sixteen is interrupted.
            Operand::Midway => u8::from(byte < 16),
            Operand::Report => byte % Report::ALL.len() as u8,
            // One read in eight finds only a part.
            Operand::AtMost => u8::from(byte < 32),
            Operand::Position | Operand::Order | Operand::Again | Operand::MessageKind => byte,
        }
    }

    fn any_node(&self, byte: u8) -> u8 {
        ((u16::from(byte) * u16::from(self.nodes)) >> 8) as u8
    }

    /// A node, seven times in eight one in the focus.
    fn in_focus(&self, byte: u8) -> u8 {
        let node = self.any_node(byte);
        if self.focus == ALL || byte & 7 == 0 {
            return node;
        }
        let all = (1 << self.nodes) - 1;
        first_from(u64::from(self.focus) & all, node.into()).map_or(node, |id| id as u8)
    }

    /// True with probability 1 in `n`.
    pub fn chance(&mut self, n: u32) -> bool {
        self.below(n) == 0
    }

    /// A number below `n`.
    pub fn below(&mut self, n: u32) -> u32 {
        ((u64::from(self.random.next_u32()) * u64::from(n)) >> 32) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_schedules() {
        for (strategy, ..) in Strategy::ALL {
            let draw = |seed| {
                let mut generator = Generator::new(strategy, seed);
                [generator.schedule(None, 50), generator.schedule(None, 50)]
            };
            assert_eq!(draw(7), draw(7));
            assert_ne!(draw(7), draw(8));
        }
    }

    #[test]
    fn a_size_that_is_asked_for_is_that_of_every_cluster_in_every_scenario() {
        for (strategy, ..) in Strategy::ALL {
            let mut generator = Generator::new(strategy, 1);
            assert!((0..2_000).all(|_| generator.setup(Some(5)).nodes == 5));
        }
    }

    #[test]
    fn every_kind_of_event_is_drawn() {
        for (strategy, name, _) in Strategy::ALL {
            let mut generator = Generator::new(strategy, 1);
            let mut seen = [false; KINDS.len()];
            for _ in 0..2_000 {
                for event in generator.schedule(None, 200).events {
                    seen[event.kind as usize] = true;
                }
            }
            assert_eq!(seen, [true; KINDS.len()], "{name}");
        }
    }

    #[test]
    fn pct_prefers_one_link_and_delay_bounding_is_mostly_round_robin() {
        let (mut same, mut next, mut pairs) = (0, 0, 0);
        for strategy in [Strategy::Pct, Strategy::Delays] {
            let events = Generator::new(strategy, 1).schedule(Some(3), 4_000).events;
            let is_delivery = |event: &&Event| matches!(event.kind, Kind::Deliver | Kind::Reorder);
            let delivered = events.iter().filter(is_delivery);
            let links: Vec<u8> = delivered.map(|e| 3 * e.operands[0] + e.operands[1]).collect();
            for pair in links.windows(2) {
                pairs += 1;
                same += usize::from(strategy == Strategy::Pct && pair[1] == pair[0]);
                next += usize::from(strategy == Strategy::Delays && pair[1] == (pair[0] + 1) % 9);
            }
        }
        assert!(3 * same > pairs && 3 * next > pairs, "{same} and {next} of {pairs}");
    }

    #[test]
    fn most_swarm_setups_have_no_corner_case_settings_and_some_do() {
        let mut generator = Generator::new(Strategy::Swarm, 1);
        let setups = (0..400).map(|_| generator.setup(None));
        let without = setups.filter(|&setup| without_corners(setup) == setup).count();
        assert!((250..390).contains(&without), "{without} of 400");
    }
}
