//! Structure-aware mutation of schedules for libFuzzer: it mutates events instead of bytes.
//!
//! Promises: the result is a schedule of the same format and fits the given space; the same seed
//! gives the same result. The most useful mutation keeps a prefix and draws a new tail from the
//! generator. A share of the calls is left to libFuzzer's own mutator.

use crate::cluster::enabled::EnabledKinds;
use crate::schedule::event::{Event, Operand};
use crate::schedule::{Schedule, Setup};
use crate::search::generator::{Generator, Strategy};

/// A schedule that grows from an empty one has up to this many events.
const FULL_LENGTH: u32 = 480;

/// Mutates the first `size` bytes of `data` within `room`; the new size. `own` is libFuzzer's
/// mutator.
pub fn mutate(
    data: &mut [u8],
    size: usize,
    room: usize,
    seed: u32,
    own: impl FnOnce(&mut [u8], usize, usize) -> usize,
) -> usize {
    let mut random = Generator::new(Strategy::Swarm, u64::from(seed));
    let room = room.min(data.len()).min(Schedule::MAX_BYTES);
    if room < Setup::BYTES + Event::BYTES || random.below(8) == 0 {
        return own(data, size.min(room), room);
    }
    let size = size.min(room);
    let mut schedule = Schedule::decode(&data[..size]).expect("the room is a schedule's");
    if size < Setup::BYTES {
        schedule = Schedule { setup: random.setup(None), events: Vec::new() };
    }
    let most = most_events(room, &schedule);
    for _ in 0..=random.below(3) {
        change(&mut schedule, most, &mut random);
    }
    schedule.events.truncate(most);
    store(&schedule, data)
}

/// Joins a prefix of `first` and a suffix of `second` in `out`; the new size.
pub fn cross_over(first: &[u8], second: &[u8], out: &mut [u8], seed: u32) -> usize {
    let mut random = Generator::new(Strategy::Swarm, u64::from(seed));
    let (Ok(mut schedule), Ok(other)) = (Schedule::decode(first), Schedule::decode(second)) else {
        return 0;
    };
    if out.len() < Setup::BYTES {
        return 0;
    }
    let cut = random.below(schedule.events.len() as u32 + 1) as usize;
    let from = random.below(other.events.len() as u32 + 1) as usize;
    let most = most_events(out.len(), &schedule);
    schedule.events.truncate(cut);
    schedule.events.extend_from_slice(&other.events[from..]);
    schedule.events.truncate(most);
    store(&schedule, out)
}

/// How many events a schedule may get in `room` bytes. Only the explorer makes longer ones.
fn most_events(room: usize, schedule: &Schedule) -> usize {
    let fitting = (room - Setup::BYTES) / Event::BYTES;
    fitting.min(Schedule::FULL_LENGTH.max(schedule.events.len()))
}

/// Writes a schedule that fits `data`; its size.
pub fn store(schedule: &Schedule, data: &mut [u8]) -> usize {
    let bytes = schedule.encode();
    data[..bytes.len()].copy_from_slice(&bytes);
    bytes.len()
}

/// One change to a schedule that may have up to `most` events.
fn change(schedule: &mut Schedule, most: usize, random: &mut Generator) {
    let events = &mut schedule.events;
    let place = random.below(events.len() as u32 + 1) as usize;
    let count = 1 + random.below(8) as usize;
    let end = (place + count).min(events.len());
    match random.below(16) {
        // A new tail, of a random length.
        0..=6 => {
            random.begin_schedule(schedule.setup);
            events.truncate(place);
            let length = (random.below(FULL_LENGTH) as usize).min(most.saturating_sub(place));
            events.extend((0..length).map(|_| random.event(EnabledKinds::ALL)));
        }
        // A few new events.
        7..=8 => {
            random.begin_schedule(schedule.setup);
            let new: Vec<Event> = (0..count).map(|_| random.event(EnabledKinds::ALL)).collect();
            events.splice(place..place, new);
        }
        9 => drop(events.drain(place..end)),
        10 => {
            let copy = events[place..end].to_vec();
            let to = random.below(events.len() as u32 + 1) as usize;
            events.splice(to..to, copy);
        }
        11 => {
            let moved: Vec<Event> = events.drain(place..end).collect();
            let to = random.below(events.len() as u32 + 1) as usize;
            events.splice(to..to, moved);
        }
        12 => {
            if end - place > 1 {
                events.swap(place, end - 1);
            }
        }
        13..=14 => {
            if let Some(event) = events.get_mut(place) {
                *event = retarget(*event, schedule.setup.nodes, random);
            }
        }
        _ => schedule.setup = random.setup(None),
    }
}

