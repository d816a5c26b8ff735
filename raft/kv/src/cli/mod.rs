//! The command line client: one command, or a prompt.
//!
//! Promises: a command is sent at most once, and an unknown outcome is told as such; a lost
//! connection is made again for the next command, to the next node; the exit code tells scripts how
//! it went: 0 done; 1 refused, failed or unknown, or there is no value, or the condition does not
//! hold; 2 wrong usage; 3 no node could be reached. Knows nothing of what a command does.

mod client;
mod complete;
mod help;
mod prompt;
mod shell;
mod short;
mod show;
mod tls;

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use bytes::Bytes;

pub use client::{CallError, Client, Settings};
pub use prompt::Printer;
pub use shell::{Extra, Outcome, Shell, USAGE};
pub use show::Style;

const EXIT_CODES: &str = "Exit codes: 0 done; 1 refused, failed or unknown, or there is no value, \
     or the condition does not hold; 2 wrong usage; 3 no node could be reached. Of a script, that \
     of its first failure.";

/// The options of `whitewater-kv cli`.
#[derive(clap::Args)]
#[command(after_help = EXIT_CODES)]
pub struct Args {
    /// Nodes, which are tried in turn
    #[arg(
        long,
        value_name = "HOST:PORT,...",
        value_delimiter = ',',
        default_value = "127.0.0.1:7001",
        value_parser = address
    )]
    pub at: Vec<String>,

    /// Whom to log in as
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub user: String,

    /// The password; other users of the machine can read it here, but not in the environment
    #[arg(long, env = "WHITEWATER_KV_PASSWORD", hide_env_values = true)]
    pub password: Option<String>,

    /// Certificates, as PEM, one of which signs those of the nodes; turns on TLS
    #[arg(long, value_name = "FILE")]
    pub tls_ca: Option<PathBuf>,

    /// Our certificate, as PEM
    #[arg(long, value_name = "FILE", requires_all = ["tls_ca", "tls_key"])]
    pub tls_cert: Option<PathBuf>,

    /// The key of our certificate, as PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,

    /// How long to wait for a reply, in seconds
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 10,
        value_parser = clap::value_parser!(u64).range(1..=86_400)
    )]
    pub timeout: u64,

    /// A command; without one, a prompt, or the lines of standard input
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub command: Vec<OsString>,
}

/// HOST:PORT.
fn address(text: &str) -> Result<String, String> {
    let is_port = |port: &str| port.parse().is_ok_and(|port: u16| port > 0);
    match text.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && is_port(port) => Ok(text.to_owned()),
        _ => Err("this is not HOST:PORT".into()),
    }
}

/// Runs `whitewater-kv cli`.
pub fn run(args: Args) -> ExitCode {
    let settings = match settings(&args) {
        Ok(settings) => settings,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(USAGE);
        }
    };
    if let Some(word) = args.command.first().filter(|word| word.as_bytes().starts_with(b"-")) {
        eprintln!("unknown option {}; options come before the command", word.display());
        return ExitCode::from(USAGE);
    }
    let words: Vec<Bytes> =
        args.command.into_iter().map(|word| Bytes::from(word.into_vec())).collect();
    let mut shell = Shell::new(Client::new(settings), Style::for_output());
    let result = if !words.is_empty() {
        Ok(shell.run(&words))
    } else if io::stdin().is_terminal() && io::stdout().is_terminal() {
        shell.prompt().map(|()| Outcome::Done)
    } else {
        shell.script(io::stdin().lock())
    };
    match result {
        Ok(outcome) => ExitCode::from(outcome.code()),
        Err(error) => {
            eprintln!("cannot go on: {error}");
            ExitCode::FAILURE
        }
    }
}

fn settings(args: &Args) -> Result<Settings, String> {
    // An empty variable of the environment is none.
    let password = args.password.clone().filter(|password| !password.is_empty());
    Ok(Settings {
        addresses: args.at.clone(),
        login: password.map(|password| (args.user.clone(), password)),
        tls: match &args.tls_ca {
            Some(ca) => {
                let own = args.tls_cert.as_deref().zip(args.tls_key.as_deref());
                Some(tls::config(ca, own)?)
            }
            None => None,
        },
        timeout: Duration::from_secs(args.timeout),
    })
}
