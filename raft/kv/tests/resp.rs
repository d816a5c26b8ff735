//! The protocol on the wire: commands and replies, whole, in pieces, too long and broken.

use bytes::{Bytes, BytesMut};
use kv::resp::{
    encode_command, CommandParser, Limits, ProtocolError, Reply, ReplyLimits, ReplyParser, Version,
};
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

type Commands = Result<Vec<Vec<Bytes>>, ProtocolError>;

/// The commands in `pieces`, which come one after the other; an error if one is met.
fn commands<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, limits: Limits) -> Commands {
    let (mut parser, mut buffer) = (CommandParser::new(limits), BytesMut::new());
    let mut found = Vec::new();
    for piece in pieces {
        buffer.extend_from_slice(piece);
        while let Some(command) = parser.parse(&mut buffer)? {
            found.push(command);
        }
    }
    Ok(found)
}

fn whole(input: &[u8]) -> Commands {
    commands([input], Limits::default())
}

type Words = &'static [&'static [u8]];

fn words(words: Words) -> Vec<Bytes> {
    words.iter().map(|&word| Bytes::from_static(word)).collect()
}

#[test]
fn commands_come_as_arrays_and_as_lines() {
    let cases: [(&[u8], &[Words]); 10] = [
        (b"", &[]),
        (b"*1\r\n$4\r\nPING\r\n", &[&[b"PING"]]),
        (b"*2\r\n$3\r\nGET\r\n$0\r\n\r\n", &[&[b"GET", b""]]),
        (b"*2\r\n$3\r\nGET\r\n$4\r\n\r\n\0\xff\r\n", &[&[b"GET", b"\r\n\0\xff"]]),
        (b"PING\r\n", &[&[b"PING"]]),
        (b"PING\n", &[&[b"PING"]]),
        (b"set x \"a b\"\r\nget x\r\n", &[&[b"set", b"x", b"a b"], &[b"get", b"x"]]),
        (b"\r\n  \r\n*0\r\n*-1\r\nPING\r\n", &[&[b"PING"]]),
        (b"*1\r\n$4\r\nPING\r\nPING\r\n*1\r\n", &[&[b"PING"], &[b"PING"]]),
        (b"GET /\r\n", &[&[b"GET", b"/"]]),
    ];
    for (input, expected) in cases {
        let expected: Vec<_> = expected.iter().map(|command| words(command)).collect();
        assert_eq!(whole(input), Ok(expected), "{}", input.escape_ascii());
    }
}

