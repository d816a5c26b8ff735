//! `whitewater-kv cli` as scripts use it.

mod fake_node;

use std::io::Write;
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use fake_node::FakeNode;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tempfile::TempDir;

/// Starts a node at a free port, which it serves until the tests end.
fn start(node: FakeNode) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || node.serve(&listener));
    address
}

fn cli() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_whitewater-kv"));
    command.arg("cli").stdin(Stdio::null()).env_remove("WHITEWATER_KV_PASSWORD");
    command
}

/// Runs one command.
fn run(at: &str, words: &[&str]) -> Output {
    cli().args(["--at", at]).args(words).output().unwrap()
}

/// Runs the lines of a script.
fn script(at: &str, lines: &[u8]) -> Output {
    let mut command = cli();
    command.args(["--at", at]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(lines).unwrap();
    child.wait_with_output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn out(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn error(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// An address where nobody listens.
fn nobody() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

#[test]
fn the_exit_code_and_the_output_tell_how_a_command_went() {
    let at = start(FakeNode { id: 1, ..FakeNode::default() });
    let cases: [(&[&str], i32, &str); 14] = [
        (&["get", "k"], 1, ""),
        (&["set", "k", "one value"], 0, "OK\n"),
        (&["get", "k"], 0, "one value\n"),
        (&["cas", "k", "other", "two"], 1, ""),
        (&["cas", "k", "one value", "two"], 0, "OK\n"),
        (&["set", "k", "-3", "get"], 0, "two\n"),
        (&["set", "k", "three", "nx"], 1, ""),
        (&["set", "empty", ""], 0, "OK\n"),
        (&["get", "empty"], 0, "\n"),
        (&["mget", "k", "none"], 0, "-3\n(nil)\n"),
        (&["del", "k", "none"], 0, "1\n"),
        (&["status"], 0, "id: 1\nrole: leader\n"),
        (&["RAFT", "METRICS"], 0, "whitewater_term 1\n"),
        (&["help", "get"], 0, "GET key\n    Returns the value of a key.\n"),
    ];
    for (words, expected, text) in cases {
        let output = run(&at, words);
        assert_eq!((code(&output), out(&output)), (expected, text), "{words:?}");
        assert_eq!(error(&output), "", "{words:?}");
    }
}

#[test]
fn an_error_is_one_line_on_standard_error() {
    let at = start(FakeNode::default());
    let cases: [(&[&str], i32, &str); 8] = [
        (&["nonsense", "x"], 1, "ERR unknown command 'nonsense', with args beginning with: 'x' \n"),
        (&["set", "k", "v", "ex", "1"], 1, "ERR option EX of SET is not supported\n"),
        (&["members"], 1, "ERR not here\n"),
        (&["get"], 2, "usage: GET key\n"),
        (&["cas", "k", "v"], 2, "usage: cas key old new\n"),
        (&["--wrong", "get", "k"], 2, "unknown option --wrong; options come before the command\n"),
        (&["--tls-ca", "/nowhere", "get", "k"], 2, "/nowhere: I/O error: No such file"),
        (&["--at", "nowhere", "get", "k"], 2, "error: invalid value 'nowhere' for '--at"),
    ];
    for (words, expected, text) in cases {
        let output = run(&at, words);
        assert_eq!((code(&output), out(&output)), (expected, ""), "{words:?}");
        assert!(error(&output).starts_with(text), "{words:?}: {}", error(&output));
    }
}

#[test]
fn addresses_are_tried_in_turn() {
    let (at, nobody) = (start(FakeNode::default()), nobody());
    let output = run(&format!("{nobody},{at}"), &["set", "k", "v"]);
    assert_eq!((code(&output), out(&output)), (0, "OK\n"));
    let output = run(&nobody, &["get", "k"]);
    assert_eq!(code(&output), 3);
    assert!(error(&output).starts_with(&format!("cannot connect: {nobody}: ")));
}

/// A node that is stopped still accepts connections: its kernel does.
#[test]
fn a_node_that_accepts_and_says_nothing_does_not_hold_a_client() {
    let stopped = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = start(FakeNode::default());
    let output = run(&format!("{},{at}", stopped.local_addr().unwrap()), &["set", "k", "v"]);
    assert_eq!((code(&output), out(&output)), (0, "OK\n"));
}

#[test]
fn an_outcome_that_is_unknown_is_told_and_the_next_command_connects_again() {
    let at = start(FakeNode::default());
    let output = script(&at, b"set k v\nget hang-up\nget k\n");
    assert_eq!((code(&output), out(&output)), (1, "OK\nv\n"));
    let unknown = "it closed the connection): whether the command took effect is not known\n";
    assert!(error(&output).ends_with(unknown), "{}", error(&output));

    let start = Instant::now();
    let output = run(&at, &["--timeout", "1", "get", "silence"]);
    assert_eq!(code(&output), 1);
    let unknown = "it took too long): whether the command took effect is not known\n";
    assert!(error(&output).ends_with(unknown), "{}", error(&output));
    assert!(start.elapsed() < Duration::from_secs(8));
}

#[test]
fn a_node_that_has_hung_up_meanwhile_loses_no_command() {
    let at = start(FakeNode::default());
    let mut command = cli();
    command.args(["--at", &at]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    // The answer to RESET is the last of this node's on a connection.
    for line in ["set k v\n", "reset\n", "get k\n"] {
        input.write_all(line.as_bytes()).unwrap();
        thread::sleep(Duration::from_millis(200));
    }
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!((code(&output), out(&output)), (0, "OK\nOK\nv\n"));
}

#[test]
fn a_script_runs_to_its_end_and_its_exit_code_is_that_of_the_first_failure() {
    let at = start(FakeNode::default());
    let lines = b"# a comment\n\nset k \"a b\"\nget k\nget none\nget\nset bytes \"\\xff\"\n";
    let output = script(&at, lines);
    assert_eq!((code(&output), out(&output)), (1, "OK\na b\nOK\n"));
    assert_eq!(error(&output), "usage: GET key\n");
    assert_eq!(code(&script(&at, b"set k v\nquit\nget none\n")), 0);
    assert_eq!(code(&script(&at, b"")), 0);
}

#[test]
fn bytes_that_are_not_utf_8_and_broken_lines_do_not_end_a_script() {
    let at = start(FakeNode::default());
    let mut lines = b"set k \xff\xfe\nget k\nset \"k\n\0\n".to_vec();
    lines.extend(vec![b'x'; 17 << 20]);
    lines.extend(b"\nset last v");
    let output = script(&at, &lines);
    assert_eq!(output.stdout, b"OK\n\xff\xfe\nOK\n");
    assert_eq!(code(&output), 2);
    let errors: Vec<&str> = error(&output).lines().collect();
    assert_eq!(errors[0], "line 3: unbalanced quotes");
    assert!(errors[1].starts_with("ERR unknown command '?'"), "{errors:?}");
    assert_eq!(errors[2], "line 5: the line is too long");
}

#[test]
fn a_password_comes_from_the_command_line_or_the_environment() {
    let at = start(FakeNode { password: Some("secret".into()), ..FakeNode::default() });
    let output = run(&at, &["--password", "secret", "set", "k", "v"]);
    assert_eq!((code(&output), out(&output)), (0, "OK\n"));
    let mut command = cli();
    command.args(["--at", &at, "get", "k"]).env("WHITEWATER_KV_PASSWORD", "secret");
    assert_eq!(code(&command.output().unwrap()), 0);

    let output = run(&at, &["--password", "wrong", "get", "k"]);
    assert_eq!(code(&output), 3);
    assert!(error(&output).contains("WRONGPASS") && !error(&output).contains("wrong"));
    let help = cli().arg("--help").env("WHITEWATER_KV_PASSWORD", "secret").output().unwrap();
    assert!(!out(&help).contains("secret"));
}

/// A certificate authority, with a certificate for a node and one for a client.
struct Certificates {
    folder: TempDir,
    server: Arc<ServerConfig>,
}

impl Certificates {
    fn new() -> Certificates {
        let folder = tempfile::tempdir().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let write = |name, text: String| std::fs::write(folder.path().join(name), text).unwrap();
        write("ca", ca.pem());

        let key = KeyPair::generate().unwrap();
        let client = CertificateParams::default().signed_by(&key, &ca).unwrap();
        write("cert", client.pem());
        write("key", key.serialize_pem());

        let key = KeyPair::generate().unwrap();
        let node = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        let node = node.signed_by(&key, &ca).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(ca.der().clone()).unwrap();
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone());
        let server = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier.build().unwrap())
            .with_single_cert(
                vec![node.der().clone()],
                PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            )
            .unwrap();
        Certificates { folder, server: Arc::new(server) }
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }
}

#[test]
fn with_tls_both_sides_show_certificates() {
    let certificates = Certificates::new();
    let tls = Some(certificates.server.clone());
    let at = start(FakeNode { tls, ..FakeNode::default() });
    let [ca, cert, key] = ["ca", "cert", "key"].map(|name| certificates.file(name));
    let own = ["--tls-ca", &ca, "--tls-cert", &cert, "--tls-key", &key];

    let output = run(&at, &[&own[..], &["set", "k", "v"]].concat());
    assert_eq!((code(&output), out(&output), error(&output)), (0, "OK\n", ""));

    let without_own = run(&at, &["--tls-ca", &ca, "get", "k"]);
    assert_eq!(code(&without_own), 3, "{}", error(&without_own));
    let others = Certificates::new();
    let ca = others.file("ca");
    let untrusted = run(&at, &[&["--tls-ca", &ca][..], &own[2..], &["get", "k"]].concat());
    assert_eq!(code(&untrusted), 3);
    assert!(error(&untrusted).contains("invalid peer certificate"), "{}", error(&untrusted));
    assert_eq!(code(&run(&at, &["get", "k"])), 3);
    assert_eq!(code(&run(&at, &["--tls-cert", &cert, "get", "k"])), 2);
}

#[test]
fn several_commands_go_over_one_connection_with_tls() {
    let certificates = Certificates::new();
    let tls = Some(certificates.server.clone());
    let at = start(FakeNode { tls, ..FakeNode::default() });
    let mut command = cli();
    command.args(["--at", &at]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in ["ca", "cert", "key"] {
        command.args([format!("--tls-{name}"), certificates.file(name)]);
    }
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    for line in ["set k v\n", "get k\n", "get hang-up\n", "get k\n"] {
        input.write_all(line.as_bytes()).unwrap();
        thread::sleep(Duration::from_millis(50));
    }
    drop(input);
    assert_eq!(out(&child.wait_with_output().unwrap()), "OK\nv\nv\n");
}
