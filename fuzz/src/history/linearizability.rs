//! A linearizability check of one register for each key, from calls and responses, in O(n log n).
//!
//! Every write has a unique value (Gibbons and Korach 1997), and the history has the time of each
//! call, the time of each response, and the value that the operation saw. A swap saw the value
//! directly before its own. So swaps join values to chains that no other value can interrupt, and a
//! plain write begins a chain. The zone of a chain lies between the earliest end and the latest
//! call of all operations that wrote or saw its values: one chain must come before another if the
//! first has an end before the second has a call. An order of all chains exists exactly if no two
//! must each come before the other, that is: forward zones (end before call) do not overlap, and
//! no backward zone lies inside a forward one.
//!
//! Promises: no false alarm. The check is complete for reads, writes, and swaps whose outcome is
//! known. A pending swap counts as a pending write of its value: if it was a compare-and-swap, the
//! value that it must have seen is not checked. Buffers are kept from one check to the next. Knows
//! nothing of Raft.

use std::cmp::{max_by_key, min_by_key};

use crate::history::anomaly::{Anomaly, Observation, Zone};
use crate::history::operation::Operation;

impl Zone {
    fn of(cluster: &Cluster) -> Zone {
        Zone { key: cluster.key, first: cluster.first(), last: cluster.last() }
    }

    /// One value was swapped for the next: no operation on the next value may end before an
    /// operation on this value begins.
    fn extend(&mut self, next: &Cluster) -> Result<(), Anomaly> {
        if next.first < self.last.time {
            let (key, old, new) = (self.key, self.last, next.first());
            return Err(Anomaly::OldAfterNew { key, old, new });
        }
        self.first = min_by_key(self.first, next.first(), |sight| sight.time);
        self.last = max_by_key(self.last, next.last(), |sight| sight.time);
        Ok(())
    }
}

/// A value of a key as one number, for fast comparison.
fn name(key: u8, value: u64) -> u128 {
    u128::from(key) << u64::BITS | u128::from(value)
}

/// A value with all operations that wrote or saw it.
#[derive(Clone, Debug)]
struct Cluster {
    key: u8,
    value: u64,
    /// When the write was called.
    call: Option<u64>,
    /// The earliest end.
    first: Option<u64>,
    /// The latest call.
    last: Option<u64>,
    /// Whether its write is a swap.
    follows: bool,
    /// The place of the cluster of the value that this one was swapped for.
    next: Option<usize>,
}

/// The end of a pending write. If no operation saw its value, it need not come before any other.
const NEVER: Option<u64> = Some(u64::MAX);

impl Cluster {
    /// The value before the first write: written before all events.
    fn start(key: u8) -> Cluster {
        let (call, first, last) = (None, None, None);
        Cluster { key, value: 0, call, first, last, follows: false, next: None }
    }

    /// A value that has only been written so far.
    fn written(value: u64, write: &Operation) -> Cluster {
        let (call, first) = (Some(write.call), write.done.or(NEVER));
        Cluster { value, call, first, last: call, ..Cluster::start(write.key) }
    }

    fn name(&self) -> u128 {
        name(self.key, self.value)
    }

    fn see(&mut self, call: u64, done: u64) {
        self.first = self.first.min(Some(done));
        self.last = self.last.max(Some(call));
    }

    fn first(&self) -> Observation {
        Observation { value: self.value, time: self.first }
    }

    fn last(&self) -> Observation {
        Observation { value: self.value, time: self.last }
    }
}

/// The check, with the buffers that it reuses.
#[derive(Clone, Debug, Default)]
pub struct Zones {
    /// By key and value.
    clusters: Vec<Cluster>,
    /// By key and earliest end.
    zones: Vec<Zone>,
}

