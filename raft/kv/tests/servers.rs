//! Servers without sockets and disks, on a network that loses, repeats and reorders frames.

use std::collections::{BTreeMap, VecDeque};

use kv::command::Command;
use kv::machine::Response;
use kv::request::{Condition, Data};
use kv::server::{Answer, Policy, Server, Settings, Space, Token};
use kv::wire::{Frame, Order};
use raft::{
    Appended, Body, Config, Durable, Entry, LogId, LogIndex, Membership, Message, NodeId, NodeSet,
    Nonce, Payload, Role, SnapshotChunk, Stamp, Status, Term, Write,
};

/// A generator of small numbers.
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        ((self.0 >> 33) % n as u64) as usize
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// One server, its disk, and what is not durable yet.
struct Host {
    server: Option<Server>,
    disk: Durable<Command>,
    pending: VecDeque<Write<Command>>,
    incarnation: u64,
}

/// A cluster. Server ids begin with 1.
struct Cluster {
    hosts: Vec<Host>,
    first: u8,
    frames: Vec<(NodeId, NodeId, Frame)>,
    answers: BTreeMap<Token, Answer>,
    last: Token,
    settings: Settings,
}

impl Cluster {
    fn new(first: u8, all: u8, policy: Policy) -> Cluster {
        let host = |_| Host {
            server: None,
            disk: Durable::default(),
            pending: VecDeque::new(),
            incarnation: 0,
        };
        let settings =
            Settings { patience: 120, operation_patience: 600, policy, ..Settings::default() };
        let mut cluster = Cluster {
            hosts: (0..all).map(host).collect(),
            first,
            frames: Vec::new(),
            answers: BTreeMap::new(),
            last: 0,
            settings,
        };
        (0..usize::from(all)).for_each(|at| cluster.start(at));
        cluster
    }

    fn start(&mut self, at: usize) {
        let host = &mut self.hosts[at];
        host.incarnation += 1;
        let voters: NodeSet = (1..=self.first).map(NodeId).collect();
        let id = NodeId(at as u8 + 1);
        let config = Config {
            incarnation: host.incarnation,
            jitter: u64::from(id.0),
            pre_vote: true,
            check_quorum: true,
            ..Config::new(id, Membership::new(voters))
        };
        let addresses = (1..=self.first).map(|id| (id, format!("s{id}"))).collect();
        let server = Server::start(config, host.disk.clone(), addresses, self.settings);
        host.server = Some(server.expect("its snapshot is its own"));
    }

    /// A server stops; the first `kept` of its pending writes are durable.
    fn crash(&mut self, at: usize, kept: usize) {
        for _ in 0..kept {
            if !self.save(at) {
                break;
            }
        }
        self.hosts[at].pending.clear();
        self.hosts[at].server = None;
    }

    /// The oldest pending write becomes durable.
    fn save(&mut self, at: usize) -> bool {
        let host = &mut self.hosts[at];
        let Some(write) = host.pending.pop_front() else { return false };
        let disk = &mut host.disk;
        disk.hard_state = write.hard_state.unwrap_or(disk.hard_state);
        let start = |disk: &Durable<Command>| disk.snapshot.as_ref().map_or(0, |s| s.last.index.0);
        if let Some(from) = write.truncate_from {
            disk.entries.truncate((from.0 - 1).saturating_sub(start(disk)) as usize);
        }
        if let Some(snapshot) = write.snapshot {
            let covered = (snapshot.last.index.0 - start(disk)) as usize;
            disk.entries.drain(..covered.min(disk.entries.len()));
            disk.snapshot = Some(snapshot);
        }
        disk.entries.extend(write.entries);
        if let Some(server) = &mut host.server {
            server.persisted(write.id);
        }
        true
    }

    /// Proposes what waits, and collects the effects.
    fn collect(&mut self, at: usize) {
        let host = &mut self.hosts[at];
        let Some(server) = &mut host.server else { return };
        server.flush(!host.pending.is_empty());
        let effects = server.take_effects();
        assert_eq!(effects.halted, None);
        host.pending.extend(effects.writes);
        let from = NodeId(at as u8 + 1);
        self.frames.extend(effects.frames.into_iter().map(|(to, frame)| (from, to, frame)));
        for (token, answer) in effects.answers {
            let before = self.answers.insert(token, answer);
            assert_eq!(before, None, "{token} was answered twice");
        }
        if let Some(job) = effects.snapshot {
            server.snapshot_taken(job.index, job.machine.snapshot().into());
        }
    }

