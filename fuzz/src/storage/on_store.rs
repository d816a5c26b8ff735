//! A Raft on a real store: the same replica, with another storage.

use std::fmt;
use std::marker::PhantomData;

use raft::{Membership, NodeId, Progress};
use store::faulty::FaultyFiles;
use store::Storage;

use crate::replica::{Capabilities, Durable, Effects, Input, MessageView, Replica, View, Write};
use crate::schedule::Setup;
use crate::storage::faulty_disk::FaultyDisk;
use crate::storage::stored_command::StoredCommand;

/// The Raft `R` on the store `S`.
pub struct OnStore<R, S>(R, PhantomData<fn() -> S>);

impl<R: Clone, S> Clone for OnStore<R, S> {
    fn clone(&self) -> Self {
        OnStore(self.0.clone(), PhantomData)
    }
}

impl<R: fmt::Debug, S> fmt::Debug for OnStore<R, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<R: Replica, S: Storage<StoredCommand, FaultyFiles>> Replica for OnStore<R, S> {
    type Message = R::Message;
    type Options = R::Options;
    type Output = R::Output;
    type Storage = FaultyDisk<S>;

    // A store may remove the tail, and is neither emptied nor copied.
    const CAPABILITIES: Capabilities =
        Capabilities { tail: false, rejoin: false, ..R::CAPABILITIES };

    fn start(id: NodeId, setup: &Setup, options: &R::Options, disk: &Durable) -> Self {
        OnStore(R::start(id, setup, options, disk), PhantomData)
    }

    fn start_older(id: NodeId, setup: &Setup, options: &R::Options, disk: &Durable) -> Self {
        OnStore(R::start_older(id, setup, options, disk), PhantomData)
    }

    fn step(&mut self, input: Input<R::Message>, output: &mut R::Output) {
        self.0.step(input, output);
    }

    fn effects(output: &mut R::Output) -> Effects<'_, R::Message> {
        R::effects(output)
    }

    fn recycle(output: &mut R::Output, write: Write) {
        R::recycle(output, write);
    }

    fn view(&self) -> View {
        self.0.view()
    }

    fn membership(&self) -> Option<Membership> {
        self.0.membership()
    }

    fn progress(&self, peer: NodeId) -> Option<Progress> {
        self.0.progress(peer)
    }

    fn message_view(message: &R::Message) -> MessageView {
        R::message_view(message)
    }
}
