//! How often each path was taken, and what that says about paths that were never taken.
//!
//! Promises: the counts are of slots, onto which keys are mapped: two paths may share one. Samples
//! of several searches, added in some order, give the estimates of one search that took all of it
//! in that order. The estimates are those of species in ecology: a path taken once stands for
//! others that were not taken at all. They assume that what is to come is drawn like what was; a
//! guided search draws the rare more often than chance does, and so ends sooner. Knows nothing of
//! clusters.

use std::collections::BTreeSet;

use crate::history::paths::slot_of;

/// The number of counters; a power of two.
pub(super) const COUNTERS: usize = 1 << 16;

/// How often each path was taken.
#[derive(Clone, Debug)]
pub struct PathCounts {
    /// A counter stays at its highest value.
    counts: Vec<u16>,
    discovery: Discovery,
    /// Counters of paths that another search was the first to take.
    elsewhere: BTreeSet<usize>,
    /// What was counted since it was last taken away.
    sample: Sample,
}

/// A part of what a search has taken, as far as estimates depend on it.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    /// The first three times that each counter was counted, and how many paths the search had
    /// taken then.
    firsts: Vec<(usize, u64)>,
    /// How many paths the search had taken before it, and with it.
    taken: (u64, u64),
    /// Executions.
    executions: u64,
}

/// How much of what can be discovered has been.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Discovery {
    /// Paths that were taken.
    pub known: usize,
    /// Paths that were taken once.
    pub singletons: usize,
    /// Paths that were taken twice.
    pub doubletons: usize,
    /// How many times a path was taken, at most once an event.
    pub taken: u64,
    /// The same, when the last of the known paths was taken for the first time.
    pub last_new: u64,
    /// Executions whose paths were counted.
    pub executions: u64,
}

impl Default for PathCounts {
    fn default() -> PathCounts {
        PathCounts {
            counts: vec![0; COUNTERS],
            discovery: Discovery::default(),
            elsewhere: BTreeSet::new(),
            sample: Sample::default(),
        }
    }
}

impl PathCounts {
    /// Counts an execution, whose paths are counted next.
    pub fn begin(&mut self) {
        self.discovery.executions += 1;
        self.sample.executions += 1;
    }

    /// Counts paths of an execution; the counter of the last new one, if there is one.
    #[inline]
    pub fn count(&mut self, keys: &[u64]) -> Option<usize> {
        let mut new = None;
        for key in keys {
            let slot = slot_of(*key, COUNTERS);
            self.discovery.taken += 1;
            let count = &mut self.counts[slot];
            match *count < 3 {
                true => new = self.count_rare(slot).or(new),
                false => *count = count.saturating_add(1),
            }
        }
        new
    }

    /// Counts those paths alone that were never taken: an execution that was not drawn, such as
    /// that of an input, says nothing of how often a path is taken.
    pub(super) fn count_new(&mut self, keys: &[u64]) -> Option<usize> {
        let mut new = None;
        for key in keys {
            if self.counts[slot_of(*key, COUNTERS)] == 0 {
                new = self.count(&[*key]).or(new);
            }
        }
        new
    }

    /// Counts one path that was taken less than three times; its counter, if it is new.
    #[cold]
    fn count_rare(&mut self, slot: usize) -> Option<usize> {
        let taken = self.discovery.taken;
        self.sample.firsts.push((slot, taken));
        let count = self.add_one(slot, taken);
        (count == 1 && !self.elsewhere.contains(&slot)).then_some(slot)
    }

    /// Counts one path, taken as the last of this many; how often it was taken.
    fn add_one(&mut self, slot: usize, taken: u64) -> u16 {
        let (count, discovery) = (&mut self.counts[slot], &mut self.discovery);
        *count = count.saturating_add(1);
        match *count {
            1 => {
                discovery.known += 1;
                discovery.singletons += 1;
                discovery.last_new = taken;
            }
            2 => {
                discovery.singletons -= 1;
                discovery.doubletons += 1;
            }
            3 => discovery.doubletons -= 1,
            _ => {}
        }
        *count
    }

    /// Counts what a search has taken.
    pub fn add(&mut self, sample: &Sample) {
        let (before, after) = sample.taken;
        for &(slot, taken) in &sample.firsts {
            self.add_one(slot, self.discovery.taken + taken - before);
        }
        self.discovery.taken += after - before;
        self.discovery.executions += sample.executions;
    }

    /// What was counted since this was last asked.
    pub(super) fn take_sample(&mut self) -> Sample {
        let taken = self.discovery.taken;
        let next = Sample { taken: (taken, taken), ..Sample::default() };
        let mut sample = std::mem::replace(&mut self.sample, next);
        sample.taken.1 = taken;
        sample
    }

    /// From now on, the path of a counter, which another search was the first to take, is not new.
    pub(super) fn know(&mut self, slot: usize) {
        self.elsewhere.insert(slot);
    }

    /// How often the path of a counter was taken.
    pub(super) fn of(&self, slot: usize) -> u16 {
        self.counts[slot]
    }

