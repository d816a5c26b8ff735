//! Clients that write while something happens, and what they know afterwards.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use kv::resp::Reply;

use crate::common::{code, wait_for, Client, Cluster};

/// What became of the writes of one client.
#[derive(Default)]
pub struct Written {
    /// They were acknowledged.
    pub done: Vec<String>,
    /// They were refused: nothing was changed, and nothing will be.
    pub refused: Vec<(String, String)>,
    /// The answer was that the outcome is unknown.
    pub unknown: Vec<String>,
    /// The connection ended instead of an answer.
    pub cut: Vec<String>,
}

/// Clients that write until they are told to stop.
pub struct Writers {
    stop: Arc<AtomicBool>,
    done: Arc<AtomicUsize>,
    clients: Vec<JoinHandle<Written>>,
}

impl Writers {
    /// So many clients, each at any of the cluster's first three servers, and at another one after
    /// an error.
    pub fn start(cluster: &Cluster, count: usize) -> Writers {
        let stop = Arc::new(AtomicBool::new(false));
        let done = Arc::new(AtomicUsize::new(0));
        let client = |number| {
            let addresses: Vec<String> = (1..=3).map(|id| cluster.address(id)).collect();
            let (stop, done) = (stop.clone(), done.clone());
            std::thread::spawn(move || write(number, &addresses, &stop, &done))
        };
        let clients = (0..count).map(client).collect();
        Writers { stop, done, clients }
    }

    /// Waits until so many more writes are done.
    pub fn wait_for(&self, more: usize) {
        let aim = self.done.load(Ordering::Relaxed) + more;
        wait_for("writes", || (self.done.load(Ordering::Relaxed) >= aim).then_some(()));
    }

    /// Ends them, and checks that the cluster has what was acknowledged and nothing that was
    /// refused.
    pub fn check(self, cluster: &Cluster) -> Written {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = Written::default();
        for client in self.clients {
            let one = client.join().expect("a client does not panic");
            all.done.extend(one.done);
            all.refused.extend(one.refused);
            all.unknown.extend(one.unknown);
            all.cut.extend(one.cut);
        }
        for id in cluster.running() {
            cluster.wait_until_it_serves(id);
            let mut client = cluster.client(id);
            for key in &all.done {
                assert_eq!(client.get(key).as_ref(), Some(key), "lost at server {id}");
            }
            for (key, error) in &all.refused {
                assert_eq!(client.get(key), None, "at server {id}, although: {error}");
            }
        }
        all
    }
}

fn write(number: usize, addresses: &[String], stop: &AtomicBool, done: &AtomicUsize) -> Written {
    let (mut written, mut client) = (Written::default(), None);
    let mut place = number;
    for turn in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        if client.is_none() {
            place += 1;
            client = Client::connect(&addresses[place % addresses.len()]).ok();
        }
        let Some(connected) = &mut client else {
            std::thread::sleep(Duration::from_millis(5));
            continue;
        };
        let key = format!("w:{number}:{turn}");
        let answer = connected.try_call(&["SET", &key, &key]);
        match answer {
            Ok(reply) if reply == Reply::OK => {
                done.fetch_add(1, Ordering::Relaxed);
                written.done.push(key);
                continue;
            }
            Ok(reply) if code(&reply) == "UNKNOWN" => written.unknown.push(key),
            Ok(Reply::Error(error)) => {
                written.refused.push((key, String::from_utf8_lossy(&error).into_owned()));
            }
            Ok(other) => panic!("{other:?}"),
            Err(_) => written.cut.push(key),
        }
        client = None;
    }
    written
}
