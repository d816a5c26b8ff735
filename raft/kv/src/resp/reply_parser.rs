//! Replies on the wire: a client's parser.
//!
//! Promises: what [`Reply`](super::Reply) encodes, in either version, and nothing else; no byte is
//! looked at twice; the depth is bounded, and no recursion follows it.

use bytes::{Buf, Bytes, BytesMut};

use super::error::ProtocolError;
use super::line::LineReader;
use super::number::numbered_line;
use super::reply::Reply;

/// What a reply may have at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplyLimits {
    /// Bytes of one bulk string or text.
    pub bulk: usize,
    /// Bytes of a line.
    pub line: usize,
    /// Replies within the reply, at all depths.
    pub elements: usize,
    /// How deep replies are within each other.
    pub depth: usize,
}

impl Default for ReplyLimits {
    fn default() -> Self {
        ReplyLimits { bulk: 64 << 20, line: 64 << 10, elements: 1 << 20, depth: 16 }
    }
}

/// Parses the replies of one connection.
#[derive(Debug)]
pub struct ReplyParser {
    limits: ReplyLimits,
    /// The unfinished arrays and maps, outermost first.
    open: Vec<Open>,
    /// How many elements these were said to have.
    elements: usize,
    /// The type and length of an unfinished bulk string or text.
    bulk: Option<(u8, usize)>,
    line: LineReader,
    error: Option<ProtocolError>,
}

/// An unfinished array or map.
#[derive(Debug)]
struct Open {
    is_map: bool,
    missing: usize,
    items: Vec<Reply>,
}

/// The next part of a reply.
enum Part {
    Whole(Reply),
    Begin { is_map: bool, count: usize },
}

impl ReplyParser {
    /// The parser of a new connection.
    pub fn new(limits: ReplyLimits) -> Self {
        let (open, line) = (Vec::new(), LineReader::default());
        ReplyParser { limits, open, elements: 0, bulk: None, line, error: None }
    }

    /// Takes the first reply from the front of `buffer`; none if it is not whole. Then bytes may
    /// only be appended to `buffer`. An error is final.
    pub fn parse(&mut self, buffer: &mut BytesMut) -> Result<Option<Reply>, ProtocolError> {
        match self.error {
            Some(error) => Err(error),
            None => self.next(buffer).inspect_err(|error| self.error = Some(*error)),
        }
    }

    fn next(&mut self, buffer: &mut BytesMut) -> Result<Option<Reply>, ProtocolError> {
        while let Some(part) = self.part(buffer)? {
            let whole = match part {
                Part::Whole(reply) => Some(reply),
                Part::Begin { is_map, count } => self.begin(is_map, count)?,
            };
            if let Some(reply) = whole.and_then(|reply| self.close(reply)) {
                self.elements = 0;
                return Ok(Some(reply));
            }
        }
        Ok(None)
    }

    /// Begins an array or map, and returns it if it is empty.
    fn begin(&mut self, is_map: bool, count: usize) -> Result<Option<Reply>, ProtocolError> {
        let missing = count.saturating_mul(if is_map { 2 } else { 1 });
        self.elements = self.elements.saturating_add(missing);
        if self.elements > self.limits.elements {
            return Err(ProtocolError::TooManyElements(self.limits.elements));
        }
        if self.open.len() == self.limits.depth {
            return Err(ProtocolError::TooDeep(self.limits.depth));
        }
        // Not for all that are announced, since they may never come.
        let open = Open { is_map, missing, items: Vec::with_capacity(missing.min(64)) };
        if missing == 0 {
            return Ok(Some(open.close()));
        }
        self.open.push(open);
        Ok(None)
    }

    /// Puts `reply` where it belongs; the outermost reply, if this was its last part.
    fn close(&mut self, mut reply: Reply) -> Option<Reply> {
        while let Some(mut open) = self.open.pop() {
            open.items.push(reply);
            open.missing -= 1;
            if open.missing > 0 {
                self.open.push(open);
                return None;
            }
            reply = open.close();
        }
        Some(reply)
    }

