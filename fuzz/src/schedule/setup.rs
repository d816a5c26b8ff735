//! The setup, which is fixed before the first event of a run: as header bytes, a value, and text.
//!
//! Promises: every header is a setup, whose bytes decode and whose text parses to that setup again.
//! A byte of 0 means the default value, or off. The table below is the only list of settings; a new
//! one is a line at its end. Knows the domain of a setting, not its effect on a Raft.

use std::fmt;

use raft::{NodeId, NodeSet, Term};

use crate::base::capabilities::Capabilities;
use crate::base::hash::mix;
use crate::base::renamed;
use crate::schedule::family::{Family, Faults};
use crate::schedule::feature::{Feature, Features};
use crate::schedule::operand::{node_set, parse_node_set};
use crate::schedule::version::Version;

/// When a write becomes durable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DiskMode {
    /// In the step that requests it: schedules are short, and no unsynced write can be lost.
    #[default]
    Immediate,
    /// When an event says so.
    Queued,
}

/// What is healed after the last event, if anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Recovery {
    /// Nothing: the run is over.
    #[default]
    Off,
    /// All nodes and links.
    Full,
    /// Only a quorum; all other nodes are lost permanently.
    Core,
}

/// What is wrong with a minority, for long, while the majority is healthy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Degraded {
    /// Nothing: there is no such period.
    #[default]
    Off,
    /// No write completes.
    HungDisk,
    /// Writes complete one at a time, every other tick.
    SlowDisk,
    /// Half of the messages to and from it are lost.
    Lossy,
    /// Nothing reaches it.
    Deaf,
    /// Nothing that it sends arrives.
    Mute,
    /// Messages to and from it take several ticks.
    SlowLink,
    /// It is paused for an election timeout, and runs for as long.
    Pauses,
    /// It crashes and restarts every election timeout.
    Restarts,
}

impl Degraded {
    /// All of them, by the value of the setting.
    const ALL: [Degraded; 9] = [
        Degraded::Off,
        Degraded::HungDisk,
        Degraded::SlowDisk,
        Degraded::Lossy,
        Degraded::Deaf,
        Degraded::Mute,
        Degraded::SlowLink,
        Degraded::Pauses,
        Degraded::Restarts,
    ];
    const WORDS: [&str; 9] = [
        "off",
        "hung-disk",
        "slow-disk",
        "lossy",
        "deaf",
        "mute",
        "slow-link",
        "pauses",
        "restarts",
    ];
}

/// The domain of a setting, with its encoding as a byte and as a word.
enum Domain {
    /// One of these numbers, selected by the byte modulo the length of the table.
    Number(&'static [u8]),
    /// One of these words, each for one value of the byte modulo the number; else the first.
    Word(&'static [&'static str], u8),
    /// One of these words, selected by the byte modulo the length of the table of their places.
    Weighted(&'static [&'static str], &'static [u8]),
    /// A set of nodes; none if the byte is below 128.
    Set,
    /// A set of features; none if the byte is below 128.
    Features,
}

const SWITCH: [&str; 2] = ["off", "on"];

/// Cluster sizes by the header's byte: mostly 3 and 5, where most bugs are; even sizes, where a
/// half is not a majority; 1, 2 and 7 occasionally.
const SIZES: [u8; 16] = [3, 3, 3, 3, 3, 3, 3, 5, 5, 5, 4, 4, 2, 6, 7, 1];

/// What is degraded by the header's byte: mostly nothing; a hung disk more often than anything
/// else, since it matters only at a leader.
const DEGRADED: [u8; 200] = {
    let mut table = [0; 200];
    let kinds = [1, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8];
    let mut place = 0;
    while place < kinds.len() {
        table[1 + place] = kinds[place];
        place += 1;
    }
    table
};