    fn deliver(&mut self, place: usize, keep: bool) {
        let (from, to, frame) = match keep {
            true => self.frames[place].clone(),
            false => self.frames.swap_remove(place),
        };
        let at = usize::from(to.0) - 1;
        if let Some(server) = &mut self.hosts[at].server {
            server.receive(from, frame);
        }
        self.collect(at);
    }

    fn request(&mut self, at: usize, data: &Data, stale: bool) -> Option<Token> {
        self.last += 1;
        let token = self.last;
        self.hosts[at].server.as_mut()?.request(token, data, stale);
        self.collect(at);
        Some(token)
    }

    fn operate(&mut self, at: usize, order: Order) -> Token {
        self.last += 1;
        let server = self.hosts[at].server.as_mut().expect("it runs");
        server.operate(self.last, order);
        self.last
    }

    fn tick(&mut self, at: usize) {
        if let Some(server) = &mut self.hosts[at].server {
            server.tick();
        }
        self.collect(at);
    }

    /// Nothing is lost or late from now on, for so many ticks.
    fn run(&mut self, ticks: usize) {
        for _ in 0..ticks {
            for at in 0..self.hosts.len() {
                self.tick(at);
            }
            for _ in 0..200 {
                let mut is_idle = true;
                for at in 0..self.hosts.len() {
                    while self.save(at) {
                        is_idle = false;
                    }
                    self.collect(at);
                }
                while !self.frames.is_empty() {
                    is_idle = false;
                    let (from, to, frame) = self.frames.remove(0);
                    let at = usize::from(to.0) - 1;
                    if let Some(server) = self.hosts[at].server.as_mut() {
                        server.receive(from, frame);
                    }
                    self.collect(at);
                }
                if is_idle {
                    break;
                }
            }
        }
    }

    fn ask(&mut self, at: usize, data: &Data) -> Answer {
        let token = self.request(at, data, false).expect("it runs");
        for _ in 0..200 {
            self.run(1);
            if let Some(answer) = self.answers.remove(&token) {
                return answer;
            }
        }
        panic!("no answer to {data:?}");
    }

    fn order(&mut self, at: usize, order: Order) -> Result<String, String> {
        let token = self.operate(at, order);
        for _ in 0..700 {
            self.run(1);
            match self.answers.remove(&token) {
                Some(Answer::Operated(result)) => return result,
                Some(other) => panic!("{other:?}"),
                None => {}
            }
        }
        panic!("no answer to an order");
    }

    fn leader(&self) -> usize {
        let leads = |host: &Host| {
            host.server.as_ref().is_some_and(|server| server.status().role == Role::Leader)
        };
        self.hosts.iter().position(leads).expect("there is a leader")
    }

    fn get(&mut self, at: usize, key: &str) -> Answer {
        self.ask(at, &Data::Get(key.to_string().into()))
    }
}

fn set(key: &str, value: &str) -> Data {
    let (key, value) = (key.to_string().into(), value.to_string().into());
    Data::Set { key, value, condition: Condition::Always, get: false }
}

fn value(text: &str) -> Answer {
    Answer::Response(Response::Value(Some(text.to_string().into())))
}

fn increment() -> Data {
    Data::Increment { key: "n".into(), by: 1 }
}

/// Snapshots after few entries.
fn often() -> Policy {
    Policy { entries: 40, bytes: u64::MAX, retained: 5 }
}

#[test]
fn any_server_answers_writes_and_reads() {
    let mut cluster = Cluster::new(3, 3, Policy::default());
    cluster.run(40);
    for at in 0..3 {
        let text = format!("by {at}");
        assert_eq!(cluster.ask(at, &set("x", &text)), Answer::Response(Response::Done));
        for reader in 0..3 {
            assert_eq!(cluster.get(reader, "x"), value(&text));
        }
    }
}

