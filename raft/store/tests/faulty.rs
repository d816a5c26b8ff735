//! Each fault of the files in memory changes an outcome.

use std::io::{ErrorKind, Result};

use store::faulty::{Draws, Fault, FaultyFiles, Machine};
use store::{read, replace, File, Files};

/// A machine with the durable file `old`, of two sectors.
fn machine() -> Machine {
    let machine = Machine::default();
    let files = machine.files();
    files.create("old").and_then(|mut file| file.write_at(0, &[1; 1_024])).expect("no fault");
    files.open("old").and_then(|mut file| file.sync()).expect("no fault");
    files.sync_directory().expect("no fault");
    machine
}

/// What another process finds.
fn found(machine: &Machine) -> Vec<(String, Vec<u8>)> {
    let files = machine.files();
    let names = files.list().expect("it can be listed");
    names.into_iter().map(|name| (name.clone(), read(&files, &name).expect("it is read"))).collect()
}

fn overwrite(files: &FaultyFiles) -> Result<()> {
    files.open("old")?.write_at(0, &[2; 1_024])
}

#[test]
fn a_process_that_ends_leaves_what_it_wrote_and_a_power_failure_does_not() {
    let machine = machine();
    overwrite(&machine.files()).expect("no fault");
    assert!(machine.has_unsynced());
    let lost = machine.clone();
    machine.end_process();
    lost.lose_power(&mut |_| 0);
    assert_eq!(found(&machine), [("old".into(), vec![2; 1_024])]);
    assert_eq!(found(&lost), [("old".into(), vec![1; 1_024])]);
    assert_eq!(lost.effects().lost_sectors, 2);
}

#[test]
fn a_power_failure_tears_a_write_at_a_sector() {
    let machine = machine();
    overwrite(&machine.files()).expect("no fault");
    let mut sectors = 0;
    machine.lose_power(&mut |count| {
        sectors += 1;
        if sectors == 1 {
            count - 1
        } else {
            0
        }
    });
    assert_eq!(found(&machine), [("old".into(), [[2; 512], [1; 512]].concat())]);
}

#[test]
fn writes_are_reordered_up_to_the_next_sync_and_no_further() {
    let machine = machine();
    let files = machine.files();
    let mut file = files.open("old").expect("it is there");
    file.write_at(0, &[2; 512]).expect("no fault");
    file.write_at(512, &[3; 512]).expect("no fault");
    let reordered = machine.clone();
    let mut kept = [0, 1].into_iter(); // Only the second.
    reordered.lose_power(&mut |_| kept.next().unwrap_or(0));
    assert_eq!(found(&reordered)[0].1, [[1; 512], [3; 512]].concat());
    file.sync().expect("no fault");
    machine.lose_power(&mut |_| 0);
    assert_eq!(found(&machine)[0].1, [[2; 512], [3; 512]].concat());
}

#[test]
fn a_name_is_lost_without_a_sync_of_the_directory_even_if_the_file_is_synced() {
    let machine = machine();
    let files = machine.files();
    let mut file = files.create("new").expect("no fault");
    file.append(b"content").and_then(|()| file.sync()).expect("no fault");
    files.rename("old", "older").expect("no fault");
    let lost = machine.clone();
    lost.lose_power(&mut |_| 0);
    assert_eq!(found(&lost), [("old".into(), vec![1; 1_024])]);
    assert_eq!(lost.effects().lost_names, 2);
    files.sync_directory().expect("no fault");
    machine.lose_power(&mut |_| 0);
    let expected = [("new".into(), b"content".to_vec()), ("older".into(), vec![1; 1_024])];
    assert_eq!(found(&machine), expected);
}

#[test]
fn a_removed_file_can_come_back() {
    let machine = machine();
    machine.files().remove("old").expect("no fault");
    assert_eq!(found(&machine), []);
    machine.lose_power(&mut |_| 0);
    assert_eq!(found(&machine), [("old".into(), vec![1; 1_024])]);
}

#[test]
fn a_file_that_is_replaced_durably_has_the_old_or_the_new_content_after_a_crash_anywhere() {
    let (mut old, mut new) = (0, 0);
    for at in 0..6 {
        for seed in 0..20 {
            let machine = machine();
            machine.arm(at, Fault::Crash, Draws::new(seed));
            let replaced = replace(&machine.files(), "old", &[2; 700]);
            machine.lose_power(&mut Draws::new(seed).fate());
            let content = read(&machine.files(), "old").expect("it is there");
            assert!(content == [1; 1_024] || content == [2; 700]);
            assert!(replaced.is_err() || content == [2; 700]);
            old += usize::from(content.len() == 1_024);
            new += usize::from(content.len() == 700);
        }
    }
    assert!(old > 20 && new > 20, "{old} {new}");
}

