//! How every fuzz target runs one input, and replays files when there is no fuzzer.
//!
//! Promises: on a violation, before the panic: the schedule is shrunk, the small input is written
//! beside libFuzzer's own, the story is printed with the command that replays it, and the
//! fingerprint is printed in the forms that libFuzzer's minimiser and ClusterFuzz's parser read. A
//! lint counts as a find. In a campaign, half of the mutations are searches by the explorer
//! (`exploration.rs`), which begins where the corpus ends. With `WHITEWATER_ONLY=<fingerprint>`,
//! every other violation is ignored, so that a stock minimiser cannot drift to another bug;
//! `WHITEWATER_IGNORE` names known finds.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU8, Ordering};

use crate::base::counts::Counts;
use crate::base::hash::mix;
use crate::base::renamed;
use crate::goal::{self, GOALS};
use crate::history::paths::slot_of;
use crate::history::violation::Violation;
use crate::oracle::ORACLES;
use crate::replica::panics;
use crate::replica::system_under_test::{SystemUnderTest, UnknownMutant};
use crate::replica::Replica;
use crate::report::shrink::shrink;
use crate::report::story;
use crate::run::{Judged, Outcome};
use crate::schedule::event::Event;
use crate::schedule::family::Family;
use crate::schedule::files::{content_name, read_schedule, write_new};
use crate::schedule::{Schedule, Setup};
use crate::search::checkpoint::Checkpoint;
use crate::search::explorer::{Explorer, Tuning};
use crate::search::generator::Strategy;
use crate::search::mutator;

mod exploration;
mod options;

/// The seeded bug of the target `mutant`, and of `store`, which needs none.
pub const MUTANT: &str = "WHITEWATER_MUTANT";
/// The only fingerprint that counts as a find.
pub const ONLY: &str = "WHITEWATER_ONLY";

/// Known fingerprints, separated by commas, which are ignored.
pub const IGNORE: &str = "WHITEWATER_IGNORE";
/// The size of every cluster, in place of the size in the schedule: for benchmarks.
pub const NODES: &str = "WHITEWATER_NODES";
/// If it is set, the host syncs every write, even where the Raft requests none.
pub const ALWAYS_SYNC: &str = "WHITEWATER_ALWAYS_SYNC";

/// If it is set, finds are reported without their stories, as they are: to measure a search alone.
pub const UNSHRUNK: &str = "WHITEWATER_UNSHRUNK";

/// A campaign prints its progress each time it has run this many inputs.
const REPORT_EVERY: u64 = 1 << 8;

/// The command that replays a file on our Raft.
pub const REPLAY: &str = "cargo run -rq --bin whitewater --";

/// The system under test of a target, by the name of a seeded bug.
pub type Systems<R> = fn(Option<&str>) -> Result<SystemUnderTest<R>, UnknownMutant>;

/// If it is set, libFuzzer's coverage is the compiler's edges alone, without goals and paths, and
/// nothing is explored.
pub const EDGES_ALONE: &str = "WHITEWATER_EDGES_ALONE";

/// Counters for paths, of which there are some thousands.
const PATHS: usize = 1 << 13;

/// libFuzzer's extra counters: whether the last input reached each goal and took each path. An
/// input that reaches a goal counts as one that reaches new code, so that campaigns seek goals and
/// `cmin` keeps them. libFuzzer clears the counters before each input. It finds them only in a
/// named link section, hence the `unsafe`.
#[used]
#[allow(unsafe_code)]
#[cfg_attr(all(fuzzing, target_os = "linux"), unsafe(link_section = "__libfuzzer_extra_counters"))]
static REACHED: Reached = Reached {
    goals: [const { AtomicU8::new(0) }; goal::COUNT],
    paths: [const { AtomicU8::new(0) }; PATHS],
};

/// libFuzzer clears whole words: with a size in between it would clear memory behind the counters.
#[repr(C, align(8))]
struct Reached {
    goals: [AtomicU8; goal::COUNT],
    paths: [AtomicU8; PATHS],
}