macro_rules! settings {
    ($($(#[$doc:meta])* $field:ident: $type:ty = $name:literal, $domain:expr;)*) => {
        /// What is fixed before the first event.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct Setup {
            /// The fault families that are on, and how often their events happen.
            pub faults: Faults,
            $($(#[$doc])* pub $field: $type,)*
        }

        /// Name and domain of every setting, in the order of the header's bytes.
        static SETTINGS: [(&str, Domain); [$($name),*].len()] = [$(($name, $domain)),*];

        impl Setup {
            fn values(&self) -> [u8; SETTINGS.len()] {
                [$(self.$field.to_value()),*]
            }

            fn from_values(faults: Faults, values: [u8; SETTINGS.len()]) -> Setup {
                let [$($field),*] = values;
                Setup { faults, $($field: <$type>::from_value($field),)* }
            }
        }
    };
}

settings! {
    /// How many nodes, 1 to [`Setup::MAX_NODES`].
    nodes: u8 = "nodes", Domain::Number(&SIZES);
    /// Shortest election timeout in ticks, 2 to 17.
    election_ticks: u8 = "election-ticks",
        Domain::Number(&[10, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17]);
    /// Ticks between heartbeats, 1 to 4: possibly more than `election_ticks`. The adapter of a Raft
    /// that refuses such a configuration adjusts it.
    heartbeat_ticks: u8 = "heartbeat-ticks", Domain::Number(&[2, 1, 3, 4]);
    /// Entries per AppendEntries, 1 to 16. Small numbers make deep histories, and are more likely.
    max_entries: u8 = "max-entries", Domain::Number(&[1, 4, 1, 2, 1, 3, 8, 16]);
    /// When writes become durable.
    disk: DiskMode = "disk", Domain::Word(&["immediate", "queued"], 2);
    /// Nodes hold a Pre-Vote before they campaign (dissertation, 9.6).
    pre_vote: bool = "pre-vote", Domain::Word(&SWITCH, 2);
    /// Leaders that receive replies from no quorum step down (dissertation, 6.2).
    check_quorum: bool = "check-quorum", Domain::Word(&SWITCH, 2);
    /// What is healed after the last event; the cluster must then recover.
    recovery: Recovery = "recovery", Domain::Word(&["off", "full", "core"], 48);
    /// How many nodes, the last ones, are not members of the cluster at first.
    outside: u8 = "outside", Domain::Number(&[0, 0, 1, 2]);
    /// The in-flight window: entries sent to a follower and not yet acknowledged, 1 to 255.
    inflight: u8 = "inflight", Domain::Number(&[255, 1, 2, 4]);
    /// Bytes of a chunk of a snapshot, 8 to 255; a whole snapshot has 32.
    chunk: u8 = "chunk", Domain::Number(&[255, 8, 16, 24]);
    /// Leaders read by lease. That is safe only if time passes for all nodes at once, each at its
    /// rate, so a tick of one node is a tick of all.
    lease: bool = "lease", Domain::Word(&SWITCH, 8);
    /// State machines apply committed entries only when the schedule says so.
    slow_apply: bool = "slow-apply", Domain::Word(&SWITCH, 4);
    /// Nodes have unequal election priorities: node n waits n mod 3 more election timeouts before
    /// it campaigns.
    priority: bool = "priority", Domain::Word(&SWITCH, 8);
    /// Leaders refuse commands while about three are uncommitted.
    uncommitted_limit: bool = "uncommitted-limit", Domain::Word(&SWITCH, 8);
    /// A link holds this many messages; a further one evicts the oldest.
    capacity: u8 = "capacity", Domain::Number(&[255, 255, 255, 255, 255, 20, 5, 2]);
    /// The nodes whose clocks are fast.
    fast: NodeSet = "fast", Domain::Set;
    /// How often a fast clock ticks when all clocks tick.
    rate: u8 = "rate", Domain::Number(&[1, 1, 1, 1, 1, 1, 2, 3]);
    /// The nodes with another configuration, as in the middle of an upgrade: Pre-Vote and
    /// CheckQuorum are on where they are off for the others, and messages carry one entry. With
    /// upgrades, only under the older version.
    mixed: NodeSet = "mixed", Domain::Set;
    /// The crash handler of a node whose write has failed runs after this many more inputs.
    handler_delay: u8 = "handler-delay", Domain::Number(&[0, 0, 0, 0, 0, 1, 3, 9]);
    /// Damage to disks is not limited to what a quorum tolerates. Safety must hold even then, but
    /// recovery is required only of a cluster that still has a quorum.
    unbounded_damage: bool = "unbounded-damage", Domain::Word(&SWITCH, 8);
    /// The nodes that the recovery of a core leaves out first, and that are degraded first.
    lost: NodeSet = "lost", Domain::Set;
    /// What is wrong with a minority after the last event, before the recovery if there is one.
    degraded: Degraded = "degraded", Domain::Weighted(&Degraded::WORDS, &DEGRADED);
    /// New voters catch up before they become voters (dissertation, 4.2.1).
    catch_up: bool = "catch-up", Domain::Word(&SWITCH, 8);
    /// What the world offers beyond the paper.
    features: Features = "features", Domain::Features;
}

/// Conversion of a field of [`Setup`] to and from a value of its domain.
trait Value {
    fn from_value(value: u8) -> Self;
    fn to_value(self) -> u8;
}

impl Value for u8 {
    fn from_value(value: u8) -> u8 {
        value
    }
    fn to_value(self) -> u8 {
        self
    }
}

impl Value for bool {
    fn from_value(value: u8) -> bool {
        value == 1
    }
    fn to_value(self) -> u8 {
        self.into()
    }
}

impl Value for NodeSet {
    fn from_value(value: u8) -> NodeSet {
        NodeSet::from_bits(value.into())
    }
    fn to_value(self) -> u8 {
        self.bits() as u8
    }
}

impl Value for Features {
    fn from_value(value: u8) -> Features {
        Features::from_bits(value)
    }
    fn to_value(self) -> u8 {
        self.bits()
    }
}

impl Value for DiskMode {
    fn from_value(value: u8) -> DiskMode {
        [DiskMode::Immediate, DiskMode::Queued][usize::from(value)]
    }
    fn to_value(self) -> u8 {
        self as u8
    }
}

impl Value for Recovery {
    fn from_value(value: u8) -> Recovery {
        [Recovery::Off, Recovery::Full, Recovery::Core][usize::from(value)]
    }
    fn to_value(self) -> u8 {
        self as u8
    }
}

impl Value for Degraded {
    fn from_value(value: u8) -> Degraded {
        Degraded::ALL[usize::from(value)]
    }
    fn to_value(self) -> u8 {
        self as u8
    }
}

impl fmt::Display for Degraded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Degraded::WORDS[*self as usize])
    }
}

