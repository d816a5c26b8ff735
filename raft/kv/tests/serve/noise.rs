//! Bytes that are no protocol, clients that do not read, peers that flood.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use kv::identity::Identity;
use kv::resp::Reply;
use kv::wire::{self, Frame, Hello, Refusal, Welcome, GREETING};
use raft::{Body, LogId, Message, NodeId, Nonce, Term};

use crate::common::{connect, text, wait_for, Client, Cluster};

fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed;
    let byte = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        (state >> 33) as u8
    };
    (0..length).map(byte).collect()
}

/// Sends bytes, and reads until the server closes; what it answered, or none if it does not close.
fn closes(address: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut stream = connect(address).expect("it accepts");
    // It may close while bytes are still on their way.
    let _ = stream.write_all(bytes);
    stream.set_read_timeout(Some(Duration::from_secs(8))).expect("it is a socket");
    let (mut answer, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return Some(answer),
            Ok(read) => answer.extend_from_slice(&buffer[..read]),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {
                return Some(answer);
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
}

fn serves(cluster: &Cluster) {
    for id in cluster.running() {
        let mut client = cluster.client(id);
        assert_eq!(client.call(&["PING"]), Reply::simple("PONG"));
        client.set("x", "1");
    }
}

#[test]
fn noise_on_a_clients_port_is_one_clear_error_and_the_server_lives_on() {
    let cluster = Cluster::serving(1, &[]);
    let address = cluster.address(1);
    let errors: &[(&[u8], &str)] = &[
        (b"*1000000000\r\n", "-ERR Protocol error"),
        (b"*2\r\n$-5\r\n", "-ERR Protocol error"),
        (b"*1\r\n$99999999999\r\n", "-ERR Protocol error"),
        (b"*1\r\n:5\r\n", "-ERR Protocol error"),
        (b"*x\r\n", "-ERR Protocol error"),
        (b"*1\r\n$3\r\nGETxx", "-ERR Protocol error"),
        (b"GET \"x\r\n", "-ERR Protocol error"),
        (b"POST / HTTP/1.1\r\n\r\n", "-ERR Protocol error"),
        (&[b'a'; 100_000], "-ERR Protocol error"),
    ];
    for (bytes, told) in errors {
        let answer = closes(&address, bytes).expect("it closes");
        let answer = String::from_utf8_lossy(&answer);
        let what = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]);
        assert!(answer.starts_with(told), "{what:?}: {answer:?}");
        assert_eq!(answer.matches("\r\n").count(), 1, "{what:?}: {answer:?}");
    }
    for seed in 0..30 {
        let mut stream = connect(&address).expect("it accepts");
        let _ = stream.write_all(&noise(1 + 997 * seed as usize, seed));
    }
    let mut half = connect(&address).expect("it accepts");
    half.write_all(b"*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$1000\r\nhalf").expect("it accepts");
    drop(half);
    let mut client = cluster.client(1);
    for (words, told) in [
        (&["NOSUCH", "x"][..], "ERR unknown command"),
        (&["GET"], "ERR wrong number of arguments"),
        (&["SET", "x", "1", "MAYBE"], "ERR syntax error"),
        (&["INCRBY", "x", "one"], "ERR value is not an integer"),
        (&["GET", &"k".repeat(70_000)], "ERR"),
        (&["RAFT", "NOSUCH"], "ERR unknown subcommand"),
        (&["HELLO", "4"], "NOPROTO"),
    ] {
        let reply = client.call(words);
        assert!(text(&reply).starts_with(told), "{words:?}: {reply:?}");
    }
    serves(&cluster);
}

/// Greeting and hello as one packet.
fn hello(from: u8, to: u8, disk: [u8; 16]) -> BytesMut {
    let mut bytes = BytesMut::from(&GREETING[..]);
    let address = format!("127.0.0.1:{}", 7100 + u16::from(from));
    wire::encode(&Hello { from, to, disk, address }, &mut bytes);
    bytes
}

