//! The cost of the monitors: the same schedules on a bare cluster, under all oracles, with the
//! goals, with the client check alone, and with a recovery at the end, as ratios of CPU time.
//!
//! All configurations are timed in turn, many times in one run, so that other load on the machine
//! slows all of them alike.

use std::time::Duration;

use cpu_time::ProcessTime;
use whitewater::cluster::Cluster;
use whitewater::goal::Goals;
use whitewater::history::monitor::{Both, Monitor};
use whitewater::mutants::raft;
use whitewater::oracle::answers_are_true::AnswersAreTrue;
use whitewater::oracle::history_is_linearizable::HistoryIsLinearizable;
use whitewater::oracle::read_is_linearizable::ReadIsLinearizable;
use whitewater::oracle::Oracles;
use whitewater::replica::ours::Ours;
use whitewater::schedule::family::Family;
use whitewater::schedule::{Recovery, Schedule};
use whitewater::search::generator::{Generator, Strategy};

/// How many schedules there are, of how many events, and how often each configuration runs.
const SCHEDULES: u64 = 400;
const EVENTS: usize = 500;
const ROUNDS: usize = 20;

/// No monitor.
#[derive(Clone, Default)]
struct Unmonitored;

impl Monitor for Unmonitored {}

/// Runs all schedules in one configuration; the CPU time.
type TimedRun = fn(&[Schedule]) -> Duration;

/// The oracles that check the responses to clients.
type ClientCheck = Both<ReadIsLinearizable, Both<AnswersAreTrue, HistoryIsLinearizable>>;

/// Runs all schedules; the CPU time.
fn time<M: Monitor>(schedules: &[Schedule], recovery: Recovery) -> Duration {
    let mut cluster: Cluster<Ours, M> = Cluster::new(raft());
    let start = ProcessTime::now();
    for schedule in schedules {
        let setup = whitewater::schedule::Setup { recovery, ..schedule.setup };
        run(&mut cluster, setup, schedule).expect("a correct Raft has no violation");
    }
    start.elapsed()
}

fn run<M: Monitor>(
    cluster: &mut Cluster<Ours, M>,
    setup: whitewater::schedule::Setup,
    schedule: &Schedule,
) -> Result<(), Box<whitewater::history::violation::Violation>> {
    cluster.begin(setup, Schedule::MAX_EVENTS)?;
    for &event in &schedule.events {
        cluster.perform(event)?;
    }
    if setup.recovery != Recovery::Off {
        cluster.recover()?;
    }
    cluster.recorder.ended().map(drop)
}

fn main() {
    let mut generator = Generator::new(Strategy::Swarm, 1);
    let schedules: Vec<Schedule> =
        (0..SCHEDULES).map(|_| generator.schedule(None, EVENTS)).collect();
    let configurations: [(&str, TimedRun); 5] = [
        ("bare", |all| time::<Unmonitored>(all, Recovery::Off)),
        ("client check", |all| time::<ClientCheck>(all, Recovery::Off)),
        ("all oracles", |all| time::<Oracles>(all, Recovery::Off)),
        ("all oracles and goals", |all| time::<Both<Oracles, Goals>>(all, Recovery::Off)),
        ("bare and a recovery", |all| time::<Unmonitored>(all, Recovery::Full)),
    ];
    let mut spent = [Duration::ZERO; 5];
    for _ in 0..ROUNDS {
        for (sum, (_, timed_run)) in spent.iter_mut().zip(&configurations) {
            *sum += timed_run(&schedules);
        }
    }
    for ((name, _), time) in configurations.iter().zip(spent) {
        println!("{name}: {:.2} x", time.as_secs_f64() / spent[0].as_secs_f64());
    }
    println!("fault families in play: {}", Family::ALL.len());
}
