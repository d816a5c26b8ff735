//! From the arguments of a command to a request.
//!
//! Promises: errors have the texts of Redis, which clients know, or name what is not supported.

use bytes::Bytes;

use super::limits::Limits;
use super::syntax::{Arguments, Command};
use crate::integer::parse_integer;
use crate::request::{ClientQuery, CommandQuery, Condition, Data, Operation, Request, Version};

type Result<T = Request> = std::result::Result<T, String>;

impl Arguments<'_> {
    /// The words behind the name.
    fn rest(self) -> impl Iterator<Item = Bytes> {
        self.words.into_iter().skip(self.command.name_words())
    }

    /// The words behind the name, of which there are exactly so many.
    fn exactly<const N: usize>(self) -> Result<[Bytes; N]> {
        if self.words.len() != self.command.name_words() + N {
            return Err(wrong_number(self.command));
        }
        let mut rest = self.rest();
        Ok(std::array::from_fn(|_| rest.next().unwrap_or_default()))
    }

    /// The one word behind the name: a key.
    fn key(self) -> Result<Bytes> {
        let limits = self.limits;
        let [key] = self.exactly()?;
        checked_key(key, limits)
    }

    /// The two words behind the name: a key and another.
    fn key_and_word(self) -> Result<(Bytes, Bytes)> {
        let limits = self.limits;
        let [key, word] = self.exactly()?;
        Ok((checked_key(key, limits)?, word))
    }

    /// The words behind the name: keys.
    fn keys(self) -> Result<Vec<Bytes>> {
        let limits = self.limits;
        self.rest().map(|key| checked_key(key, limits)).collect()
    }
}

fn checked_key(key: Bytes, limits: &Limits) -> Result<Bytes> {
    if key.len() > limits.key {
        return Err(format!("ERR key too long, the limit is {} bytes", limits.key));
    }
    Ok(key)
}

fn integer(text: &[u8]) -> Result<i64> {
    parse_integer(text).ok_or_else(|| "ERR value is not an integer or out of range".into())
}

const SYNTAX: &str = "ERR syntax error";

pub(super) fn wrong_number(command: &Command) -> String {
    format!("ERR wrong number of arguments for '{}' command", command.name)
}

pub(super) fn unknown_command(words: &[Bytes]) -> String {
    let mut shown = String::new();
    for word in words.iter().skip(1) {
        if shown.len() >= 128 {
            break;
        }
        shown += &format!("'{}' ", printable(word));
    }
    let name = words.first().map(|name| printable(name)).unwrap_or_default();
    format!("ERR unknown command '{name}', with args beginning with: {shown}")
}

pub(super) fn unknown_subcommand(command: &Command, name: &[u8]) -> String {
    let (name, command) = (printable(name), command.name.to_uppercase());
    format!("ERR unknown subcommand '{name}'. Try {command} HELP.")
}

/// The first bytes of a word as text in one line.
fn printable(word: &[u8]) -> String {
    let text = String::from_utf8_lossy(&word[..word.len().min(64)]);
    text.chars().map(|char| if char.is_control() { '?' } else { char }).collect()
}

pub(super) fn get(arguments: Arguments) -> Result {
    Ok(Request::Data(Data::Get(arguments.key()?)))
}

/// The options of SET in any order, and at most one condition, as in Redis.
pub(super) fn set(arguments: Arguments) -> Result {
    let limits = arguments.limits;
    let mut rest = arguments.rest();
    let (key, value) = (rest.next().unwrap_or_default(), rest.next().unwrap_or_default());
    let (key, mut condition, mut get) = (checked_key(key, limits)?, None, false);
    while let Some(option) = rest.next() {
        let new = if option.eq_ignore_ascii_case(b"GET") {
            get = true;
            continue;
        } else if option.eq_ignore_ascii_case(b"NX") {
            Condition::Absent
        } else if option.eq_ignore_ascii_case(b"XX") {
            Condition::Present
        } else if option.eq_ignore_ascii_case(b"IFEQ") {
            Condition::Equals(rest.next().ok_or(SYNTAX)?)
        } else {
            return Err(unsupported(&option));
        };
        if condition.replace(new).is_some() {
            return Err(SYNTAX.into());
        }
    }
    let condition = condition.unwrap_or(Condition::Always);
    Ok(Request::Data(Data::Set { key, value, condition, get }))
}

