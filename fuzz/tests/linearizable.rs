//! The zones, and the client check on clusters, against a general checker that tries every order.

use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use todc_utils::linearizability::history::{Action as Step, History};
use todc_utils::linearizability::WGLChecker;
use todc_utils::specifications::Specification;
use whitewater::cluster::Cluster;
use whitewater::history::anomaly::Anomaly;
use whitewater::history::linearizability::Zones;
use whitewater::history::monitor::Both;
use whitewater::history::operation::{Action, Operation};
use whitewater::history::violation::Violation;
use whitewater::mutants::system_under_test;
use whitewater::oracle::answers_are_true::AnswersAreTrue;
use whitewater::oracle::history_is_linearizable::HistoryIsLinearizable;
use whitewater::oracle::read_is_linearizable::ReadIsLinearizable;
use whitewater::replica::ours::Ours;
use whitewater::schedule::{Recovery, Schedule, Setup};
use whitewater::search::generator::{Generator, Strategy};

const HISTORIES: u64 = 10_000;

/// The specification of a register for the library.
struct Register;

impl Specification for Register {
    type State = u64;
    type Operation = Action;

    fn init() -> u64 {
        0
    }

    fn apply(operation: &Action, &state: &u64) -> (bool, u64) {
        match *operation {
            Action::Write { value } => (true, value),
            Action::Read { seen } => (seen == state, state),
            Action::Swap { seen, value } if seen == state => (true, value),
            Action::Swap { .. } => (false, state),
        }
    }
}

/// The verdict of the library, which has no pending operations: a pending write becomes one that
/// ends after all others, where its effect is never observed, or that takes effect before.
fn library_accepts(operations: &[Operation]) -> bool {
    let mut steps = Vec::new();
    for (client, operation) in operations.iter().enumerate() {
        let action = match (operation.done, operation.action) {
            (None, Action::Read { .. }) => continue,
            (None, Action::Swap { value, .. }) => Action::Write { value },
            (_, action) => action,
        };
        // A call at the event where another operation ends comes before that end.
        steps.push(((operation.call, false), (client, Step::Call(action))));
        let done = operation.done.unwrap_or(u64::MAX);
        steps.push(((done, true), (client, Step::Response(action))));
    }
    steps.sort_by_key(|&(time, _)| time);
    let steps: Vec<_> = steps.into_iter().map(|(_, step)| step).collect();
    steps.is_empty() || WGLChecker::<Register>::is_linearizable(History::from_actions(steps))
}

/// Small histories from a seed.
struct Source(ChaCha8Rng);

