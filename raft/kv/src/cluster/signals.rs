//! SIGINT, SIGTERM and SIGHUP end the nodes and then this process.

use std::io;
use std::thread;

use nix::sys::signal::Signal;
use nix::sys::termios::{tcgetattr, tcsetattr, SetArg};
use tokio::runtime::Builder;
use tokio::signal::unix::{signal, SignalKind};

use super::supervisor::Supervisor;

/// Returns when signals are waited for.
pub(super) fn end_at_signal(supervisor: Supervisor) -> io::Result<()> {
    // The prompt changes the terminal's state, and must not leave it so.
    let terminal = tcgetattr(io::stdin()).ok();
    let runtime = Builder::new_current_thread().enable_io().build()?;
    let guard = runtime.enter();
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    drop(guard);
    thread::spawn(move || {
        let received = runtime.block_on(async {
            tokio::select! {
                _ = interrupt.recv() => Signal::SIGINT,
                _ = terminate.recv() => Signal::SIGTERM,
                _ = hang_up.recv() => Signal::SIGHUP,
            }
        });
        supervisor.tell(&format!("{received}: the nodes end"));
        supervisor.end_all();
        if let Some(state) = terminal {
            // It may be gone.
            let _ = tcsetattr(io::stdin(), SetArg::TCSANOW, &state);
        }
        std::process::exit(128 + received as i32);
    });
    Ok(())
}
