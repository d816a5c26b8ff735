//! Each fault changes an outcome: a script with and without the fault ends in different states.

use whitewater::cluster::Cluster;
use whitewater::mutants::{raft, system_under_test};
use whitewater::oracle::committed_is_durable::CommittedIsDurable;
use whitewater::oracle::electable_has_committed::ElectableHasCommitted;
use whitewater::oracle::match_is_true::MatchIsTrue;
use whitewater::oracle::Oracle;
use whitewater::replica::ours::Ours;
use whitewater::replica::system_under_test::SystemUnderTest;
use whitewater::report::story;
use whitewater::run::{Runner, MAX_EVENTS};
use whitewater::schedule::event::Kind;
use whitewater::schedule::Schedule;

/// The table of nodes at the end of a script, without the script's own lines.
fn end(script: &str) -> String {
    end_of(&raft(), script)
}

/// The same for a system under test.
fn end_of(sut: &SystemUnderTest<Ours>, script: &str) -> String {
    let schedule = Schedule::parse(script).unwrap_or_else(|error| panic!("{error}"));
    let outcome = Runner::new(sut.clone()).run(&schedule);
    assert_eq!(outcome.violation, None);
    let story = story::narrate(sut, &outcome.resolved);
    let table = story.find("node role").expect("a story ends with a table");
    story[table..].to_string()
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
fn a_duplicated_message_matters() {
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
fn a_failed_write_matters_and_so_does_the_part_that_reached_the_disk() {
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
fn a_snapshot_matters_to_a_follower_that_lacks_its_entries() {
    let story_with = |compact: &str| {
        let script = format!("set nodes 3\nelect n0 {{n0,n1,n7}}\nreplicate n0 {{n1}}\n{compact}");
        let lagging = "drop n0>n2 @0\ndrop n0>n2 @0\nexchange n0 {n2}\nexchange n0 {n2}\n";
        let schedule = Schedule::parse(&format!("{script}{lagging}")).expect("it is a script");
        let story = story::narrate(&raft(), &Runner::new(raft()).run(&schedule).resolved);
        story.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let received_by_n2 = |message: &str| format!("n2 receives {message}");
    let (snapshot, entries) =
        (received_by_n2("InstallSnapshot("), received_by_n2("AppendEntries("));
    let [compacted, whole] = [story_with("compact n0\n"), story_with("")];
    assert!(compacted.contains(&snapshot) && compacted.contains("installs the snapshot up to 2"));
    assert!(!whole.contains(&snapshot) && whole.contains(&entries));
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
    matters("set nodes 3\nset election-ticks 2\ntick n0\ntick n0\n! tick n0\n");
}

#[test]
fn a_family_that_is_off_does_nothing() {
    let script = "timeout n0\ndrop n0>n1 @0\ndeliver n0>n1\ndeliver n1>n0\n";
    let on = end(&format!("set nodes 3\nset faults all\n{script}"));
    let off = end(&format!("set nodes 3\nset faults none\n{script}"));
    assert_ne!(on, off);
}

// ---- The network ----

#[test]
fn a_bridge_matters() {
    matters(&format!("{ELECTED}! bridge n2 {{n0}}\nreplicate n0 {{n1}}\n"));
}

#[test]
fn a_clogged_link_matters_and_so_does_its_release() {
    matters(&format!("{ELECTED}! clog n0>n1\nreplicate n0 {{n1}}\n"));
    let held = format!("{ELECTED}clog n0>n1\npropose n0\n");
    matters(&format!("{held}! release n0>n1\ndeliver-link n0>n1\n"));
}

#[test]
fn losing_one_kind_of_messages_matters() {
    matters(&format!("{ELECTED}! filter append\nreplicate n0 {{n1,n2}}\n"));
    assert_eq!(
        end(&format!("{ELECTED}filter pre-vote\nreplicate n0 {{n1,n2}}\n")),
        end(&format!("{ELECTED}replicate n0 {{n1,n2}}\n"))
    );
}

#[test]
fn the_capacity_of_links_matters() {
    let campaigns = "timeout n0\ntimeout n0\ntimeout n0\ndeliver n0>n1\n";
    matters(&format!("set nodes 3\n! set capacity 2\n{campaigns}"));
}

// ---- Time ----

#[test]
fn a_pause_matters_and_so_does_the_burst_of_ticks_after_it() {
    matters(&format!("{ELECTED}! pause n1\nreplicate n0 {{n1}}\n"));
    let missed = "tick-all\n".repeat(20);
    matters(&format!("{ELECTED}pause n1\n{missed}! resume n1\n"));
}

#[test]
fn a_jump_of_a_clock_matters_forward_and_back() {
    matters(&format!("{ELECTED}! jump n1 by=+20\n"));
    let time = "tick-all\n".repeat(20);
    matters(&format!("{ELECTED}! jump n1 by=-30\n{time}"));
}

#[test]
fn the_rate_of_a_clock_matters() {
    let time = "tick-all\n".repeat(7);
    matters(&format!("set nodes 3\nset rate 3\n! set fast {{n1}}\n{time}"));
}

// ---- Crashes, restarts and configuration ----

#[test]
fn a_crash_amid_a_step_matters_and_so_does_its_moment() {
    let arrive = "deliver-link n0>n1\ndeliver-link n0>n2\n";
    matters(&format!("{ELECTED}! crash-amid n0 sent=1 keep=all\npropose n0\n{arrive}"));
    let script = |sent: u8, keep: &str| {
        format!("{QUEUED}crash-amid n0 sent={sent} keep={keep}\npropose n0\n{arrive}")
    };
    assert_ne!(end(&script(0, "0")), end(&script(1, "0")));
    assert_ne!(end(&script(1, "0")), end(&script(2, "0")));
    assert_ne!(end(&script(1, "0")), end(&script(1, "all")));
}

#[test]
fn a_crash_amid_a_recovery_matters() {
    let crashed = format!("{ELECTED}crash n1 keep=all\n");
    assert_ne!(
        end(&format!("{crashed}restart n1\n")),
        end(&format!("{crashed}restart n1 cut=1\n"))
    );
}

#[test]
fn a_late_crash_handler_matters() {
    matters("set nodes 1\n! set handler-delay 9\nelect n0 {}\nfill n0\npropose n0\n");
}

#[test]
fn replacing_a_node_matters() {
    let one_more = "set nodes 4\nset outside 1\nelect n0 {n0,n1,n2,n7}\nexchange n0 {n1,n2}\n";
    let settle = "exchange n0 {n1,n3}\n".repeat(3);
    matters(&format!("{one_more}lose-disk n2\n! replace n2 n3\n{settle}"));
}

#[test]
fn a_mixed_configuration_matters() {
    matters("set nodes 3\n! set mixed {n1}\ntimeout n1\n");
}

// ---- Disks ----

#[test]
fn a_full_disk_matters_until_it_has_space_again() {
    matters(&format!("{ELECTED}! fill n0\npropose n0\n"));
    matters(&format!("{ELECTED}fill n0\n! free n0\npropose n0\n"));
}

#[test]
fn a_damaged_record_matters_in_the_tail_and_in_the_middle() {
    let crashed = format!("{ELECTED}replicate n0 {{n1}}\ncrash n1 keep=all\n");
    for record in ["entry=0", "entry=1", "hard-state"] {
        matters(&format!("{crashed}! damage n1 {record}\nrestart n1\n"));
    }
}

#[test]
fn a_damaged_tail_that_was_never_reported_durable_is_cut_off() {
    let script =
        |damage: &str| format!("{QUEUED}propose n0\ncrash n0 keep=1\n{damage}restart n0\n");
    let (whole, cut) = (end(&script("")), end(&script("damage n0 entry=0\n")));
    assert_ne!(whole, cut);
    assert!(!cut.contains("down"), "{cut}");
}

#[test]
fn a_lost_disk_matters() {
    matters(&format!("{ELECTED}! lose-disk n1\nrestart n1\n"));
}

#[test]
fn damage_leaves_a_quorum_unless_it_is_unbounded() {
    let lose = "lose-disk n1\nlose-disk n2\n";
    let bounded = end(&format!("{ELECTED}{lose}"));
    assert_eq!(bounded.matches("down").count(), 1, "{bounded}");
    let unbounded = end(&format!("set unbounded-damage on\n{ELECTED}{lose}"));
    assert_eq!(unbounded.matches("down").count(), 2, "{unbounded}");
    let harm = |node| format!("crash {node} keep=all\ndamage {node} hard-state\nrestart {node}\n");
    let harm = [harm("n1"), harm("n2")].concat();
    let bounded = end(&format!("{ELECTED}{harm}"));
    assert_eq!(bounded.matches("down").count(), 1, "{bounded}");
    let unbounded = end(&format!("set unbounded-damage on\n{ELECTED}{harm}"));
    assert_eq!(unbounded.matches("down").count(), 2, "{unbounded}");
}

#[test]
fn a_write_on_the_disk_after_a_gap_matters_to_a_careless_host() {
    let careless = system_under_test(Some("writes-replayed-past-a-gap")).expect("there is one");
    let script = |loose: &str| {
        format!("set disk queued\ntimeout n0\ntimeout n0\ncrash n0 keep=0{loose}\nrestart n0\n")
    };
    let both = ["", " loose=1"].map(|loose| end_of(&careless, &script(loose)));
    assert_ne!(both[0], both[1]);
    let [without, with] = ["", " loose=1"].map(|loose| end(&script(loose)));
    assert_eq!(without, with);
}

// ---- Recovery ----

#[test]
fn recovery_matters_and_so_does_recovery_of_a_core_only() {
    let script = |recovery: &str| format!("set recovery {recovery}\n{ELECTED}crash n2 keep=all\n");
    let [off, full, core] = ["off", "full", "core"].map(|recovery| end(&script(recovery)));
    assert!(off != full && full != core);
    assert!(!full.contains("down") && core.contains("down"));
}

/// The events that happen before an oracle alone finds a violation, and its text.
fn found_by<O: Oracle>(sut: &SystemUnderTest<Ours>, script: &str) -> (Vec<String>, String) {
    let schedule = Schedule::parse(script).unwrap_or_else(|error| panic!("{error}"));
    let mut cluster = Cluster::<_, O>::new(sut.clone());
    cluster.begin(schedule.setup, MAX_EVENTS).expect("a start is legal");
    let found = schedule.events.iter().find_map(|&event| cluster.perform(event).err());
    let events = cluster.trace().iter().map(|event| event.to_string()).collect();
    (events, found.map(|violation| violation.to_string()).unwrap_or_default())
}

#[test]
fn oracles_of_durability_name_the_start_that_finds_less_and_not_a_later_event() {
    let bug = system_under_test(Some("damaged-entries-truncated")).expect("it exists");
    let committed = "set nodes 3\nelect n0 {n1,n7}\nexchange n0 {n1}\n";
    let script = format!(
        "{committed}crash n1 keep=all\ndamage n1 entry=0\nrestart n1\npropose n0\ntick-all\n"
    );
    for (events, text) in [
        found_by::<CommittedIsDurable>(&bug, &script),
        found_by::<MatchIsTrue>(&bug, &script),
        found_by::<ElectableHasCommitted>(&bug, &script),
    ] {
        assert_eq!(events.last().map(String::as_str), Some("restart n1"), "{text}");
        assert!(!text.is_empty());
    }
    let (_, text) = found_by::<CommittedIsDurable>(&bug, &script);
    assert_eq!(text, "entry 1 is committed, but durable on n0, which is no quorum of n0,n1,n2");
    assert_eq!(found_by::<CommittedIsDurable>(&raft(), &script).1, "");
}

#[test]
fn an_upgrade_matters_and_so_does_a_roll_back() {
    let older = "set nodes 3\nset features upgrades\nset pre-vote on\nset mixed {n0}\n";
    matters(&format!("{older}! upgrade n0\nrestart n0\ntimeout n0\n"));
    matters(&format!("{older}upgrade n0\n! upgrade n0\nrestart n0\ntimeout n0\n"));
    let rolled = "elect n0 {n0,n1,n2,n7}\n! roll {n0,n1,n2}\n";
    matters(&format!("set nodes 3\nset features upgrades\n{rolled}"));
}

#[test]
fn the_answer_to_a_read_of_the_log_matters_and_so_does_its_failure() {
    let begin = "set nodes 3\nset features log-reads\nelect n0 {n1,n7}\nreplicate n0 {n1}\n";
    let lagging = "drop n0>n2 @0\ndrop n0>n2 @0\ntick n0\ntick n0\n";
    let rest = "deliver-link n0>n2\n";
    let script = |answer: &str| end(&format!("{begin}{lagging}{answer}{rest}"));
    assert_ne!(script("fetch n0\n"), script(""));
    assert_ne!(script("fetch n0\n"), script("fail-fetch n0\n"));
    let two = begin.replace("elect", "set max-entries 2\nelect");
    let two = |answer: &str| end(&format!("{two}{lagging}{answer}{rest}"));
    assert_ne!(two("fetch n0\n"), two("fetch n0 at-most=1\n"));
}

#[test]
fn a_tail_behind_the_snapshot_matters_to_a_follower_that_lags_within_it() {
    let begin = "set nodes 3\nset features tail\nelect n0 {n0,n1,n2,n7}\n";
    let script = format!("{begin}replicate n0 {{n1}}\ndrop n0>n2 @0\ncompact n0\n");
    let received = |script: &str| {
        let rest = "exchange n0 {n2}\ndeliver-link n0>n2\n";
        let schedule = Schedule::parse(&format!("{script}{rest}"));
        let outcome = Runner::new(raft()).run(&schedule.expect("it is a script"));
        let story = story::narrate(&raft(), &outcome.resolved);
        ["AppendEntries(term 1, prev 1@1, entry 2@1", "InstallSnapshot("]
            .map(|message| story.contains(&format!("n2 receives {message}")))
    };
    assert_eq!(received(&script), [true, false]);
    assert_eq!(received(&script.replace("set features tail\n", "")), [false, true]);
}

#[test]
fn a_report_of_the_transport_matters() {
    let begin = "set nodes 3\nset features reports\nset max-entries 4\nelect n0 {n0,n1,n2,n7}\n";
    let lost = "propose n0\ndrop n0>n1 @0\n";
    let rest = "propose n0\ndeliver-link n0>n1\ndeliver-link n1>n0\n";
    matters(&format!("{begin}{lost}! report n0>n1 failed\n{rest}"));
}

#[test]
fn what_a_state_machine_has_saved_matters_after_a_restart() {
    let begin = "set nodes 1\nset features machine-disk\nelect n0 {}\npropose n0\n";
    let starts_with = |save: &str| {
        let script = format!("{begin}{save}crash n0 keep=all\nrestart n0\n");
        let schedule = Schedule::parse(&script).expect("it is a script");
        let story = story::narrate(&raft(), &Runner::new(raft()).run(&schedule).resolved);
        story.split_whitespace().collect::<Vec<_>>().join(" ").contains("had applied up to 2")
    };
    assert!(starts_with("sync-machine n0\n") && !starts_with(""));
}

/// n1 has stored a command, and its acknowledgement is in flight; it was removed, and n2 knows.
const REMOVED: &str = "set nodes 3\nset features rejoin\nelect n0 {n0,n1,n2,n7}\n\
    propose n0\ndeliver-link n0>n1\nchange n0 {n0,n2} {}\n\
    exchange n0 {n2}\nexchange n0 {n2}\n";

#[test]
fn a_disk_is_emptied_only_after_the_removal_of_its_node() {
    matters(&format!("{REMOVED}crash n1 keep=all\n! wipe n1\nrestart n1\n"));
    let member = "set nodes 3\nset features rejoin\nelect n0 {n0,n1,n2,n7}\ncrash n1 keep=all\n";
    let [without, with] = ["", "wipe n1\n"].map(|wipe| end(&format!("{member}{wipe}restart n1\n")));
    assert_eq!(without, with);
    let untold = REMOVED.split("exchange").next().expect("there is something before");
    let untold = format!("{untold}crash n1 keep=all\n");
    let [without, with] = ["", "wipe n1\n"].map(|wipe| end(&format!("{untold}{wipe}restart n1\n")));
    assert_eq!(without, with);
}

#[test]
fn a_lost_disk_is_emptied_after_the_removal_of_its_node_and_the_node_starts_again() {
    let lost = format!("{REMOVED}lose-disk n1\nrestart n1\n");
    assert!(end(&lost).contains("n1 down"), "{}", end(&lost));
    assert!(!end(&format!("{lost}wipe n1\nrestart n1\n")).contains("down"));
}

#[test]
fn a_node_whose_disk_is_replaced_by_an_older_copy_does_not_start() {
    let older = format!("set features rejoin\n{ELECTED}! restore-backup n1\nrestart n1\n");
    matters(&older);
    assert!(end(&older.replace('!', "")).contains("n1 down"));
    let same = "set nodes 3\nset features rejoin\nrestore-backup n1\n";
    assert!(!end(same).contains("down"), "there is nothing to go back to");
}

#[test]
fn acknowledgements_of_a_node_that_comes_back_with_an_empty_disk_do_not_count() {
    let back =
        format!("{REMOVED}crash n1 keep=all\nwipe n1\nrestart n1\nchange n0 {{n0,n1,n2}} {{}}\n");
    let schedule = Schedule::parse(&format!("{back}deliver n1>n0\n")).expect("it is a script");
    let last = Runner::new(raft()).run(&schedule).resolved.events.last().copied();
    assert_eq!(last.map(|event| event.to_string()).as_deref(), Some("deliver n1>n0"));
    let late =
        |acks: &str| end(&format!("{back}{acks}exchange n0 {{n1}}\nexchange n0 {{n1,n2}}\n"));
    assert_eq!(late("deliver n1>n0\n"), late("drop n1>n0 @0\n"));
}

#[test]
fn a_member_that_leaves_and_comes_back_in_one_macro_has_an_empty_disk_and_catches_up() {
    let begin = "set nodes 3\nset features rejoin\nelect n0 {n0,n1,n2,n7}\nreplicate n0 {n1,n2}\n";
    matters(&format!("{begin}! rejoin n1\n"));
    let rest = "exchange n0 {n1,n2}\n".repeat(4);
    let table = end(&format!("{begin}rejoin n1\n{rest}"));
    let log = |node: &str| {
        let line = table.lines().find(|line| line.starts_with(node)).expect("a line a node");
        line.split_whitespace().skip(5).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(log("n1"), log("n0"), "{table}");
}

#[test]
fn with_leases_an_election_waits_for_the_silence_of_running_nodes_only() {
    let ticks = |crash: &str| {
        let heartbeats = "exchange n0 {n1}\n".repeat(5);
        let script = format!(
            "set nodes 3\nset lease on\nset check-quorum on\nelect n0 {{n1,n2,n7}}\n{heartbeats}\
             {crash}elect n2 {{n1}}\n"
        );
        let schedule = Schedule::parse(&script).unwrap_or_else(|error| panic!("{error}"));
        let resolved = Runner::new(raft()).run(&schedule).resolved;
        resolved.events.iter().filter(|event| event.kind == Kind::TickAll).count()
    };
    let [down, running] = ["crash n1 keep=all\n", ""].map(ticks);
    assert!(down < running, "{down} {running}");
}

#[test]
fn a_wall_clock_that_is_set_ends_a_lease_sooner_or_makes_a_new_leader_wait_less() {
    let leased = "set nodes 3\nset features wall-clock\nelect n0 {n0,n1,n2,n7}\n";
    let told = |script: &str, words: &str| {
        let schedule = Schedule::parse(script).unwrap_or_else(|error| panic!("{error}"));
        let outcome = Runner::new(raft()).run(&schedule);
        assert_eq!(outcome.violation, None);
        story::narrate(&raft(), &outcome.resolved).contains(words)
    };
    let read = |clock: &str| {
        let script = format!("{leased}tick-all\ntick-all\n{clock}read n0\n");
        told(&script, "answers read #0")
    };
    assert_eq!([read(""), read("set-clock n0 by=+2\n")], [true, false]);
    let elected = format!("{leased}replicate n0 {{n1,n2}}\nelect n1 {{n2}}\nexchange n1 {{n2}}\n");
    let commits = |clock: &str| {
        told(&format!("{elected}{}{clock}", "tick-all\n".repeat(7)), "commits up to 3")
    };
    assert_eq!([commits(""), commits("set-clock n1 by=+2\n")], [false, true]);
}
