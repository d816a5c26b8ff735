//! The tally of a campaign: counts and finds.
//!
//! Promises: the first find of each fingerprint is replayed from its own bytes, must have the same
//! violation again, and is shrunk, and so are some further ones if a campaign keeps the shortest of
//! several; of all other finds only the number is kept. What shrinking costs is counted apart from
//! the search. Merging the same tallies in the same order gives the same tally.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use cpu_time::ThreadTime;
use serde_json::{json, Map, Value};
use whitewater::base::counts::Counts;
use whitewater::base::hash::mix;
use whitewater::base::renamed;
use whitewater::goal::{self, GOALS};
use whitewater::oracle::{Checks, ORACLES};
use whitewater::raft::mark::{Mark, Marks};
use whitewater::replica::node_storage::{StorageCounts, STORAGE_GOALS};
use whitewater::replica::system_under_test::SystemUnderTest;
use whitewater::replica::Replica;
use whitewater::report::shrink::shrink;
use whitewater::run::Outcome;
use whitewater::schedule::family::Family;
use whitewater::schedule::files::{content_name, write_new};
use whitewater::schedule::Schedule;
use whitewater::search::path_counts::clean_executions;
use whitewater::target::fingerprint;

use crate::{is_directory, Failure, Output};

/// What to do with finds.
#[derive(Args)]
pub struct FindArgs {
    /// Stop at the first violation; more precisely, soon after it, with the shortest of several
    /// finds of its fingerprint.
    ///
    /// The search goes on until it has as many finds as --shortest-of says, but only for as many
    /// executions as it took to the first one (at least 100, at most 20,000): it at most doubles.
    /// Finds shrink to different lengths, and a further one is cheap only if the first was. Finds
    /// of other fingerprints are ignored meanwhile.
    #[arg(long)]
    pub stop_at_first: bool,
    /// With --stop-at-first: shrink this many finds and keep the shortest; 1 stops at once.
    #[arg(long, default_value_t = 5, value_name = "N", requires = "stop_at_first",
          value_parser = clap::value_parser!(u32).range(1..=1000))]
    shortest_of: u32,
    /// Ignore every other find.
    #[arg(long, value_name = "FINGERPRINT")]
    only: Option<String>,
    /// Ignore these finds, which are known.
    #[arg(long, value_name = "FINGERPRINT,...", value_delimiter = ',')]
    ignore: Vec<String>,
    /// At the end, say how many further executions without a find make it believable at 95 % that
    /// there is no bug which shows in this share of them: above 0, at most 1.
    #[arg(long, value_name = "SHARE", value_parser = share)]
    bug_rate: Option<f64>,
    /// Save the first find of each fingerprint, shrunk, in this directory.
    #[arg(long, value_name = "DIR")]
    save_finds: Option<PathBuf>,
}

/// A share of executions.
fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if (1e-12..=1.0).contains(&share) => Ok(share),
        _ => Err("it is a share of the executions, from 1e-12 to 1".into()),
    }
}

impl FindArgs {
    /// Fails if an option's value cannot be used.
    pub fn check(&self) -> Result<(), Failure> {
        self.save_finds.as_deref().map_or(Ok(()), is_directory)?;
        for name in &self.ignore {
            fingerprint("--ignore", name)?;
        }
        let Some(only) = &self.only else { return Ok(()) };
        let only = fingerprint("--only", only)?;
        match self.is_ignored(&only) {
            true => {
                Err(Failure(format!("--only and --ignore both name '{only}': nothing is left")))
            }
            false => Ok(()),
        }
    }

    fn is_ignored(&self, fingerprint: &str) -> bool {
        self.ignore.iter().any(|name| renamed::current(name) == fingerprint)
    }

    /// Whether a find is to be reported.
    fn want(&self, fingerprint: &str) -> bool {
        let is_other = |only: &String| renamed::current(only) != fingerprint;
        !self.only.as_ref().is_some_and(is_other) && !self.is_ignored(fingerprint)
    }

    /// How many finds of a fingerprint are shrunk.
    fn shrinks(&self) -> u32 {
        if self.stop_at_first {
            self.shortest_of
        } else {
            1
        }
    }

    /// Saves a find, if `--save-finds` is given.
    pub fn save(&self, fingerprint: &str, find: &Find) -> Result<(), Failure> {
        match &self.save_finds {
            Some(directory) => save(directory, &format!("{fingerprint}-"), &find.schedule),
            None => Ok(()),
        }
    }
}