/// Increments and reads under every fault: each increment takes effect at most once, exactly once
/// if it was answered, never if it was refused, and reads see all that was answered before them.
fn increments_under_faults(seed: u64) -> (usize, usize, usize) {
    let mut draw = Draw(seed);
    let mut cluster = Cluster::new(3, 3, often());
    let mut waiting: BTreeMap<Token, Option<i64>> = BTreeMap::new();
    let (mut answered, mut unknown, mut highest, mut crashes) = (0, 0, 0, 0);
    let mut refused = 0;
    for step in 0..6_000 {
        let at = draw.below(3);
        match draw.below(20) {
            0..=1 => (0..3).for_each(|at| cluster.tick(at)),
            2..=8 if !cluster.frames.is_empty() => {
                let place = draw.below(cluster.frames.len());
                match draw.below(30) {
                    0 => drop(cluster.frames.swap_remove(place)),
                    1 => cluster.deliver(place, true),
                    _ => cluster.deliver(place, false),
                }
            }
            9..=12 => {
                cluster.save(at);
                cluster.collect(at);
            }
            13..=14 => {
                let token = cluster.request(at, &increment(), false);
                waiting.extend(token.map(|token| (token, None)));
            }
            15 => {
                let token = cluster.request(at, &Data::Get("n".into()), false);
                waiting.extend(token.map(|token| (token, Some(highest))));
            }
            16 if draw.one_in(25) && step < 5_000 => {
                if let Some(server) = cluster.hosts[at].server.as_mut().filter(|_| draw.one_in(2)) {
                    server.give_up();
                    cluster.collect(at);
                }
                let kept = draw.below(4);
                crashes += usize::from(cluster.hosts[at].server.is_some());
                cluster.crash(at, kept);
            }
            17 if cluster.hosts[at].server.is_none() && draw.one_in(4) => cluster.start(at),
            18 if cluster.frames.len() > 60 => cluster.frames.truncate(20),
            19 if draw.one_in(12) => {
                let space = match draw.below(8) {
                    0 => Space::Low,
                    1 => Space::None,
                    _ => Space::Enough,
                };
                if let Some(server) = &mut cluster.hosts[at].server {
                    server.set_space(space);
                }
            }
            19 if draw.one_in(10) => {
                if let Some(server) = &mut cluster.hosts[at].server {
                    server.connected(NodeId(1 + draw.below(3) as u8));
                }
            }
            _ => {}
        }
        for (token, answer) in std::mem::take(&mut cluster.answers) {
            let Some(read) = waiting.remove(&token) else { continue };
            match (read, answer) {
                (None, Answer::Response(Response::Integer(sum))) => {
                    answered += 1;
                    highest = highest.max(sum);
                }
                (None, Answer::Unknown) => unknown += 1,
                (Some(least), Answer::Response(Response::Value(seen))) => {
                    let seen = seen.map_or(0, |text| {
                        String::from_utf8(text.0.to_vec())
                            .expect("digits")
                            .parse()
                            .expect("a number")
                    });
                    assert!(seen >= least, "seed {seed}: read {seen} after {least}");
                    highest = highest.max(seen);
                }
                (None, Answer::DiskFull) => refused += 1,
                (_, Answer::NoLeader | Answer::Stopping) => refused += 1,
                other => panic!("seed {seed}: {other:?}"),
            }
        }
    }
    // Whoever still waits, or waited at a server that crashed, does not know.
    unknown += waiting.values().filter(|read| read.is_none()).count();
    for at in 0..3 {
        if cluster.hosts[at].server.is_none() {
            cluster.start(at);
        }
    }
    for host in &mut cluster.hosts {
        host.server.as_mut().expect("it runs").set_space(Space::Enough);
    }
    cluster.run(200);
    let Answer::Response(Response::Value(sum)) = cluster.get(0, "n") else { panic!("no value") };
    let sum: usize = sum.map_or(0, |text| {
        String::from_utf8(text.0.to_vec()).expect("digits").parse().expect("a number")
    });
    assert!(
        (answered..=answered + unknown).contains(&sum),
        "seed {seed}: {sum} increments took effect; {answered} answered, {unknown} unknown"
    );
    (answered, refused, crashes)
}

#[test]
fn increments_take_effect_once_and_reads_are_current_under_every_fault() {
    let (mut answered, mut refused, mut crashes) = (0, 0, 0);
    for seed in 0..60 {
        let (more, not_taken, stops) = increments_under_faults(seed);
        answered += more;
        refused += not_taken;
        crashes += stops;
    }
    let what = format!("{answered} answered, {refused} refused, {crashes} crashes");
    assert!(answered > 6_000 && refused > 500 && crashes > 100, "{what}");
}

