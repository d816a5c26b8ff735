//! Stories: what happened in a run, one line an event, for a reader who knows Raft.
//!
//! Promises: every line comes from facts; text is at most [`WIDTH`] columns; the same run gives
//! the same story. A story begins with the violated property and the values that violate it. That
//! of a long run with a violation is folded to about 80 lines; a violation in a recovery comes
//! with the steps of the recovery that matter to it.

use std::fmt::Write as _;

use raft::LogIndex;

use crate::cluster::Cluster;
use crate::history::log_chain::LogChain;
use crate::history::violation::Violation;
use crate::history::{History, NodeHistory};
use crate::oracle::ORACLES;
use crate::replica::system_under_test::SystemUnderTest;
use crate::replica::Replica;
use crate::report::folding;
use crate::report::line::wrap;
pub use crate::report::line::WIDTH;
use crate::report::narrator::Narrator;
use crate::report::recovery_steps::{RecoverySteps, LEAD};
use crate::run::{judge, play_exactly, Judged, MAX_EVENTS};
use crate::schedule::feature::Feature;
use crate::schedule::wall_clock::{LEASE, START};
use crate::schedule::{Degraded, DiskMode, Schedule, Setup};

/// The story of an exact schedule's run, as text that ends with a table of the nodes' states.
pub fn narrate<R: Replica>(sut: &SystemUnderTest<R>, schedule: &Schedule) -> String {
    tell(sut, schedule, true)
}

/// The same with every event, however many there are.
pub fn narrate_in_full<R: Replica>(sut: &SystemUnderTest<R>, schedule: &Schedule) -> String {
    tell(sut, schedule, false)
}

fn tell<R: Replica>(sut: &SystemUnderTest<R>, schedule: &Schedule, is_folded: bool) -> String {
    let mut text = String::new();
    let setup = schedule.setup;
    let play = |cluster: &mut Judged<R, Narrator>| play_exactly(cluster, schedule);
    let mut cluster = Cluster::new(sut.clone());
    let violation = judge(&mut cluster, setup, MAX_EVENTS, play);
    let evidence = violation.as_ref().map(Violation::to_string);
    if let Some(violation) = &violation {
        headline(violation, &mut text);
    }
    let narrator = &cluster.recorder.monitor.0;
    wrap("setup     ", &setup_text(&setup, cluster.trace().len()), &mut text);
    text.push('\n');
    for (lead, line) in folding::told(narrator.lines(), evidence.as_deref().filter(|_| is_folded)) {
        wrap(&lead, &line, &mut text);
    }
    let in_recovery = violation.is_some_and(|violation| is_of_step(&violation, narrator));
    if let Some(steps) = narrator.recovery().filter(|_| in_recovery) {
        recovery(steps, &mut text);
    }
    text.push('\n');
    node_states(&cluster.recorder.history, &mut text);
    text
}

/// Whether the violation is in the last step or period that was narrated: not if a whole history
/// is judged at the end, or if it is a lint, which does not end a run. The bound of messages is
/// one of the quiet periods at the end.
fn is_of_step(violation: &Violation, narrator: &Narrator) -> bool {
    match violation {
        Violation::EffortIsBounded { .. } => true,
        _ => !violation.is_lint() && !narrator.is_over(),
    }
}

/// The steps of the recovery in which the violation happened.
fn recovery(steps: &RecoverySteps, text: &mut String) {
    let (title, steps) = steps.told();
    wrap(&" ".repeat(LEAD.len()), &title, text);
    steps.iter().for_each(|step| wrap(LEAD, step, text));
}

/// The promise and the evidence.
fn headline(violation: &Violation, text: &mut String) {
    let info = ORACLES.iter().find(|info| info.name == violation.oracle());
    let label = if violation.is_lint() { "expected  " } else { "property  " };
    let promise = info.map_or("Neither the Raft nor its host panics.", |info| info.property);
    let broken = if violation.is_lint() { "lint      " } else { "violated  " };
    wrap(label, promise, text);
    wrap(broken, &format!("{violation}."), text);
    if let Some(info) = info {
        wrap("source    ", info.source, text);
    }
}