#[test]
fn broken_commands_are_one_clear_error() {
    use ProtocolError::*;
    let cases: [(&[u8], ProtocolError); 14] = [
        (b"*x\r\n", InvalidCount),
        (b"*1\n", InvalidCount),
        (b"*11111111111111111111111111111111", InvalidCount),
        (b"*99999999999999999999\r\n", InvalidCount),
        (b"*9223372036854775807\r\n", TooManyArguments(1024)),
        (b"*1\r\n+PING\r\n", Expected { expected: b'$', found: b'+' }),
        (b"*1\r\n$-1\r\n", InvalidLength),
        (b"*1\r\n$01\r\n", InvalidLength),
        (b"*1\r\n$9223372036854775807\r\n", BulkTooLong(1 << 20)),
        (b"*1\r\n$4\r\nPINGS\r\n", Unterminated),
        (b"set x \"a\r\n", UnbalancedQuotes),
        (b"POST / HTTP/1.1\r\n", Http),
        (b"GET / HTTP/1.1\r\nhost: 127.0.0.1:7001\r\n", Http),
        (b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03'\n", UnbalancedQuotes),
    ];
    for (input, error) in cases {
        assert_eq!(whole(input), Err(error), "{}", input.escape_ascii());
        assert!(!error.to_string().contains('\n'));
    }
}

#[test]
fn an_error_is_final() {
    let (mut parser, mut buffer) =
        (CommandParser::new(Limits::default()), BytesMut::from("*x\r\n"));
    assert_eq!(parser.parse(&mut buffer), Err(ProtocolError::InvalidCount));
    buffer = BytesMut::from("PING\r\n");
    assert_eq!(parser.parse(&mut buffer), Err(ProtocolError::InvalidCount));
}

#[test]
fn limits_are_exact_and_hold_before_the_bytes_have_come() {
    let limits = Limits { bulk: 5, arguments: 3, inline: 9, command: 9, key: 1 };
    let fits: [&[u8]; 4] = [
        b"*2\r\n$5\r\n12345\r\n$4\r\n1234\r\n",
        b"*3\r\n$1\r\n1\r\n$1\r\n2\r\n$1\r\n3\r\n",
        b"123 56789\r\n",
        b"123 56789\n",
    ];
    for input in fits {
        assert_eq!(commands([input], limits).map(|found| found.len()), Ok(1), "{input:?}");
    }
    let exceeds: [(&[u8], ProtocolError); 7] = [
        (b"*1\r\n$6\r\n", ProtocolError::BulkTooLong(5)),
        (b"*4\r\n", ProtocolError::TooManyArguments(3)),
        (b"*2\r\n$5\r\n12345\r\n$5\r\n", ProtocolError::CommandTooLong(9)),
        (b"123 567890\r\n", ProtocolError::LineTooLong(9)),
        (b"123 567890x", ProtocolError::LineTooLong(9)),
        (b"1 2 3 4\r\n", ProtocolError::TooManyArguments(3)),
        (b"123456\r\n", ProtocolError::BulkTooLong(5)),
    ];
    for (input, error) in exceeds {
        assert_eq!(commands([input], limits), Err(error), "{}", input.escape_ascii());
    }
}

/// A pipeline of commands of all shapes, and what they are.
fn pipeline() -> (BytesMut, Vec<Vec<Bytes>>) {
    let (mut input, mut expected) = (BytesMut::new(), Vec::new());
    for command in [
        words(&[b"SET", b"key", b"\r\n*1\r\n$4\r\n"]),
        words(&[b"PING"]),
        words(&[b"MGET", b"", b"b", b""]),
        words(&[b"ECHO", &[b'x'; 300]]),
    ] {
        encode_command(&command, &mut input);
        input.extend_from_slice(b"\r\n*0\r\nset 'a b' \"\\x00\"\r\n");
        expected.push(command);
        expected.push(words(&[b"set", b"a b", b"\0"]));
    }
    (input, expected)
}

#[test]
fn commands_are_the_same_whatever_the_pieces_they_come_in() {
    let (input, expected) = pipeline();
    for size in 1..=input.len() {
        let found = commands(input.chunks(size), Limits::default());
        assert_eq!(found.as_ref(), Ok(&expected), "pieces of {size} bytes");
    }
    for at in 0..input.len() {
        let (left, right) = input.split_at(at);
        assert!(whole(left).unwrap().len() < expected.len(), "the first {at} bytes");
        assert_eq!(commands([left, right], Limits::default()).as_ref(), Ok(&expected));
    }
}

/// Without care, each of these takes hours.
#[test]
fn a_byte_at_a_time_costs_no_more_than_its_share() {
    const SIZE: usize = 2 << 20;
    let limits = Limits { bulk: SIZE, inline: SIZE, command: SIZE, arguments: SIZE, key: SIZE };
    let line = [&[b'x'; SIZE][..], b"\r\n"].concat();
    assert_eq!(commands(line.chunks(1), limits).unwrap()[0][0].len(), SIZE);

    let mut bulk = BytesMut::new();
    encode_command(&[[b'x'; SIZE]], &mut bulk);
    assert_eq!(commands(bulk.chunks(1), limits).unwrap()[0][0].len(), SIZE);

    let mut many = BytesMut::new();
    encode_command(&[b"x"; SIZE / 16], &mut many);
    assert_eq!(commands(many.chunks(1), limits).unwrap()[0].len(), SIZE / 16);
}

#[test]
fn arguments_are_not_copied() {
    let (mut input, _) = pipeline();
    let block = input.as_ptr_range();
    let command = CommandParser::new(Limits::default()).parse(&mut input).unwrap().unwrap();
    assert!(command.iter().all(|argument| block.contains(&argument.as_ptr())));
}

/// All replies of one connection in `pieces`.
fn replies<'a>(
    pieces: impl IntoIterator<Item = &'a [u8]>,
    limits: ReplyLimits,
) -> Result<Vec<Reply>, ProtocolError> {
    let (mut parser, mut buffer) = (ReplyParser::new(limits), BytesMut::new());
    let mut found = Vec::new();
    for piece in pieces {
        buffer.extend_from_slice(piece);
        while let Some(reply) = parser.parse(&mut buffer)? {
            found.push(reply);
        }
    }
    Ok(found)
}