/// Orders under every fault. Each adds a server of its own, which never runs: it is known if the
/// order was carried out, and never if it was refused.
fn orders_under_faults(seed: u64) -> (usize, usize) {
    let mut draw = Draw(seed);
    let mut cluster = Cluster::new(3, 64, often());
    (3..64).for_each(|at| cluster.crash(at, 0));
    cluster.settings.operation_patience = 60;
    let mut waiting: BTreeMap<Token, u8> = BTreeMap::new();
    let (mut refused, mut unknown, mut next) = (Vec::new(), 0, 4);
    for _ in 0..4_000 {
        let at = draw.below(3);
        match draw.below(20) {
            0..=2 => (0..3).for_each(|at| cluster.tick(at)),
            3..=10 if !cluster.frames.is_empty() => {
                let place = draw.below(cluster.frames.len());
                match draw.below(20) {
                    0 => drop(cluster.frames.swap_remove(place)),
                    _ => cluster.deliver(place, false),
                }
            }
            11..=14 => {
                cluster.save(at);
                cluster.collect(at);
            }
            15 if next < 64 && cluster.hosts[at].server.is_some() && draw.one_in(4) => {
                let order = Order::Add { id: next, address: format!("s{next}") };
                waiting.insert(cluster.operate(at, order), next);
                next += 1;
            }
            16 if draw.one_in(40) => {
                if let Some(server) = cluster.hosts[at].server.as_mut().filter(|_| draw.one_in(2)) {
                    server.give_up();
                    cluster.collect(at);
                }
                cluster.crash(at, 1);
            }
            17 if cluster.hosts[at].server.is_none() && draw.one_in(4) => cluster.start(at),
            18 if cluster.frames.len() > 60 => cluster.frames.truncate(20),
            _ => {}
        }
        for (token, answer) in std::mem::take(&mut cluster.answers) {
            let Some(id) = waiting.remove(&token) else { continue };
            match answer {
                Answer::Unknown => unknown += 1,
                Answer::NoLeader | Answer::Stopping => refused.push(id),
                other => panic!("seed {seed}: {other:?}"),
            }
        }
    }
    for at in 0..3 {
        if cluster.hosts[at].server.is_none() {
            cluster.start(at);
        }
    }
    cluster.run(200);
    let server = cluster.hosts[cluster.leader()].server.as_ref().expect("it runs");
    for id in &refused {
        let is_known = server.machine().addresses().contains_key(id);
        assert!(!is_known, "seed {seed}: server {id} was admitted, and its order refused");
        assert!(!server.membership().members().contains(NodeId(*id)));
    }
    (refused.len(), unknown)
}

#[test]
fn an_order_that_is_refused_is_never_carried_out_under_every_fault() {
    let (mut refused, mut unknown) = (0, 0);
    for seed in 0..400 {
        let (more, open) = orders_under_faults(seed);
        refused += more;
        unknown += open;
    }
    assert!(refused > 20 && unknown > 1000, "{refused} refused, {unknown} unknown");
}

#[test]
fn a_write_is_answered_by_the_next_leader_if_the_first_one_dies() {
    let mut cluster = Cluster::new(3, 3, Policy::default());
    cluster.run(40);
    let (leader, other) = (cluster.leader(), (cluster.leader() + 1) % 3);
    let token = cluster.request(other, &set("x", "1"), false).expect("it runs");
    cluster.frames.clear(); // It never reaches the leader.
    cluster.crash(leader, 0);
    cluster.run(80);
    assert_eq!(cluster.answers.remove(&token), Some(Answer::Response(Response::Done)));
    assert_eq!(cluster.get(other, "x"), value("1"));
}

#[test]
fn without_a_quorum_a_write_that_was_passed_on_is_unknown_and_one_that_was_not_is_refused() {
    let mut cluster = Cluster::new(3, 3, Policy::default());
    cluster.run(40);
    let leader = cluster.leader();
    let (one, two) = ((leader + 1) % 3, (leader + 2) % 3);
    cluster.crash(one, 0);
    cluster.crash(two, 0);
    let proposed = cluster.request(leader, &set("x", "1"), false).expect("it runs");
    cluster.run(60); // CheckQuorum: it steps down.
    let late = cluster.request(leader, &set("x", "2"), false).expect("it runs");
    let read = cluster.request(leader, &Data::Get("x".into()), false).expect("it runs");
    cluster.run(130);
    assert_eq!(cluster.answers.remove(&proposed), Some(Answer::Unknown));
    assert_eq!(cluster.answers.remove(&late), Some(Answer::NoLeader));
    assert_eq!(cluster.answers.remove(&read), Some(Answer::NoLeader));
    cluster.start(one);
    cluster.run(80);
    assert_ne!(cluster.get(one, "x"), value("2"));
}