impl Domain {
    fn pick(&self, byte: u8) -> u8 {
        match self {
            Domain::Number(table) | Domain::Weighted(_, table) => {
                table[usize::from(byte) % table.len()]
            }
            Domain::Word(words, modulo) if usize::from(byte % modulo) < words.len() => {
                byte % modulo
            }
            Domain::Set if byte >= 128 => byte & 127,
            Domain::Features if byte >= 128 => Features::from_bits(byte & 127).bits(),
            Domain::Word(..) | Domain::Set | Domain::Features => 0,
        }
    }

    fn place(&self, value: u8) -> u8 {
        match self {
            Domain::Number(table) | Domain::Weighted(_, table) => {
                let place = table.iter().position(|&known| known == value);
                place.expect("only known values are set") as u8
            }
            Domain::Set | Domain::Features if value > 0 => value & 127 | 128,
            Domain::Word(..) | Domain::Set | Domain::Features => value,
        }
    }

    fn parse(&self, name: &str, word: &str) -> Result<u8, String> {
        let wrong = || format!("{name} cannot be {word}");
        match self {
            Domain::Number(table) => {
                let number = word.parse().map_err(|_| format!("'{word}' is not a number"))?;
                table.contains(&number).then_some(number).ok_or_else(wrong)
            }
            Domain::Word(words, _) | Domain::Weighted(words, _) => {
                let place = words.iter().position(|known| *known == word);
                Ok(place.ok_or_else(wrong)? as u8)
            }
            Domain::Set => parse_node_set(word).filter(|set| *set < 128).ok_or_else(wrong),
            Domain::Features => Features::parse(word).map(Features::bits),
        }
    }

    fn show(&self, value: u8) -> String {
        match self {
            Domain::Number(_) => value.to_string(),
            Domain::Word(words, _) | Domain::Weighted(words, _) => words[usize::from(value)].into(),
            Domain::Set => format!("{{{}}}", node_set(value)),
            Domain::Features => Features::from_bits(value).to_string(),
        }
    }
}

/// This many settings are shown even with their default values.
const ALWAYS_SHOWN: usize = 5;

impl Setup {
    /// The largest cluster.
    pub const MAX_NODES: u8 = 7;
    /// Length of the header. Bytes that no setting uses yet are 0.
    pub const BYTES: usize = 32;

    /// Whether events of `family` happen.
    pub fn has(&self, family: Family) -> bool {
        self.faults.has(family)
    }

    /// The setup that a header decodes to.
    pub fn from_header(header: [u8; Setup::BYTES]) -> Setup {
        let (faults, bytes) = header.split_at(Faults::BYTES);
        let mut values = [0; SETTINGS.len()];
        for ((value, (_, domain)), byte) in values.iter_mut().zip(&SETTINGS).zip(bytes) {
            *value = domain.pick(*byte);
        }
        Setup::from_values(Faults::from_bytes(faults.try_into().expect("four bytes")), values)
    }

    /// A header that decodes to this setup.
    pub fn header(&self) -> [u8; Setup::BYTES] {
        let mut header = [0; Setup::BYTES];
        let (faults, bytes) = header.split_at_mut(Faults::BYTES);
        faults.copy_from_slice(&self.faults.to_bytes());
        for ((byte, (_, domain)), value) in bytes.iter_mut().zip(&SETTINGS).zip(self.values()) {
            *byte = domain.place(value);
        }
        header
    }

