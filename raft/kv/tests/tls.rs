//! TLS with certificates that are made here: mutual between servers, and for clients with a
//! password or with certificates of their own.

#[path = "common/mod.rs"]
mod common;

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kv::resp::Reply;
use kv::wire::GREETING;
use rcgen::{BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer};
use rcgen::{KeyPair, KeyUsagePurpose};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use common::{code, connect, output, tool, wait_for, Client, Cluster};

/// An authority, and where its certificate is.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    folder: PathBuf,
    name: String,
}

impl Authority {
    fn new(folder: &Path, name: &str) -> Authority {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().expect("there is randomness");
        let certificate = params.self_signed(&key).expect("the parameters are valid");
        std::fs::write(folder.join(format!("{name}.pem")), certificate.pem()).expect("room");
        let issuer = Issuer::new(params, key);
        Authority { issuer, folder: folder.into(), name: name.into() }
    }

    fn certificate(&self) -> PathBuf {
        self.folder.join(format!("{}.pem", self.name))
    }

    /// A certificate for this machine's loopback, and its key.
    fn issue(&self, name: &str) -> Pair {
        let names = ["127.0.0.1".to_string(), "localhost".to_string()];
        let mut params = CertificateParams::new(names).expect("the names are valid");
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate().expect("there is randomness");
        let certificate = params.signed_by(&key, &self.issuer).expect("the parameters are valid");
        let path = |what: &str| self.folder.join(format!("{}-{name}.{what}", self.name));
        let pair = Pair { certificate: path("pem"), key: path("key") };
        std::fs::write(&pair.certificate, certificate.pem()).expect("there is room");
        std::fs::write(&pair.key, key.serialize_pem()).expect("there is room");
        pair
    }
}

/// A certificate and its private key.
struct Pair {
    certificate: PathBuf,
    key: PathBuf,
}

/// Adds the flags for a certificate.
fn secure(command: &mut Command, pair: &Pair, peers: &Authority) {
    command.arg("--tls-cert").arg(&pair.certificate).arg("--tls-key").arg(&pair.key);
    command.arg("--peer-ca").arg(peers.certificate());
}

/// A connection over TLS, with a certificate or without.
fn connect_tls(
    address: &str,
    authority: &Authority,
    own: Option<&Pair>,
) -> std::io::Result<StreamOwned<ClientConnection, std::net::TcpStream>> {
    let mut roots = RootCertStore::empty();
    let certificate = CertificateDer::from_pem_file(authority.certificate()).expect("it is valid");
    roots.add(certificate).expect("it is an authority's");
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("there are some")
        .with_root_certificates(roots);
    let config = match own {
        None => config.with_no_client_auth(),
        Some(pair) => {
            let chain = vec![CertificateDer::from_pem_file(&pair.certificate).expect("valid")];
            let key = PrivateKeyDer::from_pem_file(&pair.key).expect("it is valid");
            config.with_client_auth_cert(chain, key).expect("they belong together")
        }
    };
    let name = ServerName::try_from("127.0.0.1").expect("it is a name");
    let session = ClientConnection::new(Arc::new(config), name).map_err(std::io::Error::other)?;
    Ok(StreamOwned::new(session, connect(address)?))
}

/// A client over TLS.
fn client(address: &str, authority: &Authority, own: Option<&Pair>) -> Client {
    wait_for("a connection", || {
        let mut stream = connect_tls(address, authority, own).ok()?;
        stream.flush().ok()?;
        Some(Client::new(stream))
    })
}

/// Waits until a server answers a write.
fn serves(client: &mut Client) {
    wait_for("service", || (client.call(&["SET", "ready", "1"]) == Reply::OK).then_some(()));
}

const PASSWORD: &str = "an-unlikely-word-93b1";

