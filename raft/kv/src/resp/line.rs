//! Lines of any length, taken from a buffer that grows.

use bytes::{Bytes, BytesMut};

use super::error::ProtocolError;

/// Takes lines from the front of a buffer; remembers where it has found no end.
#[derive(Debug, Default)]
pub(super) struct LineReader {
    scanned: usize,
}

impl LineReader {
    /// The first line, without its end, which is LF or CR and LF; none if it is not whole. It has
    /// at most `limit` bytes. Until it is whole, bytes may only be appended to `buffer`.
    pub fn take(
        &mut self,
        buffer: &mut BytesMut,
        limit: usize,
    ) -> Result<Option<Bytes>, ProtocolError> {
        let found = buffer[self.scanned..].iter().position(|&byte| byte == b'\n');
        let length = found.map_or(buffer.len(), |more| self.scanned + more);
        // One more for CR.
        if length > limit + 1 {
            return Err(ProtocolError::LineTooLong(limit));
        }
        self.scanned = if found.is_some() { 0 } else { length };
        Ok(found.map(|_| {
            let mut line = buffer.split_to(length + 1);
            line.truncate(length - usize::from(line[..length].ends_with(b"\r")));
            line.freeze()
        }))
    }
}