    /// Sets the setting called `name` in the text form; the error says what is wrong.
    pub fn set(&mut self, name: &str, word: &str) -> Result<(), String> {
        if name == "faults" {
            self.faults = Faults::parse(word)?;
            return Ok(());
        }
        let name = renamed::current_setting(name);
        let place = SETTINGS.iter().position(|(known, _)| *known == name);
        let place = place.ok_or_else(|| format!("unknown setting '{name}'"))?;
        let mut values = self.values();
        values[place] = SETTINGS[place].1.parse(name, word)?;
        *self = Setup::from_values(self.faults, values);
        Ok(())
    }

    /// Name and word of every setting.
    pub fn settings(&self) -> impl Iterator<Item = (&'static str, String)> {
        let settings = SETTINGS.iter().zip(self.values());
        let words = settings.map(|((name, domain), value)| (*name, domain.show(value)));
        words.chain([("faults", self.faults.to_string())])
    }

    /// How many settings do not have their default values, the number of nodes apart.
    pub fn non_default_count(&self) -> usize {
        self.with_defaults().count()
    }

    /// For each setting without its default value, the number of nodes apart: this setup with that
    /// setting reset; and for each of its features: this setup without it.
    pub fn with_defaults(&self) -> impl Iterator<Item = Setup> + '_ {
        let (values, usual) = (self.values(), Setup::default().values());
        let odd = (1..values.len()).filter(move |&place| values[place] != usual[place]);
        let reset = odd.map(move |place| {
            let mut with_defaults = values;
            with_defaults[place] = usual[place];
            Setup::from_values(self.faults, with_defaults)
        });
        reset.chain(self.features.iter().map(|feature| self.without(feature)))
    }

    /// This setup without a feature.
    fn without(&self, feature: Feature) -> Setup {
        Setup { features: self.features.without(feature), ..*self }
    }

    /// This setup, restricted to the capabilities of a Raft.
    pub fn within(self, capabilities: &Capabilities) -> Setup {
        let nodes = self.nodes.max(capabilities.smallest_cluster);
        let all = NodeSet::first(nodes);
        let is_upgraded = self.has_upgrades() && capabilities.upgrades;
        // Leases need all nodes to know of them, and clocks that go on while a node waits for its
        // disk.
        let has_leases = capabilities.reads && capabilities.async_writes && !is_upgraded;
        let has_wall_clocks =
            self.features.has(Feature::WallClock) && capabilities.wall_clock && has_leases;
        let features = self.features.filter(|feature| match feature {
            Feature::Rejoin => capabilities.rejoin && capabilities.changes,
            Feature::Reports => capabilities.reports,
            Feature::MachineDisk => capabilities.machine_disk,
            Feature::Upgrades => capabilities.upgrades,
            Feature::LogReads => capabilities.log_reads,
            Feature::Tail => capabilities.tail,
            Feature::WallClock => has_wall_clocks,
        });
        Setup {
            nodes,
            features,
            pre_vote: self.pre_vote && capabilities.pre_vote,
            check_quorum: self.check_quorum && capabilities.check_quorum,
            catch_up: self.catch_up && capabilities.catch_up,
            // A leader that is deposed between two heartbeats waits in vain for older leases.
            heartbeat_ticks: match has_wall_clocks {
                true => self.heartbeat_ticks.min(self.election_ticks - 1),
                false => self.heartbeat_ticks,
            },
            lease: self.lease && capabilities.leases && has_leases && !has_wall_clocks,
            outside: match capabilities.changes {
                true => self.outside.min(nodes - capabilities.smallest_cluster.max(1)),
                false => 0,
            },
            // Leases need the same configuration on all nodes, and voters that know of them.
            mixed: match (!self.lease || is_upgraded)
                && capabilities.pre_vote
                && capabilities.check_quorum
            {
                true => self.mixed.intersection(all),
                false => NodeSet::EMPTY,
            },
            fast: if self.rate > 1 { self.fast.intersection(all) } else { NodeSet::EMPTY },
            ..self
        }
    }

    /// The members of the cluster at first.
    pub fn members(&self) -> NodeSet {
        NodeSet::first(self.nodes.saturating_sub(self.outside).max(1))
    }

    /// Whether nodes are upgraded.
    #[inline]
    pub fn has_upgrades(&self) -> bool {
        self.features.has(Feature::Upgrades)
    }

    /// The version under which all nodes start at first.
    pub fn first_version(&self) -> Version {
        match self.has_upgrades() {
            true => Version::Older,
            false => Version::Newer,
        }
    }

    /// The configuration of `node`'s Raft under a version.
    ///
    /// The older one sends one entry a message, keeps one in flight and sends a snapshot at once,
    /// without catch-up. With upgrades, a node in `mixed` is so configured only under the older
    /// version.
    pub fn of(&self, node: NodeId, version: Version) -> Setup {
        let is_older = version == Version::Older;
        let mut setup = *self;
        if is_older {
            let (max_entries, inflight) = (1, 1);
            let chunk = Setup::default().chunk;
            setup = Setup { max_entries, inflight, chunk, catch_up: false, ..setup };
        }
        if self.mixed.contains(node) && (is_older || !self.has_upgrades()) {
            let (pre_vote, check_quorum) = (!self.pre_vote, !self.check_quorum);
            setup = Setup { pre_vote, check_quorum, max_entries: 1, ..setup };
        }
        setup
    }

    /// Whether heartbeats are frequent enough that a follower that receives all never campaigns.
    pub fn heartbeats_in_time(&self) -> bool {
        self.heartbeat_ticks < self.election_ticks
    }

    /// How often the clock of `node` ticks when all clocks tick.
    pub fn rate_of(&self, node: NodeId) -> u8 {
        if self.fast.contains(node) {
            self.rate
        } else {
            1
        }
    }

    /// The election timeout of a node in a term, in place of one that the Raft would draw: from
    /// `election_ticks` to just below twice as many.
    pub fn election_timeout(&self, node: NodeId, term: Term) -> u32 {
        let drawn = mix(mix(0x5eed, node.0.into()), term.0) >> 32;
        u32::from(self.election_ticks) + (drawn % u64::from(self.election_ticks)) as u32
    }
}