/// The event with one operand drawn again.
fn retarget(event: Event, nodes: u8, random: &mut Generator) -> Event {
    let operands = event.kind.info().operands;
    let mut changed = event;
    if !operands.is_empty() {
        let which = random.below(operands.len() as u32) as usize;
        changed.operands[which] = match operands[which] {
            Operand::Node | Operand::To => random.below(nodes.into()) as u8,
            _ => random.below(256) as u8,
        };
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::feature::Feature;

    #[test]
    fn a_mutated_schedule_fits_the_given_space_and_keeps_its_format() {
        let mut data = vec![0; 2_000];
        let mut size = 0;
        for seed in 0..5_000 {
            let room = [16, 36, 500, 1_999][seed as usize % 4];
            size = mutate(&mut data, size.min(room), room, seed, |_, size, room| size.min(room));
            assert!(size <= room, "seed {seed}");
            let schedule = Schedule::decode(&data[..size]).unwrap();
            assert_eq!(Schedule::decode(&schedule.encode()), Ok(schedule));
        }
    }

    #[test]
    fn a_mutation_makes_no_schedule_longer_than_full_length() {
        let room = Setup::BYTES + 2 * Schedule::FULL_LENGTH * Event::BYTES;
        let longest = |before: usize| {
            let schedule = Generator::new(Strategy::Swarm, 1).schedule(None, before);
            let lengths = (0..500).map(|seed| {
                let mut data = schedule.encode();
                let size = data.len();
                data.resize(room, 0);
                let size = mutate(&mut data, size, room, seed, |_, size, _| size);
                Schedule::decode(&data[..size]).unwrap().events.len()
            });
            lengths.max().unwrap()
        };
        assert_eq!(longest(Schedule::FULL_LENGTH - 1), Schedule::FULL_LENGTH);
        assert_eq!(longest(Schedule::FULL_LENGTH + 100), Schedule::FULL_LENGTH + 100);
    }

    #[test]
    fn the_same_seed_gives_the_same_mutation() {
        let mutated = |seed| {
            let mut data = vec![7; 4_000];
            let size = mutate(&mut data, 400, 4_000, seed, |_, size, _| size);
            data.truncate(size);
            data
        };
        assert!((0..100).all(|seed| mutated(seed) == mutated(seed)));
        assert!((0..100).any(|seed| mutated(seed) != mutated(seed + 1)));
    }

    #[test]
    fn a_crossover_has_a_prefix_of_one_schedule_and_a_suffix_of_the_other() {
        // Of the same feature: an event of another one would become an event without any.
        let mut generator = Generator::new(Strategy::Swarm, 1).with_feature(Feature::Upgrades);
        let [first, second] = [(); 2].map(|()| generator.schedule(None, 30));
        let mut out = vec![0; 4_000];
        for seed in 0..200 {
            let size = cross_over(&first.encode(), &second.encode(), &mut out, seed);
            let crossed = Schedule::decode(&out[..size]).unwrap();
            assert_eq!(crossed.setup, first.setup);
            let same = crossed.events.iter().zip(&first.events).take_while(|(a, b)| a == b).count();
            assert!(second.events.ends_with(&crossed.events[same..]), "seed {seed}");
        }
    }
}
