//! Shrinking: from a failing schedule to one of about a dozen events.
//!
//! Promises: the result has the same violation, by fingerprint, and each of its events is needed;
//! with at most 60 events left, no pair can be removed either. Works on exact primitive events, not
//! on bytes: an event that is no longer enabled is skipped, and no other event changes its meaning.
//! Every accepted step makes the schedule smaller in one fixed order, so shrinking terminates.

use crate::replica::system_under_test::SystemUnderTest;
use crate::replica::Replica;
use crate::run::{Outcome, Runner};
use crate::schedule::event::{Event, Kind, Operand, ALL, KINDS};
use crate::schedule::{Schedule, Setup};

/// Up to this many events, every pair is tried.
const PAIRS: usize = 60;

/// The result of shrinking.
#[derive(Clone, Debug)]
pub struct Shrunk {
    /// The smallest schedule found, of exact events.
    pub schedule: Schedule,
    /// Its outcome, with the violation.
    pub outcome: Outcome,
    /// How many primitive events the failing run had.
    pub events_before: usize,
    /// How many runs it took.
    pub replays: usize,
    /// How many primitive events these runs had.
    pub events: u64,
}

/// Why there is nothing to shrink.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotShrunk {
    /// The schedule has no violation.
    NoViolation,
    /// Its exact form does not have the same violation: the run is not deterministic.
    NotReproduced,
}

impl std::fmt::Display for NotShrunk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            NotShrunk::NoViolation => "it breaks no promise",
            NotShrunk::NotReproduced => {
                "its exact form does not break the same promise, so the Raft is not deterministic"
            }
        })
    }
}

/// Shrinks a schedule that has a violation on `sut`.
pub fn shrink<R: Replica>(
    sut: &SystemUnderTest<R>,
    schedule: &Schedule,
) -> Result<Shrunk, NotShrunk> {
    let mut runner = Runner::new(sut.clone());
    let outcome = runner.run(schedule);
    let fingerprint = outcome.fingerprint().ok_or(NotShrunk::NoViolation)?;
    let events_before = outcome.resolved.events.len();
    let mut search = Search { runner, fingerprint, best: outcome, replays: 0, events: 0 };
    let start = search.best.resolved.clone();
    match search.replay(&start) {
        Some(outcome) => search.best = outcome,
        None => return Err(NotShrunk::NotReproduced),
    }
    search.coarse();
    loop {
        let before = order(&search.best.resolved);
        search.remove_events();
        search.remove_nodes();
        search.simplify_setup();
        search.simplify_events();
        search.remove_pairs();
        search.rename_nodes();
        search.sort_events();
        if order(&search.best.resolved) == before {
            break;
        }
    }
    let Search { best: outcome, replays, events, .. } = search;
    Ok(Shrunk { schedule: outcome.resolved.clone(), outcome, events_before, replays, events })
}

/// The order in which one schedule is smaller than another: by fewer events, fewer nodes, a
/// setup with more defaults, simpler events, and then by the order of their bytes.
fn order(schedule: &Schedule) -> (usize, u8, [usize; 2], u32, Vec<[u8; Event::BYTES]>) {
    let setup = &schedule.setup;
    let plainness = [setup.non_default_count(), setup.max_entries.into()];
    let weight = schedule.events.iter().map(|event| weight(event.kind)).sum();
    let bytes = schedule.events.iter().map(|event| event.to_record()).collect();
    (schedule.events.len(), setup.nodes, plainness, weight, bytes)
}

/// How unusual a kind of event is.
fn weight(kind: Kind) -> u32 {
    match kind {
        Kind::Deliver | Kind::Persist | Kind::Propose => 0,
        Kind::Timeout => 1,
        Kind::Tick | Kind::TickAll | Kind::Restart | Kind::Heal => 2,
        Kind::Reorder | Kind::Drop => 3,
        Kind::Duplicate => 4,
        Kind::Crash => 5,
        Kind::FailPersist | Kind::Cut | Kind::Partition | Kind::Clog | Kind::Pause => 6,
        Kind::CrashAmid | Kind::Fill | Kind::Jump | Kind::Filter | Kind::Bridge => 7,
        Kind::Damage | Kind::LoseDisk | Kind::Wipe | Kind::RestoreBackup => 8,
        _ => 9,
    }
}

