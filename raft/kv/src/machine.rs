//! The state machine: keys and values, the sessions of servers, and the servers' addresses.
//!
//! Promises: the same commands in the same order lead to the same state and the same responses on
//! every server, after a snapshot too; a command takes effect once, however often it is in the log.
//! A copy costs next to nothing: it shares all that has not changed since. Knows nothing of Raft,
//! clients and files.

use std::collections::{BTreeMap, BTreeSet};

use bincode::de::BorrowDecoder;
use bincode::enc::Encoder;
use bincode::error::{DecodeError, EncodeError};
use bincode::{BorrowDecode, Encode};
use bytes::Bytes;
use imbl::OrdMap;
use raft::session::{ClientId, Outcome, Request, Sessions};

use crate::codec;
use crate::command::{Action, Command, Content, Session, When};
use crate::integer::parse_integer;
use crate::request::Data;

/// Sessions beyond this many expire. There are no more servers, and each has one.
const SESSIONS: usize = 256;

/// The values of one response have at most this many bytes.
pub const VALUES: usize = 64 << 20;

/// A value. A copy shares its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value(pub Bytes);

impl<B: Into<Bytes>> From<B> for Value {
    fn from(bytes: B) -> Value {
        Value(bytes.into())
    }
}

impl Encode for Value {
    fn encode<E: Encoder>(&self, encoder: &mut E) -> Result<(), EncodeError> {
        self.0[..].encode(encoder)
    }
}

impl<'de, Context> BorrowDecode<'de, Context> for Value {
    fn borrow_decode<D: BorrowDecoder<'de, Context = Context>>(
        decoder: &mut D,
    ) -> Result<Value, DecodeError> {
        Ok(Value(Bytes::copy_from_slice(<&[u8]>::borrow_decode(decoder)?)))
    }
}

/// The response to a command or a read.
#[derive(Clone, Debug, PartialEq, Eq, Encode, BorrowDecode)]
pub enum Response {
    /// Done.
    Done,
    /// The condition did not hold.
    NotDone,
    /// The value, if there is one.
    Value(Option<Value>),
    /// The values, if there are any.
    Values(Vec<Option<Value>>),
    /// A number.
    Integer(i64),
    /// The value is not a number, or the sum is out of range.
    NotAnInteger,
    /// The command took no effect, or it is no longer known whether it did.
    Forgotten,
    /// The values have more bytes than [`VALUES`].
    TooLarge,
}

/// The state of the cluster.
#[derive(Clone, Debug)]
pub struct Machine {
    state: State,
    sessions: Sessions<Response>,
}

/// What commands change.
#[derive(Clone, Debug)]
struct State {
    keys: OrdMap<Bytes, Bytes>,
    /// Bytes of all keys and values.
    bytes: u64,
    /// Where servers reach each other, by id.
    addresses: BTreeMap<u8, String>,
    /// Servers that have left: their ids are not used again.
    expelled: BTreeSet<u8>,
}

impl Machine {
    /// The state before the first command. `addresses` are those of the first members.
    pub fn new(addresses: BTreeMap<u8, String>) -> Machine {
        let (keys, expelled) = (OrdMap::new(), BTreeSet::new());
        let state = State { keys, bytes: 0, addresses, expelled };
        Machine { state, sessions: Sessions::new(SESSIONS) }
    }

    /// Applies a command: whose it was, its number, and the response.
    pub fn apply(&mut self, command: &Command) -> Option<(Session, u64, Response)> {
        // All servers decode alike, so all ignore the same commands: none, unless a leader is of
        // another version.
        let Content { session, number, answered, action } = command.decode().ok()?;
        let client = session.client();
        if action == Action::Open {
            self.open(session);
            return Some((session, number, Response::Done));
        }
        let request = Request { client, number, answered };
        let outcome = self.sessions.apply(request, || self.state.execute(&action, &command.0));
        let response = match outcome {
            Outcome::Done(response) | Outcome::Again(response) => response,
            Outcome::Forgotten => Response::Forgotten,
        };
        Some((session, number, response))
    }

    /// A server's new session ends those of its earlier incarnations, and a late request for one of
    /// these opens nothing: what it might repeat takes no effect. So no session of a server that
    /// runs ever has to make room.
    fn open(&mut self, session: Session) {
        let own = |client| Some(Session::of(client)).filter(|own| own.server == session.server);
        let is_newer = |client| own(client).is_some_and(|own| own > session);
        if self.sessions.export().any(|(client, ..)| is_newer(client)) {
            return;
        }
        let is_over = |client| own(client).is_some_and(|known| known != session);
        let others = self.sessions.export().filter(|(client, ..)| !is_over(*client));
        let others: Vec<_> =
            others.map(|(id, used, end, known)| (id, used, end, known.to_vec())).collect();
        self.sessions = Sessions::import(SESSIONS, self.sessions.now(), others.into_iter());
        self.sessions.register(session.client());
    }