/// A running fuzz target.
struct Target<R: Replica, C> {
    name: &'static str,
    replay: &'static str,
    explorer: Explorer<R, C>,
    mutant: Option<String>,
    only: Option<String>,
    ignored: Vec<String>,
    /// The prefix of the names of saved inputs; none if nothing is saved.
    artifacts: Option<PathBuf>,
    edges_alone: bool,
    nodes: Option<u8>,
    /// Whether mutations may be searches.
    explores: bool,
    inputs: u64,
    /// Executions by the explorer.
    explored: u64,
    /// What the explorer has discovered and libFuzzer has not run yet.
    waiting: VecDeque<Schedule>,
    events: u64,
    faults: Counts<{ Family::ALL.len() }>,
    goals: Counts<{ goal::COUNT }>,
}

/// A target, independent of the Raft under test.
trait Campaign {
    /// Runs one schedule and reports its violation; returns the fingerprint.
    fn try_input(&mut self, schedule: &Schedule) -> Option<String>;

    /// Searches; a schedule that breaks a promise or takes a new path, of at most `most` events.
    fn explore(&mut self, seed: u64, most: usize) -> Option<Schedule>;
}

thread_local! {
    static TARGET: RefCell<Option<Box<dyn Campaign>>> = const { RefCell::new(None) };
}

/// The fingerprint `name`, if a violation can have it; else an error that names the `option`.
pub fn fingerprint(option: &str, name: &str) -> Result<String, String> {
    let name = renamed::current(name);
    match ORACLES.iter().any(|info| info.name == name) || name.starts_with("panic-in-") {
        true => Ok(name),
        false => Err(format!("{option}: no violation is called '{name}'")),
    }
}

/// A number of nodes.
fn nodes(word: &str) -> Result<u8, String> {
    let nodes = word.parse().ok().filter(|nodes| (1..=Setup::MAX_NODES).contains(nodes));
    nodes.ok_or_else(|| format!("{NODES}: '{word}' is not a number of nodes from 1 to 7"))
}

impl<R: Replica, C: Checkpoint<R>> Target<R, C> {
    /// Reads the environment; an error describes an invalid setting.
    fn prepare(
        name: &'static str,
        systems: Systems<R>,
        replay: &'static str,
    ) -> Result<Target<R, C>, String> {
        let mutant = match (name, env::var(MUTANT).ok()) {
            ("mutant", None) => return Err(format!("{MUTANT} must name a seeded bug")),
            ("mutant" | "store", mutant) => mutant,
            _ => None,
        };
        let mut sut = systems(mutant.as_deref()).map_err(|unknown| unknown.to_string())?;
        sut.driver.always_sync = env::var_os(ALWAYS_SYNC).is_some();
        let explorer = Explorer::new(sut, Strategy::default(), 0, Tuning::DEFAULT);
        let (faults, goals) = (Counts::default(), Counts::default());
        let only = env::var(ONLY).ok().map(|name| fingerprint(ONLY, &name)).transpose()?;
        let ignored = env::var(IGNORE).unwrap_or_default();
        let ignored = ignored.split(',').filter(|name| !name.is_empty());
        let ignored = ignored.map(|name| fingerprint(IGNORE, name)).collect::<Result<_, _>>()?;
        let artifacts = None;
        Ok(Target {
            name,
            replay,
            explorer,
            mutant,
            only,
            ignored,
            artifacts,
            edges_alone: env::var_os(EDGES_ALONE).is_some(),
            nodes: env::var(NODES).ok().map(|word| nodes(&word)).transpose()?,
            explores: false,
            inputs: 0,
            explored: 0,
            waiting: VecDeque::new(),
            events: 0,
            faults,
            goals,
        })
    }

