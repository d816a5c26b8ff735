//! A cluster on one machine: starts the nodes, keeps them running, and leaves the user at a prompt.
//!
//! Promises: a node that dies is started again, later each time; all nodes end with the supervisor,
//! also if that is killed: their standard input is a pipe from it, and `serve --exit-with-stdin`
//! ends when nobody is at its other end. Knows nothing of what nodes do, but for one question:
//! whether they answer.
//!
//! Exit codes: 0 done; of a script, that of its first failure, as of `cli`; 1 no node runs; 2 wrong
//! usage, or a port is taken; 128 and the number of a signal that ended it.

mod commands;
mod node;
mod ports;
mod signals;
mod supervisor;

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufReader, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use crate::cli::{Shell, Style, USAGE};
use commands::Commands;
use node::Plan;
use supervisor::Supervisor;

const EXIT_CODES: &str = "Exit codes: 0 done; of a script, that of its first failure, as of cli; \
     1 no node runs; 2 wrong usage, or a port is taken; 128 and the number of the signal that \
     ended it. help at the prompt lists its commands: kill, pause and start a node, and others.";

/// The options of `whitewater-kv cluster`.
#[derive(clap::Args)]
#[command(after_help = EXIT_CODES)]
pub struct Args {
    /// How many nodes
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=63))]
    pub nodes: u8,

    /// Where the nodes keep their data, and their logs: node 1 in n1 and n1.log. It is kept, and a
    /// cluster that is started there again goes on with it
    #[arg(long, value_name = "DIR", default_value = "whitewater-kv-data")]
    pub data: PathBuf,

    /// Run the commands in this file, - for standard input, and end; the exit code is 0 if all
    /// succeeded
    #[arg(long, value_name = "FILE")]
    pub exec: Option<PathBuf>,

    /// Node 1 listens for clients at this port, the others at the next ones; for their peers each
    /// at the port 100 above
    #[arg(long, value_name = "PORT", default_value_t = 7001)]
    pub base_port: u16,

    /// The program that is started as `FILE serve ...`; this one if it is not given
    #[arg(long, value_name = "FILE")]
    pub program: Option<PathBuf>,

    /// More arguments for each `serve`
    #[arg(last = true, value_name = "ARGUMENT")]
    pub serve: Vec<OsString>,
}

/// Runs `whitewater-kv cluster`.
pub fn run(args: Args) -> ExitCode {
    let (input, plan) = match input(&args).and_then(|input| Ok((input, plan(&args)?))) {
        Ok(both) => both,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(USAGE);
        }
    };
    let supervisor = Supervisor::new(plan);
    let result = signals::end_at_signal(supervisor.clone())
        .map_err(|error| format!("signals cannot be received: {error}"))
        .and_then(|()| supervisor.start_all())
        .and_then(|()| supervise(&supervisor, input));
    supervisor.end_all();
    supervisor.wait_for_events();
    result.unwrap_or_else(|error| {
        eprintln!("{error}");
        ExitCode::FAILURE
    })
}

fn plan(args: &Args) -> Result<Plan, String> {
    let addresses = ports::choose(args.base_port, args.nodes)?;
    let program = match &args.program {
        Some(program) => program.clone(),
        None => std::env::current_exe().map_err(|error| format!("this program: {error}"))?,
    };
    std::fs::create_dir_all(&args.data)
        .map_err(|error| format!("{}: {error}", args.data.display()))?;
    Ok(Plan { program, data: args.data.clone(), addresses, arguments: args.serve.clone() })
}

/// What is to be run; none for a prompt.
fn input(args: &Args) -> Result<Option<Box<dyn io::BufRead>>, String> {
    match &args.exec {
        Some(file) if file.as_os_str() == "-" => Ok(Some(Box::new(io::stdin().lock()))),
        Some(file) => match File::open(file) {
            Ok(open) => Ok(Some(Box::new(BufReader::new(open)))),
            Err(error) => Err(format!("{}: {error}", file.display())),
        },
        None if io::stdin().is_terminal() && io::stdout().is_terminal() => Ok(None),
        None => Ok(Some(Box::new(io::stdin().lock()))),
    }
}

/// The user's part, when the nodes answer.
fn supervise(
    supervisor: &Supervisor,
    input: Option<Box<dyn io::BufRead>>,
) -> Result<ExitCode, String> {
    let mut commands = Commands::new(supervisor.clone());
    supervisor.tell(&commands.wait()?);
    let client = commands::client(supervisor.plan().client_addresses(), Duration::from_secs(10));
    let mut shell = Shell::new(client, Style::for_output()).with(&mut commands);
    let result = match input {
        Some(input) => shell.script(input).map(|outcome| ExitCode::from(outcome.code())),
        None => shell.prompt().map(|()| ExitCode::SUCCESS),
    };
    result.map_err(|error| format!("cannot go on: {error}"))
}