/// How a campaign with `--stop-at-first` ends: the first fingerprint found, and the number of
/// executions after which no shorter find is looked for.
#[derive(Default)]
pub struct Ending(Option<(String, u64)>);

impl Ending {
    /// Whether a find is to be reported.
    pub fn want(&self, args: &FindArgs, fingerprint: &str) -> bool {
        let is_other = |(first, _): &(String, u64)| first != fingerprint;
        args.want(fingerprint) && !self.0.as_ref().is_some_and(is_other)
    }

    /// Whether the campaign ends after this many executions.
    pub fn is_reached(&mut self, args: &FindArgs, tally: &Tally, executions: u64) -> bool {
        let Some((first, find)) = tally.finds.first_key_value() else { return false };
        if !args.stop_at_first {
            return false;
        }
        let more = executions.clamp(100, 20_000);
        let (_, last) = self.0.get_or_insert_with(|| (first.clone(), executions + more));
        find.shrunk >= args.shortest_of || executions >= *last
    }
}

/// Saves a schedule under a name made of a prefix and a hash of its content.
pub fn save(directory: &Path, before: &str, schedule: &Schedule) -> Result<(), Failure> {
    let bytes = schedule.encode();
    write_new(&directory.join(format!("{before}{}", content_name(&bytes))), &bytes)?;
    Ok(())
}

/// The finds of a fingerprint, and the shortest that one of them was shrunk to.
#[derive(Clone)]
pub struct Find {
    /// The number of the first schedule.
    number: u64,
    lint: bool,
    violation: String,
    events_before: usize,
    schedule: Schedule,
    replays: usize,
    count: u64,
    /// How many were shrunk.
    shrunk: u32,
}

/// What some executions cost.
#[derive(Clone, Copy, Default)]
struct Effort {
    cpu: Duration,
    executions: u64,
    events: u64,
}

impl Find {
    /// Adds other finds of the same fingerprint, and keeps the shortest.
    fn merge(&mut self, other: &Find) {
        let (number, count) = (self.number.min(other.number), self.count + other.count);
        let shrunk = self.shrunk + other.shrunk;
        let rank = |find: &Find| (find.schedule.events.len(), find.number);
        if rank(other) < rank(self) {
            *self = other.clone();
        }
        (self.number, self.count, self.shrunk) = (number, count, shrunk);
    }

    /// How it was shrunk.
    fn text(&self) -> String {
        let (nodes, before) = (self.schedule.setup.nodes, self.events_before);
        let (after, replays) = (self.schedule.events.len(), self.replays);
        let text =
            format!("{nodes} nodes, {before} events, shrunk to {after} in {replays} replays");
        match self.shrunk {
            1 => text,
            several => format!("{text}, the shortest of {several}"),
        }
    }
}

impl Effort {
    fn add(&mut self, other: Effort) {
        self.cpu += other.cpu;
        self.executions += other.executions;
        self.events += other.events;
    }

    /// Events per CPU second.
    fn rate(&self) -> u64 {
        (self.events as f64 / self.cpu.as_secs_f64().max(1e-6)) as u64
    }

    fn text(&self) -> String {
        let seconds = self.cpu.as_secs_f64();
        format!("{seconds:.2} CPU s, {} executions, {} events", self.executions, self.events)
    }

    fn json(&self) -> Value {
        json!({ "cpu_seconds": self.cpu.as_secs_f64(), "executions": self.executions,
                "events": self.events })
    }
}

/// The counts and finds of a campaign.
#[derive(Clone, Default)]
pub struct Tally {
    schedules: u64,
    /// Primitive events.
    pub events: u64,
    digest: u64,
    checks: Checks,
    /// How many schedules each oracle had something to check in.
    judged: Checks,
    faults: Counts<{ Family::ALL.len() }>,
    goals: Counts<{ goal::COUNT }>,
    marks: Counts<{ Mark::ALL.len() }>,
    storage: StorageCounts,
    shrinking: Effort,
    /// By fingerprint.
    pub finds: BTreeMap<String, Find>,
}

/// The names with a count of 0.
fn missing<'a>(names: impl Iterator<Item = &'a str>, counts: &[u64]) -> Vec<&'a str> {
    names.zip(counts).filter(|(_, &count)| count == 0).map(|(name, _)| name).collect()
}

