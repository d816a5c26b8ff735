//! Every crash at every operation: what was reported as durable is there, and a group of writes is
//! there as a whole or not at all.

mod common;

use common::{after, entries, last, open_under, snapshot, vote, without_one, State};
use raft::Write;
use store::faulty::{each_outcome, Choose, Draws, Fault, Machine};
use store::{Rules, Storage};

/// Segments of two or three batches.
const SEGMENT: u64 = 1_536;

/// The groups of writes of a life: votes, entries, truncations, rotations, snapshots.
fn groups() -> Vec<Vec<Write<u64>>> {
    let mut state = State::default();
    let mut groups = Vec::new();
    let mut push = |state: &mut State, group: Vec<Write<u64>>| {
        *state = after(state, &group);
        groups.push(group);
    };
    let first = vec![vote(1, 0), entries(&state, 1, 1, 1)];
    push(&mut state, first);
    let many = vec![entries(&state, 2, 90, 1)];
    push(&mut state, many);
    let conflict = vec![vote(2, 1), entries(&state, 60, 3, 2)];
    push(&mut state, conflict);
    push(&mut state, vec![snapshot(40, 1, 700)]);
    let more = vec![entries(&state, last(&state) + 1, 2, 2)];
    push(&mut state, more);
    let both = vec![snapshot(63, 2, 100), vote(3, 2), snapshot(64, 2, 1_200)];
    push(&mut state, both);
    let tail = vec![entries(&state, last(&state) + 1, 40, 3)];
    push(&mut state, tail);
    let ahead = vec![snapshot(300, 3, 10), vote(4, 0)];
    push(&mut state, ahead);
    groups
}

/// Starts, saves the groups, and stops at the first failure. Returns the state that was reported as
/// durable, and the one with the group that was being saved.
fn live(rules: Rules, machine: &Machine, groups: &[Vec<Write<u64>>]) -> [State; 2] {
    let mut state = State::default();
    let opened = open_under(rules, machine, SEGMENT);
    let Ok((mut store, _)) = opened else { return [state.clone(), state] };
    for group in groups {
        let next = after(&state, group);
        if store.save(group).is_err() {
            return [state, next];
        }
        state = next;
    }
    [state.clone(), state]
}

/// The store opens, with one of these states, and this state is durable then.
fn recover(rules: Rules, machine: &Machine, allowed: &[State; 2]) -> Result<State, String> {
    let (_, state) = open_under(rules, machine, SEGMENT).map_err(|error| error.to_string())?;
    if !allowed.contains(&state) {
        return Err(format!("{state:?}\nis none of {allowed:?}"));
    }
    let later = machine.clone();
    later.lose_power(&mut |_| 0);
    let again = open_under(rules, &later, SEGMENT);
    let (_, again) = again.map_err(|error| format!("after another crash: {error}"))?;
    match again == state {
        true => Ok(state),
        false => Err(format!("{state:?}\nwas read at a start, and is not durable: {again:?}")),
    }
}

#[track_caller]
fn recovers(machine: &Machine, allowed: &[State; 2], context: &str) -> State {
    let recovered = recover(Rules::DURABLE, machine, allowed);
    recovered.unwrap_or_else(|error| panic!("{context}: {error}"))
}

/// Every way in which a machine can stop: its process ends, or its power fails.
fn stops(machine: &Machine, mut then: impl FnMut(&Machine, &str)) {
    let stopped = machine.clone();
    stopped.end_process();
    then(&stopped, "the process ends");
    let all = each_outcome(200, |choose: Choose<'_>| {
        let stopped = machine.clone();
        stopped.lose_power(choose);
        then(&stopped, "the power fails");
    });
    for seed in 0..if all { 0 } else { 100 } {
        let stopped = machine.clone();
        stopped.lose_power(&mut Draws::new(seed).fate());
        then(&stopped, "the power fails, as drawn");
    }
}

fn operations() -> u64 {
    let machine = Machine::default();
    let [state, _] = live(Rules::DURABLE, &machine, &groups());
    assert_eq!(state.snapshot.map(|snapshot| snapshot.last.index.0), Some(300));
    machine.effects().operations
}

#[test]
fn a_crash_at_any_operation_loses_nothing_that_was_reported_and_splits_no_group() {
    let (mut before, mut behind) = (0, 0);
    for at in 0..=operations() {
        for seed in 0..3 {
            let machine = Machine::default();
            machine.arm(at, Fault::Crash, Draws::new(seed));
            let states = live(Rules::DURABLE, &machine, &groups());
            let [durable, in_doubt] = &states;
            stops(&machine, |stopped, how| {
                let state = recovers(stopped, &states, &format!("{at}: {how}"));
                before += usize::from(state == *durable && durable != in_doubt);
                behind += usize::from(state == *in_doubt && durable != in_doubt);
            });
        }
    }
    assert!(before > 100 && behind > 50, "{before} without the group, {behind} with it");
}

