//! A client's request: what the words of a command mean.
//!
//! Promises: a request is well-formed: counts, numbers and options are checked. Knows nothing of
//! bytes on a connection, nor of what a request does.

use bytes::Bytes;

/// When a SET takes effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// In any case.
    Always,
    /// NX: if the key has no value.
    Absent,
    /// XX: if the key has a value.
    Present,
    /// IFEQ: if the key has this value.
    Equals(Bytes),
}

/// A request for the cluster: it reads or changes keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// GET.
    Get(Bytes),
    /// MGET: at least one key.
    MGet(Vec<Bytes>),
    /// EXISTS: at least one key; a key counts as often as it is named.
    Exists(Vec<Bytes>),
    /// DBSIZE.
    Size,
    /// SET.
    Set {
        /// The key.
        key: Bytes,
        /// Its new value.
        value: Bytes,
        /// When it takes effect.
        condition: Condition,
        /// The GET option: the answer is the old value.
        get: bool,
    },
    /// DEL: at least one key.
    Del(Vec<Bytes>),
    /// INCR (by 1), DECR (by -1), INCRBY, DECRBY.
    Increment {
        /// The key.
        key: Bytes,
        /// By how much.
        by: i64,
    },
}

/// A `RAFT` command: for operators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// RAFT STATUS.
    Status,
    /// RAFT MEMBERS.
    Members,
    /// RAFT ADD id address.
    Add {
        /// The new server's id, below 64.
        id: u8,
        /// Where its peers reach it, as HOST:PORT.
        address: String,
    },
    /// RAFT REMOVE id.
    Remove(u8),
    /// RAFT TRANSFER id.
    Transfer(u8),
    /// RAFT SNAPSHOT.
    Snapshot,
    /// RAFT METRICS: as Prometheus text.
    Metrics,
}

/// A version of the protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// What a connection begins with.
    #[default]
    Resp2,
    /// With maps, texts and a null of its own: after HELLO 3.
    Resp3,
}

/// What a client asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// A request for the cluster.
    Data(Data),
    /// A request for operators.
    Operation(Operation),
    /// PING, with what to answer instead of PONG.
    Ping(Option<Bytes>),
    /// ECHO.
    Echo(Bytes),
    /// HELLO.
    Hello {
        /// The version of the protocol from now on; none keeps the current one.
        version: Option<Version>,
        /// AUTH user password.
        auth: Option<(Bytes, Bytes)>,
        /// SETNAME name.
        name: Option<Bytes>,
    },
    /// AUTH: user, if any, and password.
    Auth {
        /// The user: only `default` exists.
        user: Option<Bytes>,
        /// The password.
        password: Bytes,
    },
    /// INFO: the sections asked for, in lower case; none means all.
    Info(Vec<String>),
    /// COMMAND and its subcommands.
    Command(CommandQuery),
    /// CLIENT: its subcommands.
    Client(ClientQuery),
    /// The subcommand HELP of this command.
    Help(&'static str),
    /// CONFIG GET: the names of the parameters.
    ConfigGet(Vec<Bytes>),
    /// SELECT: only database 0 exists, and the parser refuses others.
    Select,
    /// READONLY: reads on this connection may be stale, and are answered by this node alone.
    ReadOnly,
    /// READWRITE: reads are linearizable again, as they are at first.
    ReadWrite,
    /// RESET: the connection is as at its beginning.
    Reset,
    /// QUIT.
    Quit,
}

/// What COMMAND asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandQuery {
    /// COMMAND: all commands.
    All,
    /// COMMAND COUNT.
    Count,
    /// COMMAND INFO: these commands, or all.
    Info(Vec<Bytes>),
    /// COMMAND DOCS: these commands, or all.
    Docs(Vec<Bytes>),
}

/// What CLIENT asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientQuery {
    /// CLIENT ID.
    Id,
    /// CLIENT GETNAME.
    GetName,
    /// CLIENT SETNAME.
    SetName(Bytes),
    /// CLIENT SETINFO: noted by nobody.
    SetInfo,
    /// CLIENT INFO.
    Info,
    /// CLIENT NO-EVICT, CLIENT NO-TOUCH and the like: accepted, without an effect.
    Ignored,
}
