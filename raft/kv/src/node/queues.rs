//! The requests of each client's connection, until their answers are written.
//!
//! Promises: answers leave in the order of the requests. Knows nothing of sockets.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use bytes::{Bytes, BytesMut};
use tokio::sync::Notify;

use crate::machine::{self, Response, Value};
use crate::resp::{self, Reply, Version};
use crate::server::{Answer, Token};

/// What clients may do.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at a time.
    pub connections: usize,
    /// Requests of one connection that are under way.
    pub pipeline: usize,
    /// Bytes of answers that are on their way to one client, or one answer.
    pub output: usize,
    /// What one command may have.
    pub command: resp::Limits,
    /// The password; nobody may do anything before naming it.
    pub password: Option<Bytes>,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections: 1024,
            pipeline: 256,
            output: 1 << 20,
            command: resp::Limits::default(),
            password: None,
        }
    }
}

/// All connections of clients.
pub struct Clients {
    limits: Limits,
    connections: RefCell<HashMap<u32, Rc<Queue>>>,
    last: Cell<u32>,
    /// How many there ever were.
    pub accepted: Cell<u64>,
    /// How many were refused, because there were too many.
    pub rejected: Cell<u64>,
}

impl Clients {
    /// No connections yet.
    pub fn new(limits: Limits) -> Clients {
        Clients {
            limits,
            connections: RefCell::default(),
            last: Cell::new(0),
            accepted: Cell::new(0),
            rejected: Cell::new(0),
        }
    }

    /// What they may do.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.connections.borrow().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One more connection, unless there are too many.
    pub fn enter(&self) -> Option<Rc<Queue>> {
        if self.len() >= self.limits.connections {
            self.rejected.set(self.rejected.get() + 1);
            return None;
        }
        self.accepted.set(self.accepted.get() + 1);
        let id = self.last.get().wrapping_add(1);
        self.last.set(id);
        let queue = Rc::new(Queue { id, ..Queue::default() });
        self.connections.borrow_mut().insert(id, queue.clone());
        Some(queue)
    }

    /// A connection has ended.
    pub fn leave(&self, queue: &Queue) {
        self.connections.borrow_mut().remove(&queue.id);
    }

    /// Passes on the answer to a request, unless its client is gone.
    pub fn answer(&self, token: Token, answer: Answer) {
        let connections = self.connections.borrow();
        if let Some(queue) = connections.get(&((token >> 32) as u32)) {
            queue.answer(token as u32, reply(answer));
        }
    }

    /// Whether all answers that can be written are.
    pub fn is_written(&self) -> bool {
        self.connections.borrow().values().all(|queue| queue.is_written())
    }
}

/// The requests of one connection that are not answered on the wire yet.
#[derive(Default)]
pub struct Queue {
    id: u32,
    slots: RefCell<VecDeque<Slot>>,
    /// The number of the first slot.
    first: Cell<u32>,
    /// Requests of each kind without an answer.
    writes: Cell<u32>,
    reads: Cell<u32>,
    operations: Cell<u32>,
    /// Bytes are on their way to the client.
    is_writing: Cell<bool>,
    answered: Notify,
}

/// One request.
struct Slot {
    kind: Kind,
    /// In which version of the protocol it is answered.
    version: Version,
    reply: Option<Reply>,
}

/// The kind of a request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Answered at once.
    Local,
    /// Reads keys.
    Read,
    /// Changes keys.
    Write,
    /// Waits for all before it, and all after it wait for it.
    Operation,
}

impl Queue {
    /// Adds a request, with its answer if that is known.
    pub fn push(&self, kind: Kind, version: Version, reply: Option<Reply>) -> Token {
        if reply.is_none() {
            let count = self.count(kind);
            count.set(count.get() + 1);
        }
        let mut slots = self.slots.borrow_mut();
        slots.push_back(Slot { kind, version, reply });
        let number = self.first.get().wrapping_add(slots.len() as u32 - 1);
        Token::from(self.id) << 32 | Token::from(number)
    }

    fn count(&self, kind: Kind) -> &Cell<u32> {
        match kind {
            Kind::Read => &self.reads,
            Kind::Write => &self.writes,
            Kind::Local | Kind::Operation => &self.operations,
        }
    }

    fn answer(&self, number: u32, reply: Reply) {
        let place = number.wrapping_sub(self.first.get()) as usize;
        let mut slots = self.slots.borrow_mut();
        let Some(slot) = slots.get_mut(place).filter(|slot| slot.reply.is_none()) else { return };
        slot.reply = Some(reply);
        let count = self.count(slot.kind);
        count.set(count.get() - 1);
        if place == 0 || count.get() == 0 {
            self.answered.notify_one();
        }
    }

    /// Moves the answers that are next to `out`, until it has `enough` bytes.
    pub fn take(&self, enough: usize, out: &mut BytesMut) {
        let mut slots = self.slots.borrow_mut();
        while out.len() < enough {
            let Some(Slot { version, reply: Some(reply), .. }) = slots.front() else { return };
            reply.encode(*version, out);
            slots.pop_front();
            self.first.set(self.first.get().wrapping_add(1));
        }
    }

