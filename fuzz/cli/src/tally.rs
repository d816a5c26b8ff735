//! The tally of a campaign: counts and finds.
//!
//! Promises: the first find of each fingerprint is replayed from its own bytes, must have the same
//! violation again, and is shrunk; of all other finds only the number is kept. Merging the same
//! tallies in the same order gives the same tally.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
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
use whitewater::target::fingerprint;

use crate::{is_directory, Failure, Output};

/// What to do with finds.
#[derive(Args)]
pub struct FindArgs {
    /// Stop at the first violation.
    #[arg(long)]
    pub stop_at_first: bool,
    /// Ignore every other find.
    #[arg(long, value_name = "FINGERPRINT")]
    only: Option<String>,
    /// Save the first find of each fingerprint, shrunk, in this directory.
    #[arg(long, value_name = "DIR")]
    save_finds: Option<PathBuf>,
}

impl FindArgs {
    /// Fails if an option's value cannot be used.
    pub fn check(&self) -> Result<(), Failure> {
        self.save_finds.as_deref().map_or(Ok(()), is_directory)?;
        self.only.as_ref().map_or(Ok(()), |only| fingerprint("--only", only).map(drop))?;
        Ok(())
    }

    /// Whether a find is to be reported.
    pub fn want(&self, fingerprint: &str) -> bool {
        self.only.as_ref().is_none_or(|only| renamed::current(only) == fingerprint)
    }

    /// Saves a find, if `--save-finds` is given.
    pub fn save(&self, fingerprint: &str, find: &Find) -> Result<(), Failure> {
        match &self.save_finds {
            Some(directory) => save(directory, &format!("{fingerprint}-"), &find.schedule),
            None => Ok(()),
        }
    }
}

/// Saves a schedule under a name made of a prefix and a hash of its content.
pub fn save(directory: &Path, before: &str, schedule: &Schedule) -> Result<(), Failure> {
    let bytes = schedule.encode();
    write_new(&directory.join(format!("{before}{}", content_name(&bytes))), &bytes)?;
    Ok(())
}

/// The first schedule with a violation, and its shrunk form.
#[derive(Clone)]
pub struct Find {
    number: u64,
    lint: bool,
    violation: String,
    events_before: usize,
    schedule: Schedule,
    replays: usize,
    count: u64,
}

/// The counts and finds of a campaign.
#[derive(Clone, Default)]
pub struct Tally {
    schedules: u64,
    /// Primitive events.
    pub events: u64,
    digest: u64,
    checks: Checks,
    faults: Counts<{ Family::ALL.len() }>,
    goals: Counts<{ goal::COUNT }>,
    marks: Counts<{ Mark::ALL.len() }>,
    storage: StorageCounts,
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
        self.faults.add(&other.faults);
        self.goals.add(&other.goals);
        self.marks.add(&other.marks);
        self.storage.add(&other.storage);
        for (fingerprint, find) in &other.finds {
            let own = self.finds.entry(fingerprint.clone());
            let own = own.or_insert_with(|| Find { count: 0, ..find.clone() });
            let count = own.count + find.count;
            if find.number < own.number {
                *own = find.clone();
            }
            own.count = count;
        }
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

    /// Counts a find of the run of this number; its shrunk form, if it is the first of its
    /// fingerprint.
    pub fn find<R: Replica>(
        &mut self,
        sut: &SystemUnderTest<R>,
        number: u64,
        resolved: &Schedule,
        fingerprint: &str,
    ) -> Result<Option<&Find>, Failure> {
        if let Some(find) = self.finds.get_mut(fingerprint) {
            find.count += 1;
            return Ok(None);
        }
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
        let find = Find {
            number,
            lint: violation.is_lint(),
            violation: violation.to_string(),
            events_before: small.events_before,
            schedule: small.schedule,
            replays: small.replays,
            count: 1,
        };
        Ok(Some(self.finds.entry(fingerprint.into()).or_insert(find)))
    }

    /// What is printed at the end.
    pub fn output(&self, cpu: Duration) -> Output {
        let seconds = cpu.as_secs_f64();
        let rate = (self.events as f64 / seconds.max(1e-6)) as u64;
        let digest = format!("{:016x}", self.digest);
        Output {
            text: self.text(seconds, rate, &digest),
            json: self.json(seconds, rate, &digest),
            clean: self.finds.is_empty(),
        }
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

    fn text(&self, seconds: f64, rate: u64, digest: &str) -> String {
        let mut text = String::new();
        let mut table = |title: &str, names: &mut dyn Iterator<Item = &str>, counts: &[u64]| {
            let _ = writeln!(text, "{title}");
            for (name, count) in names.zip(counts) {
                let _ = writeln!(text, "{count:>14}  {name}");
            }
        };
        table("checks, by oracle", &mut ORACLES.iter().map(|info| info.name), &self.checks.0);
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
                "found {}{fingerprint}, {} times, first in schedule {}\n  {}\n  {} nodes, {} events, \
                 shrunk to {} in {} replays",
                if find.lint { "lint " } else { "" },
                find.count,
                find.number,
                find.violation,
                find.schedule.setup.nodes,
                find.events_before,
                find.schedule.events.len(),
                find.replays
            );
        }
        let _ = writeln!(text, "schedules: {}", self.schedules);
        let _ = writeln!(text, "events: {}", self.events);
        let _ = writeln!(text, "cpu: {seconds:.2} s");
        let _ = writeln!(text, "rate: {rate} events/cpu-s");
        let _ = writeln!(text, "digest: {digest}");
        let _ = writeln!(text, "lints: {}", self.count(true));
        let _ = writeln!(text, "violations: {}", self.count(false));
        text
    }

    fn json(&self, seconds: f64, rate: u64, digest: &str) -> Value {
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
            })
        };
        let [(_, faults), (_, goals), (_, marks), (_, storage)] = self.never_reached();
        let mut document = json!({
            "schedules": self.schedules,
            "events": self.events,
            "cpu_seconds": seconds,
            "events_per_cpu_second": rate,
            "digest": digest,
            "checks": counts(&mut ORACLES.iter().map(|info| info.name), &self.checks.0),
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
            let find = tally.find(sut, number, &outcome.resolved, &fingerprint);
            assert_eq!(find.is_ok_and(|find| find.is_some()), is_first);
        }
        tally
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
            let find = Tally::default().find(sut, 3, &outcome.resolved, fingerprint).map(drop);
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
        let output = tally.output(Duration::ZERO);
        assert!(!output.text.contains("marks") && !tally.line().contains("marks"));
        assert!(output.json.get("marks").is_none());
        assert!(output.json["never_reached"].get("marks").is_none());
        assert!(!tally.reaches_more(&outcome));
    }
}
