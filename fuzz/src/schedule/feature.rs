//! Features: what the world around a Raft offers beyond the paper, and a setup switches on.
//!
//! Promises: the features convert between a byte, a value and a text without loss. While a feature
//! is off, none of its events happens. Knows nothing of what a feature does.

use std::fmt;

/// A feature, by its bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Feature {
    /// A node that was removed may come back under its name with an empty disk.
    Rejoin = 0,
    /// The transport reports what became of messages.
    Reports = 1,
    /// Nodes are upgraded to a newer version, and rolled back.
    Upgrades = 2,
    /// State machines have disks of their own.
    MachineDisk = 3,
    /// Entries that are applied leave the memory, and are read from disk when they are needed.
    LogReads = 4,
    /// A compaction leaves a tail of entries behind the snapshot (hashicorp/raft: trailing logs).
    Tail = 5,
    /// Leases are counted by wall clocks, which drift and are set.
    WallClock = 6,
}

impl Feature {
    /// All features with their names.
    pub const ALL: [(Feature, &'static str); 7] = [
        (Feature::Rejoin, "rejoin"),
        (Feature::Reports, "reports"),
        (Feature::Upgrades, "upgrades"),
        (Feature::MachineDisk, "machine-disk"),
        (Feature::LogReads, "log-reads"),
        (Feature::Tail, "tail"),
        (Feature::WallClock, "wall-clock"),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        let mut all = Feature::ALL.into_iter();
        all.find(|(other, _)| *other == self).expect("ALL has all").1
    }

    /// The feature called `name`.
    pub fn named(name: &str) -> Option<Feature> {
        let mut all = Feature::ALL.into_iter();
        all.find(|(_, other)| *other == name).map(|(feature, _)| feature)
    }
}

/// A set of features.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Features(u8);

impl Features {
    /// No feature.
    pub const NONE: Features = Features(0);

    /// Whether `feature` is on.
    pub const fn has(self, feature: Feature) -> bool {
        self.0 >> feature as u8 & 1 == 1
    }

    /// Whether what belongs to this feature, or to none, can happen.
    pub fn allow(self, feature: Option<Feature>) -> bool {
        feature.is_none_or(|feature| self.has(feature))
    }

    /// These features and `feature`.
    #[must_use]
    pub const fn with(self, feature: Feature) -> Features {
        Features(self.0 | 1 << feature as u8)
    }

    /// These features without `feature`.
    #[must_use]
    pub const fn without(self, feature: Feature) -> Features {
        Features(self.0 & !(1 << feature as u8))
    }

    /// Those of these features that satisfy `fits`.
    #[must_use]
    pub fn filter(self, fits: impl Fn(Feature) -> bool) -> Features {
        self.iter().filter(|&feature| fits(feature)).fold(Features::NONE, Features::with)
    }

    /// Every feature of this set.
    pub fn iter(self) -> impl Iterator<Item = Feature> {
        let all = Feature::ALL.into_iter().map(|(feature, _)| feature);
        all.filter(move |&feature| self.has(feature))
    }

    /// The features of a byte's bits; a bit without a feature is ignored.
    pub fn from_bits(bits: u8) -> Features {
        Features(bits).filter(|_| true)
    }

    /// A bit for each feature.
    pub fn bits(self) -> u8 {
        self.0
    }

    /// Parses a text; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Features, String> {
        let named = |word| Feature::named(word).ok_or_else(|| format!("unknown feature '{word}'"));
        let words = text.split(',').filter(|&word| word != "none");
        words.map(named).try_fold(Features::NONE, |features, feature| Ok(features.with(feature?)))
    }
}

impl fmt::Display for Features {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Features::NONE {
            return f.write_str("none");
        }
        let names: Vec<&str> = self.iter().map(Feature::name).collect();
        f.write_str(&names.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_convert_to_bits_and_to_text_and_back() {
        for features in (0..=255).map(Features::from_bits) {
            assert_eq!(Features::from_bits(features.bits()), features);
            assert_eq!(Features::parse(&features.to_string()), Ok(features));
        }
        assert_eq!(Features::parse("wings"), Err("unknown feature 'wings'".into()));
    }

    #[test]
    fn each_feature_is_switched_by_itself() {
        for (feature, _) in Feature::ALL {
            let only = Features::NONE.with(feature);
            assert_eq!(only.iter().collect::<Vec<_>>(), [feature]);
            assert_eq!(only.without(feature), Features::NONE);
        }
    }
}