#[test]
fn after_a_failed_sync_the_next_one_succeeds_without_the_data() {
    let machine = machine();
    let files = machine.files();
    overwrite(&files).expect("no fault");
    let leaves_nothing = |seed: &u64| {
        let mut draws = Draws::new(*seed);
        (0..2).all(|_| draws.below(2) == 0)
    };
    machine.arm(0, Fault::Error, Draws::new((0..).find(leaves_nothing).expect("there is one")));
    let mut file = files.open("old").expect("it is there");
    assert!(file.sync().is_err());
    file.sync().expect("it seems to succeed");
    assert_eq!(machine.effects().failed_syncs, 1);
    assert_eq!(read(&files, "old").expect("it is read"), [2; 1_024]);
    machine.end_process();
    assert_eq!(found(&machine)[0].1, [2; 1_024]);
    machine.lose_power(&mut |count| count - 1);
    assert_eq!(found(&machine)[0].1, [1; 1_024]);
}

#[test]
fn after_a_failed_sync_of_the_directory_the_next_one_writes_its_changes() {
    let machine = machine();
    let files = machine.files();
    files.rename("old", "new").expect("no fault");
    machine.arm(0, Fault::Error, Draws::new(0));
    assert!(files.sync_directory().is_err());
    assert_eq!(machine.effects().failed_directory_syncs, 1);
    let lost = machine.clone();
    lost.lose_power(&mut |_| 0);
    assert_eq!(found(&lost)[0].0, "old");
    files.sync_directory().expect("no fault");
    machine.lose_power(&mut |_| 0);
    assert_eq!(found(&machine)[0].0, "new");
}

#[test]
fn a_full_disk_takes_no_longer_file_and_may_take_a_part() {
    let machine = machine();
    let files = machine.files();
    machine.fill(true);
    overwrite(&files).expect("there is space in place");
    let (mut none, mut some) = (0, 0);
    for _ in 0..40 {
        let mut file = files.create("new").expect("a name takes no space");
        let error = file.append(&[3; 2_000]).expect_err("the disk is full");
        assert_eq!(error.kind(), ErrorKind::StorageFull);
        let length = file.length().expect("it is open");
        assert!(length < 2_000);
        none += usize::from(length == 0);
        some += usize::from(length > 0);
    }
    assert!(some > 0 && none < 40 && machine.effects().no_space == 40);
    machine.fill(false);
    files.create("new").and_then(|mut file| file.append(&[3; 2_000])).expect("there is space");
}

#[test]
fn a_crash_amid_a_write_leaves_a_part_and_ends_the_process() {
    let mut lengths = std::collections::BTreeSet::new();
    for seed in 0..40 {
        let machine = machine();
        let files = machine.files();
        let mut file = files.create("new").expect("no fault");
        machine.arm(0, Fault::Crash, Draws::new(seed));
        assert!(file.append(&[2; 1_500]).is_err());
        assert!(files.list().is_err() && file.length().is_err() && files.open("old").is_err());
        machine.end_process();
        assert!(files.list().is_err(), "a handle of an ended process");
        lengths.insert(found(&machine)[0].1.len());
    }
    assert_eq!(lengths.into_iter().collect::<Vec<_>>(), [0, 512, 1_024, 1_500]);
}

#[test]
fn an_error_leaves_the_process_running() {
    let machine = machine();
    let files = machine.files();
    machine.arm(1, Fault::Error, Draws::new(0));
    assert!(files.rename("old", "new").is_ok() && files.rename("new", "newer").is_err());
    assert!(!machine.disarm());
    assert_eq!(files.list().expect("it runs"), ["new"]);
    machine.arm(5, Fault::Error, Draws::new(0));
    assert!(machine.disarm() && files.remove("new").is_ok());
}

#[test]
fn a_flipped_bit_changes_what_is_read() {
    let machine = machine();
    let flipped = machine.flip_bit(&mut |count| count - 1);
    assert_eq!(flipped, Some(("old".into(), 1_023)));
    assert_eq!(found(&machine)[0].1[1_023], 1 ^ 1 << 7);
    assert_eq!(machine.effects().flipped_bits, 1);
    assert_eq!(Machine::default().flip_bit(&mut |_| 0), None);
}

#[test]
fn a_copy_shares_nothing_with_the_original() {
    let machine = machine();
    let copy = machine.clone();
    copy.files().remove("old").expect("no fault");
    assert_eq!((found(&machine).len(), found(&copy).len()), (1, 0));
}
