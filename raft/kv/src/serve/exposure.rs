//! Whether what listens may be open to other machines.
//!
//! Promises: unless the operator says `--insecure`, other machines connect only over TLS, and their
//! clients only with a password or a certificate.

use std::net::ToSocketAddrs;

use crate::serve::args::Args;
use crate::tls::Tls;

/// Checks all addresses at which a server is to listen. An error names the address.
pub fn check(args: &Args, own: &str, tls: &Tls, has_password: bool) -> Result<(), String> {
    for address in [own, &args.listen] {
        if is_open(args, address)? && !tls.is_on() {
            return Err(format!(
                "{address} is open to other machines: give --tls-cert, --tls-key and --peer-ca, or \
                 say --insecure"
            ));
        }
    }
    if is_open(args, &args.listen)? && !has_password && args.tls.client_ca.is_none() {
        return Err(format!(
            "{} is open to other machines' clients: give --password-file or --client-ca, or say \
             --insecure",
            args.listen
        ));
    }
    match &args.metrics {
        Some(address) if is_open(args, address)? => Err(format!(
            "{address} is open to other machines, and metrics are not encrypted: say --insecure"
        )),
        _ => Ok(()),
    }
}

/// Whether other machines can reach this address, which the operator has not allowed.
fn is_open(args: &Args, address: &str) -> Result<bool, String> {
    let mut resolved = address.to_socket_addrs().map_err(|error| format!("{address}: {error}"))?;
    Ok(!args.insecure && !resolved.all(|address| address.ip().is_loopback()))
}
