//! A small generator of numbers, for tests that draw what they do not choose.

use crate::files::SECTOR;

/// Chooses one of so many outcomes: a number below the argument. 0 is that of the disk that was
/// slowest, which has nothing of what was not synced; the last one is that of the fastest.
pub type Choose<'a> = &'a mut dyn FnMut(usize) -> usize;

/// A sequence of numbers (SplitMix64): the same seed gives the same sequence on every machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draws(u64);

impl Draws {
    /// The sequence of this seed.
    pub fn new(seed: u64) -> Draws {
        Draws(seed)
    }

    /// The next number.
    pub fn next_number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// The next number, as one below `count`; 0 if that is 0.
    pub fn below(&mut self, count: usize) -> usize {
        (self.next_number() % count.max(1) as u64) as usize
    }

    /// How many of `length` bytes, up to the end of a sector: nothing, all, or a part.
    pub(super) fn part_of(&mut self, length: usize) -> usize {
        (self.below(length.div_ceil(SECTOR) + 1) * SECTOR).min(length)
    }

    /// A choice of outcomes as a power failure may leave them: nothing of what was not synced, all
    /// of it, only the first or only the later of it, or some of it, mostly lost or mostly kept.
    pub fn fate(mut self) -> impl FnMut(usize) -> usize {
        let (kind, turn, mut place) = (self.below(7), 1 + self.below(3), 0);
        move |count| {
            place += 1;
            let is_kept = match kind {
                0 => false,
                1 => true,
                2 => place <= turn,
                3 => place > turn,
                _ => self.below(4) < kind - 3,
            };
            match is_kept && count > 1 {
                true if kind < 4 => count - 1,
                true => 1 + self.below(count - 1),
                false => 0,
            }
        }
    }
}

/// Calls `act` with every sequence of choices that it can make, at most `limit` times; whether that
/// were all. It must make the same choices after the same outcomes.
pub fn each_outcome(limit: usize, mut act: impl FnMut(Choose<'_>)) -> bool {
    // The outcomes so far, each with the number of alternatives.
    let mut script: Vec<(usize, usize)> = Vec::new();
    for _ in 0..limit {
        let mut place = 0;
        act(&mut |count| {
            if place == script.len() {
                script.push((0, count));
            }
            place += 1;
            script[place - 1].0
        });
        while script.last().is_some_and(|(outcome, count)| outcome + 1 >= *count) {
            script.pop();
        }
        match script.last_mut() {
            Some((outcome, _)) => *outcome += 1,
            None => return true,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_outcome_is_tried_once() {
        let mut tried = Vec::new();
        let act = |choose: Choose<'_>| {
            let first = choose(2);
            tried.push((first, if first == 0 { choose(3) } else { choose(1) }));
        };
        assert!(each_outcome(100, act));
        assert_eq!(tried, [(0, 0), (0, 1), (0, 2), (1, 0)]);
        assert!(!each_outcome(3, |choose| {
            let _ = (choose(2), choose(2));
        }));
    }

    #[test]
    fn the_same_seed_draws_the_same_numbers_below_their_bounds() {
        let (mut one, mut other) = (Draws::new(7), Draws::new(7));
        for count in 0..200 {
            let drawn = one.below(count);
            assert!(drawn < count.max(1));
            assert_eq!(drawn, other.below(count));
        }
        assert_ne!(one.next_number(), Draws::new(8).next_number());
    }

    #[test]
    fn fates_lose_everything_nothing_and_parts() {
        let mut kept_of_40 = [0; 41];
        let mut later_outlast_earlier = 0;
        for seed in 0..200 {
            let mut fate = Draws::new(seed).fate();
            let kept: Vec<bool> = (0..40).map(|_| fate(3) > 0).collect();
            kept_of_40[kept.iter().filter(|kept| **kept).count()] += 1;
            later_outlast_earlier += usize::from(!kept[0] && kept[3..].iter().all(|kept| *kept));
        }
        assert!(kept_of_40[0] > 10 && kept_of_40[40] > 10 && later_outlast_earlier > 10);
        assert!(kept_of_40[1..40].iter().sum::<i32>() > 80);
    }
}
