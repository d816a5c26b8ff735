//! Servers that join and leave while the cluster serves.

use std::time::Duration;

use kv::resp::Reply;

use crate::common::{code, field, simple, text, wait_for, Client, Cluster};
use crate::writers::Writers;

/// The reply to RAFT ADD for a server.
fn add(cluster: &Cluster, at: u8, id: u8) -> Reply {
    let address = cluster.peer_address(id);
    cluster.client(at).call(&["RAFT", "ADD", &id.to_string(), &address])
}

fn remove(cluster: &Cluster, at: u8, id: u8) -> Reply {
    cluster.client(at).call(&["RAFT", "REMOVE", &id.to_string()])
}

/// The members, as a server says: id and kind.
fn members(cluster: &Cluster, at: u8) -> Vec<(i64, String)> {
    let Reply::Array(members) = cluster.client(at).call(&["RAFT", "MEMBERS"]) else {
        panic!("RAFT MEMBERS is a list")
    };
    let member = |member: &Reply| match (field(member, "id"), field(member, "kind")) {
        (Some(Reply::Integer(id)), Some(kind)) => (*id, text(kind)),
        other => panic!("{other:?}"),
    };
    members.iter().map(member).collect()
}

fn voters(cluster: &Cluster, at: u8) -> Vec<i64> {
    let voters = members(cluster, at).into_iter().filter(|(_, kind)| kind == "voter");
    voters.map(|(id, _)| id).collect()
}

#[test]
fn a_cluster_grows_to_five_and_shrinks_to_three_while_it_serves() {
    let mut cluster = Cluster::serving(3, &["--snapshot-entries", "200"]);
    let writers = Writers::start(&cluster, 3);
    writers.wait_for(100);
    for id in [4, 5] {
        cluster.start(id);
        assert_eq!(add(&cluster, 1, id), simple(format!("server {id} is a voter")));
        writers.wait_for(20);
    }
    wait_for("five voters", || (voters(&cluster, 5) == [1, 2, 3, 4, 5]).then_some(()));
    for id in [1, 2] {
        // Asked of another one, since it may be the leader, and ends.
        let at = 5;
        assert_eq!(remove(&cluster, at, id), simple(format!("server {id} is removed")));
        assert_eq!(cluster.ended(id), Some(3), "{}", cluster.log(id));
        assert!(cluster.log(id).lines().last().is_some_and(|line| line.contains("was removed")));
    }
    assert_eq!(voters(&cluster, 5), [3, 4, 5]);
    writers.check(&cluster);
    // The new ones alone are a majority of the three.
    cluster.kill(3);
    cluster.client(4).set("x", "1");
    assert_eq!(cluster.client(5).get("x"), Some("1".into()));
    // Its id is used up, at once and after a restart.
    let refused = add(&cluster, 4, 1);
    assert_eq!(code(&refused), "ERR", "{refused:?}");
    assert!(text(&refused).contains("use a new id"), "{refused:?}");
    cluster.start(1);
    assert_eq!(cluster.ended(1), Some(3));
}

#[test]
fn a_cluster_that_has_grown_starts_again_with_its_first_members_flags() {
    let mut cluster = Cluster::serving(3, &[]);
    cluster.start(4);
    assert_eq!(add(&cluster, 2, 4), simple("server 4 is a voter"));
    cluster.client(4).set("x", "1");
    (1..=4).for_each(|id| cluster.kill(id));
    // Three of four: without server 4 there is no majority.
    for id in [1, 2, 4] {
        cluster.start(id);
    }
    for id in [1, 2, 4] {
        cluster.wait_until_it_serves(id);
        assert_eq!(cluster.client(id).get("x"), Some("1".into()));
    }
}

#[test]
fn a_dead_server_is_replaced_by_one_with_a_new_id() {
    let mut cluster = Cluster::serving(3, &["--snapshot-entries", "50"]);
    let mut client = cluster.client(1);
    (0..120).for_each(|number| client.set(&format!("k{number}"), "v"));
    let dead = cluster.follower();
    cluster.kill(dead);
    let at = cluster.leader();
    cluster.start(4);
    assert_eq!(add(&cluster, at, 4), simple("server 4 is a voter"));
    let gone = simple(format!("server {dead} is removed"));
    assert_eq!(remove(&cluster, at, dead), gone);
    assert_eq!(cluster.client(4).get("k119"), Some("v".into()));
    assert_eq!(voters(&cluster, 4).len(), 3);
    // The new one counts: with one of the two others dead, there is a majority.
    let other = (1..=3).find(|id| *id != dead && *id != at).expect("there are three");
    cluster.kill(other);
    cluster.client(4).set("x", "1");
    cluster.start(dead);
    assert_eq!(cluster.ended(dead), Some(3), "it was removed while it was away");
}