/// Options that SET has in Redis are refused by name.
fn unsupported(option: &[u8]) -> String {
    let others = ["EX", "PX", "EXAT", "PXAT", "KEEPTTL", "IFNE", "IFDEQ", "IFDNE"];
    match others.iter().find(|other| option.eq_ignore_ascii_case(other.as_bytes())) {
        Some(other) => format!("ERR option {other} of SET is not supported"),
        None => SYNTAX.into(),
    }
}

pub(super) fn getset(arguments: Arguments) -> Result {
    let (key, value) = arguments.key_and_word()?;
    Ok(Request::Data(Data::Set { key, value, condition: Condition::Always, get: true }))
}

pub(super) fn del(arguments: Arguments) -> Result {
    Ok(Request::Data(Data::Del(arguments.keys()?)))
}

pub(super) fn exists(arguments: Arguments) -> Result {
    Ok(Request::Data(Data::Exists(arguments.keys()?)))
}

pub(super) fn mget(arguments: Arguments) -> Result {
    Ok(Request::Data(Data::MGet(arguments.keys()?)))
}

pub(super) fn incr(arguments: Arguments) -> Result {
    Ok(Request::Data(Data::Increment { key: arguments.key()?, by: 1 }))
}

pub(super) fn decr(arguments: Arguments) -> Result {
    Ok(Request::Data(Data::Increment { key: arguments.key()?, by: -1 }))
}

pub(super) fn incrby(arguments: Arguments) -> Result {
    let (key, by) = arguments.key_and_word()?;
    Ok(Request::Data(Data::Increment { key, by: integer(&by)? }))
}

pub(super) fn decrby(arguments: Arguments) -> Result {
    let (key, by) = arguments.key_and_word()?;
    let by = integer(&by)?.checked_neg().ok_or("ERR decrement would overflow")?;
    Ok(Request::Data(Data::Increment { key, by }))
}

pub(super) fn ping(arguments: Arguments) -> Result {
    if arguments.words.len() > 2 {
        return Err(wrong_number(arguments.command));
    }
    Ok(Request::Ping(arguments.rest().next()))
}

pub(super) fn echo(arguments: Arguments) -> Result {
    let [message] = arguments.exactly()?;
    Ok(Request::Echo(message))
}

pub(super) fn hello(arguments: Arguments) -> Result {
    let mut rest = arguments.rest();
    let version = match rest.next().map(|text| parse_integer(&text)) {
        None => None,
        Some(Some(2)) => Some(Version::Resp2),
        Some(Some(3)) => Some(Version::Resp3),
        Some(Some(_)) => return Err("NOPROTO unsupported protocol version".into()),
        Some(None) => return Err("ERR Protocol version is not an integer or out of range".into()),
    };
    let (mut auth, mut name) = (None, None);
    while let Some(option) = rest.next() {
        let error = || format!("ERR Syntax error in HELLO option '{}'", printable(&option));
        if option.eq_ignore_ascii_case(b"AUTH") {
            let mut next = || rest.next().ok_or_else(error);
            auth = Some((next()?, next()?));
        } else if option.eq_ignore_ascii_case(b"SETNAME") {
            name = Some(checked_name(rest.next().ok_or_else(error)?)?);
        } else {
            return Err(error());
        }
    }
    Ok(Request::Hello { version, auth, name })
}

/// AUTH password, or AUTH username password.
pub(super) fn auth(arguments: Arguments) -> Result {
    let mut rest = arguments.rest();
    match (rest.next(), rest.next(), rest.next()) {
        (Some(password), None, _) => Ok(Request::Auth { user: None, password }),
        (user, Some(password), None) => Ok(Request::Auth { user, password }),
        _ => Err(SYNTAX.into()),
    }
}

pub(super) fn select(arguments: Arguments) -> Result {
    let [index] = arguments.exactly()?;
    match integer(&index)? {
        0 => Ok(Request::Select),
        _ => Err("ERR DB index is out of range".into()),
    }
}

/// Sections in lower case; all, if one of them means that.
pub(super) fn info(arguments: Arguments) -> Result {
    let name = |word: Bytes| String::from_utf8_lossy(&word).to_ascii_lowercase();
    let sections: Vec<String> = arguments.rest().map(name).collect();
    let is_all = |name: &String| matches!(name.as_str(), "all" | "default" | "everything");
    Ok(Request::Info(if sections.iter().any(is_all) { Vec::new() } else { sections }))
}

