//! From words to requests, and the table of commands.

use bytes::Bytes;
use kv::request::{ClientQuery, CommandQuery, Condition, Data, Operation, Request};
use kv::resp::{describe, find, help, split_words, Command, Limits, Reply, Version, COMMANDS};

fn parse(line: &str) -> Result<Request, String> {
    Request::parse(split_words(line.as_bytes()).unwrap(), &Limits::default())
}

fn set(condition: Condition, get: bool) -> Request {
    Request::Data(Data::Set { key: "k".into(), value: "v".into(), condition, get })
}

fn increment(by: i64) -> Request {
    Request::Data(Data::Increment { key: "k".into(), by })
}

fn two() -> Vec<Bytes> {
    vec!["a".into(), "b".into()]
}

#[test]
fn commands_on_keys_are_parsed() {
    let equals = || Condition::Equals("old".into());
    let cases = [
        ("GET k", Request::Data(Data::Get("k".into()))),
        ("gEt \"\"", Request::Data(Data::Get("".into()))),
        ("MGET a b", Request::Data(Data::MGet(two()))),
        ("EXISTS a b", Request::Data(Data::Exists(two()))),
        ("DEL a b", Request::Data(Data::Del(two()))),
        ("DBSIZE", Request::Data(Data::Size)),
        ("SET k v", set(Condition::Always, false)),
        ("SET k v nx", set(Condition::Absent, false)),
        ("SET k v XX get", set(Condition::Present, true)),
        ("SET k v GET NX", set(Condition::Absent, true)),
        ("SET k v IFEQ old", set(equals(), false)),
        ("set k v get ifeq old", set(equals(), true)),
        ("SET k v IFEQ NX", set(Condition::Equals("NX".into()), false)),
        ("GETSET k v", set(Condition::Always, true)),
        ("INCR k", increment(1)),
        ("DECR k", increment(-1)),
        ("INCRBY k -5", increment(-5)),
        ("DECRBY k 5", increment(-5)),
        ("DECRBY k 9223372036854775807", increment(-i64::MAX)),
    ];
    for (line, request) in cases {
        assert_eq!(parse(line), Ok(request), "{line}");
    }
}

#[test]
fn commands_on_the_connection_are_parsed() {
    let auth = || Some(("u".into(), "p".into()));
    let hello = |version, auth, name| Request::Hello { version, auth, name };
    let cases = [
        ("PING", Request::Ping(None)),
        ("PING hi", Request::Ping(Some("hi".into()))),
        ("ECHO hi", Request::Echo("hi".into())),
        ("HELLO", hello(None, None, None)),
        ("HELLO 3", hello(Some(Version::Resp3), None, None)),
        ("HELLO 2 AUTH u p", hello(Some(Version::Resp2), auth(), None)),
        ("HELLO 3 SETNAME n AUTH u p", hello(Some(Version::Resp3), auth(), Some("n".into()))),
        ("AUTH p", Request::Auth { user: None, password: "p".into() }),
        ("AUTH u p", Request::Auth { user: Some("u".into()), password: "p".into() }),
        ("SELECT 0", Request::Select),
        ("READONLY", Request::ReadOnly),
        ("READWRITE", Request::ReadWrite),
        ("RESET", Request::Reset),
        ("QUIT", Request::Quit),
        ("CLIENT ID", Request::Client(ClientQuery::Id)),
        ("CLIENT GETNAME", Request::Client(ClientQuery::GetName)),
        ("client setname n", Request::Client(ClientQuery::SetName("n".into()))),
        ("CLIENT SETINFO lib-name x", Request::Client(ClientQuery::SetInfo)),
        ("CLIENT INFO", Request::Client(ClientQuery::Info)),
        ("CLIENT NO-EVICT on", Request::Client(ClientQuery::Ignored)),
        ("CLIENT NO-TOUCH OFF", Request::Client(ClientQuery::Ignored)),
        ("CLIENT HELP", Request::Help("client")),
    ];
    for (line, request) in cases {
        assert_eq!(parse(line), Ok(request), "{line}");
    }
}

#[test]
fn commands_for_operators_are_parsed() {
    let add = |id, address: &str| Operation::Add { id, address: address.into() };
    let operations = [
        ("RAFT STATUS", Operation::Status),
        ("RAFT MEMBERS", Operation::Members),
        ("RAFT ADD 4 127.0.0.1:7104", add(4, "127.0.0.1:7104")),
        ("raft add 63 [::1]:1", add(63, "[::1]:1")),
        ("RAFT ADD 0 node-1.example:65535", add(0, "node-1.example:65535")),
        ("RAFT REMOVE 2", Operation::Remove(2)),
        ("RAFT TRANSFER 1", Operation::Transfer(1)),
        ("RAFT SNAPSHOT", Operation::Snapshot),
        ("RAFT METRICS", Operation::Metrics),
    ];
    for (line, operation) in operations {
        assert_eq!(parse(line), Ok(Request::Operation(operation)), "{line}");
    }
    let cases = [
        ("INFO", Request::Info(vec![])),
        ("INFO Server RAFT", Request::Info(vec!["server".into(), "raft".into()])),
        ("INFO server everything", Request::Info(vec![])),
        ("COMMAND", Request::Command(CommandQuery::All)),
        ("COMMAND COUNT", Request::Command(CommandQuery::Count)),
        ("COMMAND INFO a b", Request::Command(CommandQuery::Info(two()))),
        ("COMMAND DOCS", Request::Command(CommandQuery::Docs(vec![]))),
        ("CONFIG GET a b", Request::ConfigGet(two())),
        ("RAFT HELP", Request::Help("raft")),
    ];
    for (line, request) in cases {
        assert_eq!(parse(line), Ok(request), "{line}");
    }
}