struct Search<R: Replica> {
    runner: Runner<R>,
    fingerprint: String,
    best: Outcome,
    replays: usize,
    events: u64,
}

impl<R: Replica> Search<R> {
    fn events(&self) -> &[Event] {
        &self.best.resolved.events
    }

    /// The outcome of `candidate`, if it has the same violation.
    fn replay(&mut self, candidate: &Schedule) -> Option<Outcome> {
        self.replays += 1;
        let outcome = self.runner.run_exactly(candidate);
        self.events += outcome.resolved.events.len() as u64;
        (outcome.fingerprint().as_ref() == Some(&self.fingerprint)).then_some(outcome)
    }

    /// Accepts `candidate` if it is smaller and has the same violation.
    fn try_schedule(&mut self, candidate: Schedule) -> bool {
        match self.replay(&candidate) {
            Some(outcome) if order(&outcome.resolved) < order(&self.best.resolved) => {
                self.best = outcome;
                true
            }
            _ => false,
        }
    }

    fn try_events(&mut self, events: Vec<Event>) -> bool {
        self.try_schedule(Schedule { setup: self.best.resolved.setup, events })
    }

    /// Removes whole kinds of events, then nodes and settings.
    fn coarse(&mut self) {
        let faults = KINDS.iter().filter(|info| info.family.is_some()).map(|info| info.kind);
        for kind in faults.chain([Kind::Heal, Kind::Tick, Kind::TickAll, Kind::Propose]) {
            self.try_events(self.events().iter().copied().filter(|e| e.kind != kind).collect());
        }
        self.remove_nodes();
        self.simplify_setup();
    }

    /// Delta debugging: chunks of half the length, then a quarter, and so on, from the end.
    fn remove_events(&mut self) {
        let mut chunk = self.events().len().div_ceil(2);
        while chunk > 0 {
            let mut end = self.events().len();
            while end > 0 {
                let start = end.saturating_sub(chunk);
                let mut events = self.events().to_vec();
                events.drain(start..end);
                self.try_events(events);
                end = start.min(self.events().len());
            }
            chunk /= 2;
        }
    }

    fn remove_pairs(&mut self) {
        let mut second = self.events().len();
        while second > 1 && self.events().len() <= PAIRS {
            second -= 1;
            for first in (0..second).rev() {
                let mut events = self.events().to_vec();
                events.remove(second);
                events.remove(first);
                if self.try_events(events) {
                    second = self.events().len();
                    break;
                }
            }
        }
    }

    /// Removes each node with all its events; nodes with higher numbers move down by one.
    fn remove_nodes(&mut self) {
        let mut node = self.best.resolved.setup.nodes;
        while node > 0 {
            node -= 1;
            let setup = self.best.resolved.setup;
            if setup.nodes == 1 || node >= setup.nodes {
                continue;
            }
            let down = |id: u8| id - u8::from(id > node);
            let gone = |event: &Event| nodes_of(event).any(|id| id == node);
            let kept = self.events().iter().filter(|event| !gone(event));
            let events = kept.map(|&event| rename(event, &down)).collect();
            self.try_schedule(Schedule {
                setup: Setup { nodes: setup.nodes - 1, ..setup },
                events,
            });
        }
    }

    fn simplify_setup(&mut self) {
        let setup = self.best.resolved.setup;
        for place in (0..setup.non_default_count()).rev() {
            // The later ones first, so that the earlier ones keep their places.
            let simpler = self.best.resolved.setup.with_defaults().nth(place);
            simpler.map(|setup| self.try_setup(setup));
        }
        for max_entries in [1, 2, 3, 4] {
            if self.try_setup(Setup { max_entries, ..self.best.resolved.setup }) {
                break;
            }
        }
    }

    fn try_setup(&mut self, setup: Setup) -> bool {
        self.try_schedule(Schedule { setup, events: self.events().to_vec() })
    }

    /// Replaces each event by a simpler one.
    fn simplify_events(&mut self) {
        let mut place = 0;
        while place < self.events().len() {
            for simpler in simpler(self.events()[place], self.best.resolved.setup.nodes) {
                let mut events = self.events().to_vec();
                events[place] = simpler;
                if self.try_events(events) {
                    break;
                }
            }
            place += 1;
        }
    }