/// The answer to a hello, which is then closed.
fn refusal(address: &str, hello: &[u8]) -> Welcome {
    let answer = closes(address, hello).expect("it closes");
    assert!(answer.starts_with(&GREETING), "{answer:?}");
    let mut frames = BytesMut::from(&answer[GREETING.len()..]);
    let content = wire::take(&mut frames).expect("it is valid").expect("it is whole");
    wire::decode(&content).expect("it is a welcome")
}

#[test]
fn noise_on_a_peers_port_ends_its_connection_and_strangers_are_told_why() {
    let cluster = Cluster::serving(3, &[]);
    let address = cluster.peer_address(1);
    let mut flipped = hello(2, 1, [0; 16]);
    *flipped.last_mut().expect("it has bytes") ^= 1;
    let packets: Vec<Vec<u8>> = vec![
        noise(5000, 1),
        b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        b"wwkv\x03\0\0\0".to_vec(),
        [&GREETING[..], &u32::MAX.to_le_bytes()].concat(),
        [&GREETING[..], &0u32.to_le_bytes()].concat(),
        [&GREETING[..], &noise(5000, 2)].concat(),
        flipped.to_vec(),
        // Half a greeting, half a hello: their time is bounded.
        GREETING[..5].to_vec(),
        hello(2, 1, [0; 16])[..20].to_vec(),
    ];
    for packet in packets {
        let answer = closes(&address, &packet);
        assert!(answer.is_some(), "{:?} is not closed", &packet[..packet.len().min(30)]);
    }
    assert!(cluster.log(1).contains("speaks version 3"), "{}", cluster.log(1));
    let refused = |from, to| match refusal(&address, &hello(from, to, [7; 16])) {
        Welcome::Refused(refusal) => refusal,
        Welcome::Accepted => panic!("accepted {from}"),
    };
    assert_eq!(refused(9, 1), Refusal::NoMember);
    assert_eq!(refused(200, 1), Refusal::NoMember);
    assert_eq!(refused(1, 1), Refusal::NoMember);
    assert_eq!(refused(2, 3), Refusal::OtherServer(1));
    assert_eq!(refused(2, 1), Refusal::OtherDisk);
    serves(&cluster);
}

/// Bytes of memory that a process has.
fn resident(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("it has memory");
    let kilobytes = line.split_whitespace().nth(1).and_then(|word| word.parse::<u64>().ok());
    kilobytes.expect("it is a number") << 10
}

#[test]
fn clients_that_read_nothing_cost_little_memory_and_delay_nobody() {
    const VALUE: usize = 1 << 20;
    let cluster = Cluster::serving(1, &["--max-value", "1048576"]);
    cluster.client(1).set("big", &"v".repeat(VALUE));
    let before = resident(cluster.process(1));
    let greedy = |_| {
        let mut stream = connect(&cluster.address(1)).expect("it accepts");
        stream.set_write_timeout(Some(Duration::from_millis(300))).expect("it is a socket");
        let packet = "GET big\r\n".repeat(1000);
        let _ = stream.write_all(packet.as_bytes());
        stream
    };
    let greedy: Vec<TcpStream> = (0..8).map(greedy).collect();
    let mut client = cluster.client(1);
    for number in 0..50 {
        let begun = Instant::now();
        client.set("x", &number.to_string());
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    }
    let more = resident(cluster.process(1)).saturating_sub(before);
    println!("{} MiB more", more >> 20);
    assert!(more < 128 << 20, "{} MiB more", more >> 20);
    drop(greedy);
    wait_for("their end", || {
        let info = text(&client.call(&["INFO", "clients"]));
        info.contains("connected_clients:1\r\n").then_some(())
    });
}

/// What a server's data directory is called among its peers.
fn disk_of(cluster: &Cluster, id: u8) -> [u8; 16] {
    let bytes = std::fs::read(cluster.data(id).join("identity")).expect("it exists");
    let form = bincode::config::standard();
    let (identity, _): (Identity, usize) =
        bincode::decode_from_slice(&bytes[4..], form).expect("it is an identity");
    identity.disk
}