/// How many were counted at least once, of how many.
fn reached(counts: &[u64]) -> String {
    format!("{}/{}", counts.iter().filter(|&&count| count > 0).count(), counts.len())
}

fn fault_names() -> impl Iterator<Item = &'static str> {
    Family::ALL.iter().map(|(_, name)| *name)
}

fn goal_names() -> impl Iterator<Item = &'static str> {
    GOALS.iter().map(|(name, _)| *name)
}

fn storage_names() -> impl Iterator<Item = &'static str> {
    STORAGE_GOALS.iter().map(|(name, _)| *name)
}

fn mark_names() -> impl Iterator<Item = &'static str> {
    Mark::ALL.into_iter().map(|(_, name, _)| name)
}

impl Tally {
    /// Counts a run that executed `events` events.
    pub fn add(&mut self, outcome: &Outcome, events: u64) {
        self.schedules += 1;
        self.events += events;
        self.digest = mix(self.digest, outcome.digest);
        self.checks.add(&outcome.checks);
        self.judged.add(&Counts(outcome.checks.0.map(|count| u64::from(count > 0))));
        self.faults.add(&outcome.faults);
        self.goals.add(&outcome.goals);
        self.storage.add(&outcome.storage);
        for (mark, _, _) in Mark::ALL {
            self.marks.0[mark as usize] += u64::from(outcome.marks.contains(mark));
        }
    }

    /// Adds the counts of a later tally.
    pub fn merge(&mut self, other: &Tally) {
        self.schedules += other.schedules;
        self.events += other.events;
        self.digest = mix(self.digest, other.digest);
        self.checks.add(&other.checks);
        self.judged.add(&other.judged);
        self.faults.add(&other.faults);
        self.goals.add(&other.goals);
        self.marks.add(&other.marks);
        self.storage.add(&other.storage);
        self.shrinking.add(other.shrinking);
        for (fingerprint, find) in &other.finds {
            match self.finds.get_mut(fingerprint) {
                Some(own) => own.merge(find),
                None => drop(self.finds.insert(fingerprint.clone(), find.clone())),
            }
        }
    }

    /// The digest of all runs so far.
    #[cfg(test)]
    pub fn digest(&self) -> u64 {
        self.digest
    }

    /// Whether a run reached a goal, or hit a mark, that no earlier run did.
    pub fn reaches_more(&self, outcome: &Outcome) -> bool {
        let goals = self.goals.0.iter().zip(&outcome.goals.0);
        let mut goals = goals.chain(self.storage.0.iter().zip(&outcome.storage.0));
        let is_new = |mark: Mark| self.marks.0[mark as usize] == 0 && outcome.marks.contains(mark);
        goals.any(|(&before, &now)| before == 0 && now > 0)
            || outcome.marks != Marks::default() && Mark::ALL.iter().any(|&(mark, ..)| is_new(mark))
    }

    /// The state in a few words.
    pub fn line(&self) -> String {
        let (goals, finds) = (reached(&self.goals.0), self.finds.len());
        match self.marks_any() {
            true => format!("goals {goals} marks {} finds {finds}", reached(&self.marks.0)),
            false => format!("goals {goals} finds {finds}"),
        }
    }

    /// Whether the Raft reports coverage marks.
    fn marks_any(&self) -> bool {
        self.marks.0 != [0; Mark::ALL.len()]
    }

    /// Whether there was a real store.
    fn storage_any(&self) -> bool {
        self.storage != StorageCounts::default()
    }

    /// Counts a find of the run of this number, and shrinks it if few of its fingerprint were.
    /// Whether it is the first of its fingerprint.
    pub fn find<R: Replica>(
        &mut self,
        args: &FindArgs,
        sut: &SystemUnderTest<R>,
        number: u64,
        resolved: &Schedule,
        fingerprint: &str,
    ) -> Result<bool, Failure> {
        let own = self.finds.get_mut(fingerprint);
        if let Some(own) = own.filter(|own| own.shrunk >= args.shrinks()) {
            own.count += 1;
            return Ok(false);
        }
        let find = self.shrink(sut, number, resolved, fingerprint)?;
        match self.finds.get_mut(fingerprint) {
            Some(own) => own.merge(&find),
            None => drop(self.finds.insert(fingerprint.into(), find)),
        }
        Ok(self.finds[fingerprint].count == 1)
    }

