//! The same bytes give the same run, and the exact events of a run give that run again.

use whitewater::mutants::{self, raft};
use whitewater::report::shrink::shrink;
use whitewater::run::Runner;
use whitewater::schedule::event::{Event, Kind};
use whitewater::schedule::Schedule;
use whitewater::search::generator::{Generator, Strategy};

fn schedules(count: u64) -> impl Iterator<Item = Schedule> {
    (0..count).map(|seed| {
        let strategy = Strategy::ALL[seed as usize % Strategy::ALL.len()].0;
        Generator::new(strategy, seed).schedule(None, 200)
    })
}

#[test]
fn a_schedule_runs_the_same_way_twice_whatever_ran_before() {
    let mut used = Runner::new(raft());
    for schedule in schedules(300) {
        let (first, second) = (used.run(&schedule), Runner::new(raft()).run(&schedule));
        assert_eq!(first.digest, second.digest, "{schedule}");
        assert_eq!((first.checks, first.goals), (second.checks, second.goals));
    }
}

#[test]
fn the_exact_events_of_a_run_give_that_run_again_even_through_bytes() {
    for schedule in schedules(300) {
        let drawn = Runner::new(raft()).run(&schedule);
        let exact = Runner::new(raft()).run_exactly(&drawn.resolved);
        assert_eq!(drawn.digest, exact.digest, "{schedule}");
        let decoded = Schedule::decode(&drawn.resolved.encode()).expect("it is a schedule");
        assert_eq!(Runner::new(raft()).run(&decoded).digest, drawn.digest, "{schedule}");
    }
}

#[test]
fn a_failed_write_that_was_wholly_on_the_disk_is_so_again() {
    // A write with a truncation, a snapshot and no entry, which fails when all of it is there.
    let five = |line: &str| format!("{line}\n").repeat(5);
    let script = [
        "set nodes 3\nset max-entries 16\nset disk queued\nelect n0 {n1,n2,n7}\npartition {n0}\n",
        &five("propose n0"),
        &five("persist n0"),
        "elect n1 {n2,n7}\nreplicate n1 {n2}\nreplicate n1 {n2}\nexchange n1 {n2}\ncompact n1\n",
        "persist n1\nheal\npropose n1\npersist n1\ndeliver n1>n0\npersist n0\npersist n0\n",
        "exchange n1 {}\ndeliver n1>n0\nfail-persist n0 entries=0\nrestart n0\n",
    ]
    .concat();
    let drawn = Runner::new(raft()).run(&Schedule::parse(&script).unwrap());
    let failed = drawn.resolved.events.iter().any(|event| event.kind == Kind::FailPersist);
    assert!(failed, "{}", drawn.resolved);
    let exact = Runner::new(raft()).run_exactly(&drawn.resolved);
    assert_eq!(drawn.resolved, exact.resolved);
}

#[test]
fn the_exact_events_of_a_run_are_a_schedule_however_many_were_requested() {
    let event = Event::parse("settle {n0,n1,n2} order=1").unwrap();
    let tick = Event::parse("tick-all").unwrap();
    let elect = Event::parse("elect n0 {n0,n1,n2}").unwrap();
    let mut events = vec![elect];
    (0..Schedule::MAX_EVENTS / 2 - 1).for_each(|_| events.extend([tick, event]));
    let schedule = Schedule { events, ..Schedule::default() };
    let resolved = Runner::new(raft()).run(&schedule).resolved;
    assert_eq!(resolved.events.len(), Schedule::MAX_EVENTS);
    assert_eq!(Schedule::decode(&resolved.encode()), Ok(resolved));
}

#[test]
fn shrinking_keeps_the_fingerprint_and_needs_every_event() {
    for mutant in mutants::all().step_by(5) {
        let sut = mutant.system_under_test();
        let failing = schedules(400)
            .find(|schedule| Runner::new(sut.clone()).run(schedule).violation.is_some());
        let Some(schedule) = failing else { continue };
        let before = Runner::new(sut.clone()).run(&schedule).fingerprint();
        let small = shrink(&sut, &schedule).expect("it fails");
        assert_eq!(small.outcome.fingerprint(), before, "{}", mutant.name);
        for place in 0..small.schedule.events.len() {
            let mut fewer = small.schedule.clone();
            fewer.events.remove(place);
            let outcome = Runner::new(sut.clone()).run_exactly(&fewer);
            assert_ne!(outcome.fingerprint(), before, "{}: event {place}", mutant.name);
        }
        assert_eq!(shrink(&sut, &schedule).unwrap().schedule, small.schedule);
    }
}
