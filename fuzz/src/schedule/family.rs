//! Fault families: groups of faults that a schedule can switch off, or make more or less frequent.
//!
//! Promises: the shares of the families convert between four bytes, a value and a text without
//! loss. Knows nothing of what a fault does.

use std::fmt;

/// A fault family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Family {
    /// Messages are lost.
    Drop,
    /// Messages arrive twice.
    Duplicate,
    /// Messages overtake each other.
    Reorder,
    /// Nodes stop and start.
    Crash,
    /// Crashes lose writes that were not yet durable.
    Lose,
    /// Writes fail.
    FailPersist,
    /// Sets of nodes are partitioned from the others.
    Partition,
    /// Links are cut in one direction.
    Cut,
    /// Two sides are partitioned from each other, and one node reaches both.
    Bridge,
    /// Links hold back their messages.
    Clog,
    /// Messages of one kind are lost.
    Filter,
    /// Nodes are paused, and later process the ticks that they missed.
    Pause,
    /// Clocks jump.
    Jump,
    /// Nodes crash between two of the effects of a step.
    Amid,
    /// Disks are full.
    Fill,
    /// Disks lose durable data.
    Damage,
}

impl Family {
    /// All families with their names.
    pub const ALL: [(Family, &'static str); 16] = [
        (Family::Drop, "drop"),
        (Family::Duplicate, "duplicate"),
        (Family::Reorder, "reorder"),
        (Family::Crash, "crash"),
        (Family::Lose, "lose"),
        (Family::FailPersist, "fail-persist"),
        (Family::Partition, "partition"),
        (Family::Cut, "cut"),
        (Family::Bridge, "bridge"),
        (Family::Clog, "clog"),
        (Family::Filter, "filter"),
        (Family::Pause, "pause"),
        (Family::Jump, "jump"),
        (Family::Amid, "amid"),
        (Family::Fill, "fill"),
        (Family::Damage, "damage"),
    ];
}

/// How often the events of a family happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Share {
    /// Never.
    Off,
    /// A quarter as often as usual.
    Seldom,
    /// By the weight in the table of kinds.
    #[default]
    Usual,
    /// Twice as often as usual.
    Often,
}

/// The share of each family.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Faults(u32);

/// Shares by the two bits of a family.
const SHARES: [Share; 4] = [Share::Usual, Share::Off, Share::Seldom, Share::Often];

impl Faults {
    /// Every family with its usual share.
    pub const ALL: Faults = Faults(0);
    /// No family.
    pub const NONE: Faults = Faults(0x5555_5555);
    /// Length of the bytes.
    pub const BYTES: usize = 4;

    /// The share of `family`.
    pub fn share(self, family: Family) -> Share {
        SHARES[(self.0 >> (2 * family as u32) & 3) as usize]
    }

    /// Whether `family` is on.
    pub fn has(self, family: Family) -> bool {
        self.0 >> (2 * family as u32) & 3 != 1
    }

    /// These shares with another share for `family`.
    #[must_use]
    pub fn with(self, family: Family, share: Share) -> Faults {
        let bits = SHARES.iter().position(|&other| other == share).expect("all shares") as u32;
        Faults(self.0 & !(3 << (2 * family as u32)) | bits << (2 * family as u32))
    }

    /// Decodes four bytes.
    pub fn from_bytes(bytes: [u8; Faults::BYTES]) -> Faults {
        Faults(u32::from_le_bytes(bytes))
    }

    /// Four bytes that decode to these shares.
    pub fn to_bytes(self) -> [u8; Faults::BYTES] {
        self.0.to_le_bytes()
    }

    /// Parses a text; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Faults, String> {
        let mut faults = Faults::NONE;
        for word in text.split(',').filter(|&word| word != "none") {
            if word == "all" {
                faults = Faults::ALL;
                continue;
            }
            let (name, share) = match word.split_once(':') {
                None => (word, Share::Usual),
                Some((name, "seldom")) => (name, Share::Seldom),
                Some((name, "often")) => (name, Share::Often),
                Some((_, share)) => {
                    return Err(format!("a share is 'seldom' or 'often', not '{share}'"))
                }
            };
            let family = Family::ALL.iter().find(|(_, known)| *known == name);
            let (family, _) = family.ok_or_else(|| format!("unknown fault family '{name}'"))?;
            faults = faults.with(*family, share);
        }
        Ok(faults)
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Faults::ALL => return f.write_str("all"),
            Faults::NONE => return f.write_str("none"),
            _ => {}
        }
        let on = Family::ALL.iter().filter(|(family, _)| self.has(*family));
        for (place, (family, name)) in on.enumerate() {
            let comma = if place > 0 { "," } else { "" };
            let share = match self.share(*family) {
                Share::Seldom => ":seldom",
                Share::Often => ":often",
                Share::Off | Share::Usual => "",
            };
            write!(f, "{comma}{name}{share}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_convert_to_bytes_and_to_text_and_back() {
        for seed in 0..2_000u32 {
            let faults = Faults(seed.wrapping_mul(0x9e37_79b9));
            assert_eq!(Faults::from_bytes(faults.to_bytes()), faults);
            assert_eq!(Faults::parse(&faults.to_string()), Ok(faults));
        }
        assert_eq!(Faults::parse("all"), Ok(Faults::ALL));
        assert_eq!(Faults::parse("none"), Ok(Faults::NONE));
        assert_eq!(Faults::parse("drop,rain"), Err("unknown fault family 'rain'".into()));
        assert!(Faults::parse("drop:daily").is_err());
    }

    #[test]
    fn setting_the_share_of_a_family_changes_no_other_family() {
        let faults = Faults::NONE.with(Family::Cut, Share::Often).with(Family::Drop, Share::Seldom);
        assert_eq!(faults.to_string(), "drop:seldom,cut:often");
        assert!(faults.has(Family::Cut) && !faults.has(Family::Crash));
        assert_eq!(faults.with(Family::Cut, Share::Off).to_string(), "drop:seldom");
    }

    #[test]
    fn the_list_of_families_is_in_the_order_of_the_enum() {
        assert!(Family::ALL.iter().enumerate().all(|(place, (f, _))| *f as usize == place));
    }
}
