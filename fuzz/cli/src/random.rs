//! Random campaigns: schedules drawn from a seed, run and judged.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use cpu_time::ProcessTime;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{json, Map, Value};
use whitewater::chain::mix;
use whitewater::event::Event;
use whitewater::family::Family;
use whitewater::files::{content_name, write_new};
use whitewater::generator::Generator;
use whitewater::goal::{self, GOALS};
use whitewater::oracle::{Checks, Counts, CARDS};
use whitewater::replica::Replica;
use whitewater::run::{Outcome, Runner};
use whitewater::schedule::Schedule;
use whitewater::shrink::shrink;
use whitewater::subject::Subject;
use whitewater::target::fingerprint;

use crate::{Answer, Failure, RandomArgs};

/// The first schedule that broke a promise, and what shrinking made of it.
struct Find {
    number: u64,
    lint: bool,
    violation: String,
    nodes: u8,
    events_before: usize,
    events_after: usize,
    replays: usize,
    count: u64,
}

/// What a campaign has come to.
#[derive(Default)]
struct Tally {
    schedules: u64,
    events: u64,
    digest: u64,
    checks: Checks,
    faults: Counts<{ Family::ALL.len() }>,
    goals: Counts<{ goal::COUNT }>,
    finds: BTreeMap<String, Find>,
}

/// Runs a campaign.
pub fn random<R: Replica>(args: &RandomArgs, mut runner: Runner<R>) -> Result<Answer, Failure> {
    for directory in [&args.save_corpus, &args.save_finds].into_iter().flatten() {
        if !directory.is_dir() {
            return Err(Failure(format!("{}: is no directory", directory.display())));
        }
    }
    if let Some(only) = &args.only {
        fingerprint("--only", only).map_err(Failure)?;
    }
    let mut generator = args.draws.generator();
    let mut tally = Tally::default();
    let start = ProcessTime::now();
    let bar = progress(args.schedules);
    for number in 0..args.schedules {
        let (drawn, outcome) =
            draw(&mut runner, &mut generator, args.draws.nodes, args.draws.events);
        let is_new = tally.reaches_more(&outcome);
        tally.add(&outcome);
        if number % 256 == 0 {
            bar.set_position(number);
            bar.set_message(tally.line());
        }
        match outcome.fingerprint() {
            Some(other) if args.only.as_ref().is_some_and(|only| *only != other) => {}
            Some(fingerprint) => {
                tally.find(runner.subject(), args, number, &outcome, fingerprint)?
            }
            None if args.new_goals && !is_new => {}
            None => save_clean(&mut runner, args.save_corpus.as_deref(), &drawn)?,
        }
        if args.stop_at_first && !tally.finds.is_empty() {
            break;
        }
    }
    bar.finish_and_clear();
    Ok(tally.answer(start.elapsed()))
}

/// Draws a schedule and runs it, until it has its number of primitive events.
pub fn draw<R: Replica>(
    runner: &mut Runner<R>,
    generator: &mut Generator,
    nodes: Option<u8>,
    events: u32,
) -> (Schedule, Outcome) {
    let setup = generator.setup(nodes);
    let limit = events as usize;
    let mut events = Vec::with_capacity(limit);
    // Some draws find nothing to act on: a schedule that is all wishes must end as well.
    let most = (8 * limit).min(Schedule::MAX_EVENTS);
    let drawn = (0..most).map(|_| generator.event()).inspect(|&event: &Event| events.push(event));
    let outcome = runner.run_events(setup, drawn, limit);
    (Schedule { setup, events }, outcome)
}

/// Saves a schedule if it breaks nothing when it is not stopped short, either.
fn save_clean<R: Replica>(
    runner: &mut Runner<R>,
    directory: Option<&Path>,
    schedule: &Schedule,
) -> Result<(), Failure> {
    let Some(directory) = directory else { return Ok(()) };
    if runner.run(schedule).violation.is_none() {
        let bytes = schedule.encode();
        write_new(&directory.join(content_name(&bytes)), &bytes)?;
    }
    Ok(())
}

fn progress(schedules: u64) -> ProgressBar {
    let style = "{elapsed_precise} [{wide_bar}] {human_pos}/{human_len} {msg} eta {eta}";
    let style = ProgressStyle::with_template(style).expect("the template is well-formed");
    let bar = ProgressBar::new(schedules).with_style(style);
    bar.enable_steady_tick(Duration::from_millis(500));
    bar
}

impl Tally {
    fn add(&mut self, outcome: &Outcome) {
        self.schedules += 1;
        self.events += outcome.resolved.events.len() as u64;
        self.digest = mix(self.digest, outcome.digest);
        self.checks.add(&outcome.checks);
        self.faults.add(&outcome.faults);
        self.goals.add(&outcome.goals);
    }

    /// Whether a run reached a goal that none before it reached.
    fn reaches_more(&self, outcome: &Outcome) -> bool {
        let mut goals = self.goals.0.iter().zip(&outcome.goals.0);
        goals.any(|(&before, &now)| before == 0 && now > 0)
    }

