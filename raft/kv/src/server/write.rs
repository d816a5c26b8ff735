//! Writes of clients, from their arrival to their answer.
//!
//! A server numbers the writes of its clients and passes them on to the leader, which may be
//! itself, in the order of the numbers: again whenever the leader changes, or no answer comes. The
//! leader proposes those of a session without a gap, so that their order survives, and each at most
//! once in a term. The state machine makes repetitions harmless.

use raft::{Input, NodeId, Refused, Term};

use crate::command::{Action, Command, Content, Session, When};
use crate::machine::Response;
use crate::request::{Condition, Data};
use crate::server::answer::{Answer, Space, Token};
use crate::server::pending_writes::Pending;
use crate::server::Server;
use crate::wire::Frame;

impl Action<'_> {
    /// The action of a request; none if it changes nothing.
    pub fn of(data: &Data) -> Option<Action<'_>> {
        Some(match data {
            Data::Set { key, value, condition, get } => {
                let when = match condition {
                    Condition::Always => When::Always,
                    Condition::Absent => When::Absent,
                    Condition::Present => When::Present,
                    Condition::Equals(value) => When::Equals(value),
                };
                Action::Set { key, value, when, get: *get }
            }
            Data::Del(keys) => Action::Delete(keys.iter().map(|key| &key[..]).collect()),
            Data::Increment { key, by } => Action::Increment { key, by: *by },
            Data::Get(_) | Data::MGet(_) | Data::Exists(_) | Data::Size => return None,
        })
    }
}

impl Server {
    /// Accepts a write.
    pub(super) fn write(&mut self, token: Option<Token>, action: Action<'_>) {
        let writes = &mut self.writes;
        let is_full = writes.pending.len() >= self.settings.waiting
            || writes.bytes >= self.settings.waiting_bytes;
        if let (true, Some(token)) = (is_full, token) {
            return self.answer(token, Answer::Busy);
        }
        let number = writes.end();
        let answered = writes.first.saturating_sub(1);
        let command = Content { session: writes.session, number, answered, action }.encode();
        writes.bytes += command.0.len();
        let deadline = self.now + self.settings.patience;
        writes.pending.push_back(Pending::new(token, command, deadline));
    }

    /// Proposes what waits, or passes it on to the leader.
    pub(super) fn flush_writes(&mut self, disk_is_busy: bool) {
        let status = self.node.status();
        if self.leads() {
            let (_, own) = self.writes.take_unsent(self.now);
            self.writes.proposed_bytes += own.iter().map(|command| command.0.len()).sum::<usize>();
            self.writes.proposals.extend(own);
            if !disk_is_busy && !self.writes.proposals.is_empty() {
                self.propose();
            }
        } else if let Some(leader) = status.leader {
            let term = status.hard_state.term;
            loop {
                let (previous, commands) = self.writes.take_unsent(self.now);
                if commands.is_empty() {
                    break;
                }
                let frame = Frame::Forward { term, previous, commands };
                self.effects.frames.push((leader, frame));
            }
        }
        self.effects.frames.extend(self.writes.take_answers());
    }

    fn propose(&mut self) {
        let commands = std::mem::take(&mut self.writes.proposals);
        self.writes.proposed_bytes = 0;
        self.counts.batches += 1;
        match self.step(Input::ProposeAll(commands.clone())) {
            // Its order must be kept: it is proposed as it is when something has been committed.
            Some(Err(Refused::TooMuchUncommitted)) => {
                self.writes.proposed_bytes = commands.iter().map(|one| one.0.len()).sum();
                self.writes.proposals = commands;
            }
            // While leadership is handed over, the next leader is the one to ask.
            Some(Err(_)) => self.writes.leader_changed(),
            Some(Ok(_)) | None => {}
        }
    }

    /// Answers all writes with what is known.
    pub(super) fn give_up_writes(&mut self) {
        for (token, was_sent) in self.writes.take_all() {
            self.answer(token, if was_sent { Answer::Unknown } else { Answer::Stopping });
        }
    }

