//! All nodes, looked after by a thread.
//!
//! Promises: after [`Supervisor::end_all`] no node runs, and none is started.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::node::{end_of_patience, Node, Plan};
use crate::cli::Printer;

/// How often nodes are looked after.
const ROUND: Duration = Duration::from_millis(50);

/// All nodes; a copy is for the same nodes.
#[derive(Clone)]
pub(super) struct Supervisor {
    plan: Arc<Plan>,
    nodes: Arc<Mutex<Nodes>>,
    printer: Arc<Mutex<Option<Printer>>>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

pub(super) struct Nodes {
    all: Vec<Node>,
    is_ending: bool,
}

impl Supervisor {
    /// Nodes that are not started.
    pub fn new(plan: Plan) -> Supervisor {
        let all = (1..=plan.addresses.len()).map(Node::new).collect();
        Supervisor {
            plan: Arc::new(plan),
            nodes: Arc::new(Mutex::new(Nodes { all, is_ending: false })),
            printer: Arc::default(),
            thread: Arc::default(),
        }
    }

    /// How nodes are started.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    fn lock(&self) -> MutexGuard<'_, Nodes> {
        lock(&self.nodes)
    }

    /// Starts all, and from then on looks after them.
    pub fn start_all(&self) -> Result<(), String> {
        let mut nodes = self.lock();
        if nodes.is_ending {
            return Err("a signal has come".into());
        }
        for node in &mut nodes.all {
            self.tell(&node.start(&self.plan)?);
        }
        drop(nodes);
        let supervisor = self.clone();
        *lock(&self.thread) = Some(thread::spawn(move || supervisor.look_after_all()));
        Ok(())
    }

    fn look_after_all(&self) {
        loop {
            thread::sleep(ROUND);
            let mut nodes = self.lock();
            if nodes.is_ending {
                return;
            }
            let events: Vec<String> =
                nodes.all.iter_mut().filter_map(|node| node.look_after(&self.plan)).collect();
            // A printer can take its time.
            drop(nodes);
            events.iter().for_each(|event| self.tell(event));
        }
    }

    /// Does something with node `id`.
    pub fn with<T>(
        &self,
        id: usize,
        action: impl FnOnce(&mut Node, &Plan) -> Result<T, String>,
    ) -> Result<T, String> {
        let mut nodes = self.lock();
        if nodes.is_ending {
            return Err("the cluster is ending".into());
        }
        let count = nodes.all.len();
        let node = id.checked_sub(1).and_then(|index| nodes.all.get_mut(index));
        let node = node.ok_or_else(|| format!("there is no node {id}: they are 1 to {count}"))?;
        action(node, &self.plan)
    }

    /// A line about each node.
    pub fn describe(&self) -> Vec<String> {
        self.lock().all.iter().map(|node| node.describe(&self.plan)).collect()
    }

    /// Whether a node runs, or will again.
    pub fn has_life(&self) -> bool {
        self.lock().all.iter().any(Node::is_alive)
    }

    /// Ends all nodes: by SIGTERM, and by SIGKILL what does not end in time.
    pub fn end_all(&self) {
        let mut nodes = self.lock();
        nodes.is_ending = true;
        for node in &mut nodes.all {
            // An error means that it does not run.
            let _ = node.ask_to_end();
        }
        let deadline = end_of_patience();
        for node in &mut nodes.all {
            if !node.ended(deadline) {
                self.tell(&format!("n{} did not end in time, and was killed", node.id()));
            }
        }
    }

    /// Waits until all is told that has happened before [`Supervisor::end_all`].
    pub fn wait_for_events(&self) {
        if let Some(thread) = lock(&self.thread).take() {
            // If it has panicked, that has been told.
            let _ = thread.join();
        }
    }

    /// Tells the user what happens by itself: standard output is for replies.
    pub fn tell(&self, line: &str) {
        // Not by a printer that another thread waits for.
        let mut printer = self.printer.try_lock();
        let is_told = match &mut printer {
            Ok(printer) => printer.as_mut().is_some_and(|printer| printer(line)),
            Err(_) => false,
        };
        if !is_told {
            // Nobody is told if it is closed.
            let _ = writeln!(io::stderr(), "{line}");
        }
    }

    /// From now on tells it by `printer`.
    pub fn tell_by(&self, printer: Option<Printer>) {
        *lock(&self.printer) = printer;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