    /// Shrinks a find, and counts what that costs.
    fn shrink<R: Replica>(
        &mut self,
        sut: &SystemUnderTest<R>,
        number: u64,
        resolved: &Schedule,
        fingerprint: &str,
    ) -> Result<Find, Failure> {
        let start = ThreadTime::now();
        let wrong = |what: String| {
            let find = format!("schedule {number} broke {fingerprint}");
            Failure(format!("{find}, but its bytes do not replay: {what}: an error of the harness"))
        };
        // The drawn schedule may continue where this run was stopped; the resolved one does not.
        let schedule = Schedule::decode(&resolved.encode()).map_err(|e| wrong(e.to_string()))?;
        let small = shrink(sut, &schedule).map_err(|reason| wrong(reason.to_string()))?;
        let violation = small.outcome.violation.expect("a shrunk schedule fails");
        if violation.fingerprint() != fingerprint {
            return Err(wrong(format!("they break {}", violation.fingerprint())));
        }
        let executions = small.replays as u64;
        self.shrinking.add(Effort { cpu: start.elapsed(), executions, events: small.events });
        Ok(Find {
            number,
            lint: violation.is_lint(),
            violation: violation.to_string(),
            events_before: small.events_before,
            schedule: small.schedule,
            replays: small.replays,
            count: 1,
            shrunk: 1,
        })
    }

    /// What is printed at the end.
    pub fn output(&self, cpu: Duration, args: &FindArgs) -> Output {
        let search = Effort {
            cpu: cpu.saturating_sub(self.shrinking.cpu),
            executions: self.schedules,
            events: self.events,
        };
        let digest = format!("{:016x}", self.digest);
        let mut output = Output {
            text: self.text(cpu, &search, &digest),
            json: self.json(cpu, &search, &digest),
            clean: self.finds.is_empty(),
        };
        if let (Some(rate), true) = (args.bug_rate, output.clean) {
            let further = (clean_executions(rate) - self.schedules as f64).max(0.0);
            output.text += &format!(
                "absence of a bug that shows in {rate:e} of the executions: {further} more\n"
            );
            output.json["further_executions"] = further.into();
        }
        output
    }

    /// The faults, goals and marks that the campaign never reached.
    fn never_reached(&self) -> [(&'static str, Vec<&'static str>); 4] {
        let marks =
            if self.marks_any() { missing(mark_names(), &self.marks.0) } else { Vec::new() };
        let storage = match self.storage_any() {
            true => missing(storage_names(), &self.storage.0),
            false => Vec::new(),
        };
        [
            ("faults never reached", missing(fault_names(), &self.faults.0)),
            ("goals never reached", missing(goal_names(), &self.goals.0)),
            ("coverage marks never hit", marks),
            ("goals of the store never reached", storage),
        ]
    }

    /// How many schedules ended with a lint, or with a violation.
    fn count(&self, lint: bool) -> u64 {
        self.finds.values().filter(|find| find.lint == lint).map(|find| find.count).sum()
    }

    fn text(&self, cpu: Duration, search: &Effort, digest: &str) -> String {
        let mut text = String::new();
        let mut table = |title: &str, names: &mut dyn Iterator<Item = &str>, counts: &[u64]| {
            let _ = writeln!(text, "{title}");
            for (name, count) in names.zip(counts) {
                let _ = writeln!(text, "{count:>14}  {name}");
            }
        };
        table("checks, by oracle", &mut ORACLES.iter().map(|info| info.name), &self.checks.0);
        let mut oracles = ORACLES.iter().map(|info| info.name);
        table("schedules with something to check, by oracle", &mut oracles, &self.judged.0);
        table("faults, by family", &mut fault_names(), &self.faults.0);
        table("goals", &mut goal_names(), &self.goals.0);
        if self.marks_any() {
            table("coverage marks of the Raft, by schedules", &mut mark_names(), &self.marks.0);
        }
        if self.storage_any() {
            table("goals of the store", &mut storage_names(), &self.storage.0);
        }
        for (what, names) in self.never_reached() {
            if !names.is_empty() {
                let _ = writeln!(text, "{what}: {}", names.join(", "));
            }
        }
        for (fingerprint, find) in &self.finds {
            let _ = writeln!(
                text,
                "found {}{fingerprint}, {} times, first in schedule {}\n  {}\n  {}",
                if find.lint { "lint " } else { "" },
                find.count,
                find.number,
                find.violation,
                find.text()
            );
        }
        let _ = writeln!(text, "schedules: {}", self.schedules);
        let _ = writeln!(text, "events: {}", self.events);
        let _ = writeln!(text, "cpu: {:.2} s", cpu.as_secs_f64());
        let _ = writeln!(text, "search: {}", search.text());
        let _ = writeln!(text, "shrinking: {}", self.shrinking.text());
        let _ = writeln!(text, "rate: {} events/cpu-s", search.rate());
        let _ = writeln!(text, "digest: {digest}");
        let _ = writeln!(text, "lints: {}", self.count(true));
        let _ = writeln!(text, "violations: {}", self.count(false));
        text
    }

