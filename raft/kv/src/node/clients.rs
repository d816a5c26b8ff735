//! Connections of clients.
//!
//! A connection's requests are answered in their order. Writes that follow each other are under way
//! together, and so are reads; a read waits for the writes before it, and a write for the reads.
//! Promises: a client that breaks the protocol, sends too much or reads nothing harms only its own
//! connection; nothing is answered before the password, if there is one. Knows nothing of Raft.

use std::io::Write;
use std::rc::Rc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::command::Action;
use crate::node::queues::{Kind, Queue};
use crate::node::report;
use crate::node::shared::Shared;
use crate::request::{ClientQuery, Data, Operation, Request};
use crate::resp::{self, CommandParser, Reply, Version};
use crate::stream::{self, Stream};
use crate::wire::Order;

/// How long the beginning of an encrypted connection may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Accepts connections for ever.
pub async fn accept(shared: Rc<Shared>, listener: TcpListener) {
    loop {
        let (stream, _) = stream::accept(&listener).await;
        let Some(queue) = shared.clients.enter() else {
            reject(&shared, stream);
            continue;
        };
        let shared = shared.clone();
        tokio::task::spawn_local(async move {
            if let Ok(connection) = Connection::open(&shared, queue.clone(), stream).await {
                // Its end is the client's business.
                let _ = connection.run().await;
            }
            shared.clients.leave(&queue);
        });
    }
}

/// As Redis says it. What does not fit the socket's buffer is lost, and before a handshake nothing
/// can be said.
fn reject(shared: &Shared, stream: TcpStream) {
    if let (false, Ok(mut stream)) = (shared.tls.is_on(), stream.into_std()) {
        let _ = stream.write(b"-ERR max number of clients reached\r\n");
    }
}

/// One connection.
struct Connection {
    shared: Rc<Shared>,
    queue: Rc<Queue>,
    stream: Stream,
    parser: CommandParser,
    input: BytesMut,
    output: BytesMut,
    version: Version,
    is_known: bool,
    is_stale: bool,
    is_closing: bool,
    /// The client sends nothing more.
    is_at_end: bool,
    name: Bytes,
    /// A request that waits for those before it.
    held: Option<Request>,
}

impl Connection {
    async fn open(
        shared: &Rc<Shared>,
        queue: Rc<Queue>,
        stream: TcpStream,
    ) -> Result<Connection, String> {
        stream::tune(&stream).map_err(|error| error.to_string())?;
        let secured = timeout(PATIENCE, shared.tls.accept_client(stream)).await;
        let limits = shared.clients.limits();
        Ok(Connection {
            queue,
            stream: secured.map_err(|_| "no handshake in time".to_string())??,
            parser: CommandParser::new(limits.command),
            input: BytesMut::with_capacity(4096),
            output: BytesMut::with_capacity(4096),
            version: Version::default(),
            is_known: limits.password.is_none(),
            is_stale: false,
            is_closing: false,
            is_at_end: false,
            name: Bytes::new(),
            held: None,
            shared: shared.clone(),
        })
    }

    async fn run(mut self) -> std::io::Result<()> {
        loop {
            self.process();
            self.queue.take(self.shared.clients.limits().output, &mut self.output);
            if !self.output.is_empty() {
                self.write().await?;
                continue;
            }
            let is_last = self.is_closing || (self.is_at_end && self.held.is_none());
            if is_last && self.queue.is_empty() {
                return self.stream.shutdown().await;
            }
            let queue = self.queue.clone();
            tokio::select! {
                () = queue.answered() => {}
                read = self.stream.read_buf(&mut self.input), if self.may_read() => {
                    self.is_at_end = read? == 0;
                }
            }
        }
    }

    async fn write(&mut self) -> std::io::Result<()> {
        self.queue.set_writing(true);
        self.stream.write_all(&self.output).await?;
        self.stream.flush().await?;
        self.queue.set_writing(false);
        self.output.clear();
        // One large answer does not cost memory for ever.
        if self.output.capacity() > 2 * self.shared.clients.limits().output {
            self.output = BytesMut::with_capacity(4096);
        }
        Ok(())
    }