/// A reply of each kind.
fn samples() -> Vec<Reply> {
    let kinds = vec![
        Reply::OK,
        Reply::simple(""),
        Reply::error("ERR wrong"),
        Reply::Integer(0),
        Reply::Integer(i64::MIN),
        Reply::Integer(i64::MAX),
        Reply::bulk(""),
        Reply::Bulk(Bytes::from_static(b"\r\n\0\xff")),
        Reply::Null,
        Reply::Array(vec![]),
        Reply::Map(vec![]),
        Reply::Text("one\r\ntwo\n".into()),
    ];
    let array = Reply::Array(kinds.clone());
    let map = Reply::map([("array", array.clone()), ("map", Reply::map([("n", Reply::Null)]))]);
    [kinds, vec![array, map, Reply::OK]].concat()
}

/// What a reply is to a client that speaks version 2.
fn in_version_2(reply: &Reply) -> Reply {
    match reply {
        Reply::Text(text) => Reply::Bulk(text.clone()),
        Reply::Array(items) => Reply::Array(items.iter().map(in_version_2).collect()),
        Reply::Map(pairs) => {
            let items = pairs.iter().flat_map(|(name, value)| [name, value]);
            Reply::Array(items.map(in_version_2).collect())
        }
        other => other.clone(),
    }
}

#[test]
fn replies_are_encoded_as_the_protocol_says() {
    let cases: [(Reply, &str, &str); 9] = [
        (Reply::OK, "+OK\r\n", "+OK\r\n"),
        (Reply::error("ERR a\r\nb"), "-ERR a  b\r\n", "-ERR a  b\r\n"),
        (Reply::Integer(-7), ":-7\r\n", ":-7\r\n"),
        (Reply::bulk("seven"), "$5\r\nseven\r\n", "$5\r\nseven\r\n"),
        (Reply::Null, "$-1\r\n", "_\r\n"),
        (Reply::Array(vec![Reply::Null, Reply::OK]), "*2\r\n$-1\r\n+OK\r\n", "*2\r\n_\r\n+OK\r\n"),
        (Reply::map([("a", Reply::OK)]), "*2\r\n$1\r\na\r\n+OK\r\n", "%1\r\n$1\r\na\r\n+OK\r\n"),
        (Reply::Text("x".into()), "$1\r\nx\r\n", "=5\r\ntxt:x\r\n"),
        (Reply::Array(vec![]), "*0\r\n", "*0\r\n"),
    ];
    for (reply, version_2, version_3) in cases {
        for (version, expected) in [(Version::Resp2, version_2), (Version::Resp3, version_3)] {
            let mut out = BytesMut::new();
            reply.encode(version, &mut out);
            assert_eq!(out, expected.as_bytes(), "{reply:?} in {version:?}");
        }
    }
}

#[test]
fn replies_are_the_same_whatever_the_pieces_they_come_in() {
    for version in [Version::Resp2, Version::Resp3] {
        let mut input = BytesMut::new();
        samples().iter().for_each(|reply| reply.encode(version, &mut input));
        let expected = match version {
            Version::Resp2 => samples().iter().map(in_version_2).collect(),
            Version::Resp3 => samples(),
        };
        for size in 1..=input.len() {
            let found = replies(input.chunks(size), ReplyLimits::default());
            assert_eq!(found.as_ref(), Ok(&expected), "pieces of {size} bytes");
        }
        for at in 0..input.len() {
            let found = replies([&input[..at]], ReplyLimits::default()).unwrap();
            assert!(found.len() < expected.len(), "the first {at} bytes");
        }
    }
}

