//! Closed-loop load: each client has a connection of its own and sends its next request once the
//! answer to the last is here.
//!
//! Promises: an operation counts if its answer arrives within the measured time; a wrong answer is
//! an error, and counts only as that. One thread, whatever the store. Knows nothing of clusters.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use hdrhistogram::Histogram;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::client::{Client, Protocol};
use crate::host::own_cpu;

/// How many keys there are.
pub const KEYS: u64 = 10_000;
/// The length of every value.
pub const VALUE: usize = 64;

/// What clients do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Operation {
    /// Give a key a new value.
    Put,
    /// A linearizable read.
    Get,
}

/// A load.
pub struct Load {
    /// The protocol of the store.
    pub protocol: Protocol,
    /// HOST:PORT, a client each in turn.
    pub addresses: Vec<String>,
    /// What clients do.
    pub operation: Operation,
    /// How many there are.
    pub clients: usize,
    /// How long the load lasts before the measurement.
    pub warm_up: Duration,
    /// How long it is measured.
    pub duration: Duration,
}

/// What was measured.
pub struct Outcome {
    /// From request to answer, in microseconds.
    pub latencies: Histogram<u64>,
    /// How long it was measured.
    pub elapsed: Duration,
    /// The driver's own CPU time.
    pub cpu: Duration,
    /// How many requests failed.
    pub errors: u64,
    /// What the first said.
    pub first_error: Option<String>,
}

impl Outcome {
    /// How many operations there were.
    pub fn operations(&self) -> f64 {
        self.latencies.len() as f64
    }

    /// Operations per second.
    pub fn rate(&self) -> f64 {
        self.operations() / self.elapsed.as_secs_f64()
    }

    /// This quantile of the latencies, in milliseconds.
    pub fn milliseconds(&self, quantile: f64) -> f64 {
        self.latencies.value_at_quantile(quantile) as f64 / 1e3
    }

    /// The driver's CPU time per operation, in microseconds.
    pub fn cpu_per_operation(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.operations()
    }
}

struct Recorder {
    is_open: bool,
    latencies: Histogram<u64>,
    errors: u64,
    first_error: Option<String>,
}

impl Recorder {
    fn new() -> Recorder {
        let latencies = Histogram::new_with_bounds(1, 60_000_000, 3).expect("the bounds are legal");
        Recorder { is_open: false, latencies, errors: 0, first_error: None }
    }

    fn record(&mut self, begun: Instant, result: Result<(), String>) {
        match result {
            Ok(()) if self.is_open => {
                self.latencies.saturating_record(begun.elapsed().as_micros() as u64);
            }
            Ok(()) => {}
            Err(error) => {
                self.errors += 1;
                self.first_error.get_or_insert(error);
            }
        }
    }
}

/// Runs a load; `sample` is called at the beginning and at the end of the measured time.
pub async fn run<S>(
    load: &Load,
    sample: impl Fn() -> Result<S, String>,
) -> Result<(Outcome, [S; 2]), String> {
    let recorder = Rc::new(RefCell::new(Recorder::new()));
    let mut clients = JoinSet::new();
    for number in 0..load.clients {
        let address = load.addresses[number % load.addresses.len()].clone();
        let keys = Keys::new(number as u64);
        let work = work(load.protocol, address, load.operation, keys, recorder.clone());
        clients.spawn_local(work);
    }
    sleep(load.warm_up).await;
    let (begun, cpu, before) = (Instant::now(), own_cpu(), sample()?);
    recorder.borrow_mut().is_open = true;
    sleep(load.duration).await;
    recorder.borrow_mut().is_open = false;
    let (after, cpu, elapsed) = (sample()?, own_cpu() - cpu, begun.elapsed());
    // The clients end here, in the middle of their requests.
    drop(clients);
    let recorder = recorder.replace(Recorder::new());
    let Recorder { latencies, errors, first_error, .. } = recorder;
    if latencies.is_empty() {
        return Err(first_error.unwrap_or("no request was answered".into()));
    }
    Ok((Outcome { latencies, elapsed, cpu, errors, first_error }, [before, after]))
}

/// One client. After an error it connects again.
async fn work(
    protocol: Protocol,
    address: String,
    operation: Operation,
    mut keys: Keys,
    recorder: Rc<RefCell<Recorder>>,
) {
    let mut connection = None;
    loop {
        let begun = Instant::now();
        let result = match &mut connection {
            None => Client::connect(protocol, &address).await.map(|client| {
                connection = Some(client);
                None
            }),
            Some(client) => perform(client, operation, &mut keys).await.map(Some),
        };
        match result {
            Ok(None) => {}
            Ok(Some(())) => recorder.borrow_mut().record(begun, Ok(())),
            Err(error) => {
                recorder.borrow_mut().record(begun, Err(error));
                connection = None;
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn perform(client: &mut Client, operation: Operation, keys: &mut Keys) -> Result<(), String> {
    let (key, value) = keys.draw();
    match operation {
        Operation::Put => client.put(&key, &value).await,
        Operation::Get => match client.get(&key).await? {
            Some(VALUE) => Ok(()),
            Some(length) => Err(format!("{key} has a value of {length} bytes")),
            None => Err(format!("{key} has no value: fill the store first")),
        },
    }
}

/// Writes every key once, with a few clients.
pub async fn fill(protocol: Protocol, address: &str) -> Result<(), String> {
    let mut clients = JoinSet::new();
    const CLIENTS: u64 = 32;
    for first in 0..CLIENTS {
        let address = address.to_string();
        clients.spawn_local(async move {
            let mut client = Client::connect(protocol, &address).await?;
            for key in (first..KEYS).step_by(CLIENTS as usize) {
                client.put(&name(key), &[b'x'; VALUE]).await?;
            }
            Ok(())
        });
    }
    while let Some(ended) = clients.join_next().await {
        ended.map_err(|error| error.to_string()).and_then(|result| result)?;
    }
    Ok(())
}

/// The name of a key.
pub fn name(key: u64) -> String {
    format!("k{key:08}")
}

/// Keys and values, drawn uniformly: xorshift.
pub struct Keys(u64);

impl Keys {
    /// Draws of their own for each seed.
    pub fn new(seed: u64) -> Keys {
        Keys(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(seed + 1))
    }

    /// A key and a value.
    pub fn draw(&mut self) -> (String, [u8; VALUE]) {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let mut value = [0; VALUE];
        value.chunks_mut(8).for_each(|part| part.copy_from_slice(&self.0.to_le_bytes()));
        (name(self.0 % KEYS), value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_answered_while_the_recorder_is_open_counts() {
        let mut recorder = Recorder::new();
        recorder.record(Instant::now(), Ok(()));
        recorder.is_open = true;
        recorder.record(Instant::now(), Ok(()));
        recorder.record(Instant::now(), Err("first".into()));
        recorder.record(Instant::now(), Err("second".into()));
        assert_eq!(recorder.latencies.len(), 1);
        assert_eq!((recorder.errors, recorder.first_error.as_deref()), (2, Some("first")));
    }

    #[test]
    fn clients_draw_different_keys_all_below_the_limit() {
        let draw = |seed| {
            let mut keys = Keys::new(seed);
            (0..100).map(|_| keys.draw().0).collect::<Vec<_>>()
        };
        assert_ne!(draw(0), draw(1));
        assert!(draw(7).iter().all(|key| key.as_str() < name(KEYS).as_str()));
    }
}