    fn may_read(&self) -> bool {
        !self.is_at_end && !self.is_blocked()
    }

    /// Whether no more requests are begun for now.
    fn is_blocked(&self) -> bool {
        self.is_closing
            || self.held.is_some()
            || self.queue.len() >= self.shared.clients.limits().pipeline
    }

    /// Begins the requests that have arrived, as far as they need not wait.
    fn process(&mut self) {
        if let Some(request) = self.held.take() {
            self.begin(request);
        }
        while !self.is_blocked() {
            match self.parser.parse(&mut self.input) {
                Ok(None) => return,
                Ok(Some(words)) if words.is_empty() => {}
                Ok(Some(words)) => {
                    match Request::parse(words, &self.shared.clients.limits().command) {
                        Ok(request) => self.begin(request),
                        Err(error) => self.reply(Reply::error(error)),
                    }
                }
                Err(error) => {
                    self.reply(Reply::error(format!("ERR {error}")));
                    self.is_closing = true;
                }
            }
        }
    }

    fn reply(&mut self, reply: Reply) {
        self.queue.push(Kind::Local, self.version, Some(reply));
    }

    fn begin(&mut self, request: Request) {
        let is_open = matches!(
            request,
            Request::Auth { .. } | Request::Hello { .. } | Request::Quit | Request::Reset
        );
        if !self.is_known && !is_open {
            return self.reply(Reply::error("NOAUTH Authentication required."));
        }
        let kind = match &request {
            Request::Data(data) if Action::of(data).is_some() => Kind::Write,
            Request::Data(_) if self.is_stale => Kind::Local,
            Request::Data(_) => Kind::Read,
            Request::Operation(Operation::Add { .. } | Operation::Remove(_)) => Kind::Operation,
            Request::Operation(Operation::Transfer(_)) => Kind::Operation,
            // It changes how the requests after it are answered.
            Request::Hello { .. } | Request::Reset => Kind::Operation,
            _ => Kind::Local,
        };
        if self.queue.must_wait(kind) {
            self.held = Some(request);
            return;
        }
        match request {
            Request::Data(data) => self.data(kind, &data),
            Request::Operation(operation) => self.operation(operation),
            other => self.local(other),
        }
    }

    /// A server that does not take part yet has no clock, and so no time limits.
    fn loading(&mut self) {
        self.reply(Reply::error(
            "LOADING a majority of the other servers has not been reached yet",
        ));
    }

    fn data(&mut self, kind: Kind, data: &Data) {
        if !self.shared.is_ready() {
            return self.loading();
        }
        let kind = if kind == Kind::Local { Kind::Read } else { kind };
        let token = self.queue.push(kind, self.version, None);
        self.shared.server.borrow_mut().request(token, data, self.is_stale);
        self.shared.wake();
    }

    fn operation(&mut self, operation: Operation) {
        let order = match operation {
            Operation::Add { id, address } => Order::Add { id, address },
            Operation::Remove(id) => Order::Remove(id),
            Operation::Transfer(id) => Order::Transfer(id),
            Operation::Status => return self.reply(report::status(&self.shared)),
            Operation::Members => return self.reply(report::members(&self.shared)),
            Operation::Metrics => return self.reply(Reply::Text(report::metrics(&self.shared))),
            Operation::Snapshot => {
                let index = self.shared.server.borrow_mut().request_snapshot();
                self.shared.wake();
                return self.reply(match index {
                    Some(index) => Reply::Simple(format!("snapshot up to {}", index.0).into()),
                    None => Reply::error("DISKFULL there is no space for a snapshot"),
                });
            }
        };
        if !self.shared.is_ready() {
            return self.loading();
        }
        let token = self.queue.push(Kind::Operation, self.version, None);
        self.shared.server.borrow_mut().operate(token, order);
        self.shared.wake();
    }