#[test]
fn only_stale_reads_are_answered_without_a_quorum() {
    let mut cluster = Cluster::new(3, 3, Policy::default());
    cluster.run(40);
    assert_eq!(cluster.ask(0, &set("x", "1")), Answer::Response(Response::Done));
    cluster.run(5);
    cluster.crash(1, 0);
    cluster.crash(2, 0);
    let token = cluster.request(0, &Data::Get("x".into()), true).expect("it runs");
    assert_eq!(cluster.answers.remove(&token), Some(value("1")));
}

#[test]
fn a_cluster_grows_to_five_and_shrinks_to_three() {
    let mut cluster = Cluster::new(3, 5, often());
    cluster.run(40);
    for number in 0..100 {
        cluster.ask(0, &set("x", &number.to_string()));
    }
    for id in [4, 5] {
        let order = Order::Add { id, address: format!("s{id}") };
        assert_eq!(cluster.order(1, order), Ok(format!("server {id} is a voter")));
    }
    assert_eq!(cluster.get(4, "x"), value("99"));
    let leader = cluster.leader() as u8 + 1;
    let mut gone = [leader, if leader == 1 { 2 } else { 1 }];
    gone.reverse();
    for id in gone {
        let result = cluster.order(4, Order::Remove(id));
        assert_eq!(result, Ok(format!("server {id} is removed")));
        cluster.crash(usize::from(id) - 1, 0);
    }
    assert_eq!(cluster.ask(4, &set("x", "last")), Answer::Response(Response::Done));
    let membership = cluster.hosts[4].server.as_ref().expect("it runs").membership();
    assert_eq!(membership.voters.len(), 3);
    let again = Order::Add { id: gone[0], address: "elsewhere".into() };
    let error = cluster.order(4, again).expect_err("the id is used up");
    assert!(error.contains("use a new id"), "{error}");
}

#[test]
fn servers_that_all_start_again_know_where_a_new_one_is() {
    let mut cluster = Cluster::new(3, 4, Policy::default());
    cluster.run(40);
    let order = Order::Add { id: 4, address: "s4".into() };
    cluster.order(0, order).expect("it is new");
    cluster.run(20);
    for at in 0..4 {
        cluster.crash(at, usize::MAX);
    }
    for at in 0..4 {
        cluster.start(at);
        let server = cluster.hosts[at].server.as_ref().expect("it runs");
        assert_eq!(server.applied(), LogIndex(0), "nothing is known to be committed");
        for id in 1..=4 {
            assert_eq!(server.address_of(NodeId(id)), Some(format!("s{id}")));
        }
        assert_eq!(server.address_of(NodeId(5)), None);
    }
}

#[test]
fn the_lead_is_handed_over_on_request() {
    let mut cluster = Cluster::new(3, 3, Policy::default());
    cluster.run(40);
    let next = (cluster.leader() + 1) % 3;
    let id = next as u8 + 1;
    let result = cluster.order((next + 1) % 3, Order::Transfer(id));
    assert_eq!(result, Ok(format!("server {id} leads")));
    assert_eq!(cluster.leader(), next);
    let error = cluster.order(0, Order::Transfer(9)).expect_err("it is no member");
    assert!(error.contains("not another voter"), "{error}");
}

#[test]
fn a_leader_with_a_full_disk_hands_over_and_writes_go_on() {
    let mut cluster = Cluster::new(3, 3, Policy::default());
    cluster.run(40);
    let full = cluster.leader();
    cluster.hosts[full].server.as_mut().expect("it runs").set_space(Space::None);
    cluster.run(20);
    assert_ne!(cluster.leader(), full);
    assert_eq!(cluster.ask(full, &set("x", "1")), Answer::Response(Response::Done));
    let leader = cluster.leader();
    assert_eq!(cluster.get(leader, "x"), value("1"));
    // It lacks the entry until there is space.
    cluster.hosts[full].server.as_mut().expect("it runs").set_space(Space::Enough);
    assert_eq!(cluster.get(full, "x"), value("1"));
}

#[test]
fn with_all_disks_full_writes_are_refused_reads_go_on_and_space_is_service() {
    let mut cluster = Cluster::new(3, 3, Policy::default());
    cluster.run(40);
    assert_eq!(cluster.ask(0, &set("x", "1")), Answer::Response(Response::Done));
    let fill = |cluster: &mut Cluster, space| {
        for host in &mut cluster.hosts {
            host.server.as_mut().expect("it runs").set_space(space);
        }
        cluster.run(60);
    };
    fill(&mut cluster, Space::None);
    for at in 0..3 {
        assert_eq!(cluster.ask(at, &set("x", "2")), Answer::DiskFull, "at {at}");
        assert_eq!(cluster.get(at, "x"), value("1"));
    }
    fill(&mut cluster, Space::Enough);
    for at in 0..3 {
        assert_eq!(cluster.ask(at, &set("x", "3")), Answer::Response(Response::Done));
    }
}