impl Default for Setup {
    fn default() -> Setup {
        Setup::from_header([0; Setup::BYTES])
    }
}

impl fmt::Display for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let usual = Setup::default().values();
        for (place, ((name, domain), value)) in SETTINGS.iter().zip(self.values()).enumerate() {
            if place < ALWAYS_SHOWN || value != usual[place] {
                writeln!(f, "set {name} {}", domain.show(value))?;
            }
            if place + 1 == ALWAYS_SHOWN {
                writeln!(f, "set faults {}", self.faults)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_of_zeros_is_the_default_setup_and_all_settings_fit_the_header() {
        const { assert!(Faults::BYTES + SETTINGS.len() <= Setup::BYTES) };
        let usual = Setup::default();
        assert_eq!((usual.nodes, usual.faults, usual.recovery), (3, Faults::ALL, Recovery::Off));
        assert_eq!(usual.header(), [0; Setup::BYTES]);
    }

    #[test]
    fn every_header_byte_decodes_to_a_setup_that_converts_to_bytes_and_text_and_back() {
        for (place, byte) in (0..Setup::BYTES).flat_map(|place| (0..=255).map(move |b| (place, b)))
        {
            let mut header = [0; Setup::BYTES];
            header[place] = byte;
            let setup = Setup::from_header(header);
            assert_eq!(Setup::from_header(setup.header()), setup);
            let mut parsed = Setup::default();
            for line in setup.to_string().lines() {
                let words: Vec<&str> = line.split(' ').collect();
                assert_eq!(parsed.set(words[1], words[2]), Ok(()), "{line}");
            }
            assert_eq!(parsed, setup);
        }
    }

    #[test]
    fn a_node_with_a_mixed_configuration_has_the_opposite_switches() {
        let setup = Setup { mixed: NodeSet::only(NodeId(1)), pre_vote: true, ..Setup::default() };
        assert_eq!(setup.of(NodeId(0), Version::Newer), setup);
        let other = setup.of(NodeId(1), Version::Newer);
        assert!(!other.pre_vote && other.check_quorum && other.max_entries == 1);
    }

    #[test]
    fn with_upgrades_a_mixed_configuration_is_that_of_the_older_version() {
        let (mixed, max_entries) = (NodeSet::only(NodeId(1)), 8);
        let setup = Setup { mixed, max_entries, pre_vote: true, ..Setup::default() };
        let setup = Setup { features: setup.features.with(Feature::Upgrades), ..setup };
        assert_eq!(setup.first_version(), Version::Older);
        assert_eq!(Setup::default().first_version(), Version::Newer);
        assert_eq!(setup.of(NodeId(1), Version::Newer), setup);
        let [mixed, other] = [1, 0].map(|node| setup.of(NodeId(node), Version::Older));
        assert!(!mixed.pre_vote && mixed.check_quorum && mixed.max_entries == 1);
        assert!(other.pre_vote && !other.check_quorum && other.max_entries == 1);
    }
}
