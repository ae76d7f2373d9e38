//! What two trees of Git say differently.
//!
//! A tree object is a list of `MODE NAME`, a zero, and the bytes of an id (Git, "Git Objects: Tree
//! Objects"). What has the same id is the same, so only what differs is looked at.

use std::collections::BTreeMap;

use crate::Bytes;
use crate::git::Git;

/// A path that differs.
pub(crate) struct Change {
    pub(crate) path: Vec<u8>,
    /// The older blob and the newer one, where both trees have a file there.
    pub(crate) blobs: Option<[String; 2]>,
}

/// A folder that differs, and its id in either tree that has it.
type Folder = (Vec<u8>, [Option<String>; 2]);

/// What a tree says of its names: mode and id.
type Entries<'a> = BTreeMap<&'a [u8], (u32, &'a [u8])>;

/// What of a mode says what a path is; the rest is who may use it.
const KIND: u32 = 0o170_000;
/// Bytes of the largest tree that is looked at; a hundred thousand entries have fewer.
const LARGEST: u64 = 1 << 24;
/// Most folders that are looked at: where more differ, it is as fast to list all.
const MOST: usize = 4096;

/// Every path of which two trees say something else; nothing where one of them is not there, or they
/// differ too much.
pub(crate) fn changes(git: &mut Git, older: &str, newer: &str) -> Option<Vec<Change>> {
    let mut waiting: Vec<Folder> = vec![(Vec::new(), [older, newer].map(|id| Some(id.into())))];
    let (mut changes, mut seen) = (Vec::new(), 0_usize);
    while !waiting.is_empty() {
        seen = seen.saturating_add(waiting.len());
        if seen > MOST {
            return None;
        }
        let ids: Vec<&String> = waiting.iter().flat_map(|(_, ids)| ids.iter().flatten()).collect();
        let mut trees = git.contents(&ids, LARGEST).ok()?.into_iter();
        let mut inside = Vec::new();
        for (path, [old, new]) in &waiting {
            let mut tree = |id: &Option<String>| match id {
                Some(id) => Some((trees.next()??, id.len() / 2)),
                // Nothing stands in a folder that is not there.
                None => Some((Bytes::from(Vec::new()), 1)),
            };
            let (old, new) = (tree(old)?, tree(new)?);
            let both = [entries(old.0.as_ref(), old.1)?, entries(new.0.as_ref(), new.1)?];
            compare(path, &both, &mut changes, &mut inside);
        }
        waiting = inside;
    }
    Some(changes)
}

/// Holds two trees of one folder against each other.
fn compare(
    folder: &[u8],
    both: &[Entries<'_>; 2],
    changes: &mut Vec<Change>,
    inside: &mut Vec<Folder>,
) {
    let [old, new] = both;
    let gone = old.keys().filter(|name| !new.contains_key(*name));
    for name in new.keys().chain(gone) {
        let [old, new] = [old.get(name), new.get(name)];
        if old == new {
            continue;
        }
        let path = if folder.is_empty() { name.to_vec() } else { [folder, b"/", name].concat() };
        let all = |is: fn(u32) -> bool| {
            [old, new].map(|one| one.filter(|(mode, _)| is(*mode)).map(|(_, id)| hexadecimal(id)))
        };
        let folders = all(is_folder);
        if folders != [None, None] {
            inside.push((path.clone(), folders));
        }
        if [old, new].iter().flatten().any(|(mode, _)| !is_folder(*mode)) {
            let blobs = all(is_regular);
            let blobs = if let [Some(old), Some(new)] = blobs { Some([old, new]) } else { None };
            changes.push(Change { path, blobs });
        }
    }
}

/// What a tree with ids of so many bytes says; nothing for bytes that are none.
fn entries(mut tree: &[u8], width: usize) -> Option<Entries<'_>> {
    let mut all = Entries::new();
    while !tree.is_empty() {
        let blank = tree.iter().position(|byte| *byte == b' ')?;
        let (mode, rest) = tree.split_at_checked(blank)?;
        let mode = u32::from_str_radix(core::str::from_utf8(mode).ok()?, 8).ok()?;
        let rest = rest.get(1..)?;
        let zero = rest.iter().position(|byte| *byte == 0)?;
        let (name, rest) = rest.split_at_checked(zero)?;
        let (id, rest) = rest.get(1..)?.split_at_checked(width)?;
        if all.insert(name, (mode, id)).is_some() {
            return None;
        }
        tree = rest;
    }
    Some(all)
}

/// Whether that is Git's mode of a file that is neither link nor submodule.
pub(crate) const fn is_regular(mode: u32) -> bool {
    mode & KIND == 0o100_000
}

/// Whether it is that of a folder.
const fn is_folder(mode: u32) -> bool {
    mode & KIND == 0o040_000
}

fn hexadecimal(id: &[u8]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(entries: &[(&str, &str)]) -> Vec<u8> {
        let each = entries.iter().flat_map(|(head, id)| [head.as_bytes(), b"\0", id.as_bytes()]);
        each.collect::<Vec<_>>().concat()
    }

    fn difference(old: &[u8], new: &[u8]) -> (Vec<String>, Vec<String>) {
        let both = [entries(old, 2).unwrap(), entries(new, 2).unwrap()];
        let (mut changes, mut inside) = (Vec::new(), Vec::new());
        compare(b"shop", &both, &mut changes, &mut inside);
        let text = |path: Vec<u8>| String::from_utf8(path).unwrap();
        let change = |one: Change| format!("{} {:?}", text(one.path), one.blobs);
        let folder = |(path, ids): Folder| format!("{} {ids:?}", text(path));
        (changes.into_iter().map(change).collect(), inside.into_iter().map(folder).collect())
    }

    #[test]
    fn what_has_the_same_id_is_the_same() {
        let old = tree(&[("100644 a", "11"), ("40000 b", "22"), ("100644 c", "33")]);
        let new = tree(&[("100644 a", "11"), ("040000 b", "23"), ("100755 c", "34")]);
        let (changes, inside) = difference(&old, &new);
        assert_eq!(changes, ["shop/c Some([\"3333\", \"3334\"])"]);
        assert_eq!(inside, ["shop/b [Some(\"3232\"), Some(\"3233\")]"]);
    }

    #[test]
    fn what_is_no_file_on_both_sides_has_no_blobs() {
        let old = tree(&[("100644 a", "11"), ("40000 b", "22"), ("100644 d", "44")]);
        let new = tree(&[("120000 a", "11"), ("100644 b", "22"), ("160000 c", "33")]);
        let (changes, inside) = difference(&old, &new);
        assert_eq!(changes, ["shop/a None", "shop/b None", "shop/c None", "shop/d None"]);
        assert_eq!(inside, ["shop/b [Some(\"3232\"), None]"]);
    }

    #[test]
    fn bytes_that_are_no_tree_say_nothing() {
        let whole = tree(&[("100644 a", "11"), ("40000 b", "22")]);
        assert!(entries(&whole, 2).is_some());
        for length in 1..whole.len() {
            let cut = whole.get(..length).unwrap();
            let first = tree(&[("100644 a", "11")]).len();
            assert_eq!(entries(cut, 2).is_some(), length == first, "{length}");
        }
        assert!(entries(&tree(&[("100644 a", "11"), ("100644 a", "22")]), 2).is_none());
        assert!(entries(&tree(&[("1006x4 a", "11")]), 2).is_none());
    }
}