#[test]
fn a_server_that_stops_answers_what_it_accepted_and_hands_over() {
    let mut cluster = Cluster::new(3, 3, Policy::default());
    cluster.run(40);
    let leader = cluster.leader();
    let token = cluster.request(leader, &set("x", "1"), false).expect("it runs");
    cluster.hosts[leader].server.as_mut().expect("it runs").stop();
    let late = cluster.request(leader, &set("x", "2"), false).expect("it runs");
    cluster.run(40);
    assert_eq!(cluster.answers.remove(&token), Some(Answer::Response(Response::Done)));
    assert_eq!(cluster.answers.remove(&late), Some(Answer::Stopping));
    assert!(cluster.hosts[leader].server.as_ref().expect("it runs").is_stopped());
    assert_ne!(cluster.leader(), leader);
}

#[test]
fn a_leader_that_stops_hands_over_to_a_server_that_is_alive() {
    let mut cluster = Cluster::new(5, 5, Policy::default());
    cluster.run(40);
    let leader = cluster.leader();
    for dead in (0..5).filter(|at| *at != leader).rev().take(2) {
        cluster.crash(dead, 0);
    }
    cluster.run(30);
    cluster.hosts[leader].server.as_mut().expect("it runs").stop();
    cluster.run(5);
    assert!(cluster.hosts[leader].server.as_ref().expect("it runs").is_stopped());
    assert_ne!(cluster.leader(), leader);
}

#[test]
fn a_snapshot_is_taken_only_where_it_fits() {
    let mut cluster = Cluster::new(1, 1, often());
    cluster.run(40);
    let taken =
        |cluster: &Cluster| cluster.hosts[0].server.as_ref().expect("it runs").counts().snapshots;
    let fill = |cluster: &mut Cluster, space| {
        cluster.hosts[0].server.as_mut().expect("it runs").set_space(space);
    };
    for number in 0..30 {
        cluster.ask(0, &set("x", &number.to_string()));
    }
    fill(&mut cluster, Space::None);
    let server = cluster.hosts[0].server.as_mut().expect("it runs");
    assert_eq!(server.request_snapshot(), None);
    cluster.run(20);
    assert_eq!(taken(&cluster), 0);
    fill(&mut cluster, Space::Low);
    let server = cluster.hosts[0].server.as_mut().expect("it runs");
    assert_eq!(server.request_snapshot(), Some(server.applied()));
    cluster.run(20);
    assert_eq!(taken(&cluster), 1);
}

#[test]
fn space_is_enough_low_or_none() {
    for (left, space) in [
        (u64::MAX, Space::Enough),
        (140, Space::Enough),
        (139, Space::Low),
        (75, Space::Low),
        (74, Space::None),
        (0, Space::None),
    ] {
        assert_eq!(Space::of(left, 100, 20), space, "{left}");
    }
    assert_eq!(Space::of(u64::MAX - 1, u64::MAX, 1), Space::Low);
}

#[test]
fn a_change_that_was_passed_on_is_never_reported_as_not_carried_out() {
    let mut cluster = Cluster::new(3, 4, Policy::default());
    cluster.run(40);
    let (leader, at) = (cluster.leader(), (cluster.leader() + 1) % 3);
    let token = cluster.operate(at, Order::Remove(leader as u8 + 1));
    let other = cluster.operate(at, Order::Add { id: 4, address: "s4".into() });
    cluster.run(2);
    // It learns that there is another leader, and then nothing more.
    cluster.crash(leader, 0);
    cluster.run(40);
    cluster.crash((at + 1) % 3, 0);
    cluster.run(60);
    cluster.hosts[at].server.as_mut().expect("it runs").give_up();
    cluster.collect(at);
    for token in [token, other] {
        let answer = cluster.answers.remove(&token);
        assert!(matches!(answer, Some(Answer::Unknown | Answer::Operated(Ok(_)))), "{answer:?}");
    }
}

