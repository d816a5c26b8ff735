//! Merging files of rows, compressed or not. Packing is merging into a compressed file, and
//! unpacking into a plain one.
//!
//! Promises: no row is lost: rows of the target stay as they are, and rows that only another file
//! has are added. The target is replaced whole or not at all, and not changed if there is nothing
//! to add. The same rows give the same bytes: they are in the order of their keys.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::file::{is_packed_name, packed, replace};
use super::rows::{Key, Row, RowStore};
use crate::{Failure, Output};

/// Adds to `target` the rows that only `others` have.
pub fn merge(target: &Path, others: &[PathBuf]) -> Result<Output, Failure> {
    let mut rows: BTreeMap<Key, Row> = match target.exists() {
        true => keyed(RowStore::read(target)?),
        false => BTreeMap::new(),
    };
    let (before, mut differ) = (rows.len(), 0);
    for other in others {
        for (key, row) in keyed(RowStore::read(other)?) {
            let there = rows.entry(key).or_insert_with(|| row.clone());
            differ += usize::from(*there != row);
        }
    }
    let added = rows.len() - before;
    if added > 0 {
        write(target, &rows)?;
    }
    let mut text = format!("{}: {} campaigns, {added} of them new\n", target.display(), rows.len());
    if differ > 0 {
        text +=
            &format!("{differ} campaigns differ in another file: the rows of the target stay\n");
    }
    let json = json!({ "campaigns": rows.len(), "added": added, "differ": differ });
    Ok(Output { text, json, clean: true })
}

fn keyed(store: RowStore) -> BTreeMap<Key, Row> {
    store.rows().map(|row| (row.key(), row.clone())).collect()
}

fn write(target: &Path, rows: &BTreeMap<Key, Row>) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    for row in rows.values() {
        serde_json::to_writer(&mut bytes, row).expect("a row is plain data");
        bytes.push(b'\n');
    }
    if is_packed_name(target) {
        bytes = packed(&bytes).expect("memory can be written to");
    }
    replace(target, &bytes)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::slice::from_ref;

    use super::super::file::is_packed;
    use super::super::rows::tests::row;
    use super::*;

    fn lines(rows: &[Row]) -> String {
        rows.iter().map(|row| serde_json::to_string(row).unwrap() + "\n").collect()
    }

    fn rows(path: &Path) -> Vec<Row> {
        RowStore::read(path).ok().unwrap().rows().cloned().collect()
    }

    #[test]
    fn unpacking_restores_the_rows_and_the_same_rows_give_the_same_bytes() {
        let folder = tempfile::TempDir::new().unwrap();
        let [plain, one, other, back] =
            ["rows", "one.gz", "other.gz", "back"].map(|name| folder.path().join(name));
        let all = [row("a", "swarm", 0, true, 0.25), row("b", "swarm", 1, false, 10.5)];
        fs::write(&plain, lines(&[all[1].clone(), all[0].clone()])).unwrap();
        merge(&one, from_ref(&plain)).ok().unwrap();
        merge(&other, &[plain]).ok().unwrap();
        assert!(is_packed(&fs::read(&one).unwrap()));
        assert_eq!(fs::read(&one).unwrap(), fs::read(&other).unwrap());
        merge(&back, &[one]).ok().unwrap();
        assert_eq!(fs::read_to_string(&back).unwrap(), lines(&all), "in the order of their keys");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4, "no drafts are left");
    }

    #[test]
    fn merging_adds_new_rows_and_changes_no_row_of_the_target() {
        let folder = tempfile::TempDir::new().unwrap();
        let [target, more] = ["rows.gz", "more"].map(|name| folder.path().join(name));
        let [old, slower, new] = [(0, 0.25), (0, 0.5), (1, 0.75)]
            .map(|(trial, cpu)| row("a", "swarm", trial, true, cpu));
        fs::write(&more, lines(from_ref(&old))).unwrap();
        merge(&target, from_ref(&more)).ok().unwrap();
        fs::write(&more, lines(&[slower, new.clone()])).unwrap();
        let answer = merge(&target, from_ref(&more)).ok().unwrap();
        assert_eq!(rows(&target), [old, new]);
        assert!(answer.text.contains("2 campaigns, 1 of them new\n1 campaigns differ"));

        let before = fs::metadata(&target).unwrap().modified().unwrap();
        merge(&target, &[more]).ok().unwrap();
        assert_eq!(fs::metadata(&target).unwrap().modified().unwrap(), before, "nothing to add");
    }

    #[test]
    fn a_truncated_file_is_refused_and_the_target_stays() {
        let folder = tempfile::TempDir::new().unwrap();
        let [plain, cut, target] =
            ["rows", "cut.gz", "all.gz"].map(|name| folder.path().join(name));
        fs::write(&plain, lines(&[row("a", "swarm", 0, true, 0.25)])).unwrap();
        merge(&cut, from_ref(&plain)).ok().unwrap();
        let bytes = fs::read(&cut).unwrap();
        fs::write(&cut, &bytes[..bytes.len() - 10]).unwrap();
        let complaint = merge(&target, &[plain, cut]).err().unwrap().0;
        assert!(complaint.contains("cut.gz: is no complete gzip file"), "{complaint}");
        assert!(!target.exists());
        let nowhere = folder.path().join("nowhere/all.gz");
        let complaint = merge(&nowhere, &[folder.path().join("rows")]).err().unwrap().0;
        assert!(complaint.ends_with("all.gz: its folder does not exist"), "{complaint}");
    }
}
