//! TiKV's `raft` 0.6 and 0.7: a node processes inputs while its `Ready`s are being written.

mod shared;

use std::collections::VecDeque;

use raft::eraftpb::{ConfState, Message};
use raft::{storage::MemStorage, Config, RawNode};
use whitewater::raft::LogId;
use whitewater::replica::{PlainOutput, Write};

pub use shared::Tikv;
use shared::{entry_of, log_id};

const ASYNC: bool = true;

/// The `Ready`s that wait for the disk, by number: whether each has a write of its own or depends
/// on those before it, and its messages.
type Waiting = VecDeque<(u64, bool, Vec<Message>)>;

fn new_node(config: &Config, log: MemStorage) -> RawNode<MemStorage> {
    let silent = slog::Logger::root(slog::Discard, slog::o!());
    RawNode::new(config, log, &silent).expect("the configuration is valid")
}

fn conf_state(voters: Vec<u64>) -> ConfState {
    ConfState::from((voters, Vec::new()))
}

/// Messages of elections name a committed entry; in other messages it has no term, so that no node
/// has such an entry.
fn named_commit(message: &Message) -> LogId {
    log_id(message.commit_term, message.commit)
}

impl Tikv {
    /// Puts the effects of the next `Ready` into the output.
    fn pump(&mut self, output: &mut PlainOutput<Message>) {
        let mut ready = self.raw.ready();
        let number = ready.number();
        output.messages.extend(ready.take_messages());
        output.applied.extend(ready.take_committed_entries().iter().map(entry_of));
        let (entries, sync) = (ready.take_entries(), ready.must_sync());
        let write = self.write(number, ready.hs(), &entries);
        let written = write.is_some();
        output.write = write.map(|write| Write { sync, ..write });
        self.waiting.push_back((number, written, ready.take_persisted_messages()));
        self.raw.advance_append_async(ready);
        self.raw.advance_apply();
        if !written && self.waiting.len() == 1 {
            self.persisted(number, output);
        }
    }

    /// The `Ready` of this number is durable, and with it those after it without a write.
    fn persisted(&mut self, number: u64, output: &mut PlainOutput<Message>) {
        let done = self.waiting.iter().take_while(|wait| wait.0 <= number || !wait.1).count();
        for (at, _, messages) in self.waiting.drain(..done) {
            output.messages.extend(messages);
            self.raw.on_persist_ready(at);
        }
    }
}
