//! The network between the nodes: a proxy before each node's port for peers.
//!
//! Promises: the links of each ordered pair of nodes are cut, delayed and slowed apart. Bytes that
//! flow from `a` to `b` obey the link from `a` to `b`, whichever of the two opened the connection.
//! No byte amid a stream is lost, as under TCP: a closed link ends the connections that `a` opened
//! and refuses new ones, a black hole keeps the bytes until it is healed. A connection that one
//! side ends ends for both. Knows nothing of what the bytes mean; who opened a connection is asked
//! of the operating system.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, sleep_until, Instant};

/// How a link is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Connections end, and new ones are refused.
    Closed,
    /// Connections stay, and nothing arrives.
    BlackHole,
}

/// How a link is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// Whether nothing arrives.
    pub cut: Option<Cut>,
    /// How much later everything arrives.
    pub delay: Duration,
    /// How many bytes a second it carries at most.
    pub rate: Option<u32>,
}

impl Link {
    /// A link that is cut.
    pub fn cut(cut: Cut) -> Link {
        Link { cut: Some(cut), ..Link::default() }
    }
}

/// The bytes of one read, and when they arrive.
type Chunk = (Instant, Vec<u8>);
/// A node's id.
type Id = u64;

/// The links of all pairs, and what became of the faults on them.
#[derive(Debug, Default)]
pub struct Links {
    pairs: Mutex<BTreeMap<(Id, Id), watch::Sender<Link>>>,
    refused: AtomicU64,
    held: AtomicU64,
    delayed: AtomicU64,
}

impl Links {
    fn pairs(&self) -> MutexGuard<'_, BTreeMap<(Id, Id), watch::Sender<Link>>> {
        self.pairs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the link from one node to another.
    pub fn set(&self, from: Id, to: Id, link: Link) {
        self.pairs().entry((from, to)).or_default().send_replace(link);
    }

    /// All links are as good as new.
    pub fn heal(&self) {
        self.pairs().values().for_each(|link| {
            link.send_replace(Link::default());
        });
    }

    fn watch(&self, from: Id, to: Id) -> watch::Receiver<Link> {
        self.pairs().entry((from, to)).or_default().subscribe()
    }

    /// How many connections were ended or refused, and messages held back, by cuts.
    pub fn hits_of_cuts(&self) -> u64 {
        self.refused.load(Ordering::Relaxed) + self.held.load(Ordering::Relaxed)
    }

    /// How many messages came later.
    pub fn hits_of_delays(&self) -> u64 {
        self.delayed.load(Ordering::Relaxed)
    }
}

/// Who opened a connection from this address to that one.
pub type Origin = Arc<dyn Fn(SocketAddr, SocketAddr) -> Option<Id> + Send + Sync>;

/// A proxy before the port of one node; it ends when this is dropped.
#[derive(Debug)]
pub struct Proxy {
    /// Where the other nodes connect to.
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Proxy {
    /// Begins to listen for the node `to`, which listens at `target`.
    pub async fn start(
        to: Id,
        target: SocketAddr,
        links: Arc<Links>,
        origin: Origin,
    ) -> io::Result<Proxy> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let task = tokio::spawn(async move {
            loop {
                let Ok((stream, peer)) = listener.accept().await else {
                    // Too many open files: some will be closed.
                    sleep(Duration::from_millis(50)).await;
                    continue;
                };
                if let Some(from) = origin(peer, address) {
                    tokio::spawn(carry(stream, (from, to), target, links.clone()));
                }
            }
        });
        Ok(Proxy { address, task })
    }
}

