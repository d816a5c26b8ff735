//! A client: it asks nodes, and tells what it knows of the outcome.
//!
//! Promises: [`Outcome::Failed`] only if the request was not sent, or the node says that it had no
//! effect. A lost connection, a missing reply and an error that begins with `UNKNOWN` leave the
//! outcome unknown. Knows nothing of faults.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio::time::{sleep, timeout};

use crate::history::{Key, Outcome, Recorder, Request};
use crate::resp::{Connection, Reply};
use crate::value::{decode, encode};

/// How many registers are in use at a time.
const REGISTERS: u32 = 12;
/// And how many counters.
const COUNTERS: u32 = 2;
/// How many operations are done on a set of keys before the next set is used: a checker that tries
/// every order needs short histories.
const PER_SET: u64 = 100 * (REGISTERS + COUNTERS) as u64;

/// A node that clients may ask.
pub type Address = (u64, SocketAddr);

/// What all clients share.
#[derive(Debug, Default)]
pub struct Workload {
    /// What they did.
    pub recorder: Recorder,
    nodes: Mutex<Vec<Address>>,
    /// The values that were seen last, by place in the set of keys.
    seen: Mutex<Vec<(Key, u64)>>,
    done: AtomicU64,
    last_value: AtomicU64,
    last_probe: AtomicU32,
    is_over: AtomicBool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Workload {
    /// From now on clients ask these nodes.
    pub fn set_nodes(&self, nodes: Vec<Address>) {
        *lock(&self.nodes) = nodes;
    }

    /// The nodes that clients ask.
    pub fn nodes(&self) -> Vec<Address> {
        lock(&self.nodes).clone()
    }

    /// Clients finish what they are doing.
    pub fn stop(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    /// A value that nobody has written.
    pub fn new_value(&self) -> u64 {
        self.last_value.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// A key that nobody has used.
    pub fn new_probe(&self) -> Key {
        Key::Probe(self.last_probe.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn last_seen(&self, key: Key) -> u64 {
        lock(&self.seen).iter().find(|(other, _)| *other == key).map_or(0, |&(_, value)| value)
    }

    fn note(&self, key: Key, value: u64) {
        let mut seen = lock(&self.seen);
        seen.retain(|(other, _)| *other != key);
        seen.push((key, value));
        let length = seen.len();
        seen.drain(..length.saturating_sub(2 * REGISTERS as usize));
    }

    /// What a client asks next.
    fn next(&self, draw: &mut ChaCha8Rng) -> (Key, Request) {
        let mut below = |limit: u64| draw.next_u64() % limit;
        let set = (self.done.load(Ordering::Relaxed) / PER_SET) as u32;
        // Now and then an old key is read.
        if below(25) == 0 && set > 0 {
            let set = below(u64::from(set)) as u32;
            return (Key::Register(set * REGISTERS + below(REGISTERS.into()) as u32), Request::Get);
        }
        let place = below(u64::from(REGISTERS + COUNTERS)) as u32;
        if place >= REGISTERS {
            let key = Key::Counter(set * COUNTERS + place - REGISTERS);
            let reads = below(4) == 0;
            return (key, if reads { Request::Get } else { Request::Increment });
        }
        let key = Key::Register(set * REGISTERS + place);
        let request = match below(10) {
            0..4 => Request::Get,
            4..7 => Request::Set { value: self.new_value() },
            _ => {
                let (expected, value) = (self.last_seen(key), self.new_value());
                Request::Swap { expected, value, get: below(2) == 0 }
            }
        };
        (key, request)
    }

    fn learn(&self, key: Key, request: Request, outcome: &Outcome) {
        if !matches!(outcome, Outcome::Failed(_)) {
            self.done.fetch_add(1, Ordering::Relaxed);
        }
        let value = match (request, outcome) {
            (Request::Set { value } | Request::Swap { value, .. }, Outcome::Done) => value,
            (Request::Swap { expected, value, .. }, Outcome::Found(found))
                if *found == expected =>
            {
                value
            }
            (_, &Outcome::Found(found)) => found,
            _ => return,
        };
        if matches!(key, Key::Register(_)) {
            self.note(key, value);
        }
    }
}

/// A client that asks one node at a time.
#[derive(Debug)]
pub struct Client {
    number: u32,
    workload: Arc<Workload>,
    connection: Option<(Address, Connection)>,
}

impl Client {
    /// A client that is not connected.
    pub fn new(number: u32, workload: Arc<Workload>) -> Client {
        Client { number, workload, connection: None }
    }

    /// Asks a node, waits for the reply at most this long, and records it all.
    pub async fn ask(
        &mut self,
        node: Address,
        key: Key,
        request: Request,
        patience: Duration,
    ) -> Outcome {
        let call = self.workload.recorder.call(self.number, node.0, key, request);
        let outcome = self.outcome(node, key, request, patience).await;
        self.workload.recorder.end(call, outcome.clone());
        outcome
    }

    async fn outcome(
        &mut self,
        node: Address,
        key: Key,
        request: Request,
        patience: Duration,
    ) -> Outcome {
        let mut connection = match self.connection.take().filter(|(other, _)| *other == node) {
            Some((_, connection)) => connection,
            None => match timeout(patience, Connection::open(node.1)).await {
                Ok(Ok(connection)) => connection,
                _ => return Outcome::Failed("no connection".into()),
            },
        };
        match timeout(patience, connection.call(&words(key, request))).await {
            Ok(Ok(reply)) => {
                self.connection = Some((node, connection));
                understand(key, request, reply)
            }
            Ok(Err(error)) => Outcome::Unknown(error.to_string()),
            Err(_) => Outcome::Unknown("no reply in time".into()),
        }
    }

    /// Asks one node after the other until the workload is over. At most one operation in a few
    /// milliseconds: the nodes, not the clients, shall have the processors.
    pub async fn run(mut self, seed: u64) {
        let mut draw = ChaCha8Rng::seed_from_u64(seed ^ u64::from(self.number) << 32);
        let mut node = None;
        while !self.workload.is_over.load(Ordering::Relaxed) {
            if draw.next_u64() % 8 == 0 {
                node = None;
            }
            let nodes = self.workload.nodes();
            let place = draw.next_u64() as usize % nodes.len().max(1);
            let Some(at) = node.or_else(|| nodes.get(place).copied()) else {
                sleep(Duration::from_millis(20)).await;
                continue;
            };
            let (key, request) = self.workload.next(&mut draw);
            // Some are patient enough to be told that the outcome is unknown.
            let patience = match draw.next_u64() % 3 {
                0 => 3_000,
                _ => 200 + draw.next_u64() % 1_000,
            };
            let patience = Duration::from_millis(patience);
            let outcome = self.ask(at, key, request, patience).await;
            self.workload.learn(key, request, &outcome);
            let pause = match outcome {
                Outcome::Failed(_) | Outcome::Unknown(_) => {
                    node = None;
                    20 + draw.next_u64() % 60
                }
                _ => {
                    node = Some(at);
                    1 + draw.next_u64() % 10
                }
            };
            sleep(Duration::from_millis(pause)).await;
        }
    }
}

/// A request as the words of a command.
fn words(key: Key, request: Request) -> Vec<Vec<u8>> {
    let mut words: Vec<Vec<u8>> = match request {
        Request::Get => vec!["GET".into(), key.to_string().into()],
        Request::Set { value } => vec!["SET".into(), key.to_string().into(), encode(value)],
        Request::Swap { expected: 0, value, .. } => {
            vec!["SET".into(), key.to_string().into(), encode(value), "NX".into()]
        }
        Request::Swap { expected, value, .. } => {
            let key = key.to_string().into();
            vec!["SET".into(), key, encode(value), "IFEQ".into(), encode(expected)]
        }
        Request::Increment => vec!["INCR".into(), key.to_string().into()],
    };
    if matches!(request, Request::Swap { get: true, .. }) {
        words.push("GET".into());
    }
    words
}

/// The number of the value in a reply; nil is 0.
pub fn value_of(key: Key, reply: &Reply) -> Option<u64> {
    match (reply, key) {
        (Reply::Bulk(None), _) => Some(0),
        (Reply::Bulk(Some(bytes)), Key::Counter(_)) => {
            std::str::from_utf8(bytes).ok()?.parse().ok().filter(|number| *number > 0)
        }
        (Reply::Bulk(Some(bytes)), _) => decode(bytes).filter(|number| *number > 0),
        _ => None,
    }
}

/// What a reply says of the outcome.
fn understand(key: Key, request: Request, reply: Reply) -> Outcome {
    let is_ok = matches!(&reply, Reply::Status(text) if text == "OK");
    let found = match request {
        Request::Increment => match reply {
            Reply::Integer(number @ 1..) => Some(number as u64 - 1),
            _ => None,
        },
        _ => value_of(key, &reply),
    };
    match (request, found) {
        _ if matches!(reply, Reply::Error(_)) => refusal(reply.text()),
        (Request::Set { .. } | Request::Swap { get: false, .. }, _) if is_ok => Outcome::Done,
        (Request::Swap { get: false, .. }, Some(0)) => Outcome::Differs,
        (Request::Get | Request::Increment | Request::Swap { get: true, .. }, Some(found)) => {
            Outcome::Found(found)
        }
        _ => Outcome::Strange(reply.text().chars().take(100).collect()),
    }
}

fn refusal(text: String) -> Outcome {
    match text.starts_with("UNKNOWN") {
        true => Outcome::Unknown(text),
        false => Outcome::Failed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    const KEY: Key = Key::Register(1);
    const PATIENCE: Duration = Duration::from_millis(300);

    /// What a client makes of a node that reads a request, writes these bytes, and then closes or
    /// does nothing.
    async fn outcome(request: Request, reply: &'static [u8], closes: bool) -> Outcome {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a client connects");
            let mut request = [0; 1_000];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(reply).await;
            if !closes {
                sleep(10 * PATIENCE).await;
            }
        });
        let workload = Arc::new(Workload::default());
        let mut client = Client::new(1, workload.clone());
        let outcome = client.ask((1, address), KEY, request, PATIENCE).await;
        server.abort();
        assert_eq!(workload.recorder.take()[0].outcome, outcome);
        outcome
    }

    #[tokio::test]
    async fn only_an_error_that_says_so_is_a_definite_failure() {
        let set = Request::Set { value: 7 };
        let is_unknown = |outcome| matches!(outcome, Outcome::Unknown(_));
        assert!(is_unknown(outcome(set, b"", true).await));
        assert!(is_unknown(outcome(set, b"", false).await));
        assert!(is_unknown(outcome(set, b"+O", false).await));
        assert!(is_unknown(outcome(set, b"-UNKNOWN it may be done\r\n", false).await));
        let failed = Outcome::Failed("NOLEADER".into());
        assert_eq!(outcome(set, b"-NOLEADER\r\n", false).await, failed);
    }

    #[tokio::test]
    async fn a_node_that_is_down_fails_for_sure() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        drop(listener);
        let mut client = Client::new(1, Arc::default());
        let outcome = client.ask((1, address), KEY, Request::Get, PATIENCE).await;
        assert_eq!(outcome, Outcome::Failed("no connection".into()));
    }

    #[test]
    fn replies_are_understood() {
        let swap = |get| Request::Swap { expected: 7, value: 8, get };
        let bulk = |number| Reply::Bulk(Some(encode(number)));
        let ok = || Reply::Status("OK".into());
        let strange = |outcome| matches!(outcome, Outcome::Strange(_));
        let set = Request::Set { value: 7 };
        assert_eq!(understand(KEY, Request::Get, Reply::Bulk(None)), Outcome::Found(0));
        assert_eq!(understand(KEY, Request::Get, bulk(7)), Outcome::Found(7));
        assert_eq!(understand(KEY, set, ok()), Outcome::Done);
        assert_eq!(understand(KEY, swap(false), ok()), Outcome::Done);
        assert_eq!(understand(KEY, swap(false), Reply::Bulk(None)), Outcome::Differs);
        assert_eq!(understand(KEY, swap(true), bulk(7)), Outcome::Found(7));
        let counter = Key::Counter(1);
        assert_eq!(understand(counter, Request::Increment, Reply::Integer(4)), Outcome::Found(3));
        let four = Reply::Bulk(Some(b"4".to_vec()));
        assert_eq!(understand(counter, Request::Get, four.clone()), Outcome::Found(4));
        for (request, reply) in [
            (Request::Get, ok()),
            (Request::Get, four),
            (set, Reply::Bulk(None)),
            (swap(true), ok()),
            (Request::Increment, Reply::Integer(0)),
        ] {
            assert!(strange(understand(KEY, request, reply)));
        }
    }

    #[test]
    fn a_set_of_keys_is_replaced_after_its_operations() {
        let workload = Workload::default();
        let mut draw = ChaCha8Rng::seed_from_u64(1);
        let mut used = std::collections::BTreeMap::<Key, u64>::new();
        for _ in 0..20 * PER_SET {
            let (key, request) = workload.next(&mut draw);
            let outcome = match request {
                Request::Get => Outcome::Found(0),
                Request::Increment => Outcome::Found(1),
                _ => Outcome::Done,
            };
            workload.learn(key, request, &outcome);
            *used.entry(key).or_default() += 1;
        }
        assert!(used.len() as u32 >= 19 * (REGISTERS + COUNTERS));
        assert!(used.values().all(|&count| count < 300), "{:?}", used.values().max());
    }

    #[test]
    fn swaps_expect_the_value_that_was_seen_last() {
        let workload = Workload::default();
        let set = Request::Set { value: 7 };
        workload.learn(KEY, set, &Outcome::Unknown("timeout".into()));
        assert_eq!(workload.last_seen(KEY), 0);
        workload.learn(KEY, set, &Outcome::Done);
        assert_eq!(workload.last_seen(KEY), 7);
        workload.learn(KEY, Request::Get, &Outcome::Found(8));
        assert_eq!(workload.last_seen(KEY), 8);
        let swap = Request::Swap { expected: 8, value: 9, get: true };
        workload.learn(KEY, swap, &Outcome::Found(8));
        assert_eq!(workload.last_seen(KEY), 9);
    }
}
