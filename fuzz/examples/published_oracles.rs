//! Two published forms of Leader Completeness, and a legal schedule that refutes each.
//!
//! Promises: each formula is that of its authors. It is checked on our Raft beside all our oracles,
//! which report nothing where it raises a false alarm, and on a Raft with a real bug, which it
//! finds. Exit code 1 if any of this fails.
//!
//! ```text
//! cargo run -rq -p whitewater --example published_oracles
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::process::ExitCode;

use raft::{LogId, LogIndex, NodeId, Term};
use whitewater::cluster::Cluster;
use whitewater::history::monitor::{Both, Monitor};
use whitewater::history::violation::{Verdict, Violation, HELD, NOTHING};
use whitewater::history::{History, NodeHistory};
use whitewater::mutants;
use whitewater::oracle::leader_completeness::LeaderCompleteness;
use whitewater::oracle::{Oracles, COUNT};
use whitewater::replica::ours::Ours;
use whitewater::replica::system_under_test::SystemUnderTest;
use whitewater::replica::{Entry, View};
use whitewater::schedule::Schedule;

fn main() -> ExitCode {
    let refuted = [examine::<Etcd>(), examine::<Buoyant>()];
    ExitCode::from(u8::from(refuted.contains(&false)))
}

/// A published formula: a monitor that ends no run, and records its first alarm.
trait Published: Monitor {
    /// Its authors' name for it.
    const NAME: &'static str;
    /// Where it is published.
    const SOURCE: &'static str;
    /// A legal schedule on which it raises an alarm.
    const LEGAL: &'static str;
    /// Why that schedule is legal.
    const WHY: &'static str;

    /// Its first alarm.
    fn alarm(&self) -> Option<Lack>;
}

/// An alarm of a formula: a leader without a committed entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Lack {
    leader: NodeId,
    term: Term,
    entry: LogId,
}

impl Lack {
    fn of(leader: &NodeHistory, entry: LogId) -> Lack {
        Lack { leader: leader.id, term: leader.view.term(), entry }
    }
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Lack { leader, term, entry } = self;
        write!(f, "{leader} leads {term} without {entry}, which is committed")
    }
}

/// Whether the log of `node` holds `entry`. Terms are compared, as in Buoyant. etcd compares
/// commands too, and raises an alarm whenever this is false. At a log that ends before the entry,
/// its model checker would stop with an error instead; none of the schedules below has that case.
fn holds(node: &NodeHistory, entry: LogId) -> bool {
    node.log.at(entry.index).is_some_and(|link| link.term == entry.term)
}

// ---- etcd ----

/// In every state, each entry in a server's log up to its commit index is in the log of every
/// current leader whose term is higher than **the entry's own**. CCF's specification had the same
/// error, which was fixed: microsoft/CCF#7970.
#[derive(Default)]
struct Etcd {
    alarm: Option<Lack>,
}

impl Published for Etcd {
    const NAME: &'static str = "LeaderCompletenessInv, of etcd's TLA+ specification";
    const SOURCE: &'static str = "etcd-io/raft cdfbeed, tla/etcdraft.tla and its three .cfg files";
    const LEGAL: &'static str = STALE_LEADER_LACKS_OLD_ENTRY;
    const WHY: &'static str = "\
        1@t1 is older than t2, but was committed only in t3. A leader must\n\
        have the entries committed before its own term: for n2, none.\n\
        It does no harm: n0 and n1 are in t3, and reject all its messages.";

    fn alarm(&self) -> Option<Lack> {
        self.alarm
    }
}

impl Monitor for Etcd {
    fn stepped(&mut self, history: &History, _: NodeId, _: usize) -> Verdict {
        let lack = committed(history).find_map(|entry| later_leader_without(history, entry));
        self.alarm = self.alarm.or(lack);
        HELD
    }
}

/// The entries in the logs of servers up to their commit indexes.
fn committed(history: &History) -> impl Iterator<Item = LogId> + '_ {
    history.nodes.iter().filter(|server| server.up).flat_map(|server| {
        let indexes = (1..=server.view.commit.0).map(LogIndex);
        indexes.filter_map(|index| Some(LogId { term: server.log.at(index)?.term, index }))
    })
}

fn later_leader_without(history: &History, entry: LogId) -> Option<Lack> {
    let mut later = history.current_leaders().filter(|leader| leader.view.term() > entry.term);
    later.find(|leader| !holds(leader, entry)).map(|leader| Lack::of(leader, entry))
}

