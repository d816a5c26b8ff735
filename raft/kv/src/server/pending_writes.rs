//! Writes that wait: those of this server's clients, numbered, and those that it proposes as the
//! leader.
//!
//! Promises: numbers are passed on in their order. Knows nothing of Raft.

use std::collections::{BTreeMap, VecDeque};

use raft::NodeId;

use crate::command::{Action, Command, Content, Session};
use crate::machine::Response;
use crate::server::answer::Token;
use crate::wire::Frame;

/// One frame has at most this many bytes of commands or values, and one more.
const FORWARDED: usize = 1 << 20;

/// A write that is not answered, or that follows one that is not.
pub struct Pending {
    /// Who waits; nobody, for the opening of the session.
    pub token: Option<Token>,
    pub command: Command,
    /// The tick by which it must be answered.
    pub deadline: u64,
    /// When it was last passed on, and how often.
    pub sent: Option<u64>,
    pub times: u32,
    pub is_answered: bool,
}

impl Pending {
    /// A write that was not passed on yet.
    pub fn new(token: Option<Token>, command: Command, deadline: u64) -> Pending {
        Pending { token, command, deadline, sent: None, times: 0, is_answered: false }
    }

    /// Whether a client waits for it.
    pub fn is_awaited(&self) -> bool {
        self.token.is_some() && !self.is_answered
    }
}

/// The writes of this server's clients, and those that other servers have passed on to it.
pub struct Writes {
    pub session: Session,
    /// The number of the first pending write.
    pub first: u64,
    pub pending: VecDeque<Pending>,
    pub bytes: usize,
    /// The next write to pass on, and the one passed on before it; none if there is no pending
    /// write before it.
    pub next: u64,
    pub previous: Option<u64>,
    /// What a leader is going to propose.
    pub proposals: Vec<Command>,
    pub proposed_bytes: usize,
    /// For a leader: the highest number that it has from each session in this term.
    pub accepted: BTreeMap<Session, u64>,
    /// Responses for other servers.
    pub answers: BTreeMap<Session, Vec<(u64, Response)>>,
}

impl Writes {
    /// No writes but the one that opens the session.
    pub fn new(session: Session, patience: u64) -> Writes {
        let open = Content { session, number: 0, answered: 0, action: Action::Open };
        let pending = Pending::new(None, open.encode(), patience);
        Writes {
            session,
            first: 0,
            pending: VecDeque::from([pending]),
            bytes: 0,
            next: 0,
            previous: None,
            proposals: Vec::new(),
            proposed_bytes: 0,
            accepted: BTreeMap::new(),
            answers: BTreeMap::new(),
        }
    }

    pub fn len(&self) -> usize {
        self.pending.iter().filter(|write| write.is_awaited()).count()
    }

    pub fn is_empty(&self) -> bool {
        !self.pending.iter().any(Pending::is_awaited)
    }

    /// Passes on everything again.
    pub fn resend(&mut self) {
        (self.next, self.previous) = (self.first, None);
    }

    /// What was proposed in another term, or passed on to another server, may be lost.
    pub fn leader_changed(&mut self) {
        self.proposals.clear();
        self.proposed_bytes = 0;
        self.accepted.clear();
        self.resend();
    }

    pub fn end(&self) -> u64 {
        self.first + self.pending.len() as u64
    }

    pub fn get_mut(&mut self, number: u64) -> Option<&mut Pending> {
        self.pending.get_mut(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }

    /// Marks a write as answered. Returns who waits for the answer.
    pub fn close(&mut self, number: u64) -> Option<Token> {
        let write = self.get_mut(number).filter(|write| !write.is_answered)?;
        write.is_answered = true;
        let token = write.token;
        let size = std::mem::replace(&mut write.command, Command(Default::default())).0.len();
        self.bytes -= size.min(self.bytes);
        while self.pending.front().is_some_and(|write| write.is_answered) {
            self.pending.pop_front();
            self.first += 1;
        }
        self.next = self.next.max(self.first);
        token
    }

    /// Closes all writes. Returns who waits, and whether the write was ever passed on.
    pub fn take_all(&mut self) -> Vec<(Token, bool)> {
        self.first = self.end();
        self.bytes = 0;
        let all = std::mem::take(&mut self.pending).into_iter().filter(Pending::is_awaited);
        all.filter_map(|write| Some((write.token?, write.sent.is_some()))).collect()
    }

    /// Frames with the responses for other servers.
    pub fn take_answers(&mut self) -> Vec<(NodeId, Frame)> {
        let mut frames = Vec::new();
        for (session, mut answers) in std::mem::take(&mut self.answers) {
            while !answers.is_empty() {
                let rest = answers.split_off(fitting(&answers));
                frames.push((NodeId(session.server), Frame::Answers { session, answers }));
                answers = rest;
            }
        }
        frames
    }

    /// The commands to pass on, in order, and no more than a frame's; and the number of the one
    /// before them.
    pub fn take_unsent(&mut self, now: u64) -> (Option<u64>, Vec<Command>) {
        let before = self.previous;
        let (mut commands, mut bytes) = (Vec::new(), 0);
        while self.next < self.end() && bytes < FORWARDED {
            let number = self.next;
            self.next += 1;
            let Some(write) = self.get_mut(number).filter(|write| !write.is_answered) else {
                continue;
            };
            write.sent = Some(now);
            write.times += 1;
            bytes += write.command.0.len();
            commands.push(write.command.clone());
            self.previous = Some(number);
        }
        (before, commands)
    }
}

/// How many answers, at least one, fit in a frame.
fn fitting(answers: &[(u64, Response)]) -> usize {
    let mut bytes = 0;
    let is_last = |(_, response): &(u64, Response)| {
        if let Response::Value(Some(value)) = response {
            bytes += value.0.len();
        }
        bytes >= FORWARDED
    };
    answers.iter().position(is_last).map_or(answers.len(), |last| last + 1)
}
