//! Passes the version of the sources to the program, for the rows that `whitewater bench` writes.

use std::path::Path;
use std::process::Command;

fn main() {
    let sources = ["build.rs", "src", "../src", "../../raft/src", "../../.git/logs/HEAD"];
    // A path that does not exist would count as changed at every build.
    for path in sources.into_iter().filter(|path| Path::new(path).exists()) {
        println!("cargo:rerun-if-changed={path}");
    }
    let described = Command::new("git").args(["describe", "--always", "--dirty"]).output();
    let described = described.ok().filter(|output| output.status.success());
    let commit = described.and_then(|output| String::from_utf8(output.stdout).ok());
    let version = env!("CARGO_PKG_VERSION");
    // The costs in rows depend on it.
    let flags = std::env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let how = if flags.contains("profile-use") { " by profile" } else { "" };
    let build = format!("{version} {}{how}", commit.as_deref().unwrap_or_default().trim());
    println!("cargo:rustc-env=WHITEWATER_BUILD={}", build.trim());
    let compiler = std::env::var_os("RUSTC").unwrap_or("rustc".into());
    let compiler = Command::new(compiler).arg("--version").output();
    let compiler = compiler.ok().and_then(|output| String::from_utf8(output.stdout).ok());
    println!(
        "cargo:rustc-env=WHITEWATER_COMPILER={}",
        compiler.as_deref().unwrap_or("rustc").trim()
    );
}
