//! `whitewater-kv maelstrom` as Maelstrom would use it: a router in place of the tool starts real
//! processes, delays and loses their messages, cuts nodes off, and judges what clients see.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{channel, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::{json, Value};
use todc_utils::linearizability::history::{Action, History};
use todc_utils::linearizability::WGLChecker;
use todc_utils::specifications::Specification;

/// A process of the program, with its output, line by line.
struct Process {
    child: Child,
    input: Option<ChildStdin>,
    errors: Option<JoinHandle<String>>,
}

impl Process {
    fn start(lines: impl Fn(Value) + Send + 'static) -> Process {
        let mut child = Command::new(env!("CARGO_BIN_EXE_whitewater-kv"))
            .args(["maelstrom", "--tick-ms", "10"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let output = BufReader::new(child.stdout.take().expect("it is a pipe"));
        std::thread::spawn(move || {
            for line in output.lines() {
                let line = line.expect("the output is text");
                lines(serde_json::from_str(&line).expect("every line of the output is JSON"));
            }
        });
        let mut errors = child.stderr.take().expect("it is a pipe");
        let errors = std::thread::spawn(move || {
            let mut text = String::new();
            errors.read_to_string(&mut text).expect("errors are text");
            text
        });
        let input = child.stdin.take();
        Process { child, input, errors: Some(errors) }
    }

    fn write(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("the input is open");
        input.write_all(bytes).and_then(|()| input.flush()).expect("the process reads");
    }

    fn send(&mut self, message: &Value) {
        self.write(format!("{message}\n").as_bytes());
    }

    /// Ends the input. Returns the exit code, and what was said on standard error.
    fn end(mut self) -> (Option<i32>, String) {
        self.input = None;
        let end = Instant::now() + Duration::from_secs(10);
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("it is a child") {
                break status;
            }
            assert!(Instant::now() < end, "the process does not end with its input");
            std::thread::sleep(Duration::from_millis(5));
        };
        let errors = self.errors.take().expect("it was not joined").join();
        (status.code(), errors.expect("errors are text"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One process, and the answers to its only client.
struct Single {
    process: Process,
    answers: Receiver<Value>,
    last: u64,
}

impl Single {
    fn new() -> Single {
        let (sender, answers) = channel();
        let process = Process::start(move |line| {
            let _ = sender.send(line);
        });
        Single { process, answers, last: 0 }
    }

    fn send(&mut self, body: Value) {
        self.process.send(&json!({"src": "c1", "dest": "n1", "body": body}));
    }

    fn ask(&mut self, mut body: Value) -> Value {
        self.last += 1;
        body["msg_id"] = json!(self.last);
        self.send(body);
        let answer = self.answers.recv_timeout(Duration::from_secs(10)).expect("an answer");
        assert_eq!((&answer["src"], &answer["dest"]), (&json!("n1"), &json!("c1")), "{answer}");
        assert_eq!(answer["body"]["in_reply_to"], json!(self.last), "{answer}");
        answer["body"].clone()
    }

    fn init(&mut self) {
        let init = json!({"type": "init", "node_id": "n1", "node_ids": ["n1"]});
        assert_eq!(self.ask(init)["type"], "init_ok");
    }
}

#[test]
fn keys_and_values_are_any_json_and_errors_have_maelstroms_codes() {
    let mut node = Single::new();
    node.init();
    let read = |node: &mut Single, key: &Value| node.ask(json!({"type": "read", "key": key}));
    for key in
        [json!(1), json!("1"), json!(null), json!([1, {"a": 1.1e-7}]), json!({"b": 2, "a": 1})]
    {
        assert_eq!(read(&mut node, &key)["code"], 20);
        let cas =
            |from: &Value, to: &Value| json!({"type": "cas", "key": key, "from": from, "to": to});
        assert_eq!(node.ask(cas(&json!(0), &json!(1)))["code"], 20);
        let value = json!({"of": key, "text": "\u{1F40B}\n\"", "list": [true, null, -1]});
        assert_eq!(
            node.ask(json!({"type": "write", "key": key, "value": value}))["type"],
            "write_ok"
        );
        assert_eq!(
            read(&mut node, &key),
            json!({"type": "read_ok", "value": value, "in_reply_to": node.last})
        );
        assert_eq!(node.ask(cas(&json!(0), &json!(1)))["code"], 22);
        assert_eq!(node.ask(cas(&value, &json!([])))["type"], "cas_ok");
        assert_eq!(read(&mut node, &key)["value"], json!([]));
    }
    let mut create = json!({"type": "cas", "key": "new", "from": 0, "to": 1});
    create["create_if_not_exists"] = json!(true);
    assert_eq!(node.ask(create.clone())["type"], "cas_ok");
    assert_eq!(node.ask(create.clone())["code"], 22);
    create["from"] = json!(1);
    create["to"] = json!(2);
    assert_eq!(node.ask(create)["type"], "cas_ok");
    assert_eq!(read(&mut node, &json!("new"))["value"], 2);
    assert_eq!(node.process.end().0, Some(0));
}

#[test]
fn bad_input_costs_a_line_on_standard_error_and_nothing_else() {
    let mut node = Single::new();
    assert_eq!(node.ask(json!({"type": "nothing"}))["code"], 10);
    node.send(json!({"type": "read", "key": 1, "msg_id": 9}));
    let early = node.answers.recv_timeout(Duration::from_secs(10)).expect("an answer");
    assert_eq!(early["body"]["code"], 11, "a node that is not initialised is unavailable");
    let too_many: Vec<String> = (1..=64).map(|number| format!("n{number}")).collect();
    for init in [
        json!({"type": "init"}),
        json!({"type": "init", "node_id": "n1", "node_ids": "n1"}),
        json!({"type": "init", "node_id": "n1", "node_ids": ["n2"]}),
        json!({"type": "init", "node_id": "n1", "node_ids": ["n1", "n1"]}),
        json!({"type": "init", "node_id": "n1", "node_ids": too_many}),
    ] {
        node.send(init.clone());
        let mut init = init;
        init["msg_id"] = json!(1);
        node.send(init);
        let answer = node.answers.recv_timeout(Duration::from_secs(10)).expect("an answer");
        assert_eq!(answer["body"]["code"], 12, "{answer}");
    }
    node.init();
    let noise: Vec<u8> = (0..10_000u32).map(|at| (at * 7919 % 251) as u8).collect();
    node.process.write(&noise);
    node.process.write(b"\n\n  \n{}\n[]\nnull\n{\"src\":1}\n\xff\xfe\n");
    node.process.write(b"{\"src\":\"c1\",\"dest\":\"n1\",\"body\":7}\n");
    node.process
        .write(b"{\"src\":\"c1\",\"dest\":\"n1\",\"body\":{\"type\":\"read\",\"key\":1}}\n");
    node.process.write(
        b"{\"src\":\"c1\",\"dest\":\"n7\",\"body\":{\"type\":\"read\",\"key\":1,\"msg_id\":2}}\n",
    );
    for frames in ["", "?", "AAAA", "////AAAA", "BAAAAAAAAAA="] {
        for from in ["n1", "n2"] {
            let body = json!({"type": "raft", "frames": frames});
            node.process.send(&json!({"src": from, "dest": "n1", "body": body}));
        }
    }
    node.process
        .send(&json!({"src": "c1", "dest": "n1", "body": {"type": "error", "in_reply_to": 3}}));
    node.process.write(&vec![b'['; 25 << 20]);
    node.process.write(b"\n");
    node.process.write(&vec![b'['; 200_000]);
    node.process.write(b"\n");
    assert_eq!(node.ask(json!({"type": "write", "key": 1}))["code"], 12);
    assert_eq!(node.ask(json!({"type": "init", "node_id": "n1", "node_ids": ["n1"]}))["code"], 12);
    assert_eq!(node.ask(json!({"type": "write", "key": 1, "value": 2}))["type"], "write_ok");
    let (code, errors) = node.process.end();
    assert_eq!(code, Some(0));
    assert!(!errors.contains("panicked"), "{errors}");
    for told in [
        "init: `node_ids` does not have `n1`",
        "a line of the input is no message: it has more than",
        "a request of `c1` has no `msg_id`",
        "a message for `n7` is ignored",
        "a message from `n2`: it is no node of this cluster",
    ] {
        assert!(errors.contains(told), "{told}: {errors}");
    }
}

#[test]
fn without_its_peers_a_node_refuses_what_it_never_passed_on() {
    let mut node = Single::new();
    let init = json!({"type": "init", "node_id": "n1", "node_ids": ["n1", "n2", "n3"]});
    node.send(init);
    let begun = Instant::now();
    loop {
        // Its own messages to the others are not answers.
        node.send(json!({"type": "write", "key": 1, "value": 2, "msg_id": 5}));
        let answer = (0..10_000).find_map(|_| {
            let line = node.answers.recv_timeout(Duration::from_secs(5)).expect("output");
            (line["dest"] == "c1").then_some(line)
        });
        let answer = answer.expect("an answer");
        assert_eq!(answer["body"]["code"], 11, "{answer}");
        if begun.elapsed() > Duration::from_secs(2) {
            break;
        }
    }
    assert_eq!(node.process.end().0, Some(0));
}

/// A generator of small numbers.
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        (self.0 >> 33) % n
    }
}

/// What happens to messages between nodes.
#[derive(Clone, Copy, Debug)]
struct Weather {
    /// Of 1,000 messages, so many are lost.
    lost: u64,
    /// Milliseconds.
    delay: u64,
    /// This node is cut off from the others.
    alone: Option<usize>,
}

const NODES: usize = 3;
const CLIENTS: usize = 5;
/// How long each weather lasts.
const SPELL: Duration = Duration::from_millis(900);
const WEATHERS: [Weather; 8] = [
    Weather { lost: 0, delay: 2, alone: None },
    Weather { lost: 60, delay: 15, alone: None },
    Weather { lost: 0, delay: 2, alone: Some(0) },
    Weather { lost: 0, delay: 2, alone: Some(1) },
    Weather { lost: 0, delay: 2, alone: Some(2) },
    Weather { lost: 20, delay: 10, alone: Some(0) },
    Weather { lost: 200, delay: 5, alone: None },
    Weather { lost: 0, delay: 2, alone: None },
];

/// The network: takes messages from nodes and clients, and delivers them later, or not.
struct Router {
    arrivals: Receiver<Value>,
    nodes: Vec<Process>,
    clients: HashMap<String, Sender<Value>>,
    draw: Draw,
    on_the_way: BTreeMap<(Instant, u64), Value>,
    sent: u64,
    lost: u64,
    delivered: u64,
}

impl Router {
    /// Runs until `done`.
    fn run(&mut self, begun: Instant, done: &AtomicBool) {
        while !done.load(Ordering::Relaxed) {
            let wait = Duration::from_millis(1);
            match self.arrivals.recv_timeout(wait) {
                Ok(message) => self.take(begun, message),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            let more: Vec<Value> = self.arrivals.try_iter().take(1000).collect();
            more.into_iter().for_each(|message| self.take(begun, message));
            while let Some(entry) = self.on_the_way.first_entry() {
                if entry.key().0 > Instant::now() {
                    break;
                }
                let message = entry.remove();
                self.deliver(&message);
            }
        }
    }

    fn take(&mut self, begun: Instant, message: Value) {
        let spell = begun.elapsed().as_micros() / SPELL.as_micros();
        let Weather { lost, delay, alone } = WEATHERS[(spell as usize).min(WEATHERS.len() - 1)];
        let (from, to) = (number(&message["src"]), number(&message["dest"]));
        let is_cut = from.is_some()
            && to.is_some()
            && alone.is_some_and(|alone| [from, to].contains(&Some(alone)));
        // Clients lose answers too, which are then unknown to them.
        let chance = if from.is_some() && to.is_some() { lost } else { lost / 10 };
        self.sent += 1;
        if is_cut || self.draw.below(1000) < chance {
            self.lost += 1;
            return;
        }
        let late = Duration::from_micros(self.draw.below(delay * 1000));
        self.on_the_way.insert((Instant::now() + late, self.sent), message);
    }

    fn deliver(&mut self, message: &Value) {
        self.delivered += 1;
        match number(&message["dest"]) {
            Some(node) => self.nodes[node].send(message),
            None => {
                let client = message["dest"].as_str().expect("a message has a destination");
                let _ = self.clients[client].send(message.clone());
            }
        }
    }
}

/// The number of the node of this name, from 0 on; none if it is a client.
fn number(name: &Value) -> Option<usize> {
    let number: usize = name.as_str()?.strip_prefix('n')?.parse().ok()?;
    number.checked_sub(1)
}

/// What an operation did, as far as its client knows. Values are unique; none is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Read(Option<u64>),
    Write(u64),
    /// It found `from`, and replaced it.
    Swap {
        from: u64,
        to: u64,
    },
    /// It found something else: nothing, or another value than this.
    NoSwap {
        from: Option<u64>,
    },
    /// It may have found `from`, then it replaced it, or may yet.
    MaybeSwap {
        from: u64,
        to: u64,
    },
}

struct Register;

impl Specification for Register {
    type State = Option<u64>;
    type Operation = Kind;

    fn init() -> Option<u64> {
        None
    }

    fn apply(operation: &Kind, state: &Option<u64>) -> (bool, Option<u64>) {
        match *operation {
            Kind::Read(seen) => (seen == *state, *state),
            Kind::Write(value) => (true, Some(value)),
            Kind::Swap { from, to } => (*state == Some(from), Some(to)),
            Kind::NoSwap { from: None } => (state.is_none(), *state),
            Kind::NoSwap { from } => (state.is_some() && *state != from, *state),
            Kind::MaybeSwap { from, to } if *state == Some(from) => (true, Some(to)),
            Kind::MaybeSwap { .. } => (true, *state),
        }
    }
}

/// An operation on a key, from a time to a time; one without an end may take effect at any time.
#[derive(Clone, Debug)]
struct Operation {
    key: u64,
    call: u64,
    done: Option<u64>,
    kind: Kind,
}

fn is_linearizable(operations: &[Operation]) -> bool {
    let mut steps = Vec::new();
    for (client, operation) in operations.iter().enumerate() {
        steps.push(((operation.call, false), (client, Action::Call(operation.kind))));
        let done = operation.done.unwrap_or(u64::MAX);
        steps.push(((done, true), (client, Action::Response(operation.kind))));
    }
    steps.sort_by_key(|&(time, _)| time);
    let steps: Vec<_> = steps.into_iter().map(|(_, step)| step).collect();
    steps.is_empty() || WGLChecker::<Register>::is_linearizable(History::from_actions(steps))
}

/// What all clients share.
struct World {
    begun: Instant,
    done: AtomicBool,
    clock: AtomicU64,
    values: AtomicU64,
    history: Mutex<Vec<Operation>>,
}

impl World {
    fn now(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::SeqCst)
    }

    /// Keys are new from time to time, so that operations without an end do not pile up on one.
    fn key(&self, draw: &mut Draw) -> u64 {
        let spell = self.begun.elapsed().as_millis() as u64 / 300;
        spell * 10 + draw.below(3)
    }
}

/// One client: an operation after the other, each at a node of its choice.
fn client(number: usize, world: &World, network: &Sender<Value>, answers: &Receiver<Value>) {
    let mut draw = Draw(77 + number as u64);
    let mut seen: HashMap<u64, u64> = HashMap::new();
    let mut id = 0;
    while world.begun.elapsed() < SPELL * WEATHERS.len() as u32 {
        id += 1;
        let key = world.key(&mut draw);
        let value = world.values.fetch_add(1, Ordering::SeqCst) + 1;
        let from = seen.get(&key).copied().unwrap_or(0);
        let (body, kind) = match draw.below(10) {
            0..4 => (json!({"type": "read", "key": key}), Kind::Read(None)),
            4..7 => (json!({"type": "write", "key": key, "value": value}), Kind::Write(value)),
            _ => (
                json!({"type": "cas", "key": key, "from": from, "to": value}),
                Kind::MaybeSwap { from, to: value },
            ),
        };
        let mut body = body;
        body["msg_id"] = json!(id);
        let to = format!("n{}", 1 + draw.below(NODES as u64));
        let call = world.now();
        let message = json!({"src": format!("c{number}"), "dest": to, "body": body});
        if network.send(message).is_err() {
            return;
        }
        let answer = answer_to(id, answers);
        let done = world.now();
        if let Some(operation) = judge(key, call, done, kind, answer.as_ref()) {
            match operation.kind {
                Kind::Read(Some(value)) | Kind::Write(value) => seen.insert(key, value),
                Kind::Swap { to, .. } => seen.insert(key, to),
                _ => None,
            };
            world.history.lock().expect("no client panics").push(operation);
        }
    }
}

/// The answer to this request, if it comes in time.
fn answer_to(id: u64, answers: &Receiver<Value>) -> Option<Value> {
    let end = Instant::now() + Duration::from_millis(1100);
    loop {
        let wait = end.saturating_duration_since(Instant::now());
        let answer = answers.recv_timeout(wait).ok()?;
        if answer["body"]["in_reply_to"] == json!(id) {
            return Some(answer["body"].clone());
        }
    }
}

/// What is known of an operation; none if it had no effect and saw nothing.
fn judge(key: u64, call: u64, done: u64, kind: Kind, answer: Option<&Value>) -> Option<Operation> {
    let operation = |kind, done| Some(Operation { key, call, done, kind });
    let is_read = matches!(kind, Kind::Read(_));
    let Some(answer) = answer else {
        return if is_read { None } else { operation(kind, None) };
    };
    match (answer["type"].as_str(), answer["code"].as_u64(), kind) {
        (Some("read_ok"), _, Kind::Read(_)) => {
            operation(Kind::Read(answer["value"].as_u64()), Some(done))
        }
        (Some("write_ok"), _, Kind::Write(_)) => operation(kind, Some(done)),
        (Some("cas_ok"), _, Kind::MaybeSwap { from, to }) => {
            operation(Kind::Swap { from, to }, Some(done))
        }
        (Some("error"), Some(20), Kind::Read(_)) => operation(Kind::Read(None), Some(done)),
        (Some("error"), Some(20), Kind::MaybeSwap { .. }) => {
            operation(Kind::NoSwap { from: None }, Some(done))
        }
        (Some("error"), Some(22), Kind::MaybeSwap { from, .. }) => {
            operation(Kind::NoSwap { from: Some(from) }, Some(done))
        }
        // Definite: it is not in the history, and nobody may ever see its value.
        (Some("error"), Some(11), _) => None,
        (Some("error"), Some(0), _) if is_read => None,
        (Some("error"), Some(0), _) => operation(kind, None),
        other => panic!("{other:?} for {kind:?}: {answer}"),
    }
}

#[test]
fn histories_are_linearizable_while_messages_are_late_or_lost_and_nodes_cut_off() {
    let (network, arrivals) = channel();
    let nodes = (0..NODES).map(|_| {
        let network = network.clone();
        Process::start(move |line| {
            let _ = network.send(line);
        })
    });
    let mut router = Router {
        arrivals,
        nodes: nodes.collect(),
        clients: HashMap::new(),
        draw: Draw(5),
        on_the_way: BTreeMap::new(),
        sent: 0,
        lost: 0,
        delivered: 0,
    };
    let names: Vec<String> = (1..=NODES).map(|number| format!("n{number}")).collect();
    router.clients.insert("c0".into(), channel().0);
    for (node, name) in router.nodes.iter_mut().zip(&names) {
        let body = json!({"type": "init", "msg_id": 1, "node_id": name, "node_ids": names});
        node.send(&json!({"src": "c0", "dest": name, "body": body}));
    }
    let world = Arc::new(World {
        begun: Instant::now(),
        done: AtomicBool::new(false),
        clock: AtomicU64::new(0),
        values: AtomicU64::new(0),
        history: Mutex::new(Vec::new()),
    });
    let mut clients = Vec::new();
    for number in 1..=CLIENTS {
        let (sender, answers) = channel();
        router.clients.insert(format!("c{number}"), sender);
        let (world, network) = (world.clone(), network.clone());
        clients.push(std::thread::spawn(move || client(number, &world, &network, &answers)));
    }
    let routing = {
        let world = world.clone();
        std::thread::spawn(move || {
            router.run(world.begun, &world.done);
            router
        })
    };
    let ended: Vec<_> = clients.into_iter().map(JoinHandle::join).collect();
    world.done.store(true, Ordering::Relaxed);
    let router = routing.join().expect("the router does not panic");
    assert!(ended.iter().all(Result::is_ok), "a client panicked");
    let history = std::mem::take(&mut *world.history.lock().expect("no client panicked"));
    report(&router, &history);
    for node in router.nodes {
        let (code, errors) = node.end();
        assert_eq!(code, Some(0), "{errors}");
        assert!(!errors.contains("panicked"), "{errors}");
    }
}

/// Judges the history, and whether it says enough.
fn report(router: &Router, history: &[Operation]) {
    let count = |is: fn(&Operation) -> bool| history.iter().filter(|one| is(one)).count();
    let finished = count(|one| one.done.is_some());
    let reads = count(|one| matches!(one.kind, Kind::Read(Some(_))));
    let writes = count(|one| one.done.is_some() && matches!(one.kind, Kind::Write(_)));
    let swaps = count(|one| matches!(one.kind, Kind::Swap { .. }));
    let (lost, delivered) = (router.lost, router.delivered);
    println!(
        "{finished} operations finished of {}: {reads} reads of a value, {writes} writes, {swaps} \
         swaps; {lost} messages lost, {delivered} delivered",
        history.len()
    );
    let mut by_key: BTreeMap<u64, Vec<Operation>> = BTreeMap::new();
    for operation in history {
        by_key.entry(operation.key).or_default().push(operation.clone());
    }
    for (key, operations) in &by_key {
        assert!(is_linearizable(operations), "key {key}: {operations:#?}");
    }
    assert!(finished > 400 && reads > 50 && writes > 50 && swaps > 20, "too few finished");
    assert!(lost > 100 && delivered > 1_000, "{lost} messages lost, {delivered} delivered");
    assert!(history.len() - finished < finished, "most outcomes are unknown");
}

#[test]
fn the_judge_finds_a_value_that_was_refused_and_a_stale_read() {
    let operation = |call, done, kind| Operation { key: 0, call, done, kind };
    let write = operation(0, Some(1), Kind::Write(1));
    assert!(is_linearizable(&[write.clone(), operation(2, Some(3), Kind::Read(Some(1)))]));
    assert!(!is_linearizable(&[write.clone(), operation(2, Some(3), Kind::Read(Some(2)))]));
    assert!(!is_linearizable(&[write.clone(), operation(2, Some(3), Kind::Read(None))]));
    let swap = operation(4, None, Kind::MaybeSwap { from: 1, to: 2 });
    for seen in [1, 2] {
        let read = operation(9, Some(10), Kind::Read(Some(seen)));
        assert!(is_linearizable(&[write.clone(), swap.clone(), read]));
    }
    let failed = operation(4, Some(5), Kind::NoSwap { from: Some(1) });
    assert!(!is_linearizable(&[write, failed]));
}
