//! A client of etcd's version 3: KV.Put and KV.Range, by hand.
//!
//! gRPC is HTTP/2, for which there is a crate; of protobuf the two calls need a few fields, so
//! that neither a code generator nor a protobuf compiler is needed, and the driver costs little
//! CPU time beside the servers.

use bytes::{BufMut, Bytes, BytesMut};
use h2::client::SendRequest;
use http::{HeaderMap, Request, Uri, Version};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One connection.
pub struct Client {
    requests: SendRequest<Bytes>,
    put: Uri,
    range: Uri,
}

impl Client {
    /// Connects to HOST:PORT.
    pub async fn connect(address: &str) -> Result<Client, String> {
        let failed = |error: &dyn std::fmt::Display| format!("etcd at {address}: {error}");
        let stream = TcpStream::connect(address).await.map_err(|error| failed(&error))?;
        stream.set_nodelay(true).map_err(|error| failed(&error))?;
        let (requests, connection) =
            h2::client::handshake(stream).await.map_err(|error| failed(&error))?;
        // It ends with the last handle of `requests`; its errors appear at the calls too.
        tokio::task::spawn_local(connection);
        let uri = |method: &str| {
            let uri = format!("http://{address}/etcdserverpb.KV/{method}");
            uri.parse().map_err(|error| failed(&error))
        };
        Ok(Client { requests, put: uri("Put")?, range: uri("Range")? })
    }

    /// KV.Put: key and value are the fields 1 and 2 of a PutRequest.
    pub async fn put(&mut self, key: &str, value: &[u8]) -> Result<(), String> {
        let mut message = begin(key.len() + value.len() + 16);
        put_field(&mut message, 1, key.as_bytes());
        put_field(&mut message, 2, value);
        let uri = self.put.clone();
        self.call(uri, message).await.map(drop)
    }

    /// KV.Range of one key, linearizable, which is the default.
    pub async fn get(&mut self, key: &str) -> Result<Option<usize>, String> {
        let mut message = begin(key.len() + 16);
        put_field(&mut message, 1, key.as_bytes());
        let uri = self.range.clone();
        let answer = self.call(uri, message).await?;
        // Field 2 of a RangeResponse is a KeyValue, whose field 5 is the value.
        let answer = answer.get(PREFIX..).ok_or("an answer without a message")?;
        let value = field(answer, 2).and_then(|pair| field(pair, 5));
        Ok(value.map(<[u8]>::len))
    }

    /// One unary call; the answer begins with the prefix of its message.
    async fn call(&mut self, uri: Uri, message: BytesMut) -> Result<BytesMut, String> {
        let failed = |error: h2::Error| error.to_string();
        let request = Request::post(uri)
            .version(Version::HTTP_2)
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .body(())
            .map_err(|error| error.to_string())?;
        let mut ready = self.requests.clone().ready().await.map_err(failed)?;
        let (response, mut stream) = ready.send_request(request, false).map_err(failed)?;
        stream.send_data(end(message), true).map_err(failed)?;
        let response = response.await.map_err(failed)?;
        // A call that fails at once has its status in the head.
        let early = response.headers().clone();
        let mut body = response.into_body();
        let mut answer = BytesMut::new();
        while let Some(part) = body.data().await {
            let part = part.map_err(failed)?;
            body.flow_control().release_capacity(part.len()).map_err(failed)?;
            answer.extend_from_slice(&part);
        }
        let late = body.trailers().await.map_err(failed)?;
        check_status(&late.unwrap_or(early))?;
        Ok(answer)
    }
}

fn check_status(headers: &HeaderMap) -> Result<(), String> {
    let text = |name| headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
    match text("grpc-status").as_deref() {
        Some("0") => Ok(()),
        Some(status) => {
            Err(format!("status {status}: {}", text("grpc-message").unwrap_or_default()))
        }
        None => Err("an answer without a status".into()),
    }
}

/// The bytes before a gRPC message: whether it is compressed, and its length.
const PREFIX: usize = 5;

fn begin(room: usize) -> BytesMut {
    let mut message = BytesMut::with_capacity(PREFIX + room);
    message.put_bytes(0, PREFIX);
    message
}

fn end(mut message: BytesMut) -> Bytes {
    let length = (message.len() - PREFIX) as u32;
    message[1..PREFIX].copy_from_slice(&length.to_be_bytes());
    message.freeze()
}

fn put_field(message: &mut BytesMut, number: u8, bytes: &[u8]) {
    message.put_u8((number << 3) | 2);
    let mut rest = bytes.len();
    while rest >= 0x80 {
        message.put_u8(rest as u8 | 0x80);
        rest >>= 7;
    }
    message.put_u8(rest as u8);
    message.put_slice(bytes);
}

/// The first field with this number and with bytes; none also if the message is malformed.
fn field(mut message: &[u8], number: u64) -> Option<&[u8]> {
    while !message.is_empty() {
        let tag = varint(&mut message)?;
        let length = match tag & 7 {
            0 => varint(&mut message).map(|_| 0)?,
            1 => 8,
            2 => usize::try_from(varint(&mut message)?).ok()?,
            5 => 4,
            _ => return None,
        };
        let (bytes, rest) = message.split_at_checked(length)?;
        if tag == (number << 3 | 2) {
            return Some(bytes);
        }
        message = rest;
    }
    None
}

fn varint(message: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = message.split_first()?;
        *message = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

/// The metrics of the node at HOST:PORT, as Prometheus text.
pub async fn metrics(address: &str) -> Result<String, String> {
    let answer = async {
        let mut stream = TcpStream::connect(address).await?;
        // Version 1.0 ends the answer with the connection.
        stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        std::io::Result::Ok(answer)
    };
    let answer = answer.await.map_err(|error| format!("etcd at {address}: {error}"))?;
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) if head.contains(" 200 ") => Ok(body.to_string()),
        _ => Err(format!("etcd at {address}: no metrics")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_behind_others_and_long_ones_too() {
        let value = [7; 300];
        let mut message = BytesMut::from(&[3 << 3, 0x96, 1][..]);
        put_field(&mut message, 2, &value);
        put_field(&mut message, 5, b"end");
        assert_eq!(field(&message, 2), Some(&value[..]));
        assert_eq!(field(&message, 5), Some(&b"end"[..]));
        assert_eq!(field(&message, 1), None);
    }

    #[test]
    fn a_malformed_message_has_no_fields() {
        for message in [&[0x12, 200][..], &[0x12, 3, 1, 2], &[0xff; 12], &[0x0b]] {
            assert_eq!(field(message, 2), None, "{message:?}");
        }
    }

    #[test]
    fn a_message_begins_with_its_length() {
        let mut message = begin(8);
        put_field(&mut message, 1, b"key");
        assert_eq!(&end(message)[..], b"\0\0\0\0\x05\x0a\x03key");
    }

    #[test]
    fn a_status_other_than_0_is_an_error_with_its_message() {
        let mut headers = HeaderMap::new();
        assert!(check_status(&headers).is_err());
        headers.insert("grpc-status", http::HeaderValue::from_static("0"));
        assert_eq!(check_status(&headers), Ok(()));
        headers.insert("grpc-status", http::HeaderValue::from_static("14"));
        headers.insert("grpc-message", http::HeaderValue::from_static("no leader"));
        assert_eq!(check_status(&headers), Err("status 14: no leader".into()));
    }
}