/// For commands that mean nothing without a subcommand.
pub(super) fn without_subcommand(arguments: Arguments) -> Result {
    Err(wrong_number(arguments.command))
}

pub(super) fn command_info(arguments: Arguments) -> Result {
    Ok(Request::Command(CommandQuery::Info(arguments.rest().collect())))
}

pub(super) fn command_docs(arguments: Arguments) -> Result {
    Ok(Request::Command(CommandQuery::Docs(arguments.rest().collect())))
}

pub(super) fn client_setname(arguments: Arguments) -> Result {
    let [name] = arguments.exactly()?;
    Ok(Request::Client(ClientQuery::SetName(checked_name(name)?)))
}

fn checked_name(name: Bytes) -> Result<Bytes> {
    if !name.iter().all(u8::is_ascii_graphic) {
        let error = "ERR Client names cannot contain spaces, newlines or special characters.";
        return Err(error.into());
    }
    if name.len() > 1024 {
        return Err("ERR Client name too long, the limit is 1024 bytes".into());
    }
    Ok(name)
}

pub(super) fn client_setinfo(arguments: Arguments) -> Result {
    let [attribute, _] = arguments.exactly()?;
    let known = [&b"LIB-NAME"[..], b"LIB-VER"];
    if known.iter().any(|known| attribute.eq_ignore_ascii_case(known)) {
        return Ok(Request::Client(ClientQuery::SetInfo));
    }
    Err(format!("ERR Unrecognized option '{}'", printable(&attribute)))
}

/// CLIENT NO-EVICT and NO-TOUCH, ON or OFF.
pub(super) fn client_switch(arguments: Arguments) -> Result {
    let [switch] = arguments.exactly()?;
    if switch.eq_ignore_ascii_case(b"ON") || switch.eq_ignore_ascii_case(b"OFF") {
        return Ok(Request::Client(ClientQuery::Ignored));
    }
    Err(SYNTAX.into())
}

/// Replies that do not come would leave a client and this server out of step.
pub(super) fn client_reply(_: Arguments) -> Result {
    Err("ERR CLIENT REPLY is not supported".into())
}

pub(super) fn config_get(arguments: Arguments) -> Result {
    Ok(Request::ConfigGet(arguments.rest().collect()))
}

pub(super) fn raft_add(arguments: Arguments) -> Result {
    let [id, address] = arguments.exactly()?;
    let (id, address) = (server(&id)?, checked_address(&address)?);
    Ok(Request::Operation(Operation::Add { id, address }))
}

pub(super) fn raft_remove(arguments: Arguments) -> Result {
    let [id] = arguments.exactly()?;
    Ok(Request::Operation(Operation::Remove(server(&id)?)))
}

pub(super) fn raft_transfer(arguments: Arguments) -> Result {
    let [id] = arguments.exactly()?;
    Ok(Request::Operation(Operation::Transfer(server(&id)?)))
}

fn server(id: &[u8]) -> Result<u8> {
    let number = parse_integer(id).and_then(|number| u8::try_from(number).ok());
    let error = || format!("ERR server id '{}' is not a number from 0 to 63", printable(id));
    number.filter(|number| *number < 64).ok_or_else(error)
}

/// HOST:PORT, where HOST is a name, an IPv4 address, or an IPv6 address in brackets.
fn checked_address(address: &[u8]) -> Result<String> {
    let error = || format!("ERR address '{}' is not HOST:PORT", printable(address));
    let text = std::str::from_utf8(address).map_err(|_| error())?;
    let (host, port) = text.rsplit_once(':').ok_or_else(error)?;
    let is_v6 = host.starts_with('[') && host.ends_with(']');
    let is_host = (1..=255).contains(&host.len())
        && host.bytes().all(|byte| byte.is_ascii_graphic())
        && (is_v6 || !host.contains(':'));
    let port = parse_integer(port.as_bytes()).and_then(|port| u16::try_from(port).ok());
    if !is_host || port.is_none_or(|port| port == 0) {
        return Err(error());
    }
    Ok(text.to_owned())
}
