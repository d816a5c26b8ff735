//! The requests of Maelstrom's workload lin-kv, and what the store is asked for each.
//!
//! Keys and values are any JSON; they are stored as text in one form: no spaces, and the members of
//! an object in the order of their names. Promises: an error that Maelstrom calls definite means
//! that nothing was changed and nothing will be; whatever is in doubt is indefinite. Knows nothing
//! of servers.

use bytes::Bytes;
use serde_json::{json, Map, Value};

use crate::machine::Response;
use crate::request::{Condition, Data};
use crate::resp::Limits;
use crate::server::Answer;

/// The body of a message.
pub type Body = Map<String, Value>;

/// An error: one of Maelstrom's codes, and a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(pub u64, pub String);

impl Failure {
    /// Indefinite: there was no result in time.
    pub const TIMEOUT: u64 = 0;
    /// The type of request is not one of this workload.
    pub const NOT_SUPPORTED: u64 = 10;
    /// The request was not accepted; it may be later.
    pub const UNAVAILABLE: u64 = 11;
    /// The request is not as it should be.
    pub const MALFORMED: u64 = 12;
    /// Indefinite: something is wrong.
    pub const CRASH: u64 = 13;
    /// The key has no value.
    pub const NO_KEY: u64 = 20;
    /// The key has another value.
    pub const PRECONDITION: u64 = 22;

    fn malformed(text: impl Into<String>) -> Failure {
        Failure(Failure::MALFORMED, text.into())
    }
}

/// A client's request that is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Reads a key.
    Read(Bytes),
    /// Sets a key to a value.
    Write(Bytes, Bytes),
    /// Sets a key to another value if it has this one.
    Swap(Swap),
}

/// A compare-and-set. If it may create the key, it takes turns: it swaps if there is a value, and
/// creates if there is none, until one of the two tells how the key was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swap {
    key: Bytes,
    from: Bytes,
    to: Bytes,
    may_create: bool,
    is_creating: bool,
}

impl Request {
    /// The request in a body.
    pub fn parse(body: &Body) -> Result<Request, Failure> {
        let limits = Limits::default();
        let key = || text_of(body, "key", limits.key);
        let value = |name| text_of(body, name, limits.bulk);
        match body.get("type").and_then(Value::as_str) {
            Some("read") => Ok(Request::Read(key()?)),
            Some("write") => Ok(Request::Write(key()?, value("value")?)),
            Some("cas") => {
                let may_create = match body.get("create_if_not_exists") {
                    None | Some(Value::Null) => false,
                    Some(Value::Bool(may_create)) => *may_create,
                    Some(_) => {
                        return Err(Failure::malformed("`create_if_not_exists` is no boolean"));
                    }
                };
                let (from, to) = (value("from")?, value("to")?);
                Ok(Request::Swap(Swap { key: key()?, from, to, may_create, is_creating: false }))
            }
            Some(other) => {
                let text = format!("`{other}` is no request of the workload lin-kv");
                Err(Failure(Failure::NOT_SUPPORTED, text))
            }
            None => Err(Failure::malformed("the body has no `type`")),
        }
    }

    /// What to ask the store for.
    pub fn data(&self) -> Data {
        match self.clone() {
            Request::Read(key) => Data::Get(key),
            Request::Write(key, value) => {
                Data::Set { key, value, condition: Condition::Always, get: false }
            }
            Request::Swap(Swap { key, from, to, is_creating, .. }) => {
                let condition =
                    if is_creating { Condition::Absent } else { Condition::Equals(from) };
                Data::Set { key, value: to, condition, get: true }
            }
        }
    }

    /// The end of the request; none if the store must be asked again.
    pub fn answered(&mut self, answer: Answer) -> Option<Result<Body, Failure>> {
        let refused = |text: &str| Err(Failure(Failure::UNAVAILABLE, text.into()));
        Some(match answer {
            Answer::Response(response) => return self.responded(response),
            Answer::Unknown => {
                Err(Failure(Failure::TIMEOUT, "no result in time: it may yet take effect".into()))
            }
            Answer::NoLeader => refused("no leader in time"),
            Answer::Busy => refused("too many requests wait"),
            Answer::Stopping => refused("the node stops"),
            Answer::DiskFull => refused("the disk is full"),
            Answer::Operated(_) => Err(Failure(Failure::CRASH, "not an operation".into())),
        })
    }

    fn responded(&mut self, response: Response) -> Option<Result<Body, Failure>> {
        let no_key = || Err(Failure(Failure::NO_KEY, "the key does not exist".into()));
        Some(match (self, response) {
            (Request::Read(_), Response::Value(Some(text))) => match value_of(&text.0) {
                Some(value) => Ok(body([("type", json!("read_ok")), ("value", value)])),
                None => Err(Failure(Failure::CRASH, "the value is no JSON".into())),
            },
            (Request::Read(_), Response::Value(None)) => no_key(),
            (Request::Write(..), Response::Done) => Ok(body([("type", json!("write_ok"))])),
            (Request::Swap(swap), Response::Value(old)) => match (old, swap.is_creating) {
                (None, true) => Ok(swapped()),
                (Some(old), false) if old.0 == swap.from => Ok(swapped()),
                (Some(_), false) => {
                    let text = "the key has another value".into();
                    Err(Failure(Failure::PRECONDITION, text))
                }
                (None, false) if !swap.may_create => no_key(),
                (_, is_creating) => {
                    swap.is_creating = !is_creating;
                    return None;
                }
            },
            (_, other) => Err(Failure(Failure::CRASH, format!("unexpected response {other:?}"))),
        })
    }
}