impl Zones {
    /// Whether some order of all operations, each between its call and its end, explains the values
    /// that clients saw. The slice may be in any order.
    pub fn check(&mut self, operations: &[Operation]) -> Result<(), Anomaly> {
        self.gather_writes(operations);
        for operation in operations {
            if let Some((seen, done)) = operation.saw() {
                self.add_sight(operation, seen, done)?;
            }
        }
        self.join_chains()?;
        self.compare_zones()
    }

    /// A cluster for each value that was written, and for the start of each key.
    fn gather_writes(&mut self, operations: &[Operation]) {
        self.clusters.clear();
        let mut started = [false; 1 << u8::BITS];
        for operation in operations {
            let key = operation.key;
            if !std::mem::replace(&mut started[usize::from(key)], true) {
                self.clusters.push(Cluster::start(key));
            }
            if let Some(value) = operation.writes() {
                self.clusters.push(Cluster::written(value, operation));
            }
        }
        self.clusters.sort_unstable_by_key(Cluster::name);
        let mut pairs = self.clusters.windows(2).map(|pair| pair[0].name() != pair[1].name());
        debug_assert!(pairs.all(|differ| differ), "a value is written once");
    }

    fn find(&self, key: u8, value: u64) -> Option<usize> {
        self.clusters.binary_search_by_key(&name(key, value), Cluster::name).ok()
    }

    /// An operation belongs to the value that it saw.
    fn add_sight(&mut self, operation: &Operation, seen: u64, done: u64) -> Result<(), Anomaly> {
        let Operation { key, call, .. } = *operation;
        let place = self.find(key, seen);
        let place = place.ok_or(Anomaly::NeverWritten { key, seen, call, done })?;
        let cluster = &mut self.clusters[place];
        if let Some(written) = cluster.call.filter(|&written| done < written) {
            return Err(Anomaly::SeenTooEarly { key, seen, done, written });
        }
        cluster.see(call, done);
        let swapped = operation.writes().and_then(|value| self.find(key, value));
        swapped.map_or(Ok(()), |next| self.link(place, next))
    }

    /// The value at one place was swapped for the value at another.
    fn link(&mut self, place: usize, next: usize) -> Result<(), Anomaly> {
        self.clusters[next].follows = true;
        let Some(other) = self.clusters[place].next.replace(next) else { return Ok(()) };
        let Cluster { key, value: seen, .. } = self.clusters[place];
        let values = [other, next].map(|place| self.clusters[place].value);
        Err(Anomaly::SwappedTwice { key, seen, values })
    }

    /// Makes a zone of each chain. Links are removed as they are followed; those left form cycles.
    fn join_chains(&mut self) -> Result<(), Anomaly> {
        self.zones.clear();
        for head in 0..self.clusters.len() {
            if !self.clusters[head].follows {
                let zone = self.walk(head)?;
                self.zones.push(zone);
            }
        }
        self.clusters.iter().try_for_each(|cluster| match cluster.next {
            None => Ok(()),
            Some(next) => {
                let (key, seen, value) = (cluster.key, cluster.value, self.clusters[next].value);
                Err(Anomaly::SwapsInCircle { key, seen, value })
            }
        })
    }

    /// The zone of the chain that begins here.
    fn walk(&mut self, head: usize) -> Result<Zone, Anomaly> {
        let mut zone = Zone::of(&self.clusters[head]);
        let mut place = head;
        while let Some(next) = self.clusters[place].next.take() {
            zone.extend(&self.clusters[next])?;
            place = next;
        }
        Ok(zone)
    }