#[test]
fn errors_are_those_of_redis() {
    let cases = [
        ("GET", "ERR wrong number of arguments for 'get' command"),
        ("get a b", "ERR wrong number of arguments for 'get' command"),
        ("MGET", "ERR wrong number of arguments for 'mget' command"),
        ("PING a b", "ERR wrong number of arguments for 'ping' command"),
        ("CLIENT", "ERR wrong number of arguments for 'client' command"),
        ("CLIENT SETNAME", "ERR wrong number of arguments for 'client|setname' command"),
        (
            "CLIENT SETINFO lib-name a b",
            "ERR wrong number of arguments for 'client|setinfo' command",
        ),
        ("RAFT ADD 1", "ERR wrong number of arguments for 'raft|add' command"),
        ("FOO", "ERR unknown command 'FOO', with args beginning with: "),
        ("foo a 'b\n'", "ERR unknown command 'foo', with args beginning with: 'a' 'b?' "),
        ("'client|id'", "ERR unknown command 'client|id', with args beginning with: "),
        ("CLIENT kill", "ERR unknown subcommand 'kill'. Try CLIENT HELP."),
        ("CONFIG SET a b", "ERR unknown subcommand 'SET'. Try CONFIG HELP."),
        ("CLIENT REPLY OFF", "ERR CLIENT REPLY is not supported"),
        ("CLIENT NO-EVICT maybe", "ERR syntax error"),
        ("CLIENT SETINFO x y", "ERR Unrecognized option 'x'"),
        (
            "CLIENT SETNAME 'a b'",
            "ERR Client names cannot contain spaces, newlines or special characters.",
        ),
        ("SET k v NX XX", "ERR syntax error"),
        ("SET k v NX IFEQ old", "ERR syntax error"),
        ("SET k v IFEQ", "ERR syntax error"),
        ("SET k v FOO", "ERR syntax error"),
        ("SET k v EX 10", "ERR option EX of SET is not supported"),
        ("SET k v NX keepttl", "ERR option KEEPTTL of SET is not supported"),
        ("INCRBY k one", "ERR value is not an integer or out of range"),
        ("INCRBY k 9223372036854775808", "ERR value is not an integer or out of range"),
        ("DECRBY k -9223372036854775808", "ERR decrement would overflow"),
        ("SELECT x", "ERR value is not an integer or out of range"),
        ("SELECT 1", "ERR DB index is out of range"),
        ("AUTH a b c", "ERR syntax error"),
        ("HELLO 4", "NOPROTO unsupported protocol version"),
        ("HELLO x", "ERR Protocol version is not an integer or out of range"),
        ("HELLO 3 AUTH u", "ERR Syntax error in HELLO option 'AUTH'"),
        ("HELLO 3 foo", "ERR Syntax error in HELLO option 'foo'"),
        ("RAFT REMOVE 64", "ERR server id '64' is not a number from 0 to 63"),
        ("RAFT TRANSFER n1", "ERR server id 'n1' is not a number from 0 to 63"),
    ];
    for (line, error) in cases {
        assert_eq!(parse(line), Err(error.into()), "{line}");
    }
    for address in ["x", ":7101", "host:", "host:0", "host:65536", "host:x", "a b:1", "::1:7101"] {
        let error = format!("ERR address '{address}' is not HOST:PORT");
        assert_eq!(parse(&format!("RAFT ADD 4 '{address}'")), Err(error));
    }
}

#[test]
fn an_error_is_short_and_one_line_whatever_the_arguments() {
    let word = Bytes::from(vec![b'\n'; 1 << 20]);
    let error = Request::parse(vec![word.clone(); 1024], &Limits::default()).unwrap_err();
    assert!(error.len() < 512 && !error.contains('\n'), "{error}");
    let words = vec!["CLIENT".into(), word];
    let error = Request::parse(words, &Limits::default()).unwrap_err();
    assert!(error.len() < 512 && !error.contains('\n'), "{error}");
}

