//! Two published forms of Leader Completeness, and a legal schedule that refutes each.
//!
//! Promises: each formula says what its authors wrote. It is played on our Raft beside all our
//! oracles, which stay silent where it cries wolf, and on a Raft with a real bug, where it is
//! right. Exit code 1 if any of this is not so.
//!
//! ```text
//! cargo run -rq -p whitewater --example published_oracles
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::process::ExitCode;

use raft::{LogId, LogIndex, NodeId, Term};
use whitewater::cluster::Cluster;
use whitewater::history::monitor::Monitor;
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

/// A formula that somebody published: an monitor that ends no run, and notes its first objection.
trait Published: Monitor + Default {
    /// What its authors call it.
    const NAME: &'static str;
    /// Where they published it.
    const SOURCE: &'static str;
    /// A legal schedule that it objects to.
    const LEGAL: &'static str;
    /// Why that is legal.
    const WHY: &'static str;

    /// What it took for broken first.
    fn objection(&self) -> Option<Lack>;
}

/// What a formula objects to.
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

/// Whether the log of `node` holds `entry`. Terms are compared, as Buoyant does. etcd compares
/// commands too, and objects whenever this says no; only at a log that ends before the entry, which
/// is in none of the schedules below, its model checker would stop with an error instead.
fn holds(node: &NodeHistory, entry: LogId) -> bool {
    node.log.at(entry.index).is_some_and(|link| link.term == entry.term)
}

// ---- etcd ----

/// Holds in every state: whatever stands in a server's log up to its commit index stands in the log
/// of every current leader whose term is higher than **the entry's own**. Its cousin in CCF erred
/// in the same way, and was repaired: microsoft/CCF#7970.
#[derive(Default)]
struct Etcd {
    objection: Option<Lack>,
}

impl Published for Etcd {
    const NAME: &'static str = "LeaderCompletenessInv, of etcd's TLA+ specification";
    const SOURCE: &'static str = "etcd-io/raft cdfbeed, tla/etcdraft.tla and its three .cfg files";
    const LEGAL: &'static str = STALE_LEADER_LACKS_OLD_ENTRY;
    const WHY: &'static str = "\
        1@t1 is older than t2, but was committed only in t3. A leader must\n\
        have what was committed before its own term: for n2, nothing.\n\
        It harms nobody: n0 and n1 are in t3, and refuse whatever it sends.";

    fn objection(&self) -> Option<Lack> {
        self.objection
    }
}

impl Monitor for Etcd {
    fn stepped(&mut self, history: &History, _: NodeId, _: usize) -> Verdict {
        let lack = committed(history).find_map(|entry| later_leader_without(history, entry));
        self.objection = self.objection.or(lack);
        HELD
    }
}

/// What stands in the logs of servers up to their commit indexes.
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
# n0 leads t1 with the vote of n2, and creates 1@t1, which stays with it.
timeout n0
deliver n0>n2
deliver n2>n0
# n2 leads t2 with the vote of n1, and creates 1@t2, which stays with it.
timeout n2
deliver n2>n1
deliver n1>n2
# n0 hears of t2, stands in t3, and leads it with the vote of n1. What it sent in t1 is slower.
deliver n2>n0
timeout n0
reorder n0>n1 @2
deliver n1>n0
# It creates 2@t3. n1 refuses that, since it lacks what comes before.
reorder n0>n1 @2
deliver n1>n0
# n1 takes both: with 2@t3, n0 commits 1@t1. Nobody has told n2, which still leads t2.
reorder n0>n1 @2
deliver n1>n0
";

// ---- Buoyant ----

/// Holds whenever a server becomes leader, **of whatever term**: what any server has applied so far
/// stands in its log. Entries are compared by their terms.
#[derive(Default)]
struct Buoyant {
    applied: BTreeMap<LogIndex, Term>,
    objection: Option<Lack>,
}

impl Published for Buoyant {
    const NAME: &'static str = "verifyLeaderCompleteness, of Buoyant's fuzzer";
    const SOURCE: &'static str = "novemberborn/buoyant 4015fd7, src/fuzz/Runner.js";
    const LEGAL: &'static str = LATE_VOTE_MAKES_STALE_LEADER;
    const WHY: &'static str = "\
        n2 voted in t1, before anything was committed, and a message may be\n\
        slow. n0 leads an older term than that in which 1@t2 was committed.\n\
        It harms nobody: n1 and n2 are in t2, and refuse whatever it sends.";

    fn objection(&self) -> Option<Lack> {
        self.objection
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
        self.objection = self.objection.or(lacking.map(|entry| Lack::of(leader, entry)));
        HELD
    }

    fn applied(&mut self, _: &History, _: NodeId, entry: &Entry) -> Verdict {
        self.applied.insert(entry.id.index, entry.id.term);
        NOTHING
    }
}

const LATE_VOTE_MAKES_STALE_LEADER: &str = "
set nodes 3
# n0 stands in t1. n2 votes for it, but the vote takes its time.
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

/// The textbook omission: Leader Completeness, in any form, rests on that check of 5.4.1.
const BUG: &str = "votes-without-log-check";

const LEADER_ELECTED_WITHOUT_COMMITTED_ENTRY: &str = "
set nodes 3
# n0 leads t1 with the vote of n2, and commits 1@t1 with n1.
timeout n0
deliver n0>n2
deliver n2>n0
reorder n0>n1 @1
deliver n1>n0
# n2, which lacks it, stands in t2. n1 has it, and votes for n2 all the same.
timeout n2
deliver n2>n1
deliver n1>n2
";