#[test]
fn the_leader_is_removed_by_itself() {
    let mut cluster = Cluster::serving(3, &[]);
    let leader = cluster.leader();
    let mut client = cluster.client(leader);
    let reply = client.call(&["RAFT", "REMOVE", &leader.to_string()]);
    assert_eq!(reply, simple(format!("server {leader} is removed")));
    assert_eq!(cluster.ended(leader), Some(3), "{}", cluster.log(leader));
    let next = cluster.leader();
    cluster.client(next).set("x", "1");
    assert_eq!(voters(&cluster, next).len(), 2);
}

#[test]
fn a_server_that_is_not_added_yet_says_so_to_its_clients() {
    let mut cluster = Cluster::serving(1, &[]);
    cluster.start(4);
    let mut client = cluster.client(4);
    let address = cluster.peer_address(4);
    for words in [
        &["GET", "x"][..],
        &["SET", "x", "1"],
        &["RAFT", "ADD", "4", &address],
        &["RAFT", "TRANSFER", "4"],
    ] {
        assert_eq!(code(&client.call(words)), "LOADING", "{words:?}");
    }
    assert_eq!(field(&client.call(&["RAFT", "STATUS"]), "ready"), Some(&Reply::Integer(0)));
    assert_eq!(add(&cluster, 1, 4), simple("server 4 is a voter"));
    client.set("x", "1");
    cluster.signal(4, rustix::process::Signal::TERM);
    assert_eq!(cluster.ended(4), Some(0));
}

#[test]
fn changes_that_make_no_sense_are_refused_with_a_reason() {
    let cluster = Cluster::serving(3, &[]);
    let mut client = cluster.client(cluster.follower());
    for (words, told) in [
        (&["RAFT", "REMOVE", "9"][..], "server 9 is no member"),
        (&["RAFT", "ADD", "2", "127.0.0.1:1"], "server 2 is a member at"),
        (&["RAFT", "TRANSFER", "9"], "not another voter"),
        (&["RAFT", "ADD", "64", "127.0.0.1:1"], ""),
        (&["RAFT", "ADD", "0", "127.0.0.1:1"], ""),
        (&["RAFT", "ADD", "4", "nowhere"], ""),
        (&["RAFT", "REMOVE", "x"], ""),
    ] {
        let reply = client.call(words);
        assert!(code(&reply) == "ERR" && text(&reply).contains(told), "{words:?}: {reply:?}");
    }
    assert_eq!(members(&cluster, 1).len(), 3);
}

#[test]
fn the_lead_goes_where_the_operator_wants_and_not_to_a_dead_server() {
    let mut cluster = Cluster::serving(3, &[]);
    let (leader, next) = (cluster.leader(), cluster.follower());
    let dead = 6 - leader - next;
    let reply = cluster.client(dead).call(&["RAFT", "TRANSFER", &next.to_string()]);
    assert_eq!(reply, simple(format!("server {next} leads")));
    assert_eq!(cluster.leader(), next);
    cluster.kill(dead);
    let address = cluster.address(next);
    let operator = std::thread::spawn(move || {
        let mut client = Client::connect(&address).expect("it runs");
        client.call(&["RAFT", "TRANSFER", &dead.to_string()])
    });
    // Meanwhile the others write.
    let mut client = cluster.client(leader);
    let begun = std::time::Instant::now();
    for number in 0..20 {
        client.set("x", &number.to_string());
    }
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    let reply = operator.join().expect("it is answered");
    assert_eq!(code(&reply), "ERR", "{reply:?}");
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
}

#[test]
fn an_operators_request_after_a_restart_is_not_taken_for_the_one_before() {
    let mut cluster = Cluster::serving(3, &[]);
    let at = cluster.follower();
    let leader = cluster.leader();
    // Server 4 does not run: the request stays under way at the leader.
    let mut client = cluster.client(at);
    client.send(&["RAFT", "ADD", "4", &cluster.peer_address(4)]).expect("it runs");
    wait_for("the request to begin", || (members(&cluster, leader).len() == 4).then_some(()));
    cluster.kill(at);
    cluster.start(at);
    cluster.wait_until_it_serves(at);
    let reply = cluster.client(at).call(&["RAFT", "REMOVE", "9"]);
    assert!(text(&reply).contains("server 9 is no member"), "{reply:?}");
}
