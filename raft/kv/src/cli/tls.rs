//! How the command line secures its connection.

use std::path::Path;
use std::sync::Arc;

use rustls::ClientConfig;

use crate::pem;

/// Trusts what the certificates in `ca` sign; shows `own`, a certificate and its key.
pub(super) fn config(ca: &Path, own: Option<(&Path, &Path)>) -> Result<Arc<ClientConfig>, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(pem::authorities(ca)?);
    let config = match own {
        None => builder.with_no_client_auth(),
        Some((cert, key)) => builder
            .with_client_auth_cert(pem::certificates(cert)?, pem::private_key(key)?)
            .map_err(|error| format!("{}: {error}", cert.display()))?,
    };
    Ok(Arc::new(config))
}