/// Carries a connection that `from` opened to `to`, until one of them or a cut ends it.
async fn carry(near: TcpStream, (from, to): (Id, Id), target: SocketAddr, links: Arc<Links>) {
    let (mut there, back) = (links.watch(from, to), links.watch(to, from));
    let mut closed = there.clone();
    let closes = async move {
        let is_closed = |link: &Link| link.cut == Some(Cut::Closed);
        let _ = closed.wait_for(is_closed).await;
    };
    let carries = async {
        // Who connects to a black hole waits.
        if !is_open(&mut there, &links).await {
            return;
        }
        let Ok(far) = TcpStream::connect(target).await else { return };
        let _ = (near.set_nodelay(true), far.set_nodelay(true));
        let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
        tokio::select! {
            () = pump(near_in, far_out, there, &links) => (),
            () = pump(far_in, near_out, back, &links) => (),
        }
    };
    tokio::select! {
        biased;
        () = closes => drop(links.refused.fetch_add(1, Ordering::Relaxed)),
        () = carries => (),
    }
}

/// Waits until the link is not cut; false if it is gone.
async fn is_open(link: &mut watch::Receiver<Link>, links: &Links) -> bool {
    if link.borrow().cut.is_some() {
        links.held.fetch_add(1, Ordering::Relaxed);
    }
    link.wait_for(|link| link.cut.is_none()).await.is_ok()
}

/// Moves bytes over a link until their source ends or their destination does not take them.
async fn pump(
    from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut link: watch::Receiver<Link>,
    links: &Links,
) {
    let (send, mut chunks) = mpsc::channel::<Chunk>(64);
    let reads = read(from, send, link.clone(), links);
    let writes = async {
        while let Some((due, bytes)) = chunks.recv().await {
            sleep_until(due).await;
            if !is_open(&mut link, links).await || to.write_all(&bytes).await.is_err() {
                return;
            }
        }
    };
    // What was read before the source ended is still written.
    let reads = async {
        reads.await;
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = writes => (),
        () = reads => (),
    }
}