    /// The schedule, on a cluster of the size that the environment gives.
    fn sized(&self, schedule: &Schedule) -> Schedule {
        let nodes = self.nodes.unwrap_or(schedule.setup.nodes);
        Schedule { setup: Setup { nodes, ..schedule.setup }, events: schedule.events.clone() }
    }

    /// Adds an execution to what the campaign reports.
    fn tally(&mut self, outcome: &Outcome, events: u64) {
        self.events += events;
        self.faults.add(&outcome.faults);
        self.goals.add(&outcome.goals);
    }

    /// Whether a violation counts as a find.
    fn is_wanted(&self, fingerprint: &String) -> bool {
        let is_another = self.only.as_ref().is_some_and(|only| only != fingerprint);
        !is_another && !self.ignored.contains(fingerprint)
    }

    /// Sets libFuzzer's extra counters for the last run.
    fn count(&self, goals: &Counts<{ goal::COUNT }>) {
        for (counter, &count) in REACHED.goals.iter().zip(&goals.0) {
            counter.store((count > 0).into(), Ordering::Relaxed);
        }
        for &key in self.explorer.keys() {
            REACHED.paths[slot_of(key, PATHS)].store(1, Ordering::Relaxed);
        }
    }

    /// Prints the campaign's progress, in lines that a script can read.
    fn print_status(&self) {
        let reached = self.goals.0.iter().filter(|&&count| count > 0).count();
        let (inputs, explored, events) = (self.inputs, self.explored, self.events);
        let goals = format_args!("{reached}/{}", goal::COUNT);
        eprintln!("whitewater: inputs {inputs} explored {explored} events {events} goals {goals}");
        let found = self.explorer.discovery();
        let (unseen, chance) = (found.unseen(), found.probability());
        let last = format_args!("{} of {}", found.last_new, found.taken);
        let known = found.known;
        eprintln!("whitewater: paths {known} unseen {unseen:.0} chance {chance:.1e} last {last}");
        let families = Family::ALL.iter().map(|(_, name)| *name).zip(self.faults.0);
        let goals = GOALS.iter().map(|(name, _)| *name).zip(self.goals.0);
        let missing = families.chain(goals).filter(|(_, count)| *count == 0);
        let names: Vec<&str> = missing.map(|(name, _)| name).collect();
        eprintln!("whitewater: never reached: {}", names.join(" "));
    }

    /// Reports a violation; one that cannot be shrunk is reported unshrunk.
    fn report(&self, schedule: &Schedule, violation: &Violation) {
        let fingerprint = violation.fingerprint();
        self.print_status();
        eprintln!("\n==== whitewater: {fingerprint} ====\n");
        match env::var_os(UNSHRUNK) {
            None => self.tell(schedule, violation),
            Some(_) => eprintln!("{violation}"),
        }
        eprintln!("\nDEDUP_TOKEN: {fingerprint}");
        eprintln!("thread 'fuzz' panicked at '{fingerprint}', harness\n");
    }

    /// Shrinks and saves the schedule of a violation, and prints its story.
    fn tell(&self, schedule: &Schedule, violation: &Violation) {
        match shrink(self.explorer.system_under_test(), schedule) {
            Ok(small) => {
                let path = self.save(&small.schedule, &violation.fingerprint());
                eprint!("{}", story::narrate(self.explorer.system_under_test(), &small.schedule));
                eprintln!(
                    "\nshrunk    {} to {} events in {} replays",
                    small.events_before,
                    small.schedule.events.len(),
                    small.replays
                );
                if let Some(path) = path {
                    eprintln!("saved     {}", path.display());
                    eprintln!("replay    {}", self.replay_command(&path));
                }
            }
            Err(reason) => eprintln!("{violation}\nnot shrunk: {reason}"),
        }
    }

