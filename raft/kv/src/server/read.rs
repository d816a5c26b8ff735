//! Reads of clients, from their arrival to their answer (dissertation, 6.4).
//!
//! All reads that wait are confirmed together, one round at a time: Raft says up to where entries
//! must be applied, and then they are answered from the state machine.

use raft::{Input, ReadId};

use crate::request::Data;
use crate::server::answer::{Answer, Token};
use crate::server::pending_reads::Waiting;
use crate::server::Server;

impl Server {
    /// Accepts a read.
    pub(super) fn read(&mut self, token: Token, data: Data) {
        if self.reads.waiting.len() >= self.settings.waiting {
            return self.answer(token, Answer::Busy);
        }
        let deadline = self.now + self.settings.patience;
        self.reads.waiting.push(Waiting { token, data, deadline });
    }

    /// Begins a round, if reads wait and none is under way.
    pub(super) fn flush_reads(&mut self) {
        let reads = &mut self.reads;
        let is_too_early = reads.refused == Some(self.now);
        if reads.waiting.is_empty() || reads.round.is_some() || is_too_early {
            return;
        }
        reads.rounds += 1;
        let round = ReadId(reads.rounds);
        reads.round = Some(round);
        std::mem::swap(&mut reads.waiting, &mut reads.asked);
        self.counts.read_rounds += 1;
        self.step(Input::Read(round));
    }

    pub(super) fn read_answered(&mut self, read: raft::Read) {
        let reads = &mut self.reads;
        if reads.round != Some(read.id) {
            return;
        }
        reads.round = None;
        let mut asked = std::mem::take(&mut reads.asked);
        match read.answer {
            Ok(index) => reads.confirmed.push_back((index, asked)),
            Err(_) => {
                asked.append(&mut reads.waiting);
                reads.waiting = asked;
                reads.refused = Some(self.now);
            }
        }
    }

    /// Answers the reads whose index is applied.
    pub(super) fn serve_reads(&mut self) {
        while self.reads.confirmed.front().is_some_and(|(index, _)| *index <= self.applied) {
            let Some((_, reads)) = self.reads.confirmed.pop_front() else { break };
            for Waiting { token, data, .. } in reads {
                if let Some(response) = self.machine.read(&data) {
                    self.counts.reads += 1;
                    self.answer(token, Answer::Response(response));
                }
            }
        }
    }

    /// Answers all reads: nothing about them is unknown.
    pub(super) fn give_up_reads(&mut self) {
        for token in self.reads.take_all() {
            self.answer(token, Answer::Stopping);
        }
    }

    /// A read that was not answered in time has no effect: nothing about it is unknown.
    pub(super) fn expire_reads(&mut self) {
        let now = self.now;
        let mut late = Vec::new();
        let mut expire = |reads: &mut Vec<Waiting>| {
            reads.retain(|read| {
                let is_late = read.deadline <= now;
                late.extend(is_late.then_some(read.token));
                !is_late
            });
        };
        expire(&mut self.reads.waiting);
        expire(&mut self.reads.asked);
        self.reads.confirmed.iter_mut().for_each(|(_, reads)| expire(reads));
        for token in late {
            self.answer(token, Answer::NoLeader);
        }
    }
}