#[test]
fn a_write_is_refused_as_not_taken_only_if_its_own_frame_was_declined() {
    let mut cluster = Cluster::new(3, 3, Policy::default());
    cluster.run(40);
    let (leader, at) = (cluster.leader(), (cluster.leader() + 1) % 3);
    let (own, lead) = (NodeId(at as u8 + 1), NodeId(leader as u8 + 1));
    let forwards = |cluster: &mut Cluster| -> Vec<Frame> {
        let all = std::mem::take(&mut cluster.frames).into_iter();
        all.filter(|(_, _, frame)| matches!(frame, Frame::Forward { .. }))
            .map(|one| one.2)
            .collect()
    };
    cluster.frames.clear();
    let first = cluster.request(at, &set("x", "first"), false).expect("it runs");
    let declined = forwards(&mut cluster);
    // The connection is new: all is sent again, with one more write.
    cluster.hosts[at].server.as_mut().expect("it runs").connected(lead);
    let second = cluster.request(at, &set("x", "second"), false).expect("it runs");
    let again = forwards(&mut cluster);
    let server = cluster.hosts[leader].server.as_mut().expect("it runs");
    server.set_space(Space::Low);
    declined.into_iter().for_each(|frame| server.receive(own, frame));
    server.set_space(Space::Enough);
    cluster.collect(leader);
    let answers: Vec<Frame> = std::mem::take(&mut cluster.frames)
        .into_iter()
        .filter(|(_, to, frame)| *to == own && matches!(frame, Frame::Declined { .. }))
        .map(|(_, _, frame)| frame)
        .collect();
    assert_eq!(answers.len(), 1, "{answers:?}");
    let server = cluster.hosts[at].server.as_mut().expect("it runs");
    answers.into_iter().for_each(|frame| server.receive(lead, frame));
    cluster.collect(at);
    assert_eq!(cluster.answers.get(&first), None, "it is on its way once more");
    assert_eq!(cluster.answers.get(&second), None, "its frame was not declined");
    let server = cluster.hosts[leader].server.as_mut().expect("it runs");
    again.into_iter().for_each(|frame| server.receive(own, frame));
    cluster.run(40);
    for token in [first, second] {
        assert_eq!(cluster.answers.remove(&token), Some(Answer::Response(Response::Done)));
    }
}

#[test]
fn behind_the_opening_of_its_session_a_write_is_answered_in_time() {
    let mut cluster = Cluster::new(3, 3, Policy::default());
    cluster.crash(1, 0);
    cluster.crash(2, 0);
    cluster.run(100);
    let token = cluster.request(0, &set("x", "1"), false).expect("it runs");
    cluster.run(121);
    assert_eq!(cluster.answers.remove(&token), Some(Answer::NoLeader));
}

#[test]
fn a_transfer_to_a_dead_server_is_one_attempt() {
    let mut cluster = Cluster::new(3, 3, Policy::default());
    cluster.run(40);
    let (leader, dead) = (cluster.leader(), (cluster.leader() + 1) % 3);
    cluster.crash(dead, 0);
    let error = cluster.order(leader, Order::Transfer(dead as u8 + 1)).expect_err("it is dead");
    assert!(error.contains("has not taken over"), "{error}");
    assert_eq!(cluster.leader(), leader);
    for id in [0, 64, 255] {
        for order in [Order::Remove(id), Order::Add { id, address: "s".into() }] {
            let error = cluster.order(leader, order).expect_err("there is no such id");
            assert!(error.contains("is no id from 1 to 63"), "{error}");
        }
    }
}

#[test]
fn a_follower_that_was_away_for_long_gets_a_snapshot() {
    let mut cluster = Cluster::new(3, 3, often());
    cluster.run(40);
    let away = (cluster.leader() + 1) % 3;
    cluster.crash(away, 0);
    let other = (away + 1) % 3;
    for number in 0..200 {
        cluster.ask(other, &set("x", &number.to_string()));
    }
    cluster.start(away);
    cluster.run(40);
    let server = cluster.hosts[away].server.as_ref().expect("it runs");
    assert_eq!(server.counts().restored, 1);
    assert!(server.status().snapshot.index > LogIndex(100));
    assert_eq!(cluster.get(away, "x"), value("199"));
}

#[test]
fn too_many_waiting_requests_are_refused() {
    let mut cluster = Cluster::new(3, 3, Policy::default());
    cluster.settings.waiting = 10;
    cluster.crash(0, 0);
    cluster.start(0);
    cluster.crash(1, 0);
    cluster.crash(2, 0);
    let mut refused = 0;
    for _ in 0..30 {
        let token = cluster.request(0, &increment(), false).expect("it runs");
        refused += usize::from(cluster.answers.get(&token) == Some(&Answer::Busy));
    }
    assert_eq!(refused, 21, "the opening of the session is one of the ten");
}