async fn read(
    mut from: OwnedReadHalf,
    send: mpsc::Sender<Chunk>,
    link: watch::Receiver<Link>,
    links: &Links,
) {
    let mut buffer = vec![0; 16 << 10];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let Link { delay, rate, .. } = *link.borrow();
        if let Some(rate) = rate {
            sleep(Duration::from_secs_f64(length as f64 / f64::from(rate))).await;
        }
        if rate.is_some() || !delay.is_zero() {
            links.delayed.fetch_add(1, Ordering::Relaxed);
        }
        if send.send((Instant::now() + delay, buffer[..length].to_vec())).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::timeout;

    /// A node that echoes what it receives, behind a proxy: node 2. Whoever connects is node 1.
    struct Pair {
        links: Arc<Links>,
        proxy: Proxy,
    }

    const SOON: Duration = Duration::from_secs(10);
    const A_WHILE: Duration = Duration::from_millis(150);

    impl Pair {
        async fn new() -> Pair {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
            let target = listener.local_addr().expect("it listens");
            tokio::spawn(async move {
                while let Ok((mut stream, _)) = listener.accept().await {
                    tokio::spawn(async move {
                        let (mut reads, mut writes) = stream.split();
                        let _ = tokio::io::copy(&mut reads, &mut writes).await;
                    });
                }
            });
            let links = Arc::new(Links::default());
            let origin: Origin = Arc::new(|_, _| Some(1));
            let proxy = Proxy::start(2, target, links.clone(), origin).await.expect("it listens");
            Pair { links, proxy }
        }

        async fn connect(&self) -> TcpStream {
            TcpStream::connect(self.proxy.address).await.expect("the proxy listens")
        }
    }

    /// Whether bytes come back within a time.
    async fn echoes(stream: &mut TcpStream, within: Duration) -> bool {
        stream.write_all(b"ping").await.is_ok() && returns(stream, within).await
    }

    async fn returns(stream: &mut TcpStream, within: Duration) -> bool {
        let mut bytes = [0; 4];
        matches!(timeout(within, stream.read_exact(&mut bytes)).await, Ok(Ok(_)))
    }

    #[tokio::test]
    async fn a_good_link_carries_everything_in_order() {
        let pair = Pair::new().await;
        let stream = pair.connect().await;
        let sent: Vec<u8> = (0..300_000_u32).map(|number| (number / 7) as u8).collect();
        let (mut reads, mut writes) = stream.into_split();
        let mut received = vec![0; sent.len()];
        let both =
            async { tokio::try_join!(writes.write_all(&sent), reads.read_exact(&mut received)) };
        timeout(SOON, both).await.expect("soon").expect("all of it");
        assert!(sent == received);
        assert_eq!((pair.links.hits_of_cuts(), pair.links.hits_of_delays()), (0, 0));
    }

    #[tokio::test]
    async fn a_black_hole_keeps_bytes_of_one_direction_until_it_is_healed() {
        for (from, to) in [(1, 2), (2, 1)] {
            let pair = Pair::new().await;
            let mut stream = pair.connect().await;
            assert!(echoes(&mut stream, SOON).await);
            pair.links.set(from, to, Link::cut(Cut::BlackHole));
            assert!(!echoes(&mut stream, A_WHILE).await, "{from} to {to}");
            pair.links.heal();
            assert!(returns(&mut stream, SOON).await, "{from} to {to}");
            assert!(pair.links.hits_of_cuts() > 0);
        }
    }

    #[tokio::test]
    async fn a_cut_of_another_pair_does_nothing() {
        let pair = Pair::new().await;
        pair.links.set(1, 3, Link::cut(Cut::Closed));
        pair.links.set(3, 2, Link::cut(Cut::BlackHole));
        let mut stream = pair.connect().await;
        assert!(echoes(&mut stream, SOON).await);
    }

    #[tokio::test]
    async fn a_closed_link_ends_connections_and_refuses_new_ones() {
        let pair = Pair::new().await;
        let mut stream = pair.connect().await;
        assert!(echoes(&mut stream, SOON).await);
        pair.links.set(1, 2, Link::cut(Cut::Closed));
        let mut byte = [0];
        let end = timeout(SOON, stream.read(&mut byte)).await.expect("it ends");
        assert!(matches!(end, Ok(0) | Err(_)));
        assert!(!echoes(&mut pair.connect().await, SOON).await);
        pair.links.heal();
        assert!(echoes(&mut pair.connect().await, SOON).await);
        assert_eq!(pair.links.hits_of_cuts(), 2);
    }

    #[tokio::test]
    async fn a_closed_link_does_not_end_what_the_other_node_opened() {
        let pair = Pair::new().await;
        let mut stream = pair.connect().await;
        assert!(echoes(&mut stream, SOON).await);
        pair.links.set(2, 1, Link::cut(Cut::Closed));
        assert!(!echoes(&mut stream, A_WHILE).await);
        pair.links.heal();
        assert!(returns(&mut stream, SOON).await);
    }

    #[tokio::test]
    async fn a_delay_makes_bytes_late() {
        let pair = Pair::new().await;
        let mut stream = pair.connect().await;
        let delay = Duration::from_millis(120);
        pair.links.set(1, 2, Link { delay, ..Link::default() });
        let before = Instant::now();
        assert!(echoes(&mut stream, SOON).await);
        assert!(before.elapsed() >= delay);
        assert!(pair.links.hits_of_delays() > 0);
    }

    #[tokio::test]
    async fn a_rate_slows_a_link() {
        let pair = Pair::new().await;
        let mut stream = pair.connect().await;
        pair.links.set(1, 2, Link { rate: Some(1_000), ..Link::default() });
        let before = Instant::now();
        stream.write_all(&[0; 100]).await.expect("it is taken");
        let mut bytes = [0; 100];
        timeout(SOON, stream.read_exact(&mut bytes)).await.expect("soon").expect("all of it");
        assert!(before.elapsed() >= Duration::from_millis(100));
    }

    #[tokio::test]
    async fn a_connection_of_nobody_is_refused() {
        let links = Arc::new(Links::default());
        let nobody: Origin = Arc::new(|_, _| None);
        let target = "127.0.0.1:1".parse().expect("an address");
        let proxy = Proxy::start(2, target, links, nobody).await.expect("it listens");
        let mut stream = TcpStream::connect(proxy.address).await.expect("it listens");
        assert!(!echoes(&mut stream, SOON).await);
    }
}