    /// The response to a request that changes nothing; none if it changes something.
    pub fn read(&self, data: &Data) -> Option<Response> {
        let value = |key: &Bytes| self.state.keys.get(key).map(|value| Value(value.clone()));
        Some(match data {
            Data::Get(key) => Response::Value(value(key)),
            Data::MGet(keys) => {
                let size = |key: &Bytes| self.state.keys.get(key).map_or(0, |value| value.len());
                match keys.iter().map(size).sum::<usize>() > VALUES {
                    true => Response::TooLarge,
                    false => Response::Values(keys.iter().map(value).collect()),
                }
            }
            Data::Exists(keys) => {
                let found = keys.iter().filter(|key| self.state.keys.contains_key(*key));
                Response::Integer(found.count() as i64)
            }
            Data::Size => Response::Integer(self.state.keys.len() as i64),
            Data::Set { .. } | Data::Del(_) | Data::Increment { .. } => return None,
        })
    }

    /// The responses that a session may still ask for, by number.
    pub fn responses(&self, session: Session) -> Vec<(u64, Response)> {
        let mut sessions = self.sessions.export();
        let own = sessions.find(|(client, ..)| *client == session.client());
        own.map_or(Vec::new(), |(.., responses)| responses.to_vec())
    }

    /// How many keys have a value.
    pub fn size(&self) -> usize {
        self.state.keys.len()
    }

    /// Bytes of all keys and values.
    pub fn bytes(&self) -> u64 {
        self.state.bytes
    }

    /// About how many bytes [`Machine::snapshot`] has.
    pub fn snapshot_bytes(&self) -> u64 {
        self.state.bytes + 8 * self.state.keys.len() as u64
    }

    /// Where servers reach each other, by id.
    pub fn addresses(&self) -> &BTreeMap<u8, String> {
        &self.state.addresses
    }

    /// Whether this server has left for good.
    pub fn is_expelled(&self, id: u8) -> bool {
        self.state.expelled.contains(&id)
    }

    /// The state as bytes, for [`Machine::restore`].
    pub fn snapshot(&self) -> Vec<u8> {
        let sessions = self.sessions.export();
        let sessions = sessions.map(|(client, used, answered, responses)| {
            (client.0, used, answered, responses.to_vec())
        });
        let head = Head {
            version: VERSION,
            addresses: self.state.addresses.iter().map(|(id, to)| (*id, to.clone())).collect(),
            expelled: self.state.expelled.iter().copied().collect(),
            now: self.sessions.now(),
            sessions: sessions.collect(),
            keys: self.state.keys.len() as u64,
        };
        let mut bytes = codec::encode(&head);
        bytes.reserve(self.state.bytes as usize + 16 * self.state.keys.len());
        for part in self.state.keys.iter().flat_map(|(key, value)| [key, value]) {
            bytes.extend((part.len() as u32).to_le_bytes());
            bytes.extend_from_slice(part);
        }
        bytes
    }

    /// The state that these bytes hold, or what is wrong with them.
    pub fn restore(bytes: &[u8]) -> Result<Machine, String> {
        let (head, mut rest): (Head, &[u8]) = codec::decode_first::<MEMORY, _>(bytes)
            .map_err(|error| format!("no snapshot of this version: {error}"))?;
        if head.version != VERSION {
            let found = head.version;
            return Err(format!("the state has version {found}; this program reads {VERSION}"));
        }
        let mut machine = Machine::new(head.addresses.into_iter().collect());
        machine.state.expelled = head.expelled.into_iter().collect();
        let sessions = head.sessions.into_iter();
        let sessions = sessions.map(|(client, used, answered, responses)| {
            (ClientId(client), used, answered, responses)
        });
        machine.sessions = Sessions::import(SESSIONS, head.now, sessions);
        for _ in 0..head.keys {
            let key = part(&mut rest).ok_or("the state is cut")?;
            let value = part(&mut rest).ok_or("the state is cut")?;
            machine.state.put(key, Bytes::copy_from_slice(value));
        }
        match rest.len() {
            0 => Ok(machine),
            more => Err(format!("{more} bytes follow the state")),
        }
    }
}