#[test]
fn broken_replies_are_one_clear_error() {
    use ProtocolError::*;
    let limits = ReplyLimits { bulk: 5, line: 6, elements: 6, depth: 2 };
    let cases: [(&[u8], ProtocolError); 15] = [
        (b"PONG\r\n", UnknownType(b'P')),
        (b":x\r\n", InvalidInteger),
        (b"*x\r\n", InvalidCount),
        (b"*-2\r\n", InvalidCount),
        (b"%-1\r\n", InvalidCount),
        (b"$-2\r\n", InvalidLength),
        (b"=-1\r\n", InvalidLength),
        (b"=3\r\ntxt\r\n", InvalidLength),
        (b"$1\r\nxyz", Unterminated),
        (b"$6\r\n", BulkTooLong(5)),
        (b"+1234567\r\n", LineTooLong(6)),
        (b"*7\r\n", TooManyElements(6)),
        (b"%4\r\n", TooManyElements(6)),
        (b"%9223372036854775807\r\n", TooManyElements(6)),
        (b"*1\r\n*1\r\n*1\r\n", TooDeep(2)),
    ];
    for (input, error) in cases {
        assert_eq!(replies([input], limits), Err(error), "{}", input.escape_ascii());
        assert!(!error.to_string().contains('\n'));
    }
    let fits: [&[u8]; 5] =
        [b"$5\r\n12345\r\n", b"+12345\r\n", b"%3\r\n", b"*6\r\n", b"*1\r\n*1\r\n"];
    for input in fits {
        assert!(replies([input], limits).is_ok(), "{}", input.escape_ascii());
    }
}

/// Random bytes, of those that have a meaning in the protocol more than of others.
fn noise(rng: &mut ChaCha8Rng) -> Vec<u8> {
    const MEANT: &[u8] = b"*$+-:_%=\r\n\r\n\r\n01234567\"'\\x ";
    let length = rng.next_u32() % 64;
    let byte = |rng: &mut ChaCha8Rng| match rng.next_u32() % 8 {
        0 => rng.next_u32() as u8,
        _ => MEANT[rng.next_u32() as usize % MEANT.len()],
    };
    (0..length).map(|_| byte(rng)).collect()
}

#[test]
fn noise_is_parsed_or_refused_and_the_pieces_it_comes_in_do_not_matter() {
    let mut rng = ChaCha8Rng::seed_from_u64(18);
    let (mut parsed, mut refused) = (0, 0);
    for _ in 0..50_000 {
        let input = noise(&mut rng);
        let size = 1 + rng.next_u32() as usize % 7;
        let found = whole(&input);
        assert_eq!(commands(input.chunks(size), Limits::default()), found, "{input:?}");
        parsed += usize::from(found.as_ref().is_ok_and(|found| !found.is_empty()));
        refused += usize::from(found.is_err());

        let limits = ReplyLimits::default();
        let found = replies([&input[..]], limits);
        assert_eq!(replies(input.chunks(size), limits), found, "{input:?}");
        parsed += usize::from(found.as_ref().is_ok_and(|found| !found.is_empty()));
        refused += usize::from(found.is_err());
    }
    assert!(parsed > 1000 && refused > 1000, "{parsed} parsed, {refused} refused");
}

#[test]
fn damage_to_a_valid_message_never_panics() {
    let mut rng = ChaCha8Rng::seed_from_u64(19);
    let (commands_in, _) = pipeline();
    let mut replies_in = BytesMut::new();
    samples().iter().for_each(|reply| reply.encode(Version::Resp3, &mut replies_in));
    for _ in 0..20_000 {
        for input in [&commands_in, &replies_in] {
            let mut damaged = input.to_vec();
            let at = rng.next_u32() as usize % damaged.len();
            damaged[at] = rng.next_u32() as u8;
            let _ = whole(&damaged);
            let _ = replies([&damaged[..]], ReplyLimits::default());
        }
    }
}