    /// Numbers nodes in the order in which they appear.
    fn rename_nodes(&mut self) {
        let nodes = self.best.resolved.setup.nodes;
        let mut order: Vec<u8> = Vec::new();
        for id in self.events().iter().flat_map(nodes_of).chain(0..nodes) {
            if id < nodes && !order.contains(&id) {
                order.push(id);
            }
        }
        let number = |id: u8| order.iter().position(|&other| other == id).unwrap_or(0) as u8;
        let events = self.events().iter().map(|&event| rename(event, &number)).collect();
        self.try_events(events);
    }

    /// Sorts neighbours that can be swapped by their bytes, so that two finds of one bug look
    /// alike.
    fn sort_events(&mut self) {
        let mut end = self.events().len();
        while end > 1 {
            end -= 1;
            let mut place = 0;
            while place < end && place + 1 < self.events().len() {
                let mut events = self.events().to_vec();
                if events[place].to_record() > events[place + 1].to_record() {
                    events.swap(place, place + 1);
                    self.try_events(events);
                }
                place += 1;
            }
        }
    }
}

/// The nodes that an exact event names.
fn nodes_of(event: &Event) -> impl Iterator<Item = u8> {
    let named = event.kind.info().operands.iter().zip(event.operands);
    named.flat_map(|(operand, value)| match operand {
        Operand::Node | Operand::To => vec![value],
        Operand::Set => (0..8).filter(|id| value >> id & 1 == 1).collect(),
        _ => Vec::new(),
    })
}

/// The same event on other nodes.
fn rename(mut event: Event, name: &dyn Fn(u8) -> u8) -> Event {
    for (operand, value) in event.kind.info().operands.iter().zip(&mut event.operands) {
        *value = match operand {
            Operand::Node | Operand::To => name(*value),
            Operand::Set => {
                (0..8).filter(|id| *value >> id & 1 == 1).fold(0, |set, id| set | 1 << name(id))
            }
            _ => *value,
        };
    }
    event
}

/// Plainer events that may replace `event`, the plainest first.
fn simpler(event: Event, nodes: u8) -> Vec<Event> {
    let [a, b, c] = event.operands;
    let deliver = Event::new(Kind::Deliver, &[a, b]);
    match event.kind {
        Kind::Duplicate => {
            let reorder = Event::new(Kind::Reorder, &[a, b, c]);
            let first = Event::new(Kind::Duplicate, &[a, b, 0]);
            vec![deliver, reorder, first]
        }
        Kind::Reorder => vec![deliver],
        Kind::Tick => vec![Event::new(Kind::Timeout, &[a])],
        Kind::TickAll => (0..nodes)
            .flat_map(|id| [Event::new(Kind::Timeout, &[id]), Event::new(Kind::Tick, &[id])])
            .collect(),
        Kind::Crash => [ALL, 0].map(|keep| Event::new(Kind::Crash, &[a, keep])).into(),
        Kind::CrashAmid => [ALL, 0].map(|keep| Event::new(Kind::Crash, &[a, keep])).into(),
        Kind::Restart => vec![Event::new(Kind::Restart, &[a])],
        Kind::LoseDisk | Kind::RestoreBackup => vec![Event::new(Kind::Crash, &[a, ALL])],
        Kind::Damage => vec![Event::new(Kind::Damage, &[a])],
        Kind::Fill => vec![Event::new(Kind::FailPersist, &[a])],
        Kind::Jump => vec![Event::new(Kind::Tick, &[a]), Event::new(Kind::Timeout, &[a])],
        Kind::Bridge => cuts(b, nodes, Some(a)),
        Kind::FailPersist => vec![
            Event::new(Kind::Crash, &[a, 0]),
            Event::new(Kind::FailPersist, &[a, 0]),
            Event::new(Kind::FailPersist, &[a, 1]),
            Event::new(Kind::FailPersist, &[a, 2]),
        ],
        Kind::Partition => cuts(a, nodes, None),
        _ => Vec::new(),
    }
}

/// Cuts of the single links between the nodes of `mask` and the others, without those of `bridge`.
fn cuts(mask: u8, nodes: u8, bridge: Option<u8>) -> Vec<Event> {
    let ends = || (0..nodes).filter(move |&id| Some(id) != bridge);
    let pairs = ends().flat_map(|from| ends().map(move |to| (from, to)));
    let across = pairs.filter(|(from, to)| (mask >> from & 1) != (mask >> to & 1));
    across.map(|(from, to)| Event::new(Kind::Cut, &[from, to])).collect()
}