impl Source {
    fn new(seed: u64) -> Source {
        Source(ChaCha8Rng::seed_from_u64(seed))
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0.next_u64() % limit
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// Four in ten are not changed, and so are legal.
    fn history(&mut self, with_swaps: bool) -> Vec<Operation> {
        let mut operations = self.legal(with_swaps);
        if self.chance(60) {
            for _ in 0..=self.below(2) {
                self.spoil(&mut operations);
            }
        }
        operations
    }

    /// Each client calls one operation after the other, each takes effect at some event in between,
    /// and then some of the responses are lost.
    fn legal(&mut self, with_swaps: bool) -> Vec<Operation> {
        let (clients, count) = (1 + self.below(4), 2 + self.below(7));
        let mut free_at = vec![0; clients as usize];
        let mut planned = Vec::new();
        for number in 0..count {
            let free_at = &mut free_at[self.below(clients) as usize];
            let call = *free_at + self.below(4);
            let done = call + if self.chance(20) { self.below(30) } else { self.below(6) };
            *free_at = done;
            let value = number + 1;
            let action = match self.below(if with_swaps { 10 } else { 6 }) {
                0..3 => Action::Read { seen: 0 },
                3..6 => Action::Write { value },
                _ => Action::Swap { seen: 0, value },
            };
            let (late, lost) = (self.below(20), self.chance(12));
            let point = if lost { call + late } else { call + self.below(done - call + 1) };
            let done = (!lost).then_some(done);
            let never = lost && self.chance(40);
            let order = (never, point, self.below(1 << 32));
            planned.push((order, Operation { key: 0, call, done, action }));
        }
        planned.sort_by_key(|&(order, _)| order);
        take_effect(planned.into_iter().map(|(_, operation)| operation).collect())
    }

    /// Changes what one operation observed, or its time.
    fn spoil(&mut self, operations: &mut [Operation]) {
        let (place, any) = (self.below(operations.len() as u64), self.below(10));
        let operation = &mut operations[place as usize];
        match &mut operation.action {
            Action::Read { seen } | Action::Swap { seen, .. } if self.chance(60) => *seen = any,
            _ => {
                let (call, done) = (self.below(24), self.below(8));
                operation.call = call;
                operation.done = operation.done.map(|_| call + done);
            }
        }
    }
}

/// Sets what the operations observe if they take effect in this order.
fn take_effect(mut operations: Vec<Operation>) -> Vec<Operation> {
    let mut state = 0;
    for operation in &mut operations {
        if let Action::Read { seen } | Action::Swap { seen, .. } = &mut operation.action {
            *seen = state;
        }
        if let Action::Write { value } | Action::Swap { value, .. } = operation.action {
            state = value;
        }
    }
    operations
}

/// How many histories were what.
#[derive(Debug, Default)]
struct Count {
    good: u64,
    bad: u64,
    pending: u64,
    kinds: [u64; 6],
}

fn kind(anomaly: &Anomaly) -> usize {
    match anomaly {
        Anomaly::NeverWritten { .. } => 0,
        Anomaly::SeenTooEarly { .. } => 1,
        Anomaly::EachBeforeOther { .. } => 2,
        Anomaly::SwappedTwice { .. } => 3,
        Anomaly::SwapsInCircle { .. } => 4,
        Anomaly::OldAfterNew { .. } => 5,
    }
}

/// Compares both verdicts on each history; they must agree.
fn compare(seed: u64, with_swaps: bool) -> Count {
    let (mut source, mut zones, mut count) =
        (Source::new(seed), Zones::default(), Count::default());
    for _ in 0..HISTORIES {
        let history = source.history(with_swaps);
        let (expected, verdict) = (library_accepts(&history), zones.check(&history));
        assert_eq!(verdict.is_ok(), expected, "{verdict:?}: {history:#?}");
        count.pending += u64::from(history.iter().any(|operation| operation.done.is_none()));
        match verdict {
            Ok(()) => count.good += 1,
            Err(anomaly) => {
                count.bad += 1;
                count.kinds[kind(&anomaly)] += 1;
            }
        }
    }
    println!("{count:?}");
    assert!(count.good >= 2_000 && count.bad >= 2_000 && count.pending >= 2_000, "{count:?}");
    count
}

#[test]
fn verdicts_on_reads_and_writes_are_those_of_a_checker_that_tries_every_order() {
    let count = compare(1, false);
    assert!(count.kinds[..3].iter().all(|&found| found > 50), "{count:?}");
}

/// More than soundness: since every value is swapped at most once, nothing is missed either.
#[test]
fn verdicts_on_swaps_are_those_of_a_checker_that_tries_every_order() {
    let count = compare(2, true);
    assert!(count.kinds.iter().all(|&found| found > 50), "{count:?}");
}

#[test]
fn a_second_check_allocates_nothing() {
    let mut source = Source::new(3);
    let history = source.legal(true);
    let mut zones = Zones::default();
    let first = allocation_counter::measure(|| assert_eq!(zones.check(&history), Ok(())));
    let second = allocation_counter::measure(|| assert_eq!(zones.check(&history), Ok(())));
    assert!(first.count_total > 0 && second.count_total == 0, "{first:?}, {second:?}");
}

/// The oracles that check client responses: two at each response, one at the end.
type ClientCheck = Both<ReadIsLinearizable, Both<AnswersAreTrue, HistoryIsLinearizable>>;

/// Runs a schedule under these oracles alone; their verdict, and the operations of clients so far.
fn client_history(
    cluster: &mut Cluster<Ours, ClientCheck>,
    drawn: &Schedule,
) -> (Option<Violation>, Vec<Operation>) {
    let setup = Setup { recovery: Recovery::Off, ..drawn.setup };
    let mut play = || {
        cluster.begin(setup, Schedule::MAX_EVENTS)?;
        drawn.events.iter().try_for_each(|&event| cluster.perform(event).map(drop))?;
        cluster.recorder.ended()
    };
    let verdict = play().err().map(|violation| *violation);
    (verdict, cluster.recorder.history.clients.operations().collect())
}

/// The keys that the library refuses, of those with few enough operations for it.
fn refused_keys(operations: &[Operation]) -> Vec<u8> {
    let of_key = |key| operations.iter().copied().filter(|o| o.key == key).collect::<Vec<_>>();
    (0..5).filter(|&key| of_key(key).len() <= 11 && !library_accepts(&of_key(key))).collect()
}

#[test]
fn verdicts_on_responses_to_clients_of_a_cluster_are_those_of_the_library() {
    let bugs = ["read-before-applied", "retry-answered-anew", "reads-without-quorum"];
    let (mut good, mut at_once, mut at_the_end) = (0, 0, 0);
    for name in [None].into_iter().chain(bugs.map(Some)) {
        let mut cluster = Cluster::new(system_under_test(name).expect("it exists"));
        let mut generator = Generator::new(Strategy::Swarm, 5);
        let is_rare = name == Some("read-before-applied");
        for _ in 0..if is_rare { 60_000 } else { 2_000 } {
            let drawn = generator.schedule(Some(3), 400);
            // Reads stay pending where state machines are slow.
            if is_rare && !drawn.setup.slow_apply {
                continue;
            }
            let (violation, operations) = client_history(&mut cluster, &drawn);
            let refused = refused_keys(&operations);
            match violation {
                None => {
                    assert!(refused.is_empty(), "{drawn}");
                    good += usize::from(operations.iter().any(|o| o.done.is_some()));
                }
                Some(Violation::HistoryIsLinearizable { .. }) => {
                    let counts =
                        (0..5).map(|key| operations.iter().filter(|o| o.key == key).count());
                    let is_small = counts.max().is_some_and(|most| most <= 11);
                    assert!(!is_small || !refused.is_empty(), "{drawn}");
                    at_the_end += usize::from(is_small);
                }
                // The log contradicts the response before any later response does.
                Some(_) => at_once += 1,
            }
        }
    }
    let enough = good > 1_000 && at_once > 50 && at_the_end > 10;
    assert!(enough, "{good} good, {at_once} bad at once, {at_the_end} at the end");
}