    fn save(&self, schedule: &Schedule, fingerprint: &str) -> Option<PathBuf> {
        let bytes = schedule.encode();
        let name = format!("found-{fingerprint}-{}", content_name(&bytes));
        // libFuzzer puts its prefix before the name unchanged, with or without a trailing slash.
        let mut path = self.artifacts.clone()?.into_os_string();
        path.push(&name);
        let path = PathBuf::from(path);
        match write_new(&path, &bytes) {
            Ok(()) => Some(path),
            Err(error) => {
                eprintln!("not saved: {error}");
                None
            }
        }
    }

    fn replay_command(&self, path: &Path) -> String {
        let store = if self.name == "store" { " --store" } else { "" };
        let mutant = self.mutant.as_ref().map_or(String::new(), |name| format!(" --mutant {name}"));
        format!("{} replay{store}{mutant} {}", self.replay, path.display())
    }
}

impl<R: Replica, C: Checkpoint<R>> Campaign for Target<R, C> {
    fn try_input(&mut self, schedule: &Schedule) -> Option<String> {
        let outcome = self.explorer.follow(&self.sized(schedule));
        self.explorer.take_discoveries();
        self.inputs += 1;
        self.tally(&outcome, outcome.resolved.events.len() as u64);
        if !self.edges_alone {
            self.count(&outcome.goals);
        }
        if self.inputs % REPORT_EVERY == 0 {
            self.print_status();
        }
        let violation = outcome.violation?;
        let fingerprint = violation.fingerprint();
        if !self.is_wanted(&fingerprint) {
            return None;
        }
        self.report(&outcome.resolved, &violation);
        Some(fingerprint)
    }

    fn explore(&mut self, seed: u64, most: usize) -> Option<Schedule> {
        self.explores.then(|| self.explore_for(seed, most)).flatten()
    }
}

/// Prepares the target `name` for any Raft, before libFuzzer reads its options. Exits the process
/// on an error.
pub fn prepare<R: Replica + 'static>(
    name: &'static str,
    systems: Systems<R>,
    replay: &'static str,
) {
    prepare_with::<R, Schedule>(name, systems, replay);
}

/// The same for a Raft whose clones share nothing with it: the explorer clones clusters instead of
/// executing their schedules again.
pub fn prepare_with_clones<R: Replica<Storage: Clone> + Clone + 'static>(
    name: &'static str,
    systems: Systems<R>,
    replay: &'static str,
) {
    prepare_with::<R, Judged<R>>(name, systems, replay);
}

fn prepare_with<R: Replica + 'static, C: Checkpoint<R> + 'static>(
    name: &'static str,
    systems: Systems<R>,
    replay: &'static str,
) {
    match options::complete().and_then(|()| Target::<R, C>::prepare(name, systems, replay)) {
        Ok(mut target) => {
            // cargo fuzz puts its own before the caller's, and libFuzzer uses the last.
            let mut prefixes = env::args_os().filter_map(|arg| {
                Some(PathBuf::from(arg.to_str()?.strip_prefix("-artifact_prefix=")?))
            });
            target.artifacts = Some(prefixes.next_back().unwrap_or_default());
            target.explores = !target.edges_alone && options::is_own_campaign();
            TARGET.set(Some(Box::new(target)));
        }
        Err(error) => {
            eprintln!("{name}: {error}");
            std::process::exit(2);
        }
    }
}

/// Half of the mutations are schedules that the explorer found. The others, and all where it found
/// none, mutate as [`mutator::mutate`] does; after a panic there, as libFuzzer itself would.
pub fn mutate(
    data: &mut [u8],
    size: usize,
    room: usize,
    seed: u32,
    own: fn(&mut [u8], usize, usize) -> usize,
) -> usize {
    if mix(0, seed.into()) % 2 == 0 {
        if let Some(found) = or_print(seed, || explore(seed, room.min(data.len()))).flatten() {
            return mutator::store(&found, data);
        }
    }
    let mutated = or_print(seed, || mutator::mutate(data, size, room, seed, own));
    mutated.unwrap_or_else(|| own(data, size, room))
}