fn setup_text(setup: &Setup, events: usize) -> String {
    let disk = match setup.disk {
        DiskMode::Immediate => "writes are durable immediately",
        DiskMode::Queued => "writes are durable when an event says so",
    };
    let nodes = setup.nodes;
    let nodes = format!("{nodes} node{}", if nodes == 1 { "" } else { "s" });
    let entries = format!("{} entr{} a message", setup.max_entries, plural_y(setup.max_entries));
    let usual = Setup::default();
    let switches = [
        (setup.pre_vote, "Pre-Vote".into()),
        (setup.check_quorum, "CheckQuorum".into()),
        (setup.lease, "leases".into()),
        (setup.catch_up, "new voters catch up first".into()),
        (setup.features.has(Feature::LogReads), "applied entries are read from disk".into()),
        (setup.features.has(Feature::Tail), "a tail of entries behind snapshots".into()),
        (setup.features.has(Feature::MachineDisk), "state machines have their own disks".into()),
        (setup.features.has(Feature::Reports), "transports report".into()),
        (setup.features.has(Feature::Rejoin), "names may come back".into()),
        (setup.features.has(Feature::WallClock), leases_by_wall_clocks()),
        (setup.priority, "unequal election priority".into()),
        (setup.uncommitted_limit, "at most three or so uncommitted commands".into()),
        (setup.slow_apply, "commands are applied by events".into()),
        (setup.outside > 0, format!("{} not members at first", setup.outside)),
        (
            setup.inflight != usual.inflight,
            format!("in-flight window of {} entr{}", setup.inflight, plural_y(setup.inflight)),
        ),
        (setup.chunk != usual.chunk, format!("snapshots in chunks of {} bytes", setup.chunk)),
        (setup.capacity != usual.capacity, format!("links hold {} messages", setup.capacity)),
        (
            !setup.fast.is_empty(),
            format!("the clocks of {} are {} times as fast", setup.fast, setup.rate),
        ),
        (!setup.mixed.is_empty(), format!("{} configured the other way", setup.mixed)),
        (setup.has_upgrades(), "nodes begin under the older of two versions".into()),
        (setup.handler_delay > 0, format!("crash handlers {} inputs late", setup.handler_delay)),
        (setup.unbounded_damage, "unbounded damage".into()),
        (setup.degraded != Degraded::Off, format!("a minority is degraded ({})", setup.degraded)),
    ];
    let on = switches.into_iter().filter(|(on, _)| *on).map(|(_, name)| format!("; {name}"));
    format!("{nodes}, {events} events; {disk}; {entries}{}", on.collect::<String>())
}

fn leases_by_wall_clocks() -> String {
    let (duration, max_skew) = (LEASE.duration, LEASE.max_skew);
    format!("leases of {duration} by wall clocks, which start at {START} and differ by up to {max_skew}")
}

fn plural_y(count: u8) -> &'static str {
    if count == 1 {
        "y"
    } else {
        "ies"
    }
}

/// The table of the nodes' states.
fn node_states(history: &History, text: &mut String) {
    let _ = writeln!(text, "node role          term vote commit log (terms); disk if it differs");
    for node in &history.nodes {
        let role = match node.up {
            true => node.view.role.to_string(),
            false => "down".into(),
        };
        let state = if node.up { node.view.hard_state } else { node.disk_state };
        let vote = state.vote.map_or("-".into(), |id| id.to_string());
        let commit = if node.up { node.view.commit.to_string() } else { "-".into() };
        let mut line =
            format!("{:<4} {role:<13} {:<4} {vote:<4} {commit:<6} ", node.id, state.term.0);
        line.push_str(&cells(node));
        let _ = writeln!(text, "{}", line.trim_end());
    }
    let committed = terms(&history.committed_log);
    let committed = if committed.is_empty() { "-".into() } else { cut(&committed, 44) };
    let _ = writeln!(text, "{:<36}{committed}", "committed");
}

/// A log as the terms of its entries.
fn terms(log: &LogChain) -> String {
    let each = (1..=log.last_index().0).filter_map(|index| log.at(LogIndex(index)));
    each.map(|link| link.term.0.to_string()).collect::<Vec<_>>().join(" ")
}

/// A log as the terms of its entries, and what the disk holds instead.
fn cells(node: &NodeHistory) -> String {
    let (log, disk) = (terms(&node.log), terms(&node.disk));
    let mut cells = if log.is_empty() { "-".into() } else { cut(&log, 28) };
    let state = (node.up && node.view.hard_state != node.disk_state).then(|| {
        let vote = node.disk_state.vote.map_or("-".into(), |id| id.to_string());
        format!("term {} vote {vote}", node.disk_state.term.0)
    });
    match (disk != log, state) {
        (false, None) => {}
        (false, Some(state)) => cells.push_str(&format!(" (disk: {state})")),
        (true, state) => {
            let disk = if disk.is_empty() { "empty".into() } else { cut(&disk, 20) };
            let state = state.map_or(String::new(), |state| format!("{state}; "));
            cells.push_str(&cut(&format!(" (disk: {state}{disk})"), 44 - cells.len().min(43)));
        }
    }
    cells
}

/// The end of `text`, if it is longer than `width`.
fn cut(text: &str, width: usize) -> String {
    match text.len() > width {
        true => format!("..{}", &text[text.len() - width.saturating_sub(2)..]),
        false => text.into(),
    }
}