    /// Another server passes on its clients' writes, which follow its write `previous`.
    pub(super) fn receive_forwarded(
        &mut self,
        from: NodeId,
        term: Term,
        mut previous: Option<u64>,
        commands: Vec<Command>,
    ) {
        if !self.leads() || term != self.node.status().hard_state.term {
            return;
        }
        let number_of = |command: &Command| command.decode().map(|content| content.number);
        let Some(Ok(end)) = commands.last().map(number_of) else { return };
        for command in commands {
            let Ok(Content { session, number, .. }) = command.decode() else { return };
            if session.server != from.0 {
                return;
            }
            let last = self.writes.accepted.get(&session).copied();
            let is_repeated = last.is_some_and(|last| number <= last);
            if !is_repeated {
                if self.space != Space::Enough {
                    let frame = Frame::Declined { session, first: number, last: end };
                    return self.effects.frames.push((from, frame));
                }
                // A gap means that a frame was lost: all will be sent again.
                let is_next = previous.is_none_or(|previous| last >= Some(previous));
                if !is_next || self.writes.proposed_bytes >= self.settings.waiting_bytes {
                    return;
                }
                self.writes.accepted.insert(session, number);
                self.writes.proposed_bytes += command.0.len();
                self.writes.proposals.push(command);
            }
            previous = Some(number);
        }
    }

    /// The leader's disk is full: it does not take these writes. Those of them that were passed on
    /// once were in the frame that is declined, and no leader has them.
    pub(super) fn declined(&mut self, session: Session, first: u64, last: u64) {
        if session != self.writes.session {
            return;
        }
        let declined: Vec<u64> = (self.writes.first..)
            .zip(&self.writes.pending)
            .filter(|(at, write)| (first..=last).contains(at) && write.times == 1)
            .filter(|(_, write)| write.token.is_some() && !write.is_answered)
            .map(|(number, _)| number)
            .collect();
        for number in declined {
            if let Some(token) = self.writes.close(number) {
                self.answer(token, Answer::DiskFull);
            }
        }
    }

    /// This server applied a write of its own client.
    pub(super) fn write_done(&mut self, number: u64, response: Response) {
        if let Some(token) = self.writes.close(number) {
            self.counts.writes += 1;
            let answer = match response {
                Response::Forgotten => Answer::Unknown,
                response => Answer::Response(response),
            };
            self.answer(token, answer);
        }
    }

    /// A leader applied a write that another server had passed on.
    pub(super) fn answer_forwarded(&mut self, session: Session, number: u64, response: Response) {
        if self.node.membership().members().contains(NodeId(session.server)) {
            self.writes.answers.entry(session).or_default().push((number, response));
        }
    }

    pub(super) fn receive_answers(&mut self, session: Session, answers: Vec<(u64, Response)>) {
        if session == self.writes.session {
            for (number, response) in answers {
                self.write_done(number, response);
            }
        }
    }

    /// Whoever has waited for too long is told what is known, and what was not answered is sent
    /// again.
    pub(super) fn expire_writes(&mut self) {
        let late: Vec<(u64, Option<Token>, bool)> = (self.writes.first..)
            .zip(&self.writes.pending)
            // In the order of their deadlines, but for those that nobody waits for.
            .take_while(|(_, write)| write.deadline <= self.now || !write.is_awaited())
            .filter(|(_, write)| write.deadline <= self.now && !write.is_answered)
            .map(|(number, write)| (number, write.token, write.sent.is_some()))
            .collect();
        for (number, token, was_sent) in late {
            let Some(token) = token else {
                // The session must be opened, whatever it takes.
                let deadline = self.now + self.settings.patience;
                if let Some(open) = self.writes.get_mut(number) {
                    open.deadline = deadline;
                }
                continue;
            };
            self.writes.close(number);
            self.answer(token, if was_sent { Answer::Unknown } else { Answer::NoLeader });
        }
        let first = self.writes.pending.front();
        let sent = first.and_then(|write| write.sent);
        if sent.is_some_and(|sent| sent + self.settings.resend <= self.now) && !self.leads() {
            self.writes.resend();
        }
    }
}
