//! Commands on the wire: a server's parser and a client's encoder.
//!
//! Promises: an argument is taken from the buffer as soon as it is whole, so that no byte is
//! looked at twice, and shares the buffer's memory. Knows nothing of what a command means.

use bytes::{Buf, Bytes, BytesMut};

use super::error::ProtocolError;
use super::limits::Limits;
use super::line::LineReader;
use super::number::numbered_line;
use super::words::split_words;

/// Parses the commands of one connection.
///
/// An argument keeps the whole block of the buffer alive that it came in: copy what stays.
#[derive(Debug)]
pub struct CommandParser {
    limits: Limits,
    /// The arguments of an unfinished command.
    arguments: Vec<Bytes>,
    /// How many arguments it lacks.
    missing: usize,
    /// The length of the next argument, if it is known.
    length: Option<usize>,
    /// How many bytes all arguments so far have.
    bytes: usize,
    line: LineReader,
    error: Option<ProtocolError>,
}

impl CommandParser {
    /// The parser of a new connection.
    pub fn new(limits: Limits) -> Self {
        let (arguments, line) = (Vec::new(), LineReader::default());
        CommandParser { limits, arguments, missing: 0, length: None, bytes: 0, line, error: None }
    }

    /// Takes the first command from the front of `buffer`: at least one argument. None if it is not
    /// whole; then bytes may only be appended to `buffer`. An error is final.
    pub fn parse(&mut self, buffer: &mut BytesMut) -> Result<Option<Vec<Bytes>>, ProtocolError> {
        match self.error {
            Some(error) => Err(error),
            None => self.next(buffer).inspect_err(|error| self.error = Some(*error)),
        }
    }

    fn next(&mut self, buffer: &mut BytesMut) -> Result<Option<Vec<Bytes>>, ProtocolError> {
        loop {
            if self.missing > 0 {
                return self.array(buffer);
            }
            let is_whole = match buffer.first() {
                None => false,
                Some(b'*') => self.count(buffer)?,
                Some(_) => match self.inline(buffer)? {
                    Some(words) if !words.is_empty() => return Ok(Some(words)),
                    words => words.is_some(),
                },
            };
            if !is_whole {
                return Ok(None);
            }
        }
    }

    /// Begins an array: whether its first line is whole. An array of nothing is skipped.
    fn count(&mut self, buffer: &mut BytesMut) -> Result<bool, ProtocolError> {
        let Some((count, line)) = numbered_line(buffer, ProtocolError::InvalidCount)? else {
            return Ok(false);
        };
        buffer.advance(line);
        self.missing = usize::try_from(count.max(0)).unwrap_or(usize::MAX);
        if self.missing > self.limits.arguments {
            return Err(ProtocolError::TooManyArguments(self.limits.arguments));
        }
        // Not for all that are announced, since they may never come.
        self.arguments = Vec::with_capacity(self.missing.min(8));
        self.bytes = 0;
        Ok(true)
    }

    fn array(&mut self, buffer: &mut BytesMut) -> Result<Option<Vec<Bytes>>, ProtocolError> {
        while self.missing > 0 {
            let Some(length) = self.length(buffer)? else { return Ok(None) };
            if buffer.len() < length + 2 {
                return Ok(None);
            }
            self.arguments.push(buffer.split_to(length).freeze());
            if !buffer.starts_with(b"\r\n") {
                return Err(ProtocolError::Unterminated);
            }
            buffer.advance(2);
            (self.length, self.missing) = (None, self.missing - 1);
        }
        Ok(Some(std::mem::take(&mut self.arguments)))
    }

    /// The length of the next argument; none if its line is not whole.
    fn length(&mut self, buffer: &mut BytesMut) -> Result<Option<usize>, ProtocolError> {
        if self.length.is_some() {
            return Ok(self.length);
        }
        match buffer.first() {
            None => return Ok(None),
            Some(b'$') => (),
            Some(&found) => return Err(ProtocolError::Expected { expected: b'$', found }),
        }
        let Some((length, line)) = numbered_line(buffer, ProtocolError::InvalidLength)? else {
            return Ok(None);
        };
        buffer.advance(line);
        let length = usize::try_from(length).map_err(|_| ProtocolError::InvalidLength)?;
        if length > self.limits.bulk {
            return Err(ProtocolError::BulkTooLong(self.limits.bulk));
        }
        self.bytes += length;
        if self.bytes > self.limits.command {
            return Err(ProtocolError::CommandTooLong(self.limits.command));
        }
        self.length = Some(length);
        Ok(self.length)
    }

    /// The words of an inline command; none if its line is not whole.
    fn inline(&mut self, buffer: &mut BytesMut) -> Result<Option<Vec<Bytes>>, ProtocolError> {
        let Limits { inline, arguments, bulk, .. } = self.limits;
        let Some(line) = self.line.take(buffer, inline)? else { return Ok(None) };
        let words = split_words(&line).ok_or(ProtocolError::UnbalancedQuotes)?;
        // A web page can make a browser send these to a server on the same machine, and commands
        // behind them.
        let is_http = |word: &Bytes| {
            word.eq_ignore_ascii_case(b"POST") || word.eq_ignore_ascii_case(b"Host:")
        };
        if words.first().is_some_and(is_http) {
            return Err(ProtocolError::Http);
        }
        if words.len() > arguments {
            return Err(ProtocolError::TooManyArguments(arguments));
        }
        if words.iter().any(|word| word.len() > bulk) {
            return Err(ProtocolError::BulkTooLong(bulk));
        }
        Ok(Some(words))
    }
}

/// Appends a command to `out`, as an array of bulk strings.
pub fn encode_command<A: AsRef<[u8]>>(arguments: &[A], out: &mut BytesMut) {
    let mut digits = itoa::Buffer::new();
    out.extend_from_slice(b"*");
    out.extend_from_slice(digits.format(arguments.len()).as_bytes());
    for argument in arguments {
        let argument = argument.as_ref();
        out.extend_from_slice(b"\r\n$");
        out.extend_from_slice(digits.format(argument.len()).as_bytes());
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(argument);
    }
    out.extend_from_slice(b"\r\n");
}