    /// Visits zones by their earliest ends. Of two that must each come before the other, the one
    /// that is visited first is forward. Only the newest forward zone can reach this far, since
    /// forward zones do not overlap.
    fn compare_zones(&mut self) -> Result<(), Anomaly> {
        self.zones.sort_unstable_by_key(|zone| (zone.key, zone.first.time));
        let mut forward: Option<Zone> = None;
        for &zone in &self.zones {
            if let Some(held) = forward.filter(|held| held.key == zone.key) {
                if held.before(&zone) && zone.before(&held) {
                    return Err(Anomaly::EachBeforeOther { key: zone.key, zones: [held, zone] });
                }
            }
            if zone.is_forward() {
                forward = Some(zone);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::operation::Action;

    fn op(call: u64, done: impl Into<Option<u64>>, action: Action) -> Operation {
        Operation { key: 0, call, done: done.into(), action }
    }

    fn write(call: u64, done: impl Into<Option<u64>>, value: u64) -> Operation {
        op(call, done, Action::Write { value })
    }

    fn read(call: u64, done: impl Into<Option<u64>>, seen: u64) -> Operation {
        op(call, done, Action::Read { seen })
    }

    fn swap(call: u64, done: impl Into<Option<u64>>, seen: u64, value: u64) -> Operation {
        op(call, done, Action::Swap { seen, value })
    }

    fn is_legal(operations: &[Operation]) -> bool {
        let verdict = Zones::default().check(operations);
        let backwards: Vec<Operation> = operations.iter().rev().copied().collect();
        assert_eq!(Zones::default().check(&backwards).is_ok(), verdict.is_ok());
        verdict.is_ok()
    }

    /// The text of the anomaly of an illegal history.
    fn complaint(operations: &[Operation]) -> String {
        assert!(!is_legal(operations));
        Zones::default().check(operations).unwrap_err().to_string()
    }

    #[test]
    fn a_read_sees_the_newest_write_or_a_concurrent_one() {
        assert!(is_legal(&[]));
        assert!(is_legal(&[read(0, 0, 0), write(1, 2, 7), read(3, 4, 7)]));
        assert!(is_legal(&[write(1, 9, 7), read(2, 3, 0), read(4, 5, 7)]));
        assert!(is_legal(&[write(1, 9, 7), write(1, 9, 8), read(2, 3, 8), read(4, 5, 7)]));
    }

    #[test]
    fn an_operation_that_ends_at_the_event_of_a_call_does_not_come_before_it() {
        assert!(is_legal(&[write(1, 3, 7), read(3, 4, 0)]));
        assert!(!is_legal(&[write(1, 3, 7), read(4, 4, 0)]));
        assert!(is_legal(&[write(3, 4, 7), read(1, 3, 7)]));
    }

    #[test]
    fn a_value_that_was_never_written_is_an_anomaly() {
        let text = complaint(&[write(1, 2, 7), read(3, 4, 8)]);
        assert_eq!(text, "key 0: 8 was seen between 3 and 4, but never written");
        assert!(!is_legal(&[swap(1, 2, 8, 7)]));
    }

    #[test]
    fn a_value_that_is_seen_before_it_is_written_is_an_anomaly() {
        let text = complaint(&[read(1, 2, 7), write(3, 4, 7)]);
        assert_eq!(text, "key 0: 7 was seen by 2, but written after 3");
    }

    #[test]
    fn the_initial_value_does_not_return_after_a_write() {
        let text = complaint(&[write(0, 0, 7), read(1, 2, 0)]);
        let each = "0 was there at the start and 7 after 0, but 7 was there by 0 and 0 after 1";
        assert_eq!(text, format!("key 0: {each}"));
    }

    #[test]
    fn forward_zones_that_overlap_are_an_anomaly() {
        let writes = [write(1, 9, 7), write(1, 9, 8), read(2, 3, 8), read(4, 5, 7)];
        let text = complaint(&[&writes[..], &[read(6, 7, 8)], &[read(10, 11, 7)]].concat());
        let each = "8 was there by 3 and 7 after 10, but 7 was there by 5 and 8 after 6";
        assert_eq!(text, format!("key 0: {each}"));
    }

    #[test]
    fn a_backward_zone_inside_a_forward_one_is_an_anomaly() {
        let held = [write(1, 2, 7), read(8, 9, 7)];
        assert!(!is_legal(&[&held[..], &[write(4, 6, 8)]].concat()));
        assert!(is_legal(&[&held[..], &[write(2, 6, 8)]].concat()));
        assert!(is_legal(&[&held[..], &[write(4, 8, 8)]].concat()));
    }

    #[test]
    fn a_pending_write_takes_effect_at_any_time_or_never() {
        assert!(is_legal(&[write(1, None, 7), read(2, 3, 0), read(90, 91, 7)]));
        assert!(is_legal(&[write(1, None, 7), write(2, 3, 8), read(4, 5, 8)]));
        assert!(!is_legal(&[write(1, None, 7), read(2, 3, 7), read(4, 5, 0)]));
        assert!(!is_legal(&[write(3, None, 7), read(1, 2, 7)]));
    }

    #[test]
    fn the_value_that_a_pending_operation_saw_is_ignored() {
        assert!(is_legal(&[read(1, None, 9), swap(1, None, 9, 7), swap(1, None, 7, 8)]));
        assert!(is_legal(&[swap(1, 2, 0, 7), swap(1, None, 0, 8), read(3, 4, 8)]));
    }

    #[test]
    fn a_value_is_swapped_once() {
        assert!(is_legal(&[swap(1, 9, 0, 7), swap(1, 9, 7, 8), swap(1, 9, 8, 9)]));
        let text = complaint(&[swap(1, 9, 0, 7), swap(1, 9, 0, 8)]);
        assert_eq!(text, "key 0: 0 was swapped for 7, and also for 8");
    }

    #[test]
    fn swaps_do_not_form_a_cycle() {
        let text = complaint(&[swap(1, 9, 8, 7), swap(1, 9, 7, 8)]);
        assert_eq!(text, "key 0: 7 was swapped for 8, although swaps lead from 8 to 7");
        assert!(!is_legal(&[swap(1, 9, 7, 7)]));
    }

    #[test]
    fn no_value_returns_after_it_was_swapped_for_another() {
        let swaps = [write(0, 20, 7), swap(0, 20, 7, 8), swap(0, 20, 8, 9)];
        assert!(is_legal(&[&swaps[..], &[read(1, 2, 7), read(3, 4, 9)]].concat()));
        let text = complaint(&[&swaps[..], &[read(1, 2, 9), read(3, 4, 7)]].concat());
        assert_eq!(text, "key 0: 9 was there by 2 and 7 after 3, although swaps lead from 7 to 9");
    }

    #[test]
    fn no_value_comes_between_values_that_swaps_join() {
        let swaps = [write(0, 20, 7), swap(0, 20, 7, 8)];
        let between = [write(3, 4, 9), read(5, 6, 8)];
        let text = complaint(&[&swaps[..], &between, &[read(1, 2, 7)]].concat());
        let each = "7 was there by 2 and 9 after 3, but 9 was there by 4 and 8 after 5";
        assert_eq!(text, format!("key 0: {each}; swaps join 7 and 8"));
        assert!(is_legal(&[&swaps[..], &between, &[read(3, 4, 7)]].concat()));
        assert!(!is_legal(&[&swaps[..], &between, &[read(1, 2, 8)]].concat()));
    }

    #[test]
    fn keys_are_independent_of_each_other() {
        let other = [write(2, 3, 7), read(5, 6, 7)].map(|one| Operation { key: 1, ..one });
        assert!(is_legal(&[&other[..], &[read(7, 8, 0)]].concat()));
        assert!(!is_legal(&[&other[..], &[read(7, 8, 7)]].concat()));
        let torn = [write(1, 2, 7), write(4, 6, 8), read(7, 8, 7)];
        assert!(!is_legal(&[&other[..], &torn].concat()));
    }

    #[test]
    fn a_check_does_not_affect_the_next_one() {
        let mut zones = Zones::default();
        assert!(zones.check(&[swap(1, 9, 8, 7), swap(1, 9, 7, 8)]).is_err());
        assert_eq!(zones.check(&[swap(1, 9, 0, 7), read(10, 11, 7)]), Ok(()));
    }
}
