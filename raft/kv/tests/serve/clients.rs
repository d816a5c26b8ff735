//! What clients can rely on: order, stale reads only where asked for, limits, passwords, metrics.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use kv::resp::Reply;
use serde_json::Value;

use crate::common::{code, connect, contains_text, field, text, wait_for, Client, Cluster};

#[test]
fn pipelined_requests_take_effect_and_are_answered_in_their_order() {
    let cluster = Cluster::serving(3, &[]);
    for id in 1..=3 {
        let mut client = cluster.client(id);
        let mut packet = String::new();
        for number in 0..200 {
            packet += &format!("SET p {number}\r\nGET p\r\nINCR n{id}\r\nPING {number}\r\n");
        }
        client.stream.write_all(packet.as_bytes()).expect("it is connected");
        for number in 0..200 {
            let mut next = || client.receive().expect("it is connected");
            assert_eq!(next(), Reply::OK);
            assert_eq!(next(), Reply::bulk(number.to_string()));
            assert_eq!(next(), Reply::Integer(number + 1));
            assert_eq!(next(), Reply::bulk(number.to_string()));
        }
    }
}

#[test]
fn each_answer_has_the_version_of_the_protocol_that_was_in_force_at_its_request() {
    let cluster = Cluster::serving(1, &[]);
    let mut client = connect(&cluster.address(1)).expect("it runs");
    client.write_all(b"GET none\r\nGET none\r\nHELLO 3\r\nGET none\r\nQUIT\r\n").expect("it runs");
    let mut answers = String::new();
    client.read_to_string(&mut answers).expect("it ends");
    assert!(answers.starts_with("$-1\r\n$-1\r\n%"), "{answers}");
    assert!(answers.ends_with("_\r\n+OK\r\n"), "{answers}");
}

#[test]
fn a_client_that_sends_its_last_requests_and_closes_gets_all_answers() {
    let cluster = Cluster::serving(1, &[]);
    let mut client = connect(&cluster.address(1)).expect("it runs");
    let packet = "INCR n\r\n".repeat(1000);
    client.write_all(packet.as_bytes()).expect("it runs");
    client.shutdown(std::net::Shutdown::Write).expect("it is connected");
    let mut answers = String::new();
    client.read_to_string(&mut answers).expect("it ends");
    let expected: String = (1..=1000).map(|number| format!(":{number}\r\n")).collect();
    assert_eq!(answers, expected);
}

#[test]
fn only_who_asks_for_it_gets_stale_reads() {
    let mut cluster = Cluster::serving(3, &["--timeout-ms", "1000"]);
    let leader = cluster.leader();
    cluster.client(leader).set("x", "1");
    let left = cluster.follower();
    let mut client = cluster.client(left);
    assert_eq!(client.get("x"), Some("1".into()), "its own state is as new as this now");
    (1..=3).filter(|id| *id != left).for_each(|id| cluster.kill(id));
    let begun = Instant::now();
    let refused = client.call(&["GET", "x"]);
    assert_eq!(code(&refused), "NOLEADER", "{refused:?}");
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    assert_eq!(client.call(&["READONLY"]), Reply::OK);
    assert_eq!(client.get("x"), Some("1".into()));
    assert_eq!(client.call(&["READWRITE"]), Reply::OK);
    assert_eq!(code(&client.call(&["GET", "x"])), "NOLEADER");
}

#[test]
fn without_a_majority_every_write_is_answered_in_time_and_none_is_refused_that_was_passed_on() {
    let mut cluster = Cluster::serving(3, &["--timeout-ms", "1000"]);
    let leader = cluster.leader();
    (1..=3).filter(|id| *id != leader).for_each(|id| cluster.kill(id));
    let mut codes = Vec::new();
    for number in 0..4 {
        let begun = Instant::now();
        let reply = cluster.client(leader).call(&["SET", "x", &number.to_string()]);
        assert!(begun.elapsed() < Duration::from_millis(1900), "{:?}", begun.elapsed());
        codes.push(code(&reply).to_string());
    }
    assert_eq!(codes[0], "UNKNOWN", "it led when it took the first one: {codes:?}");
    assert_eq!(codes[3], "NOLEADER", "it has stepped down: {codes:?}");
    (1..=3).filter(|id| *id != leader).for_each(|id| cluster.start(id));
    cluster.wait_until_it_serves(leader);
    assert_ne!(cluster.client(leader).get("x"), Some("3".into()));
}

#[test]
fn too_many_connections_are_refused_as_redis_does() {
    let cluster = Cluster::serving(1, &["--max-clients", "4"]);
    let mut clients: Vec<Client> = (0..4).map(|_| cluster.client(1)).collect();
    assert!(clients.iter_mut().all(|client| client.call(&["PING"]) == Reply::simple("PONG")));
    let mut refused = cluster.client(1);
    let reply = refused.receive().expect("it is told");
    assert_eq!(text(&reply), "ERR max number of clients reached");
    assert!(refused.receive().is_err(), "it is closed");
    drop(clients.pop());
    wait_for("room", || cluster.client(1).try_call(&["PING"]).ok());
}

