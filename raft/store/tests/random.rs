//! Long lives under random faults, against a naive model.

mod common;

use common::{after, apply, draw_write, open, open_under, State, Store};
use store::faulty::{Draws, Fault, Machine};
use store::{Counters, Rules, Storage};

/// A store, if one is open, and what it must have.
struct Life {
    machine: Machine,
    store: Option<Store>,
    /// What was reported as durable.
    state: State,
    /// What may be there instead, until a start has decided it.
    in_doubt: Option<State>,
    draws: Draws,
    counters: Counters,
}

fn add(all: &mut Counters, more: Counters) {
    all.snapshots += more.snapshots;
    all.rotations += more.rotations;
    all.compacted += more.compacted;
    all.torn_tails += more.torn_tails;
}

impl Life {
    fn new(seed: u64) -> Life {
        let (machine, state) = (Machine::default(), State::default());
        let (draws, counters) = (Draws::new(seed), Counters::default());
        Life { machine, store: None, state, in_doubt: None, draws, counters }
    }

    fn arm(&mut self) {
        let draws = Draws::new(self.draws.next_number());
        match self.draws.below(12) {
            0 => self.machine.arm(self.draws.below(14) as u64, Fault::Crash, draws),
            1 => self.machine.arm(self.draws.below(14) as u64, Fault::Error, draws),
            2 => self.machine.fill(true),
            _ => {}
        }
    }

    fn stop(&mut self) {
        if let Some(store) = self.store.take() {
            add(&mut self.counters, Storage::<u64, _>::counters(&store));
        }
        match self.draws.below(2) {
            0 => self.machine.end_process(),
            _ => self.machine.lose_power(&mut Draws::new(self.draws.next_number()).fate()),
        }
        self.machine.fill(false);
    }

    fn start(&mut self) {
        self.arm();
        let opened = open(&self.machine, 2_048);
        let has_failed = !self.machine.disarm() || self.machine.effects().no_space > 0;
        match opened {
            Ok((store, state)) => {
                let known = [Some(&self.state), self.in_doubt.as_ref()];
                assert!(known.contains(&Some(&state)), "{state:?}\nis none of {known:?}");
                (self.state, self.in_doubt, self.store) = (state, None, Some(store));
            }
            Err(error) => {
                assert!(has_failed, "{error}");
                self.stop();
            }
        }
    }

    fn save(&mut self) {
        let mut next = self.state.clone();
        let group: Vec<_> = (0..1 + self.draws.below(3))
            .map(|_| {
                let write = draw_write(&next, &mut self.draws);
                apply(&mut next, &write);
                write
            })
            .collect();
        assert_eq!(next, after(&self.state, &group));
        self.arm();
        let Some(store) = &mut self.store else { return };
        let saved = store.save(&group);
        self.machine.disarm();
        match saved {
            Ok(()) => self.state = next,
            Err(_) => {
                assert!(store.save(&group).is_err(), "a store that has failed takes more");
                self.in_doubt = Some(next);
                self.stop();
            }
        }
    }
}

#[test]
fn a_long_life_under_any_faults_loses_nothing_that_was_reported() {
    let (mut counters, mut effects) = (Counters::default(), Vec::new());
    for seed in 0..60 {
        let mut life = Life::new(seed);
        for _ in 0..600 {
            match &life.store {
                None => life.start(),
                Some(_) if life.draws.below(20) == 0 => life.stop(),
                Some(_) => life.save(),
            }
        }
        add(&mut counters, life.counters);
        effects.push(life.machine.effects());
    }
    let Counters { snapshots, rotations, compacted, torn_tails, .. } = counters;
    for (what, count) in [
        ("snapshots", snapshots),
        ("rotations", rotations),
        ("compacted files", compacted),
        ("torn tails", torn_tails),
        ("torn writes", effects.iter().map(|effects| effects.torn_writes).sum()),
        ("failed syncs", effects.iter().map(|effects| effects.failed_syncs).sum()),
        ("failed directory syncs", effects.iter().map(|e| e.failed_directory_syncs).sum()),
        ("full disks", effects.iter().map(|effects| effects.no_space).sum()),
        ("lost sectors", effects.iter().map(|effects| effects.lost_sectors).sum()),
        ("lost names", effects.iter().map(|effects| effects.lost_names).sum()),
    ] {
        assert!(count > 50, "{count} {what}");
    }
}

#[test]
fn the_disk_does_not_grow_without_bound() {
    let mut life = Life::new(1);
    life.start();
    let mut most = 0;
    for _ in 0..3_000 {
        let mut next = life.state.clone();
        let write = draw_write(&next, &mut life.draws);
        apply(&mut next, &write);
        if let Some(store) = &mut life.store {
            store.save(&[write]).expect("there is no fault");
        }
        life.state = next;
        most = most.max(store::Files::list(&life.machine.files()).expect("it is listed").len());
    }
    assert!(most < 200, "{most} files");
}

/// What happens to stores of which a bit is flipped: how many do not open, how many open with the
/// right state, and with a wrong one.
fn flips(rules: Rules) -> [usize; 3] {
    let mut outcomes = [0; 3];
    for seed in 0..600 {
        let mut life = Life::new(seed % 20);
        for _ in 0..3 + seed % 40 {
            match life.store {
                Some(_) => life.save(),
                None => life.start(),
            }
        }
        life.machine.disarm();
        life.machine.fill(false);
        let mut draws = Draws::new(seed);
        let flipped = life.machine.flip_bit(&mut |count| draws.below(count));
        life.machine.lose_power(&mut draws.fate());
        match open_under(rules, &life.machine, 2_048) {
            Err(error) => {
                let (file, _) = flipped.expect("something was damaged");
                let names_it = error.to_string().contains(&file);
                assert!(names_it || !rules.checks_checksums, "{file} is damaged, but {error}");
                outcomes[0] += 1;
            }
            Ok((_, state)) if state == life.state || Some(&state) == life.in_doubt.as_ref() => {
                outcomes[1] += 1;
            }
            Ok(_) => outcomes[2] += 1,
        }
    }
    outcomes
}

#[test]
fn a_flipped_bit_is_refused_or_makes_no_difference() {
    let [refused, harmless, wrong] = flips(Rules::DURABLE);
    assert!(refused > 200 && harmless > 5 && wrong == 0, "{refused}, {harmless}, {wrong}");
}

#[test]
fn without_checksums_a_flipped_bit_is_believed() {
    let [.., wrong] = flips(Rules { checks_checksums: false, ..Rules::DURABLE });
    assert!(wrong > 20, "{wrong}");
}
