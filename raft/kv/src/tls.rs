//! TLS: mutual between servers, and for clients as configured.
//!
//! Promises: with certificates configured, no byte of a peer or a client is used before the
//! handshake is complete; a peer needs a certificate of the peers' authority. Secrets are never
//! logged. Knows nothing of what is sent.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};

use crate::pem;
use crate::stream::Stream;

/// Where certificates and keys are, in PEM form.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct TlsFiles {
    /// This server's certificate, with those that lead to its authority's. Turns TLS on.
    #[arg(long, value_name = "FILE", requires = "tls_key", requires = "peer_ca")]
    pub tls_cert: Option<PathBuf>,
    /// This server's private key.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// The authority whose certificates the servers have. Whoever has one speaks for any server.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub peer_ca: Option<PathBuf>,
    /// The authority whose certificates clients must have; without it, they need none.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub client_ca: Option<PathBuf>,
}

/// How connections are secured.
#[derive(Clone, Default)]
pub struct Tls {
    peers: Option<(TlsConnector, TlsAcceptor)>,
    clients: Option<TlsAcceptor>,
}

impl Tls {
    /// Reads the files; without a certificate, connections are as they are.
    pub fn read(files: &TlsFiles) -> Result<Tls, String> {
        let (Some(certificate), Some(key), Some(peer_ca)) =
            (&files.tls_cert, &files.tls_key, &files.peer_ca)
        else {
            return Ok(Tls::default());
        };
        let peers = Arc::new(pem::authorities(peer_ca)?);
        let acceptor = |clients: Option<Arc<RootCertStore>>| server(certificate, key, clients);
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(peers.clone())
            .with_client_auth_cert(pem::certificates(certificate)?, pem::private_key(key)?)
            .map_err(|error| format!("{}: {error}", certificate.display()))?;
        let clients = files.client_ca.as_ref().map(|path| pem::authorities(path)).transpose()?;
        Ok(Tls {
            peers: Some((TlsConnector::from(Arc::new(config)), acceptor(Some(peers))?)),
            clients: Some(acceptor(clients.map(Arc::new))?),
        })
    }

    /// Whether connections are encrypted.
    pub fn is_on(&self) -> bool {
        self.clients.is_some()
    }

    /// Secures a connection to the server at `address`.
    pub async fn connect(&self, stream: TcpStream, address: &str) -> Result<Stream, String> {
        let Some((connector, _)) = &self.peers else { return Ok(Stream::Plain(stream)) };
        let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
        let host = host.trim_start_matches('[').trim_end_matches(']').to_string();
        let name = ServerName::try_from(host).map_err(|error| format!("{address}: {error}"))?;
        let stream = connector.connect(name, stream).await;
        let stream = stream.map_err(|error| format!("TLS: {error}"))?;
        Ok(Stream::Tls(Box::new(TlsStream::Client(stream))))
    }

    /// Secures a connection from a server.
    pub async fn accept_peer(&self, stream: TcpStream) -> Result<Stream, String> {
        accept(self.peers.as_ref().map(|(_, acceptor)| acceptor), stream).await
    }

    /// Secures a connection from a client.
    pub async fn accept_client(&self, stream: TcpStream) -> Result<Stream, String> {
        accept(self.clients.as_ref(), stream).await
    }
}

async fn accept(acceptor: Option<&TlsAcceptor>, stream: TcpStream) -> Result<Stream, String> {
    let Some(acceptor) = acceptor else { return Ok(Stream::Plain(stream)) };
    let stream = acceptor.accept(stream).await.map_err(|error| format!("TLS: {error}"))?;
    Ok(Stream::Tls(Box::new(TlsStream::Server(stream))))
}

/// For one side of the server: whose certificates the other side must have.
fn server(
    certificate: &Path,
    key: &Path,
    others: Option<Arc<RootCertStore>>,
) -> Result<TlsAcceptor, String> {
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let builder = match others {
        None => builder.with_no_client_auth(),
        Some(roots) => {
            let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider).build();
            builder.with_client_cert_verifier(verifier.map_err(|error| error.to_string())?)
        }
    };
    let config = builder.with_single_cert(pem::certificates(certificate)?, pem::private_key(key)?);
    let config = config.map_err(|error| format!("{}: {error}", certificate.display()))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
