//! Servers that are killed, stopped and paused.

use std::time::Instant;

use rustix::process::Signal;

use crate::common::Cluster;
use crate::writers::Writers;

#[test]
fn three_servers_elect_a_leader_and_any_of_them_answers() {
    let cluster = Cluster::serving(3, &[]);
    for id in 1..=3 {
        cluster.client(id).set("x", &format!("by {id}"));
        for reader in 1..=3 {
            assert_eq!(cluster.client(reader).get("x"), Some(format!("by {id}")));
        }
    }
    assert!((1..=3).contains(&cluster.leader()));
}

#[test]
fn a_killed_leader_loses_no_acknowledged_write_and_another_one_leads() {
    let mut cluster = Cluster::serving(3, &[]);
    let writers = Writers::start(&cluster, 4);
    for _ in 0..3 {
        writers.wait_for(50);
        let leader = cluster.leader();
        cluster.kill(leader);
        let begun = Instant::now();
        assert_ne!(cluster.leader(), leader);
        writers.wait_for(1);
        println!("the first write {} ms after the kill", begun.elapsed().as_millis());
        cluster.start(leader);
        cluster.wait_until_it_serves(leader);
    }
    let written = writers.check(&cluster);
    assert!(written.done.len() > 150, "{}", written.done.len());
}

#[test]
fn servers_that_are_all_killed_and_started_again_keep_everything() {
    let mut cluster = Cluster::serving(3, &["--snapshot-entries", "100"]);
    let writers = Writers::start(&cluster, 4);
    for _ in 0..2 {
        writers.wait_for(150);
        (1..=3).for_each(|id| cluster.kill(id));
        (1..=3).for_each(|id| cluster.start(id));
        (1..=3).for_each(|id| cluster.wait_until_it_serves(id));
    }
    let written = writers.check(&cluster);
    assert!(written.done.len() > 300, "{}", written.done.len());
    assert!((1..=3).any(|id| cluster.log(id).contains("log compacted")));
}

#[test]
fn a_server_that_is_told_to_stop_finishes_hands_over_and_ends_with_0() {
    let mut cluster = Cluster::serving(3, &[]);
    let writers = Writers::start(&cluster, 4);
    for signal in [Signal::TERM, Signal::INT, Signal::TERM] {
        writers.wait_for(30);
        let leader = cluster.leader();
        let begun = Instant::now();
        cluster.signal(leader, signal);
        assert_eq!(cluster.ended(leader), Some(0));
        let took = begun.elapsed();
        assert!(took.as_secs() < 4, "it took {took:?}");
        println!("stopped in {} ms", took.as_millis());
        // The lead was handed over: nobody had to wait for an election timeout.
        cluster.start(leader);
        cluster.wait_until_it_serves(leader);
    }
    let written = writers.check(&cluster);
    assert!(written.unknown.is_empty(), "{:?}", written.unknown);
    for (key, error) in &written.refused {
        assert!(error.starts_with("STOPPING") || error.starts_with("LOADING"), "{key}: {error}");
    }
    for leader in 1..=3 {
        assert!(!cluster.log(leader).contains("panicked"));
    }
}

#[test]
fn a_leader_stops_at_once_although_one_of_the_others_is_dead() {
    let mut cluster = Cluster::serving(3, &[]);
    // The candidate with the highest id would be the first choice.
    let leader = cluster.leader();
    let dead = (1..=3).rev().find(|id| *id != leader).expect("there are three");
    cluster.kill(dead);
    cluster.client(leader).set("x", "1");
    std::thread::sleep(std::time::Duration::from_millis(500));
    let begun = Instant::now();
    cluster.signal(leader, Signal::TERM);
    assert_eq!(cluster.ended(leader), Some(0));
    let took = begun.elapsed();
    assert!(took.as_millis() < 2500, "it took {took:?}");
}

#[test]
fn a_server_of_a_supervisor_ends_with_its_standard_input() {
    let mut cluster = Cluster::idle(1, &["--exit-with-stdin"]);
    let mut command = cluster.command(1);
    command.stdin(std::process::Stdio::piped());
    cluster.start_as(1, command);
    cluster.wait_until_it_serves(1);
    assert!(cluster.runs(1));
    cluster.end_input(1);
    assert_eq!(cluster.ended(1), Some(0));
}

#[test]
fn a_paused_leader_is_replaced_and_follows_when_it_goes_on() {
    let mut cluster = Cluster::serving(3, &[]);
    let writers = Writers::start(&cluster, 4);
    writers.wait_for(30);
    let leader = cluster.leader();
    cluster.signal(leader, Signal::STOP);
    let others: Vec<u8> = (1..=3).filter(|id| *id != leader).collect();
    let next = cluster.leader_among(&others);
    cluster.client(next).set("while it was away", "1");
    cluster.signal(leader, Signal::CONT);
    assert_eq!(cluster.client(leader).get("while it was away"), Some("1".into()));
    writers.check(&cluster);
}