const STALE_LEADER_LACKS_OLD_ENTRY: &str = "
set nodes 3
set max-entries 2
# n0 leads t1 with the vote of n2, and creates 1@t1, which only n0 stores.
timeout n0
deliver n0>n2
deliver n2>n0
# n2 leads t2 with the vote of n1, and creates 1@t2, which only n2 stores.
timeout n2
deliver n2>n1
deliver n1>n2
# n0 learns of t2, campaigns in t3, and leads it with the vote of n1, before its messages of t1.
deliver n2>n0
timeout n0
reorder n0>n1 @2
deliver n1>n0
# It creates 2@t3. n1 rejects that, since it lacks the previous entry.
reorder n0>n1 @2
deliver n1>n0
# n1 accepts both: with 2@t3, n0 commits 1@t1. n2 does not know t3, and still leads t2.
reorder n0>n1 @2
deliver n1>n0
";

// ---- Buoyant ----

/// Whenever a server becomes leader, **of any term**, its log holds every entry that any server has
/// applied so far. Entries are compared by their terms.
#[derive(Default)]
struct Buoyant {
    applied: BTreeMap<LogIndex, Term>,
    alarm: Option<Lack>,
}

impl Published for Buoyant {
    const NAME: &'static str = "verifyLeaderCompleteness, of Buoyant's fuzzer";
    const SOURCE: &'static str = "novemberborn/buoyant 4015fd7, src/fuzz/Runner.js";
    const LEGAL: &'static str = LATE_VOTE_MAKES_STALE_LEADER;
    const WHY: &'static str = "\
        n2 voted in t1, before anything was committed, and a message may be\n\
        slow. n0 leads an older term than that in which 1@t2 was committed.\n\
        It does no harm: n1 and n2 are in t2, and reject all its messages.";

    fn alarm(&self) -> Option<Lack> {
        self.alarm
    }
}

impl Monitor for Buoyant {
    fn changed(&mut self, history: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        if !new.newly_leads(old) {
            return NOTHING;
        }
        let leader = history.node(node);
        let mut applied = self.applied.iter().map(|(&index, &term)| LogId { term, index });
        let lacking = applied.find(|&entry| !holds(leader, entry));
        self.alarm = self.alarm.or(lacking.map(|entry| Lack::of(leader, entry)));
        HELD
    }

    fn applied(&mut self, _: &History, _: NodeId, entry: &Entry) -> Verdict {
        self.applied.insert(entry.id.index, entry.id.term);
        NOTHING
    }
}

const LATE_VOTE_MAKES_STALE_LEADER: &str = "
set nodes 3
# n0 campaigns in t1. n2 votes for it, but the vote is delayed.
timeout n0
deliver n0>n2
# Meanwhile n2 leads t2 with the vote of n1, and commits 1@t2.
timeout n2
deliver n2>n1
deliver n1>n2
deliver n2>n1
deliver n1>n2
# The vote of n2 arrives, and n0 leads t1.
deliver n2>n0
";

// ---- A real bug ----

/// The textbook omission: Leader Completeness, in any form, depends on that check of 5.4.1.
const BUG: &str = "votes-without-log-check";

const LEADER_ELECTED_WITHOUT_COMMITTED_ENTRY: &str = "
set nodes 3
# n0 leads t1 with the vote of n2, and commits 1@t1 with n1.
timeout n0
deliver n0>n2
deliver n2>n0
reorder n0>n1 @1
deliver n1>n0
# n2, which lacks it, campaigns in t2. n1 has it, and votes for n2 nevertheless.
timeout n2
deliver n2>n1
deliver n1>n2
";

// ---- Running them ----

/// The result of a formula's legal schedule.
struct Legal {
    events: usize,
    alarm: Option<Lack>,
    /// The violation that our oracles found; else how often they had something to check.
    ours: Result<u64, Violation>,
}

/// The result of the schedule with the real bug.
struct Bug {
    alarm: Option<Lack>,
    /// The violation that our form of the same property found.
    ours: Option<Violation>,
}

impl Bug {
    /// Whether the formula and its sound form report the same leader and the same entry.
    fn is_found_by_both(&self) -> bool {
        match (self.alarm, &self.ours) {
            (Some(lack), Some(Violation::LeaderCompleteness { leader, term, index, .. })) => {
                (lack.leader, lack.term, lack.entry.index) == (*leader, *term, *index)
            }
            _ => false,
        }
    }
}