    /// Returns when there is an answer to take, or a kind of request has no more without one.
    pub async fn answered(&self) {
        self.answered.notified().await;
    }

    /// The number of the connection.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// How many requests have no answer on the wire.
    pub fn len(&self) -> usize {
        self.slots.borrow().len()
    }

    /// Whether all answers are on the wire.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether bytes are on their way to the client.
    pub fn set_writing(&self, is_writing: bool) {
        self.is_writing.set(is_writing);
    }

    fn is_written(&self) -> bool {
        let slots = self.slots.borrow();
        !self.is_writing.get() && slots.front().is_none_or(|slot| slot.reply.is_none())
    }

    /// Whether a request of this kind must wait for those before it.
    pub fn must_wait(&self, kind: Kind) -> bool {
        let (reads, writes) = (self.reads.get(), self.writes.get());
        match kind {
            Kind::Read => writes + self.operations.get() > 0,
            Kind::Write => reads + self.operations.get() > 0,
            Kind::Local => false,
            Kind::Operation => reads + writes + self.operations.get() > 0,
        }
    }
}

fn reply(answer: Answer) -> Reply {
    const UNKNOWN: &str = "UNKNOWN the outcome is unknown: it may have taken effect, or may yet; \
                           read before you try again";
    match answer {
        Answer::Response(response) => match response {
            Response::Done => Reply::OK,
            Response::NotDone | Response::Value(None) => Reply::Null,
            Response::Value(Some(value)) => Reply::Bulk(value.0),
            Response::Values(values) => {
                let value =
                    |value: Option<Value>| value.map_or(Reply::Null, |value| Reply::Bulk(value.0));
                Reply::Array(values.into_iter().map(value).collect())
            }
            Response::TooLarge => {
                let most = machine::VALUES >> 20;
                Reply::error(format!("ERR the values have more than {most} MiB together"))
            }
            Response::Integer(number) => Reply::Integer(number),
            Response::NotAnInteger => Reply::error("ERR value is not an integer or out of range"),
            Response::Forgotten => Reply::error(UNKNOWN),
        },
        Answer::Operated(Ok(done)) => Reply::Simple(done.into()),
        Answer::Operated(Err(error)) => Reply::error(format!("ERR {error}")),
        Answer::Unknown => Reply::error(UNKNOWN),
        Answer::NoLeader => {
            Reply::error("NOLEADER no leader answered in time; nothing was changed: try again")
        }
        Answer::Busy => {
            Reply::error("BUSY too many requests wait; nothing was changed: try again later")
        }
        Answer::Stopping => {
            Reply::error("STOPPING this server stops; nothing was changed: ask another")
        }
        Answer::DiskFull => Reply::error(
            "DISKFULL the leader's disk is full; nothing was changed: reads go on, and writes do \
             when there is space",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_leave_in_the_order_of_the_requests() {
        let queue = Queue { id: 7, ..Queue::default() };
        let first = queue.push(Kind::Write, Version::Resp2, None);
        let second = queue.push(Kind::Write, Version::Resp2, None);
        queue.push(Kind::Local, Version::Resp2, Some(Reply::simple("PONG")));
        let mut out = BytesMut::new();
        queue.answer(second as u32, Reply::Integer(2));
        queue.take(usize::MAX, &mut out);
        assert!(out.is_empty());
        queue.answer(first as u32, Reply::Integer(1));
        queue.take(usize::MAX, &mut out);
        assert_eq!(&out[..], b":1\r\n:2\r\n+PONG\r\n");
        assert_eq!(first >> 32, 7);
    }

    #[test]
    fn no_more_answers_are_taken_when_there_are_enough_bytes() {
        let queue = Queue::default();
        for version in [Version::Resp2, Version::Resp2, Version::Resp3] {
            queue.push(Kind::Local, version, Some(Reply::Null));
        }
        let mut out = BytesMut::new();
        queue.take(1, &mut out);
        assert_eq!(&out[..], b"$-1\r\n");
        assert!(!queue.is_written());
        out.clear();
        queue.take(6, &mut out);
        assert_eq!(&out[..], b"$-1\r\n_\r\n", "each in the version of its request");
        assert!(queue.is_empty());
    }

    #[test]
    fn a_read_waits_for_writes_and_a_write_for_reads() {
        let queue = Queue::default();
        let write = queue.push(Kind::Write, Version::Resp2, None);
        assert!(queue.must_wait(Kind::Read) && !queue.must_wait(Kind::Write));
        assert!(!queue.must_wait(Kind::Local) && queue.must_wait(Kind::Operation));
        queue.answer(write as u32, Reply::OK);
        assert!(!queue.must_wait(Kind::Read));
        queue.push(Kind::Read, Version::Resp2, None);
        assert!(queue.must_wait(Kind::Write) && !queue.must_wait(Kind::Read));
    }
}
