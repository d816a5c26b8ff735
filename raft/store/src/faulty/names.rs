//! The names in a directory: what the process sees, and what a power failure can leave.
//!
//! Promises: of the changes since the last sync, a power failure leaves any, in their order; a
//! renaming is one change. A failed sync leaves them all pending.

use std::collections::BTreeMap;

use crate::faulty::draws::Choose;

/// A change of a directory.
#[derive(Clone, Debug)]
pub enum Change {
    /// A new file.
    Create { name: String, id: u64 },
    /// A new name for a file, in place of another file's.
    Rename { from: String, to: String, id: u64 },
    /// No file of this name any more.
    Remove { name: String },
}

impl Change {
    fn apply(&self, names: &mut BTreeMap<String, u64>) {
        match self {
            Change::Create { name, id } => drop(names.insert(name.clone(), *id)),
            Change::Rename { from, to, id } => {
                names.remove(from);
                names.insert(to.clone(), *id);
            }
            Change::Remove { name } => drop(names.remove(name)),
        }
    }
}

/// The names in a directory.
#[derive(Clone, Debug, Default)]
pub struct Names {
    cached: BTreeMap<String, u64>,
    durable: BTreeMap<String, u64>,
    unsynced: Vec<Change>,
}

impl Names {
    /// The file of this name.
    pub fn get(&self, name: &str) -> Option<u64> {
        self.cached.get(name).copied()
    }

    /// All names, in order.
    pub fn list(&self) -> Vec<String> {
        self.cached.keys().cloned().collect()
    }

    /// The names that are on the disk for sure.
    pub fn durable(&self) -> &BTreeMap<String, u64> {
        &self.durable
    }

    /// Whether a power failure could change it.
    pub fn has_unsynced(&self) -> bool {
        !self.unsynced.is_empty()
    }

    /// Whether the file has a name, or may get one back.
    pub fn mention(&self, id: u64) -> bool {
        let changes = self.unsynced.iter().filter_map(|change| match change {
            Change::Create { id, .. } | Change::Rename { id, .. } => Some(id),
            Change::Remove { .. } => None,
        });
        self.cached.values().chain(self.durable.values()).chain(changes).any(|&other| other == id)
    }

    pub fn change(&mut self, change: Change) {
        change.apply(&mut self.cached);
        self.unsynced.push(change);
    }

    pub fn sync(&mut self) {
        self.durable.clone_from(&self.cached);
        self.unsynced.clear();
    }

    /// Only what is on the disk is left; how many changes are lost.
    pub fn lose_power(&mut self, choose: Choose<'_>) -> u64 {
        let mut lost = 0;
        for change in std::mem::take(&mut self.unsynced) {
            match choose(2) {
                0 => lost += 1,
                _ => change.apply(&mut self.durable),
            }
        }
        self.cached.clone_from(&self.durable);
        lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn create(name: &str, id: u64) -> Change {
        Change::Create { name: name.into(), id }
    }

    fn rename(from: &str, to: &str, id: u64) -> Change {
        Change::Rename { from: from.into(), to: to.into(), id }
    }

    /// The names after a power failure that keeps the changes in `kept`, a bit each.
    fn after(changes: &[Change], kept: u32) -> Vec<(String, u64)> {
        let mut names = Names::default();
        names.change(create("old", 1));
        names.sync();
        changes.iter().for_each(|change| names.change(change.clone()));
        let mut place = 0;
        names.lose_power(&mut |_| {
            place += 1;
            (kept >> (place - 1) & 1) as usize
        });
        names.cached.into_iter().collect()
    }

    #[test]
    fn any_change_that_is_not_synced_can_be_lost_and_a_renaming_is_atomic() {
        let changes =
            [create("new", 2), rename("new", "old", 2), Change::Remove { name: "old".into() }];
        let file = |name: &str, id| vec![(name.to_string(), id)];
        assert_eq!(after(&changes[..2], 0b00), file("old", 1));
        assert_eq!(after(&changes[..2], 0b01), [file("new", 2), file("old", 1)].concat());
        assert_eq!(after(&changes[..2], 0b10), file("old", 2));
        assert_eq!(after(&changes[..2], 0b11), file("old", 2));
        assert_eq!(after(&changes, 0b100), []);
        assert_eq!(after(&changes, 0b101), file("new", 2));
    }

    #[test]
    fn what_is_synced_stays() {
        let mut names = Names::default();
        names.change(create("one", 1));
        assert!(names.has_unsynced());
        names.sync();
        assert!(!names.has_unsynced());
        assert_eq!(names.lose_power(&mut |_| 0), 0);
        assert_eq!(names.get("one"), Some(1));
    }

    #[test]
    fn a_file_may_get_a_lost_name_back_until_the_next_sync() {
        let mut names = Names::default();
        names.change(create("one", 1));
        names.sync();
        names.change(Change::Remove { name: "one".into() });
        assert!(names.get("one").is_none() && names.mention(1));
        names.sync();
        assert!(!names.mention(1));
    }
}
