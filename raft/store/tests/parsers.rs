//! Arbitrary bytes in a store's files: an error, or a state, and never a panic or a hang.

mod common;

use common::{draw_write, open, State};
use store::faulty::{Draws, Machine};
use store::{read, File, Files, Storage, SECTOR};

/// Writes the right checksum into each sector, as one would who wants to be believed.
fn seal(bytes: &mut [u8]) {
    for sector in bytes.chunks_exact_mut(SECTOR) {
        let sum = crc32c::crc32c(&sector[4..]);
        sector[..4].copy_from_slice(&sum.to_le_bytes());
    }
}

fn put(machine: &Machine, name: &str, bytes: &[u8]) {
    let mut file = machine.files().create(name).expect("it can be created");
    file.write_at(0, bytes).expect("it can be written");
}

/// A machine with a log of some length.
fn written(seed: u64) -> (Machine, State) {
    let (machine, mut draws) = (Machine::default(), Draws::new(seed));
    let (mut store, mut state) = open(&machine, 1_024).expect("it is empty");
    for _ in 0..2 + seed % 20 {
        let write = draw_write(&state, &mut draws);
        store.save(std::slice::from_ref(&write)).expect("there is no fault");
        common::apply(&mut state, &write);
    }
    machine.end_process();
    (machine, state)
}

#[test]
fn arbitrary_bytes_are_never_a_panic() {
    for seed in 0..2_000 {
        let (machine, mut draws) = (Machine::default(), Draws::new(seed));
        for number in 0..3 {
            let mut bytes = vec![0; draws.below(4 * SECTOR)];
            bytes.iter_mut().for_each(|byte| *byte = draws.below(256) as u8);
            match draws.below(3) {
                // The segment's own number, the first batch and sector, of which there is one.
                0 if bytes.len() >= SECTOR => {
                    bytes[4..24].fill(0);
                    (bytes[4], bytes[16]) = (number, 1);
                    bytes[20..22].copy_from_slice(&(draws.below(489) as u16).to_le_bytes());
                    seal(&mut bytes);
                }
                1 => seal(&mut bytes),
                _ => {}
            }
            let name = ["log-00000000", "log-00000001", "log-00000002"][usize::from(number)];
            put(&machine, name, &bytes);
        }
        let _ = open(&machine, 1_024);
    }
}

#[test]
fn changed_bytes_behind_right_checksums_are_never_a_panic() {
    let (mut opened, mut refused) = (0, 0);
    for seed in 0..3_000 {
        let (machine, _) = written(seed % 100);
        let (files, mut draws) = (machine.files(), Draws::new(seed));
        let names = files.list().expect("it can be listed");
        let name = &names[draws.below(names.len())];
        let mut bytes = read(&files, name).expect("it can be read");
        if bytes.is_empty() {
            continue;
        }
        for _ in 0..1 + draws.below(4) {
            let place = draws.below(bytes.len());
            bytes[place] = [0, 1, 0x7f, 0xff, draws.below(256) as u8][draws.below(5)];
        }
        if name.starts_with("log-") {
            seal(&mut bytes);
        }
        put(&machine, name, &bytes);
        match open(&machine, 1_024) {
            Ok((mut store, state)) => {
                opened += 1;
                let write = draw_write(&state, &mut draws);
                let _ = store.save(&[write]);
            }
            Err(error) => {
                refused += 1;
                assert!(!error.to_string().is_empty());
            }
        }
    }
    assert!(opened > 100 && refused > 100, "{opened} opened, {refused} refused");
}

#[test]
fn files_with_strange_names_are_left_alone_and_the_highest_number_is_refused() {
    let (machine, state) = written(7);
    for name in ["log-1", "log-0000000g", "log-00000001.old", "notes.txt", "snapshot"] {
        put(&machine, name, b"not ours");
    }
    assert_eq!(open(&machine, 1_024).expect("it opens").1, state);
    assert_eq!(read(&machine.files(), "notes.txt").expect("it is there"), b"not ours");
    put(&machine, "log-ffffffff", b"");
    let error = open(&machine, 1_024).expect_err("no number can follow");
    assert!(error.to_string().contains("log-ffffffff"), "{error}");
}

#[test]
fn a_segment_that_continues_itself_is_refused() {
    let (machine, _) = written(1);
    machine.end_process();
    open(&machine, 1_024).expect("it opens"); // Its segment continues another one.
    let files = machine.files();
    let names = files.list().expect("it can be listed");
    let newest = names.iter().rfind(|name| name.starts_with("log-")).expect("there is a segment");
    let mut bytes = read(&files, newest).expect("it can be read");
    let number = u8::from_str_radix(&newest[4..], 16).expect("the number is small");
    // The record: its kind, the version, that there is a previous segment, and its number.
    assert_eq!(bytes[24..27], [0, 1, 1], "the form of a start record");
    bytes[27] = number;
    seal(&mut bytes);
    put(&machine, newest, &bytes);
    let error = open(&machine, 1_024).expect_err("it is refused");
    assert!(error.to_string().contains("not older"), "{error}");
}
