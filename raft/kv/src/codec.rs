//! Values as bytes, in bincode's standard form.
//!
//! Promises: a decoder takes no more memory than its limit, however long the bytes claim that
//! something is, and bytes that follow a value are an error.

use bincode::config::{Configuration, Limit, LittleEndian, Varint};
use bincode::enc::write::Writer;
use bincode::error::EncodeError;
use bincode::{BorrowDecode, Encode};
use bytes::BytesMut;

/// The bytes of a value.
pub fn encode<T: Encode>(value: &T) -> Vec<u8> {
    let encoded = bincode::encode_to_vec(value, bincode::config::standard());
    encoded.expect("every value has a form, and memory takes it")
}

/// Appends the bytes of a value to `out`.
pub fn encode_into<T: Encode>(value: &T, out: &mut BytesMut) {
    let encoded = bincode::encode_into_writer(value, Output(out), bincode::config::standard());
    encoded.expect("every value has a form, and memory takes it");
}

/// The value that `bytes` are, which takes at most `LIMIT` bytes of memory.
pub fn decode<'a, const LIMIT: usize, T: BorrowDecode<'a, ()>>(
    bytes: &'a [u8],
) -> Result<T, String> {
    match decode_first::<LIMIT, T>(bytes)? {
        (value, []) => Ok(value),
        (_, rest) => Err(format!("{} bytes follow its end", rest.len())),
    }
}

/// The value that `bytes` begin with, which takes at most `LIMIT` bytes of memory; and the rest.
pub fn decode_first<'a, const LIMIT: usize, T: BorrowDecode<'a, ()>>(
    bytes: &'a [u8],
) -> Result<(T, &'a [u8]), String> {
    let form: Configuration<LittleEndian, Varint, Limit<LIMIT>> =
        bincode::config::standard().with_limit::<LIMIT>();
    let (value, length) =
        bincode::borrow_decode_from_slice(bytes, form).map_err(|error| error.to_string())?;
    Ok((value, &bytes[length..]))
}

struct Output<'a>(&'a mut BytesMut);

impl Writer for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), EncodeError> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}
