//! Certificates and keys in files in PEM form. An error names the file.

use std::fmt::Display;
use std::path::Path;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::RootCertStore;

/// All certificates in a file, at least one.
pub fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let found = CertificateDer::pem_file_iter(path).map_err(in_file(path))?;
    let found: Vec<_> = found.collect::<Result<_, _>>().map_err(in_file(path))?;
    match found.is_empty() {
        true => Err(in_file(path)("no certificate in it")),
        false => Ok(found),
    }
}

/// The first private key in a file.
pub fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, String> {
    PrivateKeyDer::from_pem_file(path).map_err(in_file(path))
}

/// The authorities whose certificates are in a file.
pub fn authorities(path: &Path) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path)? {
        roots.add(certificate).map_err(in_file(path))?;
    }
    Ok(roots)
}

fn in_file<E: Display>(path: &Path) -> impl Fn(E) -> String + '_ {
    move |error| format!("{}: {error}", path.display())
}