    fn json(&self, cpu: Duration, search: &Effort, digest: &str) -> Value {
        let counts =
            |names: &mut dyn Iterator<Item = &str>, counts: &[u64]| -> Map<String, Value> {
                names.zip(counts).map(|(name, &count)| (name.into(), count.into())).collect()
            };
        let find = |(fingerprint, find): (&String, &Find)| {
            json!({
                "fingerprint": fingerprint,
                "lint": find.lint,
                "count": find.count,
                "schedule": find.number,
                "violation": find.violation,
                "nodes": find.schedule.setup.nodes,
                "events_before": find.events_before,
                "events_after": find.schedule.events.len(),
                "replays": find.replays,
                "shrunk": find.shrunk,
            })
        };
        let [(_, faults), (_, goals), (_, marks), (_, storage)] = self.never_reached();
        let mut document = json!({
            "schedules": self.schedules,
            "events": self.events,
            "cpu_seconds": cpu.as_secs_f64(),
            "search": search.json(),
            "shrinking": self.shrinking.json(),
            "events_per_cpu_second": search.rate(),
            "digest": digest,
            "checks": counts(&mut ORACLES.iter().map(|info| info.name), &self.checks.0),
            "judged": counts(&mut ORACLES.iter().map(|info| info.name), &self.judged.0),
            "faults": counts(&mut fault_names(), &self.faults.0),
            "goals": counts(&mut goal_names(), &self.goals.0),
            "never_reached": { "faults": faults, "goals": goals },
            "finds": self.finds.iter().map(find).collect::<Vec<_>>(),
        });
        if self.marks_any() {
            document["marks"] = counts(&mut mark_names(), &self.marks.0).into();
            document["never_reached"]["marks"] = marks.into();
        }
        if self.storage_any() {
            document["store"] = counts(&mut storage_names(), &self.storage.0).into();
            document["never_reached"]["store"] = storage.into();
        }
        document
    }
}

#[cfg(test)]
mod tests {
    use whitewater::mutants::{self, raft};
    use whitewater::replica::ours::Ours;
    use whitewater::run::Runner;
    use whitewater::search::generator::{Generator, Strategy};

    use super::*;

    /// A Raft that votes twice, and a run in which it did.
    fn found() -> (SystemUnderTest<Ours>, Outcome) {
        let sut = mutants::named("votes-twice").expect("it exists").system_under_test();
        let mut runner = Runner::new(sut.clone());
        let mut generator = Generator::new(Strategy::Swarm, 1);
        let mut outcomes = (0..100).map(|_| runner.run(&generator.schedule(None, 300)));
        let outcome = outcomes.find(|outcome| outcome.violation.is_some()).expect("it is found");
        (sut, outcome)
    }