    fn line(&self) -> String {
        let reached = self.goals.0.iter().filter(|&&count| count > 0).count();
        format!("goals {reached}/{} finds {}", goal::COUNT, self.finds.len())
    }

    /// Counts a find; the first of its fingerprint is shrunk, and saved if that is asked for.
    fn find<R: Replica>(
        &mut self,
        subject: &Subject<R>,
        args: &RandomArgs,
        number: u64,
        outcome: &Outcome,
        fingerprint: String,
    ) -> Result<(), Failure> {
        if let Some(find) = self.finds.get_mut(&fingerprint) {
            find.count += 1;
            return Ok(());
        }
        // What was drawn may go on where this run was stopped; what happened does not.
        let small = shrink(subject, &outcome.resolved)
            .map_err(|reason| Failure(format!("schedule {number}: {reason}")))?;
        if let Some(directory) = &args.save_finds {
            let bytes = small.schedule.encode();
            let name = format!("{fingerprint}-{}", content_name(&bytes));
            write_new(&directory.join(name), &bytes)?;
        }
        let violation = small.outcome.violation.expect("a shrunk schedule fails");
        let find = Find {
            number,
            lint: violation.is_lint(),
            violation: violation.to_string(),
            nodes: small.schedule.setup.nodes,
            events_before: small.events_before,
            events_after: small.schedule.events.len(),
            replays: small.replays,
            count: 1,
        };
        self.finds.insert(fingerprint, find);
        Ok(())
    }

    fn answer(self, cpu: Duration) -> Answer {
        let seconds = cpu.as_secs_f64();
        let rate = (self.events as f64 / seconds.max(1e-6)) as u64;
        let digest = format!("{:016x}", self.digest);
        let clean = self.finds.is_empty();
        Answer {
            text: self.text(seconds, rate, &digest),
            json: self.json(seconds, rate, &digest),
            clean,
        }
    }

    /// The fault families of which nothing ever happened: to these the campaign was blind.
    fn missing_faults(&self) -> Vec<&'static str> {
        let all = Family::ALL.iter().zip(self.faults.0);
        all.filter(|(_, count)| *count == 0).map(|((_, name), _)| *name).collect()
    }

    fn missing_goals(&self) -> Vec<&'static str> {
        let all = GOALS.iter().zip(self.goals.0);
        all.filter(|(_, count)| *count == 0).map(|((name, _), _)| *name).collect()
    }

    /// How many schedules ended with a lint, or with a broken promise.
    fn count(&self, lint: bool) -> u64 {
        self.finds.values().filter(|find| find.lint == lint).map(|find| find.count).sum()
    }

    fn text(&self, seconds: f64, rate: u64, digest: &str) -> String {
        let mut text = String::new();
        let _ = writeln!(text, "checks, by oracle");
        for (card, count) in CARDS.iter().zip(self.checks.0) {
            let _ = writeln!(text, "{count:>14}  {}", card.name);
        }
        let _ = writeln!(text, "faults, by family");
        for ((_, name), count) in Family::ALL.iter().zip(self.faults.0) {
            let _ = writeln!(text, "{count:>14}  {name}");
        }
        let _ = writeln!(text, "goals");
        for ((name, _), count) in GOALS.iter().zip(self.goals.0) {
            let _ = writeln!(text, "{count:>14}  {name}");
        }
        for (what, names) in [("faults", self.missing_faults()), ("goals", self.missing_goals())] {
            if !names.is_empty() {
                let _ = writeln!(text, "{what} never reached: {}", names.join(", "));
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
                find.nodes,
                find.events_before,
                find.events_after,
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
        let counts = |names: &mut dyn Iterator<Item = (&str, u64)>| -> Map<String, Value> {
            names.map(|(name, count)| (name.into(), count.into())).collect()
        };
        let find = |(fingerprint, find): (&String, &Find)| {
            json!({
                "fingerprint": fingerprint,
                "lint": find.lint,
                "count": find.count,
                "schedule": find.number,
                "violation": find.violation,
                "nodes": find.nodes,
                "events_before": find.events_before,
                "events_after": find.events_after,
                "replays": find.replays,
            })
        };
        json!({
            "schedules": self.schedules,
            "events": self.events,
            "cpu_seconds": seconds,
            "events_per_cpu_second": rate,
            "digest": digest,
            "checks": counts(&mut CARDS.iter().map(|card| card.name).zip(self.checks.0)),
            "faults": counts(&mut Family::ALL.iter().map(|(_, name)| *name).zip(self.faults.0)),
            "never_reached": { "faults": self.missing_faults(), "goals": self.missing_goals() },
            "goals": counts(&mut GOALS.iter().map(|(name, _)| *name).zip(self.goals.0)),
            "finds": self.finds.iter().map(find).collect::<Vec<_>>(),
        })
    }
}