/// Three servers with certificates of one authority and a password for clients.
fn secured() -> (Cluster, Authority) {
    let mut cluster = Cluster::idle(3, &[]);
    let authority = Authority::new(cluster.folder.path(), "peers");
    let password = cluster.folder.path().join("password");
    std::fs::write(&password, PASSWORD).expect("there is room");
    for id in 1..=3 {
        let mut command = cluster.command(id);
        secure(&mut command, &authority.issue(&format!("server{id}")), &authority);
        command.arg("--password-file").arg(&password);
        cluster.start_as(id, command);
    }
    std::thread::sleep(Duration::from_millis(100));
    for id in 1..=3 {
        let mut client = client(&cluster.address(id), &authority, None);
        assert_eq!(code(&client.call(&["GET", "x"])), "NOAUTH");
        assert_eq!(client.call(&["AUTH", PASSWORD]), Reply::OK);
        serves(&mut client);
    }
    std::fs::remove_file(password).expect("it exists");
    (cluster, authority)
}

#[test]
fn a_cluster_over_tls_serves_clients_with_a_password_which_nobody_logs() {
    let (mut cluster, authority) = secured();
    for id in 1..=3 {
        for (at, is_writer) in [(id, true), (4 - id, false)] {
            let mut client = client(&cluster.address(at), &authority, None);
            client.call(&["AUTH", PASSWORD]);
            match is_writer {
                true => client.set("key", &format!("by {id}")),
                false => assert_eq!(client.get("key"), Some(format!("by {id}"))),
            }
        }
    }
    for id in 1..=3 {
        assert!(cluster.log(id).contains("connected"));
        cluster.kill(id);
    }
    assert!(!common::contains_text(cluster.folder.path(), PASSWORD));
}

#[test]
#[ignore = "needs Debian's redis-tools"]
fn redis_cli_and_redis_benchmark_work_over_tls() {
    let (cluster, authority) = secured();
    for id in 1..=3 {
        let mut cli = tool("redis-cli");
        cli.args(["-p", &cluster.port(id).to_string(), "--tls", "--cacert"]);
        cli.arg(authority.certificate()).args(["--no-auth-warning", "-a", PASSWORD]);
        assert_eq!(output(cli.args(["SET", "key", &format!("by {id}")])).trim(), "OK");
    }
    let mut benchmark = tool("redis-benchmark");
    benchmark.args(["-p", &cluster.port(1).to_string(), "--tls", "--cacert"]);
    benchmark.arg(authority.certificate());
    benchmark.args(["-a", PASSWORD, "-t", "set,get", "-n", "500", "-c", "8", "-q"]);
    assert!(output(&mut benchmark).contains("GET: "));
}

#[test]
fn a_peer_without_a_certificate_or_with_one_of_another_authority_is_refused() {
    let (mut cluster, authority) = secured();
    let stranger = Authority::new(cluster.folder.path(), "strangers");
    let other = stranger.issue("server3");
    for own in [None, Some(&other)] {
        let address = cluster.peer_address(1);
        let mut stream = connect_tls(&address, &authority, own).expect("it accepts");
        // With TLS 1.3 the refusal comes after what the client takes for the end of the handshake.
        let _ = stream.write_all(&GREETING);
        let mut answer = [0; 1];
        let read = stream.read(&mut answer);
        assert!(matches!(read, Err(_) | Ok(0)), "it was accepted");
    }
    cluster.kill(3);
    let mut command = cluster.command(3);
    secure(&mut command, &other, &stranger);
    cluster.start_as(3, command);
    wait_for("the refusal", || {
        let refused = |log: String| log.contains("not connected") && log.contains("TLS: ");
        refused(cluster.log(3)).then_some(())
    });
    let mut client = client(&cluster.address(1), &authority, None);
    client.call(&["AUTH", PASSWORD]);
    client.set("x", "the two others serve");
    assert!(cluster.runs(3));
}

/// A server that wants certificates of an authority for clients: that, its peers', one of each.
fn wanting_certificates() -> (Cluster, Authority, Pair, Pair) {
    let mut cluster = Cluster::idle(1, &[]);
    let peers = Authority::new(cluster.folder.path(), "peers");
    let clients = Authority::new(cluster.folder.path(), "clients");
    let (own, someone) = (peers.issue("server1"), clients.issue("someone"));
    let mut command = cluster.command(1);
    secure(&mut command, &own, &peers);
    command.arg("--client-ca").arg(clients.certificate());
    cluster.start_as(1, command);
    serves(&mut client(&cluster.address(1), &peers, Some(&someone)));
    (cluster, peers, own, someone)
}

