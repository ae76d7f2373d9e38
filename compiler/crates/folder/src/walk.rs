use std::ffi::OsStr;
use std::fs::{DirEntry, FileType};
use std::io::{Error, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::Reason;
use crate::names::{OWNERS, enters, may_be_named, wanted};

/// A path inside the folder, and why it is not to be read.
pub(crate) type Found = (Vec<u8>, Option<Reason>);

/// Lists what is to be read; a stack of its own, never recursion.
pub(crate) fn walk(root: &Path) -> Result<Vec<Found>, Error> {
    let mut waiting: Vec<Vec<u8>> = vec![Vec::new()];
    let mut found = hidden_owners(root);
    while let Some(folder) = waiting.pop() {
        match list(root, &folder, &mut found) {
            Ok(inside) => waiting.extend(inside),
            Err(error) if folder.is_empty() => return Err(error),
            Err(error) => found.push((folder, Some(Reason::System(error)))),
        }
    }
    Ok(found)
}

/// The lists of owners in folders that are not looked into otherwise.
fn hidden_owners(root: &Path) -> Vec<Found> {
    let below = |path: &&&[u8]| path.starts_with(b".");
    let found = OWNERS.iter().filter(below).filter_map(|path| {
        let at = root.join(OsStr::from_bytes(path));
        let folder = std::fs::symlink_metadata(at.parent()?).ok()?;
        let kind = std::fs::symlink_metadata(&at).ok()?.file_type();
        let link = kind.is_symlink() || !folder.is_dir();
        (link || kind.is_file()).then(|| (path.to_vec(), link.then_some(Reason::Link)))
    });
    found.collect()
}

/// Adds what one folder holds; gives the folders in it.
fn list(root: &Path, folder: &[u8], found: &mut Vec<Found>) -> Result<Vec<Vec<u8>>, Error> {
    let mut inside = Vec::new();
    let mut files = Vec::new();
    for entry in std::fs::read_dir(root.join(OsStr::from_bytes(folder)))? {
        let entry = entry?;
        let (name, kind) = (entry.file_name(), entry.file_type()?);
        let name = name.as_bytes();
        let path = if folder.is_empty() { name.to_vec() } else { [folder, b"/", name].concat() };
        if kind.is_symlink() {
            if is_read(&path) || (enters(name) && leads_to_folder(&entry)) {
                files.push((path, Some(Reason::Link)));
            }
        } else if kind.is_dir() {
            if enters(name) {
                inside.push(path);
            }
        } else if is_read(&path) {
            files.push((path, (!kind.is_file()).then_some(Reason::NotRegular)));
        }
    }
    files.sort_unstable_by(|one: &Found, other| one.0.cmp(&other.0));
    found.extend(files);
    // The last one is looked into first.
    inside.sort_unstable_by(|one: &Vec<u8>, other| other.cmp(one));
    Ok(inside)
}

/// Whether a path is read, or would be if a document names it.
fn is_read(path: &[u8]) -> bool {
    wanted(path) || may_be_named(path)
}

/// Whether a link ends at a folder; a loop does too, to be reported.
fn leads_to_folder(entry: &DirEntry) -> bool {
    match std::fs::metadata(entry.path()).map(|metadata| metadata.file_type()) {
        Ok(kind) => FileType::is_dir(&kind),
        Err(error) => error.kind() != ErrorKind::NotFound,
    }
}