/// A schedule that the explorer of the target found, if there is one, and that fits `room` bytes.
fn explore(seed: u32, room: usize) -> Option<Schedule> {
    let most = room.checked_sub(Setup::BYTES)? / Event::BYTES;
    TARGET.with_borrow_mut(|target| target.as_mut()?.explore(seed.into(), most))
}

/// Crosses over as [`mutator::cross_over`] does; an empty input after a panic there.
pub fn cross_over(first: &[u8], second: &[u8], out: &mut [u8], seed: u32) -> usize {
    or_print(seed, || mutator::cross_over(first, second, out, seed)).unwrap_or_default()
}

/// The result of `mutate`. A panic is an error of this harness and not a find: libFuzzer would save
/// an empty input for it, which replays clean (`findings/` shows it). It is printed instead.
fn or_print<T>(seed: u32, mutate: impl FnOnce() -> T) -> Option<T> {
    let report = |panic: panics::Panic| {
        let panics::Panic { message, place } = panic;
        eprintln!("whitewater: error in the mutator, seed {seed}, at {place}: {message}");
    };
    panics::catch(mutate).map_err(report).ok()
}

/// Runs one input, and panics if it has a violation.
pub fn run_input(schedule: &Schedule) {
    let broken = TARGET.with_borrow_mut(|target| {
        target.as_mut().expect("it is prepared first").try_input(schedule)
    });
    if let Some(fingerprint) = broken {
        panic!("{fingerprint}");
    }
}

/// The target as an ordinary program: replays the files of its arguments. Exit code 0 if all are
/// clean, 1 if one has a violation, 2 if one cannot be read.
pub fn replay_files<R: Replica>(name: &'static str, systems: Systems<R>) -> ExitCode {
    let mut target = match Target::<R, Schedule>::prepare(name, systems, REPLAY) {
        Ok(target) => target,
        Err(error) => {
            eprintln!("{name}: {error}");
            return ExitCode::from(2);
        }
    };
    let paths: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    if paths.is_empty() {
        eprintln!(
            "usage: {} FILE...   replays schedules; cargo fuzz run {name} fuzzes",
            target.name
        );
        return ExitCode::from(2);
    }
    let mut worst = 0;
    for path in &paths {
        let code = match read_schedule(path) {
            Err(error) => {
                eprintln!("{error}");
                2
            }
            Ok(schedule) => match target.try_input(&schedule) {
                Some(fingerprint) => {
                    println!("{}: {fingerprint}", path.display());
                    1
                }
                None => {
                    println!("{}: clean", path.display());
                    0
                }
            },
        };
        worst = worst.max(code);
    }
    ExitCode::from(worst)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counters_fill_the_words_that_libfuzzer_clears() {
        assert_eq!(size_of_val(&REACHED) % size_of::<usize>(), 0, "its end");
        assert_eq!(align_of_val(&REACHED) % align_of::<usize>(), 0, "its start");
    }

    #[test]
    fn a_panic_in_a_mutator_is_reported_and_makes_no_find() {
        assert_eq!(or_print(7, || 3), Some(3));
        assert_eq!(or_print(7, || -> usize { panic!("an index out of range") }), None);
    }

    #[test]
    fn a_target_mutates_and_crosses_over_as_the_mutator_does() {
        let own = |_: &mut [u8], size: usize, _: usize| size;
        let (mut ours, mut theirs) = ([7; 2_000], [7; 2_000]);
        let size = mutate(&mut ours, 400, 2_000, 5, own);
        assert_eq!(size, mutator::mutate(&mut theirs, 400, 2_000, 5, own));
        assert_eq!(ours[..size], theirs[..size]);
        let (mut one, mut other) = ([0; 900], [0; 900]);
        let size = cross_over(&ours[..400], &theirs[..200], &mut one, 5);
        assert_eq!(size, mutator::cross_over(&ours[..400], &theirs[..200], &mut other, 5));
        assert_eq!(one, other);
    }
}
