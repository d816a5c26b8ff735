//! Each fault changes an outcome: the same script with and without it ends in different states.

use whitewater::mutants::raft;
use whitewater::run::Runner;
use whitewater::schedule::Schedule;
use whitewater::story;

/// Who believes what at the end of a script, without the script's own lines.
fn end(script: &str) -> String {
    let schedule = Schedule::parse(script).unwrap_or_else(|error| panic!("{error}"));
    let outcome = Runner::new(raft()).run(&schedule);
    assert_eq!(outcome.violation, None);
    let told = story::tell(&raft(), &outcome.resolved);
    let table = told.find("node role").expect("a story ends with a table");
    told[table..].to_string()
}

/// The line marked with `!` changes the end.
#[track_caller]
fn matters(script: &str) {
    let with = script.replace('!', "");
    let without: String =
        script.lines().filter(|line| !line.contains('!')).map(|line| format!("{line}\n")).collect();
    assert_ne!(end(&with), end(&without));
}

const ELECTED: &str = "set nodes 3\nelect n0 {n0,n1,n2,n7}\n";
const QUEUED: &str = "set nodes 3\nset disk queued\nelect n0 {n0,n1,n2,n7}\npersist n0\n";

#[test]
fn a_lost_message_matters() {
    matters("set nodes 3\ntimeout n0\n! drop n0>n1 @0\ndeliver n0>n1\ndeliver n1>n0");
}

#[test]
fn a_repeated_message_matters() {
    matters("set nodes 3\ntimeout n0\n! duplicate n0>n1 @0\ntimeout n1\ntimeout n1\ndeliver n0>n1\ndeliver n1>n0");
}

#[test]
fn an_overtaking_message_matters() {
    matters("set nodes 3\ntimeout n0\ntimeout n0\n! reorder n0>n1 @1\ndeliver n0>n1\n");
}

#[test]
fn a_crash_matters() {
    matters(&format!("{ELECTED}! crash n0 keep=all\npropose n128\ntick-all\n"));
}

#[test]
fn losing_pending_writes_matters_and_so_does_keeping_them() {
    matters(&format!("{QUEUED}propose n0\n! crash n0 keep=0\nrestart n0\n"));
    let kept = end(&format!("{QUEUED}propose n0\ncrash n0 keep=all\nrestart n0\n"));
    assert_ne!(kept, end(&format!("{QUEUED}propose n0\ncrash n0 keep=0\nrestart n0\n")));
}

#[test]
fn a_failed_write_matters_and_so_does_how_much_of_it_is_left() {
    let script = |torn: &str| {
        format!("{QUEUED}timeout n1\ntimeout n1\nfail-persist n1 {torn}\nrestart n1\n")
    };
    assert_ne!(end(&script("nothing")), end(&script("hard-state")));
    let script = |torn: &str| format!("{QUEUED}propose n0\nfail-persist n0 {torn}\nrestart n0\n");
    assert_ne!(end(&script("nothing")), end(&script("all")));
    matters(&format!("{QUEUED}propose n0\n! fail-persist n0 all\ntick-all\n"));
    let script = |torn: &str| {
        format!(
            "set nodes 3\nset disk queued\nset max-entries 4\nelect n0 {{n0,n1,n2}}\npropose n0\n\
             propose n0\ndrop n0>n1 @0\nreorder n0>n1 @1\nfail-persist n1 {torn}\nrestart n1\n"
        )
    };
    assert_ne!(end(&script("entries=1")), end(&script("entries=2")));
    assert_ne!(end(&script("entries=0")), end(&script("entries=1")));
}

#[test]
fn a_transfer_matters() {
    matters(&format!("{ELECTED}! transfer n0>n1\ndeliver n0>n1\ndeliver n0>n1\n"));
}

#[test]
fn a_change_of_membership_matters() {
    let committed = "exchange n0 {n1,n2}\n";
    matters(&format!("{ELECTED}! change n0 {{n0}} {{}}\n{committed}propose n0\n{committed}"));
}

#[test]
fn a_snapshot_matters_to_who_lacks_what_it_stands_for() {
    let told = |compact: &str| {
        let script = format!("set nodes 3\nelect n0 {{n0,n1,n7}}\nreplicate n0 {{n1}}\n{compact}");
        let lagging = "drop n0>n2 @0\ndrop n0>n2 @0\nexchange n0 {n2}\nexchange n0 {n2}\n";
        let schedule = Schedule::parse(&format!("{script}{lagging}")).expect("it is a script");
        let told = story::tell(&raft(), &Runner::new(raft()).run(&schedule).resolved);
        told.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert!(told("compact n0\n").contains("n2 goes on from a snapshot up to 2"));
    assert!(told("").contains("n2 appends 1@t1"));
}

#[test]
fn a_state_machine_that_has_not_applied_cannot_be_compacted() {
    let script = "set nodes 1\nset slow-apply on\nelect n0 {}\npropose n0\n";
    let goals = |script: &str| {
        let schedule = Schedule::parse(script).expect("it is a script");
        Runner::new(raft()).run(&schedule).goals
    };
    assert_ne!(
        goals(&format!("{script}compact n0\n")),
        goals(&format!("{script}apply n0\ncompact n0\n"))
    );
}

#[test]
fn a_partition_matters_until_it_heals() {
    matters(&format!("{ELECTED}! partition {{n0}}\nreplicate n0 {{n1,n2}}\n"));
    matters(&format!("{ELECTED}partition {{n0}}\n! heal\nreplicate n0 {{n1,n2}}\n"));
}

#[test]
fn a_one_way_cut_matters() {
    matters(&format!("{ELECTED}! cut n1>n0\nreplicate n0 {{n1}}\n"));
}

#[test]
fn time_matters() {
    matters("set nodes 3\nset election-ticks 2\ntick n0\n! tick n0\n");
}

#[test]
fn a_family_that_is_off_does_nothing() {
    let script = "timeout n0\ndrop n0>n1 @0\ndeliver n0>n1\ndeliver n1>n0\n";
    let on = end(&format!("set nodes 3\nset faults all\n{script}"));
    let off = end(&format!("set nodes 3\nset faults none\n{script}"));
    assert_ne!(on, off);
}
