//! The explorer inside a fuzz target: what it finds becomes a mutation.
//!
//! Promises: libFuzzer gets only schedules that break a promise or have taken a path that was new
//! to the explorer, runs them like any other input, and decides by its own coverage which of them
//! it keeps. A violation comes at once. A young search discovers faster than libFuzzer takes, so
//! other discoveries wait. What an exploration does follows from the inputs that were run before,
//! and from its seed.

use crate::replica::Replica;
use crate::report::shrink::shrink;
use crate::run::Outcome;
use crate::schedule::Schedule;
use crate::search::checkpoint::Checkpoint;
use crate::target::Target;

/// One mutation is at most this many executions: libFuzzer looks at its limits only between two
/// mutations.
const EXECUTIONS: u32 = 32;

impl<R: Replica, C: Checkpoint<R>> Target<R, C> {
    /// Explores, and returns a schedule of at most `most` events that libFuzzer is to run, if there
    /// is one.
    pub(super) fn explore_for(&mut self, seed: u64, most: usize) -> Option<Schedule> {
        self.explorer.reseed(seed);
        for _ in 0..EXECUTIONS {
            let before = self.explorer.events();
            let outcome = self.explorer.execute(self.nodes);
            self.explored += 1;
            self.tally(&outcome, self.explorer.events() - before);
            // Of one execution, the last one has also taken the paths of the others.
            let last = self.explorer.take_discoveries().pop();
            self.waiting.extend(last.map(|discovered| discovered.schedule));
            if outcome.fingerprint().is_some_and(|name| self.is_wanted(&name)) {
                return self.fitting(outcome, most);
            }
        }
        let next = self.waiting.iter().position(|found| found.events.len() <= most)?;
        self.waiting.remove(next)
    }

    /// The schedule of a violation, shrunk if it is too long.
    fn fitting(&self, outcome: Outcome, most: usize) -> Option<Schedule> {
        let found = outcome.resolved;
        if found.events.len() <= most {
            return Some(found);
        }
        let small = shrink(self.explorer.system_under_test(), &found).ok()?.schedule;
        (small.events.len() <= most).then_some(small)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutants;
    use crate::replica::ours::Ours;
    use crate::replica::system_under_test::{SystemUnderTest, UnknownMutant};
    use crate::run::{Judged, Runner};
    use crate::search::generator::{Generator, Strategy};
    use crate::target::{Campaign, REPLAY};

    type Sut = Result<SystemUnderTest<Ours>, UnknownMutant>;

    fn raft(_: Option<&str>) -> Sut {
        mutants::system_under_test(None)
    }

    fn votes_twice(_: Option<&str>) -> Sut {
        mutants::system_under_test(Some("votes-twice"))
    }

    fn target<C: Checkpoint<Ours>>(systems: fn(Option<&str>) -> Sut) -> Target<Ours, C> {
        let mut target = Target::prepare("cluster", systems, REPLAY).unwrap();
        target.explores = true;
        target
    }

    /// The first schedule of several explorations that breaks a promise.
    fn find<C: Checkpoint<Ours>>(target: &mut Target<Ours, C>, most: usize) -> Option<Schedule> {
        let mut runner = Runner::new(votes_twice(None).unwrap());
        let found = (0..20).filter_map(|seed| target.explore(seed, most));
        let mut broken = found.filter(|found| runner.run(found).violation.is_some());
        broken.next()
    }

    #[test]
    fn a_violation_that_the_explorer_finds_is_handed_to_libfuzzer_by_clones_and_by_schedules() {
        assert!(find(&mut target::<Judged<Ours>>(votes_twice), 1_200).is_some());
        assert!(find(&mut target::<Schedule>(votes_twice), 1_200).is_some());
    }

    #[test]
    fn a_violation_that_does_not_fit_is_shrunk() {
        let found = find(&mut target::<Judged<Ours>>(votes_twice), 40).expect("it can be shrunk");
        assert!(found.events.len() <= 40);
        assert_eq!(find(&mut target::<Judged<Ours>>(votes_twice), 0), None);
    }

    #[test]
    fn a_violation_that_is_ignored_is_not_handed_over() {
        let mut target = target::<Judged<Ours>>(votes_twice);
        let mut runner = Runner::new(votes_twice(None).unwrap());
        let mut names = std::collections::BTreeSet::new();
        while let Some(found) = find(&mut target, 1_200) {
            let name = runner.run(&found).fingerprint().expect("it breaks a promise");
            assert!(names.insert(name.clone()), "{name} is ignored");
            target.ignored.push(name);
        }
        assert!(!names.is_empty());
    }

    #[test]
    fn what_is_handed_over_fits_and_follows_from_the_inputs_before_and_the_seed() {
        let explored = |input: u64| {
            let mut target = target::<Judged<Ours>>(raft);
            let schedule = Generator::new(Strategy::Swarm, input).schedule(None, 200);
            assert_eq!(target.try_input(&schedule), None);
            (0..6).map(|seed| target.explore(seed, 300)).collect::<Vec<_>>()
        };
        assert_eq!(explored(1), explored(1));
        assert_ne!(explored(1), explored(2), "it begins where the inputs end");
        assert!(explored(1).iter().flatten().count() > 2);
        assert!(explored(1).iter().flatten().all(|found| found.events.len() <= 300));
    }

    #[test]
    fn clones_and_schedules_lead_to_the_same_explorations() {
        fn explored<C: Checkpoint<Ours>>() -> Vec<Option<Schedule>> {
            let mut target = target::<C>(raft);
            (0..6).map(|seed| target.explore(seed, 1_200)).collect()
        }
        assert_eq!(explored::<Judged<Ours>>(), explored::<Schedule>());
    }

    #[test]
    fn a_target_that_only_replays_or_minimises_does_not_explore() {
        let mut target = target::<Judged<Ours>>(votes_twice);
        target.explores = false;
        assert!((0..20).all(|seed| target.explore(seed, 1_200).is_none()));
        assert_eq!(target.explored, 0);
    }
}