#[test]
fn connections_do_not_take_the_files_that_the_log_needs() {
    let mut cluster = Cluster::idle(1, &["--snapshot-entries", "100"]);
    let command = cluster.command(1);
    let mut limited = std::process::Command::new("sh");
    limited.args(["-c", "ulimit -n 64; exec \"$0\" \"$@\""]).arg(command.get_program());
    limited.args(command.get_args()).stdin(std::process::Stdio::null());
    cluster.start_as(1, limited);
    cluster.wait_until_it_serves(1);
    let mut client = cluster.client(1);
    let idle: Vec<_> = (0..100).filter_map(|_| connect(&cluster.address(1)).ok()).collect();
    for number in 0..300 {
        client.set("x", &number.to_string());
    }
    assert_eq!(code(&client.call(&["RAFT", "SNAPSHOT"])), "");
    wait_for("a snapshot", || cluster.log(1).contains("log compacted").then_some(()));
    client.set("x", "last");
    assert!(cluster.runs(1), "{}", cluster.log(1));
    drop(idle);
}

#[test]
fn nothing_is_answered_before_the_password_and_it_is_in_no_file() {
    const PASSWORD: &str = "correct-horse-7f3a";
    let mut cluster = Cluster::idle(1, &["--log-json"]);
    let file = cluster.folder.path().join("password");
    std::fs::write(&file, format!("{PASSWORD}\n")).expect("there is room");
    let mut command = cluster.command(1);
    command.arg("--password-file").arg(&file);
    cluster.start_as(1, command);
    let mut client = cluster.client(1);
    for words in [&["PING"][..], &["GET", "x"], &["RAFT", "STATUS"], &["INFO"], &["HELLO", "3"]] {
        assert_eq!(code(&client.call(words)), "NOAUTH", "{words:?}");
    }
    for wrong in ["correct-horse", "", "correct-horse-7f3a "] {
        assert_eq!(code(&client.call(&["AUTH", wrong])), "WRONGPASS");
    }
    assert_eq!(code(&client.call(&["AUTH", "nobody", PASSWORD])), "WRONGPASS");
    assert_eq!(code(&client.call(&["PING"])), "NOAUTH");
    assert_eq!(client.call(&["AUTH", PASSWORD]), Reply::OK);
    wait_for("service", || (client.call(&["SET", "x", "1"]) == Reply::OK).then_some(()));
    client.call(&["RESET"]);
    assert_eq!(code(&client.call(&["GET", "x"])), "NOAUTH");
    let hello = cluster.client(1).call(&["HELLO", "3", "AUTH", "default", PASSWORD]);
    assert_eq!(field(&hello, "proto"), Some(&Reply::Integer(3)));
    let log = cluster.log(1);
    let events: Result<Vec<Value>, _> = log.lines().map(serde_json::from_str).collect();
    let leads = |event: &Value| event["fields"]["role"] == "leader" && event["level"] == "INFO";
    assert!(events.expect("the log is JSON, a line an event").iter().any(leads), "{log}");
    std::fs::remove_file(file).expect("it exists");
    assert!(!contains_text(cluster.folder.path(), PASSWORD));
    assert!(!contains_text(&cluster.data(1), PASSWORD));
}

/// Whether a text is of Prometheus' format, with values that are numbers.
fn is_prometheus(text: &str) -> bool {
    let name = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let line = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["#", "HELP", metric, _, ..] => name(metric),
            ["#", "TYPE", metric, kind] => name(metric) && ["gauge", "counter"].contains(&kind),
            [metric, value] => name(metric) && value.parse::<f64>().is_ok(),
            _ => false,
        }
    };
    text.ends_with('\n') && text.lines().all(line)
}

#[test]
fn metrics_are_prometheus_text_over_http_and_by_command() {
    let mut cluster = Cluster::idle(1, &[]);
    let mut command = cluster.command(1);
    command.args(["--metrics", &cluster.metrics_address(1)]);
    cluster.start_as(1, command);
    cluster.wait_until_it_serves(1);
    let mut client = cluster.client(1);
    let by_command = text(&client.call(&["RAFT", "METRICS"]));
    assert!(is_prometheus(&by_command), "{by_command}");
    assert!(by_command.contains("\nwhitewater_raft_is_leader 1\n"), "{by_command}");
    let http = |request: &str| {
        let mut stream = connect(&cluster.metrics_address(1)).expect("it runs");
        stream.write_all(request.as_bytes()).expect("it runs");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it ends");
        let (head, body) = answer.split_once("\r\n\r\n").expect("it has a head");
        (head.to_string(), body.to_string())
    };
    let get = "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let (head, body) = http(get);
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("text/plain; version=0.0.4"));
    assert!(is_prometheus(&body), "{body}");
    assert!(http(&get.replace("/metrics", "/")).0.starts_with("HTTP/1.1 404"));
    assert!(http(&get.replace("GET", "POST")).0.starts_with("HTTP/1.1 404"));
    assert!(http("noise\r\n\r\n").0.starts_with("HTTP/1.1 400"));
    let info = text(&client.call(&["INFO"]));
    assert!(info.contains("raft_role:leader\r\n") && info.contains("role:master\r\n"), "{info}");
}