#[test]
fn every_key_of_every_command_has_a_limit() {
    let limits = Limits { key: 3, ..Limits::default() };
    for command in COMMANDS {
        let [first, last, _] = command.keys();
        if first == 0 {
            continue;
        }
        let count = command.arity().unsigned_abs() as usize + usize::from(last == -1);
        for length in [3, 4] {
            let mut words: Vec<Bytes> = vec!["1".into(); count];
            words[0] = command.name.into();
            let at = if last == -1 { count - 1 } else { first as usize };
            words[at] = vec![b'k'; length].into();
            let found = Request::parse(words, &limits);
            let error = "ERR key too long, the limit is 3 bytes".to_owned();
            assert_eq!(found.err(), (length > 3).then_some(error), "{}", command.name);
        }
    }
}

#[test]
fn the_table_of_commands_is_that_of_redis() {
    // Name, arity and keys of Redis 7.0's COMMAND INFO.
    let redis = [
        ("get", 2, [1, 1, 1]),
        ("set", -3, [1, 1, 1]),
        ("del", -2, [1, -1, 1]),
        ("exists", -2, [1, -1, 1]),
        ("mget", -2, [1, -1, 1]),
        ("incr", 2, [1, 1, 1]),
        ("incrby", 3, [1, 1, 1]),
        ("getset", 3, [1, 1, 1]),
        ("dbsize", 1, [0, 0, 0]),
        ("ping", -1, [0, 0, 0]),
        ("echo", 2, [0, 0, 0]),
        ("hello", -1, [0, 0, 0]),
        ("auth", -2, [0, 0, 0]),
        ("select", 2, [0, 0, 0]),
        ("client", -2, [0, 0, 0]),
        ("info", -1, [0, 0, 0]),
        ("command", -1, [0, 0, 0]),
        ("config", -2, [0, 0, 0]),
        ("readonly", 1, [0, 0, 0]),
    ];
    for (name, arity, keys) in redis {
        let command = find(name.as_bytes()).unwrap();
        assert_eq!((command.arity(), command.keys()), (arity, keys), "{name}");
    }
    let arity = |name: &[u8]| find(b"client").unwrap().subcommand(name).unwrap().arity();
    assert_eq!([b"id".as_slice(), b"setname", b"no-evict"].map(arity), [2, 3, 3]);
}

#[test]
fn the_syntax_is_written_as_redis_writes_it() {
    let syntax = |name: &str| find(name.as_bytes()).unwrap().to_string();
    assert_eq!(syntax("set"), "SET key value [NX | XX | IFEQ comparison-value] [GET]");
    assert_eq!(syntax("mget"), "MGET key [key ...]");
    assert_eq!(syntax("hello"), "HELLO [protover [AUTH username password] [SETNAME clientname]]");
    assert_eq!(syntax("info"), "INFO [section [section ...]]");
    assert_eq!(
        find(b"raft").unwrap().subcommand(b"ADD").unwrap().to_string(),
        "RAFT ADD id host:port"
    );
}

/// With zeros as arguments, which these refuse.
#[test]
fn every_command_of_the_table_can_be_asked_for() {
    let all = COMMANDS.iter().flat_map(|command| [command].into_iter().chain(command.subcommands));
    let is_refused = |command: &&Command| {
        let mut words: Vec<Bytes> = command.name.split('|').map(Bytes::from).collect();
        words.resize(command.arity().unsigned_abs() as usize, "0".into());
        Request::parse(words, &Limits::default()).is_err()
    };
    let refused: Vec<_> = all.filter(is_refused).map(|command| command.name).collect();
    let containers = ["client", "config", "raft"];
    let others =
        ["client|setinfo", "client|no-evict", "client|no-touch", "client|reply", "raft|add"];
    let is_expected = |name: &&str| containers.contains(name) || others.contains(name);
    assert!(refused.iter().all(is_expected) && refused.len() == 8, "{refused:?}");
}

#[test]
fn command_count_info_and_docs_come_from_the_table() {
    let count = COMMANDS.len();
    assert_eq!(describe(&CommandQuery::Count), Reply::Integer(count as i64));
    let Reply::Array(all) = describe(&CommandQuery::All) else { panic!("no array") };
    assert_eq!(all.len(), count);

    let names = vec!["GET".into(), "nothing".into(), "client|id".into()];
    let Reply::Array(some) = describe(&CommandQuery::Info(names.clone())) else {
        panic!("no array")
    };
    let name = |reply: &Reply| match reply {
        Reply::Array(parts) => parts[0].clone(),
        other => other.clone(),
    };
    let expected = [Reply::bulk("get"), Reply::Null, Reply::bulk("client|id")];
    assert_eq!(some.iter().map(name).collect::<Vec<_>>(), expected);

    let Reply::Map(docs) = describe(&CommandQuery::Docs(names)) else { panic!("no map") };
    assert_eq!(
        docs.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>(),
        [Reply::bulk("get"), Reply::bulk("client|id")]
    );
    let Reply::Array(lines) = help("raft") else { panic!("no array") };
    assert!(lines.contains(&Reply::simple("ADD id host:port")), "{lines:?}");
}