impl State {
    fn execute(&mut self, action: &Action<'_>, command: &Bytes) -> Response {
        match action {
            Action::Open => Response::Done,
            Action::Set { key, value, when, get } => {
                // Most SETs are unconditional, and are spared this look-up.
                let is_needed = *get || *when != When::Always;
                let old = if is_needed { self.keys.get(*key) } else { None };
                let holds = match when {
                    When::Always => true,
                    When::Absent => old.is_none(),
                    When::Present => old.is_some(),
                    When::Equals(expected) => old.is_some_and(|old| old == expected),
                };
                let old = old.filter(|_| *get).map(|old| Value(old.clone()));
                if holds {
                    self.put(key, command.slice_ref(value));
                }
                match (get, holds) {
                    (true, _) => Response::Value(old),
                    (false, true) => Response::Done,
                    (false, false) => Response::NotDone,
                }
            }
            Action::Delete(keys) => {
                Response::Integer(keys.iter().filter(|key| self.remove(key)).count() as i64)
            }
            Action::Increment { key, by } => {
                let old = self.keys.get(*key).map_or(Some(0), |value| parse_integer(value));
                match old.and_then(|old| old.checked_add(*by)) {
                    Some(sum) => {
                        self.put(key, sum.to_string().into());
                        Response::Integer(sum)
                    }
                    None => Response::NotAnInteger,
                }
            }
            Action::Admit { id, address } => {
                if self.expelled.contains(id) {
                    return Response::NotDone;
                }
                self.addresses.insert(*id, address.to_string());
                Response::Done
            }
            Action::Expel(id) => {
                self.addresses.remove(id);
                self.expelled.insert(*id);
                Response::Done
            }
        }
    }

    /// A value shares its command's bytes; a key does not, since it may outlive many commands.
    fn put(&mut self, key: &[u8], value: Bytes) {
        self.bytes += value.len() as u64;
        match self.keys.get_mut(key) {
            Some(slot) => self.bytes -= std::mem::replace(slot, value).len() as u64,
            None => {
                self.bytes += key.len() as u64;
                self.keys.insert(Bytes::copy_from_slice(key), value);
            }
        }
    }

    fn remove(&mut self, key: &[u8]) -> bool {
        let Some(value) = self.keys.remove(key) else { return false };
        self.bytes -= (key.len() + value.len()) as u64;
        true
    }
}

const VERSION: u32 = 1;
/// The memory that a snapshot's head may take, in bytes.
const MEMORY: usize = 1 << 30;

/// What a snapshot begins with; keys and values follow, each with its length.
#[derive(Encode, BorrowDecode)]
struct Head {
    version: u32,
    addresses: Vec<(u8, String)>,
    expelled: Vec<u8>,
    now: u64,
    sessions: Vec<SessionParts>,
    keys: u64,
}

/// Client, time of the last use, highest number answered, responses by number.
type SessionParts = (u64, u64, u64, Vec<(u64, Response)>);

