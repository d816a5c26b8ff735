//! The commands of this store: one table, from which the parser, COMMAND and all help come.

use super::arguments as parse;
use super::syntax::{Argument, Command, Kind};
use crate::request::{ClientQuery, CommandQuery, Data, Operation, Request};

/// The command of this name, in any case.
pub fn find(name: &[u8]) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| name.eq_ignore_ascii_case(command.name.as_bytes()))
}

// The flags of commands on keys.
const WRITE: &[&str] = &["write", "denyoom", "fast"];
const DELETE: &[&str] = &["write"];
const READ: &[&str] = &["readonly", "fast"];

const KEY: Argument = Argument::new("key", Kind::Key);
const KEYS: Argument = KEY.multiple();
const VALUE: Argument = Argument::text("value");
const SERVER: Argument = Argument::new("id", Kind::Integer);
const ON_OR_OFF: Argument = Argument::new(
    "enabled",
    Kind::OneOf(&[Argument::token("on", "ON"), Argument::token("off", "OFF")]),
);
const SUBCOMMAND: Argument = Argument::new(
    "arguments",
    Kind::Block(&[Argument::text("subcommand"), Argument::text("argument").optional().multiple()]),
);
const HELP: &str = "Tells what the subcommands do.";

/// All commands, the most frequent first.
pub static COMMANDS: &[Command] = &[
    Command::new("get", &[KEY], "Returns the value of a key.", parse::get).on_keys(READ),
    Command::new(
        "set",
        &[
            KEY,
            VALUE,
            Argument::new(
                "condition",
                Kind::OneOf(&[
                    Argument::token("nx", "NX"),
                    Argument::token("xx", "XX"),
                    Argument::text("comparison-value").after("IFEQ"),
                ]),
            )
            .optional(),
            Argument::token("get", "GET").optional(),
        ],
        "Sets the value of a key: always, or only if it has none (NX), one (XX) or this (IFEQ).",
        parse::set,
    )
    .on_keys(WRITE),
    Command::new("del", &[KEYS], "Deletes keys; returns how many had values.", parse::del)
        .on_keys(DELETE),
    Command::new("incr", &[KEY], "Adds one to the number in a key.", parse::incr).on_keys(WRITE),
    Command::new("mget", &[KEYS], "Returns the values of keys.", parse::mget).on_keys(READ),
    Command::new("exists", &[KEYS], "Returns how many of the keys have values.", parse::exists)
        .on_keys(READ),
    Command::new("decr", &[KEY], "Subtracts one from the number in a key.", parse::decr)
        .on_keys(WRITE),
    Command::new(
        "incrby",
        &[KEY, Argument::new("increment", Kind::Integer)],
        "Adds a number to the number in a key.",
        parse::incrby,
    )
    .on_keys(WRITE),
    Command::new(
        "decrby",
        &[KEY, Argument::new("decrement", Kind::Integer)],
        "Subtracts a number from the number in a key.",
        parse::decrby,
    )
    .on_keys(WRITE),
    Command::new(
        "getset",
        &[KEY, VALUE],
        "Sets the value of a key; returns the old value.",
        parse::getset,
    )
    .on_keys(WRITE),
    Command::new("dbsize", &[], "Returns how many keys have values.", |_| {
        Ok(Request::Data(Data::Size))
    })
    .on_keys(READ),
    Command::new(
        "ping",
        &[Argument::text("message").optional()],
        "Answers PONG, or the message.",
        parse::ping,
    )
    .on_connection(),
    Command::new("echo", &[Argument::text("message")], "Answers the message.", parse::echo)
        .on_connection(),
    Command::new(
        "hello",
        &[Argument::new(
            "arguments",
            Kind::Block(&[
                Argument::new("protover", Kind::Integer),
                Argument::new(
                    "auth",
                    Kind::Block(&[Argument::text("username"), Argument::text("password")]),
                )
                .after("AUTH")
                .optional(),
                Argument::text("clientname").after("SETNAME").optional(),
            ]),
        )
        .optional()],
        "Chooses the version of the protocol; tells about the server.",
        parse::hello,
    )
    .on_connection(),
    Command::new(
        "auth",
        &[Argument::text("username").optional(), Argument::text("password")],
        "Logs in.",
        parse::auth,
    )
    .on_connection(),
    Command::new(
        "select",
        &[Argument::new("index", Kind::Integer)],
        "Chooses a database: only 0 exists.",
        parse::select,
    )
    .on_connection(),
    Command::new(
        "readonly",
        &[],
        "Lets this node alone answer reads on this connection: they may be stale.",
        |_| Ok(Request::ReadOnly),
    )
    .on_connection(),
    Command::new("readwrite", &[], "Makes reads on this connection linearizable again.", |_| {
        Ok(Request::ReadWrite)
    })
    .on_connection(),
    Command::new("reset", &[], "Puts the connection in its first state.", |_| Ok(Request::Reset))
        .on_connection(),
    Command::new("quit", &[], "Closes the connection.", |_| Ok(Request::Quit)).on_connection(),
    Command::new(
        "client",
        &[SUBCOMMAND],
        "Commands about this connection.",
        parse::without_subcommand,
    )
    .on_connection()
    .with(CLIENT),
    Command::new(
        "info",
        &[Argument::text("section").optional().multiple()],
        "Tells about the server.",
        parse::info,
    ),
    Command::new("command", &[SUBCOMMAND.optional()], "Tells about commands.", |_| {
        Ok(Request::Command(CommandQuery::All))
    })
    .with(COMMAND),
    Command::new(
        "config",
        &[SUBCOMMAND],
        "Commands about the settings.",
        parse::without_subcommand,
    )
    .with(CONFIG),
    Command::new(
        "raft",
        &[SUBCOMMAND],
        "Commands for operators of the cluster.",
        parse::without_subcommand,
    )
    .with(RAFT),
];

