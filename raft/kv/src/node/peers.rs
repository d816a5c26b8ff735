//! Connections from the other servers, for receiving.
//!
//! Promises: a message leaves a connection only to be processed at once, and a connection gives way
//! to the others after a few, so that none starves them; a server that is no member, or whose data
//! directory was wiped, is refused with the reason; a frame that breaks the protocol ends its
//! connection and nothing else.

use std::rc::Rc;
use std::time::Duration;

use bytes::BytesMut;
use raft::NodeId;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::node::exchange;
use crate::node::shared::Shared;
use crate::stream::{self, Stream};
use crate::wire::{self, Welcome};

/// How long the exchange at the beginning may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// Frames that are processed before other connections get their turn.
const TURN: usize = 32;

/// Accepts connections for ever.
pub async fn accept(shared: Rc<Shared>, listener: TcpListener) {
    loop {
        let (stream, address) = stream::accept(&listener).await;
        if Rc::strong_count(&shared.peer_connections) > shared.peer_limit {
            tracing::warn!(%address, "too many connections of peers");
            continue;
        }
        let (shared, counted) = (shared.clone(), shared.peer_connections.clone());
        tokio::task::spawn_local(async move {
            let _counted = counted;
            if let Err(error) = serve(&shared, stream).await {
                tracing::warn!(%address, error, "a peer's connection ended");
            }
        });
    }
}

async fn serve(shared: &Rc<Shared>, stream: TcpStream) -> Result<(), String> {
    let begun = timeout(PATIENCE, begin(shared, stream)).await;
    let (mut stream, from, mut buffer) = begun.map_err(|_| "no greeting in time".to_string())??;
    loop {
        if shared.is_expelled(from) {
            // It learns why when it connects again.
            return Err(format!("server {from} was removed"));
        }
        let mut turn = 0;
        while let Some(content) = wire::take(&mut buffer)? {
            let frame = wire::decode_frame(&content, from, shared.id)?;
            shared.receive(from, frame);
            turn += 1;
            if turn % TURN == 0 {
                tokio::task::yield_now().await;
            }
        }
        let read = stream.read_buf(&mut buffer).await.map_err(|error| error.to_string())?;
        if read == 0 {
            return Ok(());
        }
    }
}

async fn begin(
    shared: &Rc<Shared>,
    stream: TcpStream,
) -> Result<(Stream, NodeId, BytesMut), String> {
    stream::tune(&stream).map_err(|error| error.to_string())?;
    let mut stream = shared.tls.accept_peer(stream).await?;
    let mut buffer = BytesMut::with_capacity(64 << 10);
    let hello = exchange::meet(&mut stream, &mut buffer).await?;
    let refusal = shared.examine(&hello)?;
    let welcome = refusal.clone().map_or(Welcome::Accepted, Welcome::Refused);
    exchange::answer(&mut stream, &welcome).await?;
    match refusal {
        None => Ok((stream, NodeId(hello.from), buffer)),
        Some(refusal) => Err(format!("refused server {}: {refusal}", hello.from)),
    }
}