fn part<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, more) = rest.split_first_chunk::<4>()?;
    let (part, more) = more.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *rest = more;
    Some(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: Session = Session { server: 1, incarnation: 1 };

    fn run(machine: &mut Machine, number: u64, action: Action<'_>) -> Response {
        let content = Content { session: SESSION, number, answered: 0, action };
        machine.apply(&content.encode()).expect("it is a command").2
    }

    fn open() -> Machine {
        let mut machine = Machine::new(BTreeMap::from([(1, "here".into())]));
        run(&mut machine, 0, Action::Open);
        machine
    }

    fn set<'a>(value: &'a str, when: When<'a>) -> Action<'a> {
        Action::Set { key: b"k", value: value.as_bytes(), when, get: false }
    }

    fn get(machine: &Machine) -> Option<Response> {
        machine.read(&Data::Get("k".into()))
    }

    fn value(text: &str) -> Response {
        Response::Value(Some(text.to_string().into()))
    }

    #[test]
    fn a_set_takes_effect_if_its_condition_holds() {
        let mut machine = open();
        assert_eq!(run(&mut machine, 1, set("1", When::Present)), Response::NotDone);
        assert_eq!(run(&mut machine, 2, set("1", When::Equals(b""))), Response::NotDone);
        assert_eq!(run(&mut machine, 3, set("1", When::Absent)), Response::Done);
        assert_eq!(run(&mut machine, 4, set("2", When::Absent)), Response::NotDone);
        assert_eq!(run(&mut machine, 5, set("2", When::Equals(b"1"))), Response::Done);
        assert_eq!(run(&mut machine, 6, set("3", When::Equals(b"1"))), Response::NotDone);
        assert_eq!(run(&mut machine, 7, set("4", When::Present)), Response::Done);
        assert_eq!(get(&machine), Some(value("4")));
        let action = Action::Set { key: b"k", value: b"5", when: When::Always, get: true };
        assert_eq!(run(&mut machine, 8, action), value("4"));
    }

    #[test]
    fn the_values_of_one_response_are_bounded() {
        let mut machine = open();
        let long = "v".repeat(VALUES / 4);
        run(&mut machine, 1, set(&long, When::Always));
        let read = |times| machine.read(&Data::MGet(vec!["k".into(); times]));
        assert!(matches!(read(4), Some(Response::Values(values)) if values.len() == 4));
        assert_eq!(read(5), Some(Response::TooLarge));
    }

    #[test]
    fn a_command_that_is_repeated_takes_effect_once_and_has_one_response() {
        let mut machine = open();
        let increment = || Action::Increment { key: b"k", by: 2 };
        for _ in 0..3 {
            assert_eq!(run(&mut machine, 1, increment()), Response::Integer(2));
        }
        assert_eq!(get(&machine), Some(value("2")));
    }

    #[test]
    fn a_command_without_a_session_takes_no_effect() {
        let mut machine = Machine::new(BTreeMap::new());
        assert_eq!(run(&mut machine, 1, set("1", When::Always)), Response::Forgotten);
        assert_eq!(machine.size(), 0);
    }

    #[test]
    fn a_new_session_of_a_server_ends_its_earlier_ones_for_ever() {
        let mut machine = Machine::new(BTreeMap::new());
        let mut apply = |server, incarnation, number, action| {
            let session = Session { server, incarnation };
            let content = Content { session, number, answered: 0, action };
            machine.apply(&content.encode()).expect("it is a command").2
        };
        let add = || Action::Increment { key: b"n", by: 1 };
        apply(1, 5, 0, Action::Open);
        apply(2, 3, 0, Action::Open);
        assert_eq!(apply(1, 5, 1, add()), Response::Integer(1));
        // Servers start again very often; server 2 does not write.
        for incarnation in 6..2_000 {
            apply(1, incarnation, 0, Action::Open);
            assert_eq!(apply(1, incarnation, 0, Action::Open), Response::Done);
        }
        assert_eq!(apply(1, 5, 0, Action::Open), Response::Done);
        assert_eq!(apply(1, 5, 1, add()), Response::Forgotten, "it is late");
        assert_eq!(apply(1, 1_999, 1, add()), Response::Integer(2));
        assert_eq!(apply(2, 3, 1, add()), Response::Integer(3), "its session is still open");
    }

    #[test]
    fn only_numbers_are_incremented_and_within_their_range() {
        let mut machine = open();
        run(&mut machine, 1, set("9223372036854775807", When::Always));
        let by = |by| Action::Increment { key: b"k", by };
        assert_eq!(run(&mut machine, 2, by(1)), Response::NotAnInteger);
        assert_eq!(run(&mut machine, 3, by(-1)), Response::Integer(i64::MAX - 1));
        for text in ["x", "", " 1", "+1", "01", "1.5"] {
            assert_eq!(parse_integer(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn deleting_counts_the_keys_that_had_a_value() {
        let mut machine = open();
        run(&mut machine, 1, set("1", When::Always));
        assert_eq!(machine.bytes(), 2);
        let both = Action::Delete(vec![b"k", b"other", b"k"]);
        assert_eq!(run(&mut machine, 2, both), Response::Integer(1));
        assert_eq!((machine.size(), machine.bytes()), (0, 0));
    }

    #[test]
    fn an_expelled_server_is_not_admitted_again() {
        let mut machine = open();
        let admit = || Action::Admit { id: 4, address: "there" };
        assert_eq!(run(&mut machine, 1, admit()), Response::Done);
        assert_eq!(machine.addresses()[&4], "there");
        run(&mut machine, 2, Action::Expel(4));
        assert!(machine.is_expelled(4) && !machine.addresses().contains_key(&4));
        assert_eq!(run(&mut machine, 3, admit()), Response::NotDone);
    }

    #[test]
    fn a_restored_machine_continues_as_the_original() {
        let mut machine = open();
        run(&mut machine, 1, set("1", When::Always));
        run(&mut machine, 2, Action::Increment { key: b"n", by: 5 });
        run(&mut machine, 3, Action::Expel(9));
        let bytes = machine.snapshot();
        let mut restored = Machine::restore(&bytes).expect("it is a snapshot");
        assert_eq!(restored.snapshot(), bytes);
        assert_eq!(restored.bytes(), machine.bytes());
        let again = Action::Increment { key: b"n", by: 5 };
        assert_eq!(run(&mut restored, 2, again.clone()), Response::Integer(5));
        assert_eq!(run(&mut restored, 4, again), Response::Integer(10));
    }

    #[test]
    fn a_cut_or_longer_snapshot_is_refused() {
        let mut machine = open();
        run(&mut machine, 1, set("1", When::Always));
        let bytes = machine.snapshot();
        for length in 0..bytes.len() {
            assert!(Machine::restore(&bytes[..length]).is_err(), "{length}");
        }
        assert!(Machine::restore(&[&bytes[..], b"x"].concat()).is_err());
    }
}
