//! What stories say, beyond the golden ones: what was received stands before what it caused, a
//! recovery is told as far as it matters, and a long run is shortened.

use std::path::Path;

use whitewater::mutants;
use whitewater::report::story::{narrate, narrate_in_full, WIDTH};
use whitewater::run::Runner;
use whitewater::schedule::files::read_schedule;
use whitewater::search::generator::{Generator, Strategy};

/// The story of the killing schedule of a seeded bug, with all white space as single blanks.
fn story(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../artifacts/mutant");
    let sut = mutants::named(name).expect("there is such a bug").system_under_test();
    let schedule = read_schedule(&folder.join(name)).unwrap_or_else(|error| panic!("{error}"));
    narrate(&sut, &Runner::new(sut.clone()).run(&schedule).resolved)
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The part of a story that is about the steps of the recovery.
fn steps(story: &str) -> Vec<&str> {
    let recovery = story.lines().skip_while(|line| !line.contains(". recovery: "));
    let steps = recovery.skip_while(|line| !line.starts_with("   - "));
    steps.take_while(|line| !line.is_empty()).collect()
}

#[test]
fn a_message_is_told_even_if_an_oracle_objects_to_the_write_that_it_causes() {
    let story = words(&story("truncates-without-conflict"));
    let last =
        "n2 receives AppendEntries(term 1, prev 0@0, entry 1@1, commit 0) from n0: truncates";
    assert!(story.contains(last), "{story}");
}

#[test]
fn a_cluster_that_repeats_itself_is_told_by_the_messages_that_it_repeats() {
    let story = story("pre-vote-refusal-term-ignored");
    let told = words(&steps(&story).join(" "));
    assert!(words(&story).contains("repeat every 11 ticks"), "{story}");
    for step in [
        "n2 receives PreVote(term 1, last log 1@1) from n1: refuses the Pre-Vote",
        "n1 receives PreVoteReply(term 2, refused) from n2",
    ] {
        assert!(told.contains(step), "{story}");
    }
}

#[test]
fn the_steps_before_a_violation_in_a_recovery_are_told() {
    let story = story("removed-leader-stays");
    let told = words(&steps(&story).join(" "));
    let last = "n0 receives AppendEntriesReply(term 1, match 4) from n2 - the clock of n0 ticks";
    assert!(told.ends_with(last), "{story}");
}

#[test]
fn what_is_told_of_a_recovery_is_short() {
    for mutant in mutants::all() {
        let story = story(mutant.name);
        assert!(steps(&story).len() <= 20, "{}:\n{story}", mutant.name);
        assert!(story.lines().all(|line| line.len() <= WIDTH), "{}:\n{story}", mutant.name);
    }
}

#[test]
fn a_run_without_a_violation_is_told_without_the_steps_of_its_recovery_and_in_full() {
    let schedule = Generator::new(Strategy::Swarm, 3).schedule(Some(3), 400);
    let outcome = Runner::new(mutants::raft()).run(&schedule);
    assert_eq!(outcome.violation, None);
    let story = narrate(&mutants::raft(), &outcome.resolved);
    assert!(!story.contains("(not told: ") && steps(&story).is_empty(), "{story}");
    assert_eq!(story, narrate_in_full(&mutants::raft(), &outcome.resolved));
}

#[test]
fn a_long_run_with_a_violation_is_shortened_and_keeps_its_last_event() {
    let sut = mutants::named("votes-without-log-check").expect("it exists").system_under_test();
    let (mut runner, mut generator) =
        (Runner::new(sut.clone()), Generator::new(Strategy::Swarm, 1));
    let mut outcomes = (0..).map(|_| runner.run(&generator.schedule(Some(5), 600)));
    let is_long = |events: usize| events > 200;
    let found = outcomes.find(|it| it.violation.is_some() && is_long(it.resolved.events.len()));
    let schedule = found.expect("it is found").resolved;
    let [short, full] = [narrate(&sut, &schedule), narrate_in_full(&sut, &schedule)];
    assert!(short.lines().count() < 110 && full.lines().count() > 200, "{short}");
    let last = format!("{}. ", schedule.events.len());
    let event = |story: &str| {
        let tail = story.lines().skip_while(|line| !line.starts_with(&last));
        tail.map(String::from).collect::<Vec<_>>()
    };
    assert!(!event(&full).is_empty() && event(&full) == event(&short), "{short}");
    assert!(short.contains("(not told: "), "{short}");
}