    fn part(&mut self, buffer: &mut BytesMut) -> Result<Option<Part>, ProtocolError> {
        if let Some((kind, length)) = self.bulk {
            return Ok(self.take_bulk(kind, length, buffer)?.map(Part::Whole));
        }
        let Some(&kind) = buffer.first() else { return Ok(None) };
        match kind {
            b'+' | b'-' | b'_' => Ok(self.take_line(kind, buffer)?.map(Part::Whole)),
            b':' => {
                let number = take_number(buffer, ProtocolError::InvalidInteger)?;
                Ok(number.map(|number| Part::Whole(Reply::Integer(number))))
            }
            b'$' | b'=' => self.begin_bulk(kind, buffer),
            b'*' | b'%' => {
                let Some(count) = take_number(buffer, ProtocolError::InvalidCount)? else {
                    return Ok(None);
                };
                match usize::try_from(count) {
                    Ok(count) => Ok(Some(Part::Begin { is_map: kind == b'%', count })),
                    Err(_) if count == -1 && kind == b'*' => Ok(Some(Part::Whole(Reply::Null))),
                    Err(_) => Err(ProtocolError::InvalidCount),
                }
            }
            other => Err(ProtocolError::UnknownType(other)),
        }
    }

    fn begin_bulk(
        &mut self,
        kind: u8,
        buffer: &mut BytesMut,
    ) -> Result<Option<Part>, ProtocolError> {
        let Some(length) = take_number(buffer, ProtocolError::InvalidLength)? else {
            return Ok(None);
        };
        if length == -1 && kind == b'$' {
            return Ok(Some(Part::Whole(Reply::Null)));
        }
        let length = usize::try_from(length).map_err(|_| ProtocolError::InvalidLength)?;
        if length > self.limits.bulk {
            return Err(ProtocolError::BulkTooLong(self.limits.bulk));
        }
        self.bulk = Some((kind, length));
        Ok(self.take_bulk(kind, length, buffer)?.map(Part::Whole))
    }

    fn take_bulk(
        &mut self,
        kind: u8,
        length: usize,
        buffer: &mut BytesMut,
    ) -> Result<Option<Reply>, ProtocolError> {
        if buffer.len() < length + 2 {
            return Ok(None);
        }
        let mut bytes: Bytes = buffer.split_to(length).freeze();
        if !buffer.starts_with(b"\r\n") {
            return Err(ProtocolError::Unterminated);
        }
        buffer.advance(2);
        self.bulk = None;
        if kind == b'$' {
            return Ok(Some(Reply::Bulk(bytes)));
        }
        // Before the text come three letters, which say what markup it has, and a colon.
        if bytes.get(3) != Some(&b':') {
            return Err(ProtocolError::InvalidLength);
        }
        bytes.advance(4);
        Ok(Some(Reply::Text(bytes)))
    }

    fn take_line(
        &mut self,
        kind: u8,
        buffer: &mut BytesMut,
    ) -> Result<Option<Reply>, ProtocolError> {
        let line = self.line.take(buffer, self.limits.line)?;
        Ok(line.map(|line| match kind {
            b'+' => Reply::Simple(line.slice(1..)),
            b'-' => Reply::Error(line.slice(1..)),
            _ => Reply::Null,
        }))
    }
}

impl Open {
    fn close(self) -> Reply {
        if !self.is_map {
            return Reply::Array(self.items);
        }
        let mut items = self.items.into_iter();
        Reply::Map(std::iter::from_fn(|| Some((items.next()?, items.next()?))).collect())
    }
}

fn take_number(buffer: &mut BytesMut, error: ProtocolError) -> Result<Option<i64>, ProtocolError> {
    let line = numbered_line(buffer, error)?;
    Ok(line.map(|(number, length)| {
        buffer.advance(length);
        number
    }))
}