/// Plays an exact schedule; the cluster at its end, and the verdict of its monitor.
fn play<M: Monitor>(
    sut: SystemUnderTest<Ours>,
    schedule: &Schedule,
) -> (Cluster<Ours, M>, Verdict) {
    let mut cluster = Cluster::new(sut);
    let begun = cluster.begin(schedule.setup, Schedule::MAX_EVENTS);
    let verdict = begun.and_then(|_| {
        schedule.events.iter().try_fold(0, |_, &event| cluster.perform_exactly(event))
    });
    (cluster, verdict)
}

fn script(text: &str) -> Schedule {
    Schedule::parse(text).expect("the scripts are schedules")
}

fn on_legal<P: Published>(schedule: &Schedule) -> Legal {
    let (cluster, verdict) = play::<Both<P, Oracles>>(mutants::raft(), schedule);
    let Both(formula, oracles) = &cluster.recorder.monitor;
    let ours = match (verdict, oracles.lint()) {
        (Err(violation), _) => Err(*violation),
        (Ok(_), Some(lint)) => Err(lint.clone()),
        (Ok(_), None) => Ok(oracles.checks().0.iter().sum()),
    };
    Legal { events: cluster.trace().len(), alarm: formula.alarm(), ours }
}

fn on_bug<P: Published>() -> Bug {
    let mutant = mutants::named(BUG).expect("the bug is on the bench");
    let schedule = script(LEADER_ELECTED_WITHOUT_COMMITTED_ENTRY);
    let (cluster, _) = play::<P>(mutant.system_under_test(), &schedule);
    let (_, sound) = play::<LeaderCompleteness>(mutant.system_under_test(), &schedule);
    let ours = sound.err().map(|violation| *violation);
    Bug { alarm: cluster.recorder.monitor.alarm(), ours }
}

/// Prints the results of one formula; whether it is refuted, and yet finds the real bug.
fn examine<P: Published>() -> bool {
    let (legal, bug) = (on_legal::<P>(&script(P::LEGAL)), on_bug::<P>());
    println!("{}", P::NAME);
    print("source", P::SOURCE);
    print("schedule", &format!("legal, {} events", legal.events));
    print("reports", &described(legal.alarm));
    print(
        "ours",
        &match &legal.ours {
            Ok(checks) => format!("report nothing: {COUNT} oracles, {checks} checks"),
            Err(violation) => format!("{}: {violation}", violation.fingerprint()),
        },
    );
    print("legal", P::WHY);
    print(
        "sound",
        "fuzz/src/oracle/leader_completeness.rs: an entry counts from the term\n\
         of the first node that committed it; later leaders must have it.",
    );
    print("real bug", &format!("{BUG}: rightly reports\n{}", described(bug.alarm)));
    println!();
    legal.alarm.is_some() && legal.ours.is_ok() && bug.is_found_by_both()
}

fn described(alarm: Option<Lack>) -> String {
    alarm.map_or("nothing".into(), |lack| lack.to_string())
}

fn print(label: &str, text: &str) {
    for (number, line) in text.lines().enumerate() {
        println!("  {:<9} {line}", if number == 0 { label } else { "" });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raises_a_false_alarm<P: Published>() {
        let schedule = script(P::LEGAL);
        let legal = on_legal::<P>(&schedule);
        assert!(legal.alarm.is_some(), "{} is not refuted", P::NAME);
        assert!(legal.ours.is_ok(), "{:?}", legal.ours);
        assert_eq!(legal.events, schedule.events.len(), "every event happens");
        for place in 0..schedule.events.len() {
            let mut shorter = schedule.clone();
            let left_out = shorter.events.remove(place);
            let alarm = on_legal::<P>(&shorter).alarm;
            assert_eq!(alarm, None, "{}: not needed: {left_out}", P::NAME);
        }
    }

    #[test]
    fn a_published_formula_raises_a_false_alarm_on_a_minimal_legal_schedule() {
        raises_a_false_alarm::<Etcd>();
        raises_a_false_alarm::<Buoyant>();
    }

    fn finds_the_real_bug<P: Published>() {
        let bug = on_bug::<P>();
        assert!(bug.is_found_by_both(), "{}: {:?}, {:?}", P::NAME, bug.alarm, bug.ours);
        let without = on_legal::<P>(&script(LEADER_ELECTED_WITHOUT_COMMITTED_ENTRY));
        assert_eq!(without.alarm, None, "{}: an alarm without the bug", P::NAME);
    }

    #[test]
    fn a_published_formula_finds_a_real_bug() {
        finds_the_real_bug::<Etcd>();
        finds_the_real_bug::<Buoyant>();
    }
}