static CLIENT: &[Command] = &[
    Command::new("client|id", &[], "Returns the number of this connection.", |_| {
        Ok(Request::Client(ClientQuery::Id))
    })
    .on_connection(),
    Command::new("client|getname", &[], "Returns the name of this connection.", |_| {
        Ok(Request::Client(ClientQuery::GetName))
    })
    .on_connection(),
    Command::new(
        "client|setname",
        &[Argument::text("connection-name")],
        "Names this connection.",
        parse::client_setname,
    )
    .on_connection(),
    Command::new(
        "client|setinfo",
        &[Argument::new(
            "attr",
            Kind::OneOf(&[
                Argument::text("libname").after("LIB-NAME"),
                Argument::text("libver").after("LIB-VER"),
            ]),
        )],
        "Accepted, without an effect.",
        parse::client_setinfo,
    )
    .on_connection(),
    Command::new("client|info", &[], "Tells about this connection.", |_| {
        Ok(Request::Client(ClientQuery::Info))
    })
    .on_connection(),
    Command::new(
        "client|no-evict",
        &[ON_OR_OFF],
        "Accepted, without an effect.",
        parse::client_switch,
    )
    .on_connection(),
    Command::new(
        "client|no-touch",
        &[ON_OR_OFF],
        "Accepted, without an effect.",
        parse::client_switch,
    )
    .on_connection(),
    Command::new(
        "client|reply",
        &[Argument::new(
            "action",
            Kind::OneOf(&[
                Argument::token("on", "ON"),
                Argument::token("off", "OFF"),
                Argument::token("skip", "SKIP"),
            ]),
        )],
        "Refused.",
        parse::client_reply,
    )
    .on_connection(),
    Command::new("client|help", &[], HELP, |_| Ok(Request::Help("client"))).on_connection(),
];

static COMMAND: &[Command] = &[
    Command::new("command|count", &[], "Returns how many there are.", |_| {
        Ok(Request::Command(CommandQuery::Count))
    }),
    Command::new(
        "command|info",
        &[Argument::text("command-name").optional().multiple()],
        "Tells about these commands, or all.",
        parse::command_info,
    ),
    Command::new(
        "command|docs",
        &[Argument::text("command-name").optional().multiple()],
        "Returns the documentation of these commands, or all.",
        parse::command_docs,
    ),
    Command::new("command|help", &[], HELP, |_| Ok(Request::Help("command"))),
];

static CONFIG: &[Command] = &[
    Command::new(
        "config|get",
        &[Argument::text("parameter").multiple()],
        "Returns settings by their names.",
        parse::config_get,
    ),
    Command::new("config|help", &[], HELP, |_| Ok(Request::Help("config"))),
];

static RAFT: &[Command] = &[
    Command::new("raft|status", &[], "Tells how this node is.", |_| {
        Ok(Request::Operation(Operation::Status))
    }),
    Command::new("raft|members", &[], "Tells who is in the cluster.", |_| {
        Ok(Request::Operation(Operation::Members))
    }),
    Command::new(
        "raft|add",
        &[SERVER, Argument::text("host:port")],
        "Adds a server, which its peers reach there.",
        parse::raft_add,
    ),
    Command::new("raft|remove", &[SERVER], "Removes a server.", parse::raft_remove),
    Command::new("raft|transfer", &[SERVER], "Makes a server the leader.", parse::raft_transfer),
    Command::new("raft|snapshot", &[], "Writes a snapshot at this node.", |_| {
        Ok(Request::Operation(Operation::Snapshot))
    }),
    Command::new("raft|metrics", &[], "Returns this node's metrics, as Prometheus text.", |_| {
        Ok(Request::Operation(Operation::Metrics))
    }),
    Command::new("raft|help", &[], HELP, |_| Ok(Request::Help("raft"))),
];