    /// The tally after this find of the run `number` is counted.
    fn tally(number: u64, sut: &SystemUnderTest<Ours>, outcome: &Outcome) -> Tally {
        let mut tally = Tally::default();
        let fingerprint = outcome.fingerprint().expect("it is a find");
        for is_first in [true, false] {
            tally.add(outcome, 10);
            let find = tally.find(&args(&[]), sut, number, &outcome.resolved, &fingerprint);
            assert!(find.is_ok_and(|first| first == is_first));
        }
        tally
    }

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        finds: FindArgs,
    }

    fn args(words: &[&str]) -> FindArgs {
        let line = <Line as clap::Parser>::try_parse_from([&["whitewater"], words].concat());
        line.unwrap_or_else(|error| panic!("{error}")).finds
    }

    #[test]
    fn of_several_finds_the_shortest_is_kept_and_shrinking_is_counted_apart() {
        let (sut, outcome) = found();
        let fingerprint = outcome.fingerprint().expect("it is a find");
        let args = args(&["--stop-at-first", "--shortest-of", "3"]);
        let mut tally = Tally::default();
        for number in 0..5 {
            let find = tally.find(&args, &sut, number, &outcome.resolved, &fingerprint);
            assert!(find.is_ok_and(|is_first| is_first == (number == 0)));
        }
        let find = &tally.finds[&fingerprint];
        assert_eq!((find.number, find.count, find.shrunk), (0, 5, 3));
        assert_eq!(tally.shrinking.executions, 3 * find.replays as u64);
        let (short, mut long) = (find.clone(), Find { number: 9, ..find.clone() });
        long.schedule.events.extend_from_slice(&outcome.resolved.events);
        let length = short.schedule.events.len();
        for (mut one, other) in [(short.clone(), &long), (long.clone(), &short)] {
            one.merge(other);
            assert_eq!((one.schedule.events.len(), one.number), (length, 0));
            assert_eq!((one.count, one.shrunk), (10, 6));
        }
    }

    #[test]
    fn a_campaign_that_stops_looks_for_a_shorter_find_at_most_as_long_as_for_the_first() {
        let (sut, outcome) = found();
        let tally = tally(0, &sut, &outcome);
        for (first, last) in [(3, 103), (700, 1_400), (50_000, 70_000)] {
            let (mut ending, args) = (Ending::default(), args(&["--stop-at-first"]));
            assert!(!ending.is_reached(&args, &Tally::default(), first));
            assert!(!ending.is_reached(&args, &tally, first));
            assert!(!ending.is_reached(&args, &tally, last - 1));
            assert!(ending.is_reached(&args, &tally, last));
            assert!(
                !ending.want(&args, "commits-own-term") && ending.want(&args, "one-vote-per-term")
            );
        }
        let at_once = args(&["--stop-at-first", "--shortest-of", "1"]);
        assert!(Ending::default().is_reached(&at_once, &tally, 3));
        assert!(!Ending::default().is_reached(&args(&[]), &tally, u64::MAX / 2));
    }

    #[test]
    fn merged_tallies_count_together_and_keep_the_earlier_find() {
        let (sut, outcome) = found();
        let (one, two) = (tally(7, &sut, &outcome), tally(4, &sut, &outcome));
        for order in [[&one, &two], [&two, &one]] {
            let mut both = Tally::default();
            order.iter().for_each(|tally| both.merge(tally));
            assert_eq!((both.schedules, both.events), (4, 40));
            assert!(both.marks_any() && both.marks.0.iter().all(|count| [0, 4].contains(count)));
            let finds: Vec<_> = both.finds.values().map(|find| (find.number, find.count)).collect();
            assert_eq!(finds, [(4, 4)]);
        }
    }

    #[test]
    fn a_find_that_does_not_replay_from_its_bytes_is_an_error_of_the_harness() {
        let (sut, outcome) = found();
        let complaint = |sut: &SystemUnderTest<Ours>, fingerprint: &str| {
            let find =
                Tally::default().find(&args(&[]), sut, 3, &outcome.resolved, fingerprint).map(drop);
            find.map_err(|Failure(complaint)| complaint).expect_err("it is refused")
        };
        let [healthy, other] =
            [complaint(&raft(), "one-vote-per-term"), complaint(&sut, "commits-own-term")];
        assert!(healthy.contains("it breaks no promise: an error of the harness"), "{healthy}");
        assert!(other.contains("they break one-vote-per-term: an error"), "{other}");
    }

    #[test]
    fn without_coverage_marks_none_are_printed() {
        let mut outcome = Runner::new(raft()).run(&Schedule::default());
        outcome.marks = Marks::default();
        let mut tally = Tally::default();
        tally.add(&outcome, 0);
        let output = tally.output(Duration::ZERO, &args(&[]));
        assert!(!output.text.contains("marks") && !tally.line().contains("marks"));
        assert!(output.json.get("marks").is_none());
        assert!(output.json["never_reached"].get("marks").is_none());
        assert!(!tally.reaches_more(&outcome));
    }
}