    fn local(&mut self, request: Request) {
        let reply = match request {
            Request::Data(_) | Request::Operation(_) => return,
            Request::Ping(None) => Reply::simple("PONG"),
            Request::Ping(Some(text)) | Request::Echo(text) => Reply::Bulk(text),
            Request::Hello { version, auth, name } => self.hello(version, auth, name),
            Request::Auth { user, password } => match self.authenticate(user, &password) {
                Ok(()) => Reply::OK,
                Err(error) => error,
            },
            Request::Info(sections) => Reply::Text(report::info(&self.shared, &sections)),
            Request::Command(query) => resp::describe(&query),
            Request::Client(query) => self.client(query),
            Request::Help(name) => resp::help(name),
            Request::ConfigGet(names) => report::config(&names),
            Request::Select => Reply::OK,
            Request::ReadOnly => {
                self.is_stale = true;
                Reply::OK
            }
            Request::ReadWrite => {
                self.is_stale = false;
                Reply::OK
            }
            Request::Reset => {
                (self.version, self.is_stale, self.name) = Default::default();
                self.is_known = self.shared.clients.limits().password.is_none();
                Reply::simple("RESET")
            }
            Request::Quit => {
                self.is_closing = true;
                Reply::OK
            }
        };
        self.reply(reply);
    }

    fn hello(
        &mut self,
        version: Option<Version>,
        auth: Option<(Bytes, Bytes)>,
        name: Option<Bytes>,
    ) -> Reply {
        if let Some((user, password)) = auth {
            if let Err(error) = self.authenticate(Some(user), &password) {
                return error;
            }
        }
        if !self.is_known {
            return Reply::error(
                "NOAUTH HELLO must be called with the client already authenticated, otherwise the \
                 HELLO <proto> AUTH <user> <pass> option can be used",
            );
        }
        self.version = version.unwrap_or(self.version);
        self.name = name.unwrap_or(std::mem::take(&mut self.name));
        report::hello(&self.shared, self.version, self.queue.id())
    }

    fn authenticate(&mut self, user: Option<Bytes>, password: &[u8]) -> Result<(), Reply> {
        let Some(expected) = &self.shared.clients.limits().password else {
            return Err(Reply::error("ERR AUTH called without any password configured"));
        };
        let is_user = user.is_none_or(|user| user == "default");
        if is_same(expected, password) && is_user {
            self.is_known = true;
            return Ok(());
        }
        Err(Reply::error("WRONGPASS invalid username-password pair or user is disabled."))
    }

    fn client(&mut self, query: ClientQuery) -> Reply {
        match query {
            ClientQuery::Id => Reply::Integer(self.queue.id().into()),
            ClientQuery::GetName => Reply::Bulk(self.name.clone()),
            ClientQuery::SetName(name) => {
                self.name = name;
                Reply::OK
            }
            ClientQuery::SetInfo | ClientQuery::Ignored => Reply::OK,
            ClientQuery::Info => {
                let name = String::from_utf8_lossy(&self.name);
                let version = if self.version == Version::Resp3 { 3 } else { 2 };
                Reply::bulk(format!("id={} name={name} resp={version}", self.queue.id()))
            }
        }
    }
}

/// Takes as long whatever differs.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    let length = one.len().max(other.len());
    let byte = |bytes: &[u8], at: usize| bytes.get(at).copied().unwrap_or(0);
    let differing = (0..length).fold(0, |bits, at| bits | (byte(one, at) ^ byte(other, at)));
    differing == 0 && one.len() == other.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_the_same_only_if_all_bytes_are() {
        assert!(is_same(b"secret", b"secret"));
        for other in ["", "secre", "secret ", "Secret", "secreT", "secret\0"] {
            assert!(!is_same(b"secret", other.as_bytes()), "{other:?}");
        }
    }
}