#[test]
fn an_error_at_any_operation_ends_the_store_and_loses_nothing_that_was_reported() {
    let mut failed_syncs = 0;
    for at in 0..operations() {
        for seed in 0..3 {
            let machine = Machine::default();
            machine.arm(at, Fault::Error, Draws::new(seed));
            let states = live(Rules::DURABLE, &machine, &groups());
            failed_syncs += machine.effects().failed_syncs;
            stops(&machine, |stopped, how| {
                recovers(stopped, &states, &format!("{at}: {how}"));
            });
        }
    }
    assert!(failed_syncs > 30);
}

#[test]
fn a_start_that_is_cut_short_anywhere_can_be_repeated() {
    let all = operations();
    for at in (0..=all).rev().step_by(3) {
        let machine = Machine::default();
        machine.arm(at, Fault::Crash, Draws::new(at));
        let states = live(Rules::DURABLE, &machine, &groups());
        for power in [None, Some(1), Some(2)] {
            let stopped = machine.clone();
            match power {
                None => stopped.end_process(),
                Some(seed) => stopped.lose_power(&mut Draws::new(seed + at).fate()),
            }
            for fault in [Fault::Crash, Fault::Error] {
                for amid in 0..8 {
                    let again = stopped.clone();
                    again.arm(amid, fault, Draws::new(amid + at));
                    let _ = open_under(Rules::DURABLE, &again, SEGMENT);
                    stops(&again, |stopped, how| {
                        let context = format!("{at}, {power:?}, {fault:?} at {amid}: {how}");
                        recovers(stopped, &states, &context);
                    });
                }
            }
        }
    }
}

#[test]
fn every_subset_of_the_last_batchs_sectors_is_all_of_it_or_nothing() {
    let first = vec![vote(1, 0), entries(&State::default(), 1, 3, 1)];
    let batch = entries(&after(&State::default(), &first), 3, 400, 2);
    let groups = [first, vec![batch]];
    let all = Machine::default();
    live(Rules::DURABLE, &all, &groups);
    let last_sync = all.effects().operations - 1;
    let crashed = (0..).map(|seed| {
        let machine = Machine::default();
        machine.arm(last_sync, Fault::Crash, Draws::new(seed));
        let states = live(Rules::DURABLE, &machine, &groups);
        (machine, states)
    });
    let mut unsynced = crashed.filter(|(machine, _)| machine.has_unsynced());
    let (machine, states) = unsynced.next().expect("a seed syncs nothing");
    assert_ne!(states[0], states[1]);
    let (mut outcomes, mut whole) = (0, 0);
    let all = each_outcome(1 << 12, |choose| {
        let stopped = machine.clone();
        stopped.lose_power(choose);
        outcomes += 1;
        whole += usize::from(recovers(&stopped, &states, "a subset") == states[1]);
    });
    assert!(all && outcomes >= 64, "{outcomes} outcomes");
    assert_eq!(whole, 1);
}

#[test]
fn a_full_disk_loses_nothing_and_space_again_means_service_again() {
    let groups = groups();
    for place in 0..groups.len() {
        let machine = Machine::default();
        let opened = open_under(Rules::DURABLE, &machine, SEGMENT);
        let (mut store, mut state) = opened.expect("it is empty");
        for group in &groups[..place] {
            store.save(group).expect("there is space");
            state = after(&state, group);
        }
        let states = [state.clone(), after(&state, &groups[place])];
        machine.fill(true);
        let error = store.save(&groups[place]).expect_err("it is full");
        assert_eq!(error.source.kind(), std::io::ErrorKind::StorageFull);
        machine.end_process();
        let names = || store::Files::list(&machine.files()).expect("it can be listed").len();
        let before = names();
        for _ in 0..5 {
            assert!(open_under(Rules::DURABLE, &machine, SEGMENT).is_err());
            machine.end_process();
        }
        assert!(names() <= before, "starts on a full disk leave files behind");
        machine.fill(false);
        recovers(&machine, &states, "space again");
    }
}

/// The first crash or error that a store under these rules does not survive.
fn failure(rules: Rules, operations: u64) -> Option<String> {
    let mut failure = None;
    for at in 0..=operations {
        for (fault, seed) in [(Fault::Error, 0), (Fault::Error, 1), (Fault::Crash, 0)] {
            let machine = Machine::default();
            machine.arm(at, fault, Draws::new(seed));
            let states = live(rules, &machine, &groups());
            stops(&machine, |stopped, how| {
                let error = recover(rules, stopped, &states).err();
                failure = failure.take().or(error.map(|error| format!("{at}: {how}: {error}")));
            });
            if failure.is_some() {
                return failure;
            }
        }
    }
    None
}

#[test]
fn without_any_one_of_the_rules_some_crash_loses_something() {
    let operations = operations();
    for (name, rules) in without_one() {
        // Only damage needs a checksum.
        let is_needed = name != "checks_checksums";
        assert_eq!(failure(rules, operations).is_some(), is_needed, "{name}");
    }
    assert_eq!(failure(Rules::DURABLE, operations), None);
}
