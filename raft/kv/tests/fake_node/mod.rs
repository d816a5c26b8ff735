//! One node in memory, without a cluster: enough for a client's tests.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use bytes::{Bytes, BytesMut};
use kv::request::{Condition, Data, Operation, Request};
use kv::resp::{describe, help, CommandParser, Limits, Reply, Version};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What a node holds and asks of its clients.
#[derive(Clone, Default)]
pub struct FakeNode {
    pub id: i64,
    pub password: Option<Bytes>,
    pub tls: Option<Arc<ServerConfig>>,
    pub data: Arc<Mutex<HashMap<Bytes, Bytes>>>,
}

/// What a node does after a request.
enum Answer {
    Reply(Reply),
    LastReply(Reply),
    HangUp,
    Silence,
}

impl FakeNode {
    /// Serves for ever.
    pub fn serve(self, listener: &TcpListener) {
        for stream in listener.incoming() {
            let (node, stream) = (self.clone(), stream.unwrap());
            thread::spawn(move || node.accept(stream));
        }
    }

    fn accept(&self, stream: TcpStream) {
        match &self.tls {
            None => self.converse(stream),
            Some(config) => {
                let connection = ServerConnection::new(config.clone()).unwrap();
                self.converse(StreamOwned::new(connection, stream));
            }
        }
    }

    fn converse(&self, mut stream: impl Read + Write) {
        let limits = Limits::default();
        let (mut parser, mut received) = (CommandParser::new(limits), BytesMut::new());
        let (mut block, mut version) = ([0; 4096], Version::Resp2);
        while let Ok(count @ 1..) = stream.read(&mut block) {
            received.extend_from_slice(&block[..count]);
            while let Ok(Some(words)) = parser.parse(&mut received) {
                let answer = match Request::parse(words, &limits) {
                    Ok(request) => self.answer(request, &mut version),
                    Err(error) => Answer::Reply(Reply::error(error)),
                };
                let mut out = BytesMut::new();
                let is_last = matches!(answer, Answer::LastReply(_));
                match answer {
                    Answer::Reply(reply) | Answer::LastReply(reply) => {
                        reply.encode(version, &mut out);
                    }
                    Answer::HangUp => return,
                    Answer::Silence => (),
                }
                if stream.write_all(&out).and_then(|()| stream.flush()).is_err() || is_last {
                    return;
                }
            }
        }
    }

    fn answer(&self, request: Request, version: &mut Version) -> Answer {
        if let Request::Hello { version: wanted, auth, .. } = request {
            if auth.is_some_and(|(_, password)| Some(password) != self.password) {
                return Answer::Reply(Reply::error("WRONGPASS invalid username-password pair"));
            }
            *version = wanted.unwrap_or(*version);
            return Answer::Reply(Reply::map([("server", Reply::bulk("fake"))]));
        }
        match request {
            Request::Data(Data::Get(key)) if key == "hang-up" => Answer::HangUp,
            Request::Data(Data::Get(key)) if key == "silence" => Answer::Silence,
            Request::Data(data) => Answer::Reply(self.data(data)),
            Request::Operation(operation) => Answer::Reply(self.operation(&operation)),
            Request::Ping(_) => Answer::Reply(Reply::simple("PONG")),
            Request::Command(query) => Answer::Reply(describe(&query)),
            Request::Help(name) => Answer::Reply(help(name)),
            Request::Reset => Answer::LastReply(Reply::OK),
            _ => Answer::Reply(Reply::OK),
        }
    }

    fn data(&self, request: Data) -> Reply {
        let mut data = self.data.lock().unwrap();
        let bulk = |value: Option<&Bytes>| value.cloned().map_or(Reply::Null, Reply::Bulk);
        match request {
            Data::Get(key) => bulk(data.get(&key)),
            Data::MGet(keys) => Reply::Array(keys.iter().map(|key| bulk(data.get(key))).collect()),
            Data::Size => Reply::Integer(data.len() as i64),
            Data::Exists(keys) => {
                Reply::Integer(keys.iter().filter(|key| data.contains_key(*key)).count() as i64)
            }
            Data::Del(keys) => {
                Reply::Integer(keys.iter().filter(|key| data.remove(*key).is_some()).count() as i64)
            }
            Data::Set { key, value, condition, get } => {
                let old = data.get(&key).cloned();
                let holds = match condition {
                    Condition::Always => true,
                    Condition::Absent => old.is_none(),
                    Condition::Present => old.is_some(),
                    Condition::Equals(expected) => old == Some(expected),
                };
                if holds {
                    data.insert(key, value);
                }
                match (get, holds) {
                    (true, _) => bulk(old.as_ref()),
                    (false, true) => Reply::OK,
                    (false, false) => Reply::Null,
                }
            }
            Data::Increment { .. } => Reply::error("ERR not here"),
        }
    }

    fn operation(&self, operation: &Operation) -> Reply {
        match operation {
            Operation::Status => {
                Reply::map([("id", Reply::Integer(self.id)), ("role", Reply::bulk("leader"))])
            }
            Operation::Metrics => Reply::Text("whitewater_term 1\n".into()),
            _ => Reply::error("ERR not here"),
        }
    }
}
