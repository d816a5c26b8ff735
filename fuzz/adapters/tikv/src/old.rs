//! TiKV's `raft` 0.3 and 0.4: one `Ready` at a time, and no other input until it is on the disk.

#[path = "shared.rs"]
mod shared;

use raft::eraftpb::{ConfState, Message};
use raft::{storage::MemStorage, Config, RawNode, Ready};
use whitewater::raft::LogId;
use whitewater::replica::{PlainOutput, Write};

use shared::entry_of;
pub use shared::Tikv;

const ASYNC: bool = false;

/// The `Ready` that waits for the disk: one at a time, so that its write needs no id.
type Waiting = Option<Ready>;

fn new_node(config: &Config, log: MemStorage) -> RawNode<MemStorage> {
    RawNode::new(config, log, Vec::new()).expect("the configuration is valid")
}

fn conf_state(voters: Vec<u64>) -> ConfState {
    let mut state = ConfState::default();
    state.set_nodes(voters);
    state
}

/// Messages of these versions name no committed entry.
fn named_commit(_: &Message) -> LogId {
    LogId::ZERO
}

impl Tikv {
    /// Puts the effects of `Ready`s into the output, up to the first one with a write.
    fn pump(&mut self, output: &mut PlainOutput<Message>) {
        while self.waiting.is_none() && self.raw.has_ready() {
            let ready = self.raw.ready();
            let write = self.write(0, ready.hs.as_ref(), &ready.entries);
            output.write = write.map(|write| Write { sync: ready.must_sync, ..write });
            match output.write.is_some() {
                true => self.waiting = Some(ready),
                false => self.finish(ready, output),
            }
        }
    }

    fn persisted(&mut self, _: u64, output: &mut PlainOutput<Message>) {
        if let Some(ready) = self.waiting.take() {
            self.finish(ready, output);
        }
    }

    /// The writes of `ready` are durable: its messages and committed entries follow.
    fn finish(&mut self, mut ready: Ready, output: &mut PlainOutput<Message>) {
        output.messages.append(&mut ready.messages);
        let committed = ready.committed_entries.take().unwrap_or_default();
        output.applied.extend(committed.iter().map(entry_of));
        self.raw.advance(ready);
    }
}
