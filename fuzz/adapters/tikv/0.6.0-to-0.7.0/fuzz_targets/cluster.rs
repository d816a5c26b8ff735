//! Rolling upgrades of TiKV's `raft` under all oracles. Without a fuzzer: the command line of
//! `whitewater` for it.
#![cfg_attr(fuzzing, no_main)]

use tikv_upgrade::Tikv;
use whitewater::replica::system_under_test::SystemUnderTest;

#[cfg(fuzzing)]
whitewater::fuzz_target!(
    "cluster",
    SystemUnderTest::<Tikv>::without_mutants,
    concat!("cargo run -rq --manifest-path ", env!("CARGO_MANIFEST_DIR"), "/Cargo.toml --")
);

#[cfg(not(fuzzing))]
fn main() -> std::process::ExitCode {
    whitewater_cli::main(SystemUnderTest::<Tikv>::without_mutants)
}
