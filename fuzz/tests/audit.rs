//! The judge of the mutation audit, `scripts/audit.sh`: whether the oracles detect a change to our
//! Raft, or whether it only changes the behaviour.
//!
//! Both tests use one pass over the shipped schedules and a short random campaign, which ends at
//! the first violation. `golden/audit.txt` has the behaviour of correct Raft in it: a change of our
//! Raft, the schedules or the harness changes that as well, so the tests are ignored in the
//! ordinary suite. `UPDATE=1 cargo test --test audit -- --ignored` rewrites the golden file.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use whitewater::base::hash::mix;
use whitewater::mutants::raft;
use whitewater::replica::ours::Ours;
use whitewater::run::Runner;
use whitewater::schedule::files::{read_schedule, schedules_in};
use whitewater::schedule::Schedule;
use whitewater::search::generator::{Generator, Strategy};

/// The random campaign by the swarm: its seed, schedules, and drawn events of each.
const SEED: u64 = 918_273_645;
const SCHEDULES: usize = 3_000;
const EVENTS: usize = 300;

/// The behaviour of our Raft, a line for each source of schedules; or the first violation.
fn behaviour() -> &'static Result<String, String> {
    static BEHAVIOUR: OnceLock<Result<String, String>> = OnceLock::new();
    BEHAVIOUR.get_or_init(|| {
        let mut runner = Runner::new(raft());
        let mut generator = Generator::new(Strategy::Swarm, SEED);
        let drawn = (0..SCHEDULES)
            .map(|number| (format!("schedule {number}"), generator.schedule(None, EVENTS)));
        Ok([
            pass("artifacts/cluster", shipped("artifacts/cluster"), &mut runner)?,
            pass("corpus/cluster", shipped("corpus/cluster"), &mut runner)?,
            pass("random", drawn, &mut runner)?,
        ]
        .concat())
    })
}

/// The schedules of a folder, with their names.
fn shipped(folder: &str) -> impl Iterator<Item = (String, Schedule)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let files = schedules_in(&folder).expect("the folder can be read");
    files.into_iter().map(|file| {
        let schedule = read_schedule(&file).unwrap_or_else(|error| panic!("{error}"));
        (file.display().to_string(), schedule)
    })
}

/// Runs schedules; their number, and a digest of the steps, of the number of checks of each oracle,
/// of the goals and of the coverage marks.
fn pass(
    source: &str,
    schedules: impl Iterator<Item = (String, Schedule)>,
    runner: &mut Runner<Ours>,
) -> Result<String, String> {
    let (mut count, mut digest) = (0, 0);
    for (name, schedule) in schedules {
        let outcome = runner.run(&schedule);
        if let Some(violation) = outcome.violation {
            return Err(format!("{name}: {}: {violation}", violation.fingerprint()));
        }
        count += 1;
        digest = mix(digest, outcome.digest);
        let counts = outcome.checks.0.iter().chain(&outcome.goals.0);
        digest = counts.fold(digest, |digest, &count| mix(digest, count));
        let marks = outcome.marks.bits();
        digest = mix(mix(digest, marks as u64), (marks >> 64) as u64);
    }
    Ok(format!("{source}: {count} schedules, digest {digest:016x}\n"))
}

#[test]
#[ignore = "scripts/audit.sh runs it"]
fn no_oracle_complains() {
    if let Err(broken) = behaviour() {
        panic!("{broken}");
    }
}

#[test]
#[ignore = "scripts/audit.sh runs it"]
fn true_raft_behaves_as_it_did() {
    let behaviour = behaviour().as_ref().expect("a run without violations has a behaviour");
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/audit.txt");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&golden, behaviour).expect("the golden file can be written");
    }
    let expected = fs::read_to_string(&golden).unwrap_or_default();
    assert_eq!(*behaviour, expected, "{} (UPDATE=1 rewrites it)", golden.display());
}