    /// How much has been discovered.
    pub fn discovery(&self) -> Discovery {
        self.discovery
    }
}

impl Discovery {
    /// How many paths are expected to be reachable and not yet taken: at least so many, by Chao1
    /// (Chao 1984, bias-corrected).
    pub fn unseen(&self) -> f64 {
        let (once, twice) = (self.singletons as f64, self.doubletons as f64);
        once * (once - 1.0).max(0.0) / (2.0 * (twice + 1.0))
    }

    /// The probability that the next path is a new one, by Good and Turing (Good 1953).
    pub fn probability(&self) -> f64 {
        self.singletons as f64 / self.taken.max(1) as f64
    }

    /// How many new paths the next execution is expected to take, by the same estimate; one more
    /// path taken once is assumed, so that a few executions prove nothing.
    pub fn expected(&self) -> f64 {
        (self.singletons + 1) as f64 / self.executions.max(1) as f64
    }
}

/// How many executions without a find make it believable at 95 % that there is no bug which shows
/// in this share of the executions, or in more: the share must be above 0 and at most 1.
pub fn clean_executions(rate: f64) -> f64 {
    (0.05_f64.ln() / (1.0 - rate).ln()).max(1.0).ceil()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key whose slot is this one.
    fn key(slot: u64) -> u64 {
        slot << 32
    }

    #[test]
    fn each_path_is_counted_and_the_new_ones_are_known() {
        let mut counts = PathCounts::default();
        assert_eq!(counts.count(&[key(3), key(4), key(3)]), Some(4));
        assert_eq!(counts.count(&[key(3), key(4)]), None);
        assert_eq!(counts.count(&[key(5)]), Some(5));
        assert_eq!([3, 4, 5, 6].map(|slot| counts.of(slot)), [3, 2, 1, 0]);
        let discovery = counts.discovery();
        assert_eq!([discovery.known, discovery.singletons, discovery.doubletons], [3, 1, 1]);
        assert_eq!([discovery.taken, discovery.last_new], [6, 6]);
    }

    #[test]
    fn samples_of_several_searches_count_as_one_search_that_took_them_one_after_the_other() {
        let parts = [[1, 2, 2, 2, 2], [2, 3, 4, 1, 1], [5, 5, 1, 3, 2], [6, 2, 4, 5, 5]];
        let parts = parts.map(|part| part.map(key));
        let (mut both, mut pool) = (PathCounts::default(), PathCounts::default());
        let mut searches = [PathCounts::default(), PathCounts::default()];
        for (at, part) in parts.iter().enumerate() {
            for counts in [&mut both, &mut searches[at % 2]] {
                counts.begin();
                counts.count(part);
            }
            pool.add(&searches[at % 2].take_sample());
            assert_eq!(pool.discovery(), both.discovery(), "{at}");
        }
    }

    #[test]
    fn a_path_that_another_search_took_first_is_not_new() {
        let mut counts = PathCounts::default();
        counts.know(7);
        assert_eq!(counts.count(&[key(7)]), None);
        assert_eq!(counts.count(&[key(8)]), Some(8));
        assert_eq!(counts.discovery().known, 2, "it counts in what this search has taken");
    }

    #[test]
    fn the_estimate_of_unseen_paths_is_near_the_truth_where_all_are_equally_likely() {
        let mut counts = PathCounts::default();
        let mut random = 1_u64;
        let draws: Vec<u64> = (0..400)
            .map(|_| {
                random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                key((random >> 40) % 300)
            })
            .collect();
        counts.count(&draws);
        let discovery = counts.discovery();
        let truth = 300.0 - discovery.known as f64;
        assert!(truth > 50.0 && (discovery.unseen() - truth).abs() < 0.4 * truth, "{discovery:?}");
        assert!((discovery.probability() - truth / 300.0).abs() < 0.1, "{discovery:?}");
    }

    #[test]
    fn where_every_path_was_taken_thrice_nothing_is_expected_to_be_unseen() {
        let mut counts = PathCounts::default();
        counts.count(&[key(1), key(2), key(1), key(2), key(1), key(2)]);
        assert_eq!((counts.discovery().unseen(), counts.discovery().probability()), (0.0, 0.0));
    }

    #[test]
    fn the_fewer_paths_were_taken_once_and_the_more_was_executed_the_fewer_new_ones_are_expected() {
        let mut counts = PathCounts::default();
        assert_eq!(counts.discovery().expected(), 1.0);
        for execution in 0..100 {
            counts.begin();
            counts.count(&[key(1), key(2), key(10 + execution / 2)]);
        }
        assert_eq!(counts.discovery().expected(), 0.01);
        counts.count(&[key(90), key(91), key(92)]);
        assert_eq!(counts.discovery().expected(), 0.04);
    }

    #[test]
    fn a_bug_of_one_in_a_thousand_takes_three_thousand_clean_executions() {
        assert_eq!(clean_executions(0.001), 2_995.0);
        assert_eq!(clean_executions(0.5), 5.0);
        assert_eq!(clean_executions(1.0), 1.0);
    }
}