#[test]
fn with_an_authority_for_clients_only_their_certificates_are_accepted() {
    let (cluster, peers, own, someone) = wanting_certificates();
    for own in [None, Some(&own)] {
        let mut refused = client(&cluster.address(1), &peers, own);
        assert!(refused.try_call(&["GET", "ready"]).is_err(), "it was accepted");
    }
    let mut accepted = client(&cluster.address(1), &peers, Some(&someone));
    assert_eq!(accepted.get("ready"), Some("1".into()));
}

#[test]
#[ignore = "needs Debian's redis-tools"]
fn redis_cli_works_with_a_certificate_of_its_own() {
    let (cluster, peers, _, someone) = wanting_certificates();
    let mut cli = tool("redis-cli");
    cli.args(["-p", &cluster.port(1).to_string(), "--tls", "--cacert"]).arg(peers.certificate());
    cli.arg("--cert").arg(&someone.certificate).arg("--key").arg(&someone.key);
    assert_eq!(output(cli.args(["GET", "ready"])).trim(), "1");
}

#[test]
fn plain_text_and_silence_on_ports_with_tls_harm_nobody() {
    let (mut cluster, authority) = secured();
    let mut open = Vec::new();
    for address in [cluster.address(1), cluster.peer_address(1)] {
        for packet in [&b"SET x 1\r\n"[..], &GREETING[..], &[0x16; 70_000], &[0x80; 10], b""] {
            let mut stream = connect(&address).expect("it accepts");
            let _ = stream.write_all(packet);
            open.push((stream, packet.len()));
        }
    }
    let mut client = client(&cluster.address(1), &authority, None);
    client.call(&["AUTH", PASSWORD]);
    serves(&mut client);
    let begun = Instant::now();
    for (mut stream, length) in open {
        // Nothing is answered but an alert; whoever says nothing is waited for, but not for ever.
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert!(begun.elapsed() < Duration::from_secs(12), "{length} bytes");
        assert!(answer.len() < 100 && !answer.starts_with(b"+"), "{answer:?}");
    }
    serves(&mut client);
    assert!(cluster.runs(1));
    let info = common::text(&client.call(&["INFO", "clients"]));
    assert!(info.contains("connected_clients:1\r\n"), "{info}");
}

#[test]
fn files_that_are_no_certificates_or_keys_end_with_2_by_their_names() {
    let cluster = Cluster::idle(1, &[]);
    let authority = Authority::new(cluster.folder.path(), "peers");
    let (pair, other) = (authority.issue("one"), authority.issue("two"));
    let empty = cluster.folder.path().join("empty.pem");
    std::fs::write(&empty, "no certificate\n").expect("there is room");
    let missing = cluster.folder.path().join("missing.pem");
    let flags = |cert: &Path, key: &Path, ca: &Path| {
        let mut command = cluster.command(1);
        command.arg("--tls-cert").arg(cert).arg("--tls-key").arg(key).arg("--peer-ca").arg(ca);
        command
    };
    let ca = authority.certificate();
    for (mut command, told) in [
        (flags(&empty, &pair.key, &ca), "empty.pem"),
        (flags(&missing, &pair.key, &ca), "missing.pem"),
        (flags(&pair.certificate, &empty, &ca), "empty.pem"),
        (flags(&pair.certificate, &pair.certificate, &ca), "peers-one.pem"),
        (flags(&pair.certificate, &pair.key, &empty), "empty.pem"),
        (flags(&pair.certificate, &other.key, &ca), "peers-one.pem"),
    ] {
        let (code, error) = cluster.fails(&mut command);
        assert_eq!(code, Some(2), "{error}");
        assert!(error.contains(told), "{told}: {error}");
    }
    // Whoever may connect from elsewhere must show a password or a certificate.
    let mut command = Command::new(env!("CARGO_BIN_EXE_whitewater-kv"));
    command.args(["serve", "--id", "1", "--peers", "1=127.0.0.1:1", "--listen", "0.0.0.0:1"]);
    command.arg("--data").arg(cluster.data(1)).env_remove("WHITEWATER_KV_PASSWORD");
    secure(&mut command, &pair, &authority);
    let (code, error) = cluster.fails(&mut command);
    assert_eq!(code, Some(2), "{error}");
    assert!(error.contains("--password-file or --client-ca"), "{error}");
}
