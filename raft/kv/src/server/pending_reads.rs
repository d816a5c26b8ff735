//! Reads that wait, from their arrival to their answer.

use std::collections::VecDeque;

use raft::{LogIndex, ReadId};

use crate::request::Data;
use crate::server::answer::Token;

/// A read that is not answered.
pub struct Waiting {
    pub token: Token,
    pub data: Data,
    pub deadline: u64,
}

/// The reads of this server's clients.
#[derive(Default)]
pub struct Reads {
    /// Not part of a round yet.
    pub waiting: Vec<Waiting>,
    /// The round that is being confirmed.
    pub asked: Vec<Waiting>,
    pub round: Option<ReadId>,
    /// Confirmed: to be answered once this index is applied.
    pub confirmed: VecDeque<(LogIndex, Vec<Waiting>)>,
    pub rounds: u64,
    /// The tick of the last refusal: the next round begins at the next tick.
    pub refused: Option<u64>,
}

impl Reads {
    pub fn len(&self) -> usize {
        let confirmed: usize = self.confirmed.iter().map(|(_, reads)| reads.len()).sum();
        self.waiting.len() + self.asked.len() + confirmed
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Removes all reads. Returns who waits.
    pub fn take_all(&mut self) -> Vec<Token> {
        let confirmed = self.confirmed.drain(..).flat_map(|(_, reads)| reads);
        let all = self.waiting.drain(..).chain(self.asked.drain(..)).chain(confirmed);
        all.map(|read| read.token).collect()
    }
}