// ---- Playing them ----

/// What came of a formula's legal schedule.
struct Legal {
    events: usize,
    objection: Option<Lack>,
    /// What our oracles found; else how often they had something to check.
    ours: Result<u64, Violation>,
}

/// What came of the real bug.
struct Bug {
    objection: Option<Lack>,
    /// What our form of the same promise found.
    ours: Option<Violation>,
}

impl Bug {
    /// The formula and its sound form mean the same leader, for the same reason.
    fn is_understood(&self) -> bool {
        match (self.objection, &self.ours) {
            (Some(lack), Some(Violation::LeaderCompleteness { leader, term, index, .. })) => {
                (lack.leader, lack.term, lack.entry.index) == (*leader, *term, *index)
            }
            _ => false,
        }
    }
}

/// Plays an exact schedule; the cluster as it is then, and what its monitor said.
fn play<M: Monitor + Default>(
    sut: SystemUnderTest<Ours>,
    schedule: &Schedule,
) -> (Cluster<Ours, M>, Verdict) {
    let mut cluster = Cluster::new(sut, M::default());
    let begun = cluster.begin(schedule.setup, M::default(), Schedule::MAX_EVENTS);
    let verdict = begun.and_then(|_| {
        schedule.events.iter().try_fold(0, |_, &event| cluster.perform_exactly(event))
    });
    (cluster, verdict)
}

fn script(text: &str) -> Schedule {
    Schedule::parse(text).expect("the scripts are schedules")
}

fn on_legal<P: Published>(schedule: &Schedule) -> Legal {
    let (cluster, verdict) = play::<(P, Oracles)>(mutants::raft(), schedule);
    let (formula, oracles) = &cluster.recorder.monitor;
    let ours = match (verdict, oracles.lint()) {
        (Err(violation), _) => Err(*violation),
        (Ok(_), Some(lint)) => Err(lint.clone()),
        (Ok(_), None) => Ok(oracles.checks().0.iter().sum()),
    };
    Legal { events: cluster.trace().len(), objection: formula.objection(), ours }
}

fn on_bug<P: Published>() -> Bug {
    let mutant = mutants::named(BUG).expect("the bug is on the bench");
    let schedule = script(LEADER_ELECTED_WITHOUT_COMMITTED_ENTRY);
    let (cluster, _) = play::<P>(mutant.system_under_test(), &schedule);
    let (_, sound) = play::<LeaderCompleteness>(mutant.system_under_test(), &schedule);
    Bug { objection: cluster.recorder.monitor.objection(), ours: sound.err().map(|broken| *broken) }
}

/// Tells of one formula; whether it is refuted and no strawman.
fn examine<P: Published>() -> bool {
    let (legal, bug) = (on_legal::<P>(&script(P::LEGAL)), on_bug::<P>());
    println!("{}", P::NAME);
    tell("source", P::SOURCE);
    tell("schedule", &format!("legal, {} events", legal.events));
    tell("it says", &said(legal.objection));
    tell(
        "ours say",
        &match &legal.ours {
            Ok(checks) => format!("nothing: {COUNT} oracles, {checks} checks"),
            Err(violation) => format!("{}: {violation}", violation.fingerprint()),
        },
    );
    tell("legal", P::WHY);
    tell(
        "sound",
        "fuzz/src/oracle/leader_completeness.rs: an entry counts from the\n\
         term of who first committed it; leaders of later terms must have it.",
    );
    tell("real bug", &format!("{BUG}: there it is right that\n{}", said(bug.objection)));
    println!();
    legal.objection.is_some() && legal.ours.is_ok() && bug.is_understood()
}

fn said(objection: Option<Lack>) -> String {
    objection.map_or("nothing".into(), |lack| lack.to_string())
}

fn tell(label: &str, text: &str) {
    for (number, line) in text.lines().enumerate() {
        println!("  {:<9} {line}", if number == 0 { label } else { "" });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cries_wolf<P: Published>() {
        let schedule = script(P::LEGAL);
        let legal = on_legal::<P>(&schedule);
        assert!(legal.objection.is_some(), "{} is not refuted", P::NAME);
        assert!(legal.ours.is_ok(), "{:?}", legal.ours);
        assert_eq!(legal.events, schedule.events.len(), "every event happens");
        for place in 0..schedule.events.len() {
            let mut shorter = schedule.clone();
            let left_out = shorter.events.remove(place);
            let objection = on_legal::<P>(&shorter).objection;
            assert_eq!(objection, None, "{}: not needed: {left_out}", P::NAME);
        }
    }

    #[test]
    fn a_published_formula_cries_wolf_on_a_legal_schedule_without_an_event_too_many() {
        cries_wolf::<Etcd>();
        cries_wolf::<Buoyant>();
    }

    fn is_no_strawman<P: Published>() {
        let bug = on_bug::<P>();
        assert!(bug.is_understood(), "{}: {:?}, {:?}", P::NAME, bug.objection, bug.ours);
        let without = on_legal::<P>(&script(LEADER_ELECTED_WITHOUT_COMMITTED_ENTRY));
        assert_eq!(without.objection, None, "{}: it is the bug that it finds", P::NAME);
    }

    #[test]
    fn a_published_formula_is_right_about_a_raft_with_a_real_bug() {
        is_no_strawman::<Etcd>();
        is_no_strawman::<Buoyant>();
    }
}