/// A number that a hostile peer might choose; the wire refuses larger ones.
fn number(draw: &mut Draw) -> u64 {
    match draw.below(12) {
        0 => (1 << 56) - 1,
        1 => 1 << 40,
        small => small as u64 - 2,
    }
}

fn consecutive(draw: &mut Draw, prev: LogId) -> Vec<Entry<Command>> {
    let (mut term, count) = (prev.term.0, draw.below(3) as u64);
    let entry = |more| {
        term = term.max(number(draw));
        let set = |draw: &mut Draw| NodeSet::from_bits(number(draw));
        let payload = match draw.below(3) {
            0 => Payload::Noop,
            1 => Payload::Command(Command(bytes::Bytes::from_static(b"noise"))),
            _ => Payload::Change(Membership {
                voters: set(draw),
                outgoing: set(draw),
                learners: set(draw),
            }),
        };
        Entry { id: LogId::new(term, prev.index.0 + more), payload }
    };
    (1..=count).map(entry).collect()
}

fn hostile(draw: &mut Draw) -> Body<Command> {
    let id = |draw: &mut Draw| LogId::new(number(draw), number(draw));
    let (stamp, lease) = (Stamp::from_bits(number(draw)), number(draw));
    let (granted, last_log) = (draw.one_in(2), id(draw));
    let appended = |appended| Body::AppendEntriesReply { appended, stamp, lease };
    let nonce = Nonce { incarnation: number(draw), number: number(draw) };
    match draw.below(12) {
        0 => Body::RequestVote { last_log, transfer: granted },
        1 => Body::RequestVoteReply { granted, lease },
        2 => Body::PreVote { last_log },
        3 => Body::PreVoteReply { granted },
        4 | 5 => {
            let (prev_log, leader_commit) = (last_log, LogIndex(number(draw)));
            let entries = consecutive(draw, prev_log);
            Body::AppendEntries { prev_log, entries, leader_commit, stamp, lease }
        }
        6 => appended(Appended::Accepted { match_index: LogIndex(number(draw)) }),
        7 => {
            let prev_index = LogIndex(number(draw));
            appended(Appended::Rejected { prev_index, hint: last_log })
        }
        8 => Body::InstallSnapshot(Box::new(SnapshotChunk {
            last: last_log,
            membership: Membership::new(NodeSet::first(3)),
            offset: number(draw),
            data: vec![1; draw.below(3)],
            done: granted,
            stamp,
            lease,
        })),
        9 => Body::InstallSnapshotReply { last: last_log, received: number(draw), stamp },
        10 => Body::TimeoutNow,
        _ if granted => Body::ReadIndex { nonce },
        _ => Body::ReadIndexReply { nonce, index: Some(LogIndex(number(draw))) },
    }
}

#[test]
fn messages_that_no_server_sends_lead_to_no_panic() {
    let mut led = 0;
    for seed in 0..2_000 {
        let mut draw = Draw(seed);
        let voters: NodeSet = (1..=3).map(NodeId).collect();
        let config = Config {
            incarnation: 1,
            pre_vote: true,
            check_quorum: true,
            ..Config::new(NodeId(1), Membership::new(voters))
        };
        let server =
            Server::start(config, Durable::default(), BTreeMap::new(), Settings::default());
        let mut server = server.expect("it has no snapshot");
        for _ in 0..60 {
            (0..draw.below(8)).for_each(|_| server.tick());
            let Status { hard_state, role, .. } = server.status();
            led += usize::from(role == Role::Leader);
            let term = match draw.below(4) {
                0 => Term(number(&mut draw)),
                1 => Term(hard_state.term.0 + 1),
                _ => hard_state.term,
            };
            // Most candidates win, so that leaders are met too.
            let body = match role {
                Role::PreCandidate => Body::PreVoteReply { granted: true },
                Role::Candidate if draw.one_in(2) => {
                    Body::RequestVoteReply { granted: true, lease: 0 }
                }
                _ => hostile(&mut draw),
            };
            let from = NodeId(2 + draw.below(2) as u8);
            server.receive(from, Frame::Raft(Message { from, to: NodeId(1), term, body }));
            server.flush(false);
            let effects = server.take_effects();
            if effects.halted.is_some() {
                break;
            }
            effects.writes.last().into_iter().for_each(|write| server.persisted(write.id));
            server.take_effects();
        }
    }
    assert!(led > 5_000, "{led}");
}
