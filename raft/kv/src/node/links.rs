//! Connections to the other servers, one each, for sending.
//!
//! Promises: a server that is gone, slow or stuck delays no other; what cannot be sent soon is
//! lost, which Raft expects.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use bytes::BytesMut;
use raft::NodeId;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use crate::node::exchange;
use crate::node::shared::Shared;
use crate::stream::{self, Stream};
use crate::wire::{Hello, Refusal, Welcome};

/// Buffers that wait for one server, at most; each holds the frames of one round.
const BUFFERS: usize = 1024;
/// Bytes that wait for one server, at most.
const BYTES: usize = 64 << 20;
/// How long connecting and greeting may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// Pauses between attempts, at least and at most.
const PAUSES: [Duration; 2] = [Duration::from_millis(50), Duration::from_secs(1)];

/// The way to one server.
pub struct Link {
    /// Where it is.
    pub address: String,
    queue: mpsc::Sender<BytesMut>,
    waiting: Rc<Cell<usize>>,
    task: tokio::task::JoinHandle<()>,
}

impl Link {
    /// Connects to server `to` at `address`, and again whenever the connection ends.
    pub fn open(shared: &Rc<Shared>, to: NodeId, address: String) -> Link {
        let (queue, frames) = mpsc::channel(BUFFERS);
        let waiting = Rc::new(Cell::new(0));
        let state = State {
            shared: shared.clone(),
            to,
            address: address.clone(),
            frames,
            waiting: waiting.clone(),
        };
        let task = tokio::task::spawn_local(state.run());
        Link { address, queue, waiting, task }
    }

    /// Sends frames, or loses them if too many wait.
    pub fn send(&self, frames: BytesMut) {
        let bytes = self.waiting.get() + frames.len();
        if bytes <= BYTES && self.queue.try_send(frames).is_ok() {
            self.waiting.set(bytes);
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct State {
    shared: Rc<Shared>,
    to: NodeId,
    address: String,
    frames: mpsc::Receiver<BytesMut>,
    waiting: Rc<Cell<usize>>,
}

impl State {
    async fn run(mut self) {
        let (mut pause, mut told) = (PAUSES[0], String::new());
        loop {
            let error = match timeout(PATIENCE, self.connect()).await {
                Ok(Ok(stream)) => {
                    pause = PAUSES[0];
                    told.clear();
                    tracing::info!(peer = self.to.0, address = self.address, "connected");
                    self.shared.connected(self.to);
                    self.carry(stream).await
                }
                Ok(Err(error)) => error,
                Err(_) => "no answer in time".into(),
            };
            if error != told {
                tracing::warn!(peer = self.to.0, address = self.address, error, "not connected");
                told = error;
            }
            self.forget();
            sleep(pause).await;
            pause = (pause * 2).min(PAUSES[1]);
        }
    }

    async fn connect(&self) -> Result<Stream, String> {
        let text = |error: std::io::Error| error.to_string();
        let stream = TcpStream::connect(&self.address).await.map_err(text)?;
        stream::tune(&stream).map_err(text)?;
        let mut stream = self.shared.tls.connect(stream, &self.address).await?;
        let (from, disk) = (self.shared.id.0, self.shared.disk);
        let address = self.shared.address_of(self.shared.id).unwrap_or_default();
        let hello = Hello { from, to: self.to.0, disk, address };
        match exchange::introduce(&mut stream, &hello).await? {
            Welcome::Accepted => Ok(stream),
            Welcome::Refused(refusal) => {
                self.shared.refused(self.to, &refusal);
                let who = if matches!(refusal, Refusal::OtherServer(_)) { self.to.0 } else { from };
                Err(format!("refused server {who}: {refusal}"))
            }
        }
    }

    /// Sends frames until the connection ends; says why it ended.
    async fn carry(&mut self, mut stream: Stream) -> String {
        let mut probe = [0; 64];
        loop {
            let sent = tokio::select! {
                frames = self.frames.recv() => {
                    let Some(mut frames) = frames else { return "closing".into() };
                    self.waiting.set(self.waiting.get() - frames.len());
                    while let Ok(more) = self.frames.try_recv() {
                        self.waiting.set(self.waiting.get() - more.len());
                        frames.unsplit(more);
                        if frames.len() >= 1 << 20 {
                            break;
                        }
                    }
                    match stream.write_all(&frames).await {
                        Ok(()) => stream.flush().await,
                        failed => failed,
                    }
                }
                // The other side sends nothing: this ends when the connection does.
                read = stream.read(&mut probe) => match read {
                    Ok(0) => return "closed by the other side".into(),
                    Ok(_) => return "the other side broke the protocol".into(),
                    Err(error) => Err(error),
                },
            };
            if let Err(error) = sent {
                return error.to_string();
            }
        }
    }

    /// What waited for a connection that has ended is stale.
    fn forget(&mut self) {
        while self.frames.try_recv().is_ok() {}
        self.waiting.set(0);
    }
}