fn swapped() -> Body {
    body([("type", json!("cas_ok"))])
}

/// A body with these members.
pub fn body<const N: usize>(members: [(&str, Value); N]) -> Body {
    members.into_iter().map(|(name, value)| (name.to_string(), value)).collect()
}

/// A member of the body, in the form in which it is stored.
fn text_of(body: &Body, name: &str, limit: usize) -> Result<Bytes, Failure> {
    let value =
        body.get(name).ok_or_else(|| Failure::malformed(format!("the body has no `{name}`")))?;
    let text = Bytes::from(value.to_string());
    match text.len() {
        length if length > limit => Err(Failure::malformed(format!(
            "`{name}` has {length} bytes; at most {limit} are allowed"
        ))),
        _ => Ok(text),
    }
}

fn value_of(text: &[u8]) -> Option<Value> {
    serde_json::from_slice(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(body: Value) -> Result<Request, Failure> {
        Request::parse(body.as_object().expect("it is an object"))
    }

    fn value(text: &str) -> Answer {
        Answer::Response(Response::Value(Some(text.to_string().into())))
    }

    fn none() -> Answer {
        Answer::Response(Response::Value(None))
    }

    fn code(ended: Option<Result<Body, Failure>>) -> u64 {
        ended.expect("it is at its end").expect_err("it is an error").0
    }

    fn kind(ended: Option<Result<Body, Failure>>) -> Value {
        ended.expect("it is at its end").expect("it is no error")["type"].clone()
    }

    fn swap(may_create: bool) -> Request {
        let body = json!({"type": "cas", "key": 1, "from": 2, "to": 3,
            "create_if_not_exists": may_create});
        parse(body).expect("it is valid")
    }

    #[test]
    fn equal_json_is_one_key_whatever_its_spelling() {
        let spelled = |text: &str| {
            let key: Value = serde_json::from_str(text).expect("it is JSON");
            parse(json!({"type": "read", "key": key})).expect("it is valid")
        };
        assert_eq!(spelled(r#"{"b": [1, "A"], "a":null}"#), spelled(r#"{"a":null,"b":[1,"A"]}"#));
        assert_ne!(spelled("1"), spelled("\"1\""));
        assert_ne!(spelled("null"), spelled("\"\""));
    }

    #[test]
    fn a_read_returns_the_value_as_it_was_written() {
        let text = r#"{"a":[1,null,"x"]}"#;
        let mut read = parse(json!({"type": "read", "key": "k"})).expect("it is valid");
        let body = read.answered(value(text)).expect("it ends").expect("there is a value");
        assert_eq!(body["value"].to_string(), text);
        assert_eq!(code(read.answered(none())), Failure::NO_KEY);
    }

    #[test]
    fn a_swap_tells_another_value_from_none() {
        assert_eq!(kind(swap(false).answered(value("2"))), "cas_ok");
        assert_eq!(code(swap(false).answered(value("3"))), Failure::PRECONDITION);
        assert_eq!(code(swap(false).answered(none())), Failure::NO_KEY);
    }

    #[test]
    fn a_swap_that_may_create_tries_both_until_one_of_them_tells() {
        let mut request = swap(true);
        assert_eq!(request.answered(none()), None);
        let condition = |request: &Request| match request.data() {
            Data::Set { condition, .. } => condition,
            other => panic!("{other:?}"),
        };
        assert_eq!(condition(&request), Condition::Absent);
        assert_eq!(kind(request.clone().answered(none())), "cas_ok");
        assert_eq!(request.answered(value("2")), None, "somebody else has created it");
        assert_eq!(condition(&request), Condition::Equals("2".into()));
        assert_eq!(code(request.answered(value("7"))), Failure::PRECONDITION);
    }

    #[test]
    fn only_a_result_that_is_unknown_is_indefinite() {
        let mut write = parse(json!({"type": "write", "key": 1, "value": 2})).expect("valid");
        assert_eq!(code(write.answered(Answer::Unknown)), Failure::TIMEOUT);
        for refused in [Answer::NoLeader, Answer::Busy, Answer::Stopping, Answer::DiskFull] {
            assert_eq!(code(write.answered(refused)), Failure::UNAVAILABLE);
        }
        assert_eq!(kind(write.answered(Answer::Response(Response::Done))), "write_ok");
    }

    #[test]
    fn requests_that_lack_something_or_are_too_long_are_malformed() {
        for body in [
            json!({}),
            json!({"type": 3}),
            json!({"type": "read"}),
            json!({"type": "write", "key": 1}),
            json!({"type": "cas", "key": 1, "from": 2}),
            json!({"type": "cas", "key": 1, "from": 2, "to": 3, "create_if_not_exists": 1}),
            json!({"type": "read", "key": "k".repeat(1 << 16)}),
        ] {
            assert_eq!(parse(body.clone()).expect_err("invalid").0, Failure::MALFORMED, "{body}");
        }
        let other = parse(json!({"type": "broadcast", "message": 1})).expect_err("not lin-kv's");
        assert_eq!(other.0, Failure::NOT_SUPPORTED);
    }
}
