//! Leaf: compressed files, and files that are replaced whole.
//!
//! Promises: the same content is compressed to the same bytes, without a date. A file is replaced
//! whole, or stays as it was.

use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use flate2::{Compression, GzBuilder};

use crate::Failure;

/// The first bytes of every compressed file.
const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Whether these are the bytes of a compressed file.
pub fn is_packed(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

/// Whether a file of this name is to be compressed.
pub fn is_packed_name(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "gz")
}

/// The content of a file, uncompressed.
pub fn unpacked(bytes: Vec<u8>) -> io::Result<Vec<u8>> {
    if !is_packed(&bytes) {
        return Ok(bytes);
    }
    let mut plain = Vec::new();
    MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut plain)?;
    Ok(plain)
}

/// The bytes, compressed. The header names no file and no time.
pub fn packed(plain: &[u8]) -> io::Result<Vec<u8>> {
    let mut writer = GzBuilder::new().write(Vec::new(), Compression::best());
    writer.write_all(plain)?;
    writer.finish()
}

/// Replaces a file whole; on an error the old file stays.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let draft = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let written = fs::File::create(&draft).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&draft, path)).map_err(|error| {
        let _ = fs::remove_file(&draft);
        let reason = match error.kind() {
            ErrorKind::NotFound => "its folder does not exist".into(),
            _ => error.to_string().replace('\n', " "),
        };
        Failure(format!("{}: {reason}", path.display()))
    })
}