/// Sends these frames again and again, over a connection of server `from`, which must be accepted.
fn flood(address: &str, greeting: &[u8], frames: &[u8], stop: &AtomicBool, sent: &AtomicU64) {
    while !stop.load(Ordering::Relaxed) {
        let Ok(mut stream) = connect(address) else { continue };
        let mut answer = [0; GREETING.len()];
        if stream.write_all(greeting).and_then(|()| stream.read_exact(&mut answer)).is_err() {
            continue;
        }
        stream.set_write_timeout(Some(Duration::from_millis(100))).expect("it is a socket");
        while !stop.load(Ordering::Relaxed) {
            match stream.write(frames) {
                Ok(bytes) => sent.fetch_add(bytes as u64, Ordering::Relaxed),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
                Err(_) => break,
            };
        }
    }
}

#[test]
fn peers_that_flood_do_not_stop_the_service() {
    let mut cluster = Cluster::serving(3, &[]);
    let leader = cluster.leader();
    let absent = cluster.follower();
    cluster.kill(absent);
    let disk = disk_of(&cluster, absent);
    let raft = |body| {
        let term = Term(1);
        Frame::Raft(Message { from: NodeId(absent), to: NodeId(leader), term, body })
    };
    let mut valid = BytesMut::new();
    for number in 0..200 {
        let nonce = Nonce { incarnation: 1, number };
        wire::encode_frame(&raft(Body::ReadIndex { nonce }), &mut valid);
        wire::encode_frame(&raft(Body::PreVote { last_log: LogId::new(1, 1) }), &mut valid);
        wire::encode_frame(&raft(Body::RequestVoteReply { granted: true, lease: 0 }), &mut valid);
        let order = kv::wire::Order::Remove(60);
        wire::encode_frame(&Frame::Operate { number, order }, &mut valid);
    }
    let (stop, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let greeting = hello(absent, leader, disk);
    let floods: [(BytesMut, BytesMut); 4] = [
        (greeting.clone(), valid.clone()),
        (greeting.clone(), valid),
        (greeting, BytesMut::from(&noise(60_000, 3)[..])),
        (BytesMut::from(&noise(8, 4)[..]), BytesMut::from(&noise(60_000, 5)[..])),
    ];
    let floods = floods.map(|(greeting, frames)| {
        let (address, stop, sent) = (cluster.peer_address(leader), stop.clone(), sent.clone());
        std::thread::spawn(move || flood(&address, &greeting, &frames, &stop, &sent))
    });
    let (mut client, begun) = (cluster.client(leader), Instant::now());
    let mut slowest = Duration::ZERO;
    let mut done = 0;
    while begun.elapsed() < Duration::from_secs(3) {
        let at = Instant::now();
        client.set("x", "1");
        assert_eq!(client.get("x"), Some("1".into()));
        slowest = slowest.max(at.elapsed());
        done += 1;
    }
    stop.store(true, Ordering::Relaxed);
    floods.into_iter().for_each(|flood| flood.join().expect("it does not panic"));
    let megabytes = sent.load(Ordering::Relaxed) >> 20;
    println!(
        "{done} writes and reads, the slowest in {slowest:?}, during {megabytes} MiB of flood"
    );
    assert!(done > 5 && slowest < Duration::from_secs(3), "{done} in 3 s, {slowest:?}");
    assert!(megabytes > 1, "there was no flood");
    let memory = resident(cluster.process(leader));
    assert!(memory < 400 << 20, "{} MiB", memory >> 20);
    assert_eq!(cluster.leader(), leader, "nobody else was elected");
    cluster.start(absent);
    cluster.wait_until_it_serves(absent);
}

#[test]
fn idle_connections_of_peers_end_and_do_not_keep_the_others_out() {
    let mut cluster = Cluster::serving(3, &[]);
    let leader = cluster.leader();
    let idle: Vec<TcpStream> =
        (0..300).filter_map(|_| connect(&cluster.peer_address(leader)).ok()).collect();
    let follower = cluster.follower();
    cluster.kill(follower);
    cluster.start(follower);
    cluster.wait_until_it_serves(follower);
    let mut client = Client::connect(&cluster.address(follower)).expect("it runs");
    client.set("x", "1");
    drop(idle);
}
