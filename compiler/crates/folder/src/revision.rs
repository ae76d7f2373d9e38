use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::chosen::chosen;
use crate::content::{Bytes, Found};
use crate::git::Git;
use crate::names::{may_be_named, names, printable, wanted};
use crate::tree::{self, Change};
use crate::{File, Known, Limits, Listing, Reason, Unreadable};

/// One commit of a Git repository, bare or not.
///
/// It is named by its id from here on; what Git's names mean may change meanwhile, objects do not.
pub struct Revision {
    git: Mutex<Git>,
    commit: String,
    tree: String,
}

/// One entry of a tree.
struct Row {
    link: bool,
    regular: bool,
    blob: String,
    size: u64,
}

/// Bytes of the largest commit or tag that is looked at.
const COMMIT: u64 = 1 << 24;
/// Files below which each is looked up by its path: that costs git as much for each of them as a
/// list of thousands.
const FEW: usize = 16;

impl Revision {
    /// The commit that a repository knows by a name, as `git rev-parse` reads it.
    ///
    /// # Errors
    /// Git is not there, or refuses; there is no such commit.
    pub fn of(path: &Path, name: &[u8]) -> Result<Self, Unreadable> {
        let none = || Unreadable::Git("no such commit".into());
        if name.iter().any(u8::is_ascii_control) {
            return Err(none());
        }
        let mut git = Git::of(path);
        let name = [name, b"^{commit}"].concat();
        let commit = match git.object(&name, COMMIT)? {
            Some(commit) => commit,
            // Says why there is none.
            None => {
                let words: [&[u8]; 4] = [b"rev-parse", b"--verify", b"--quiet", &name];
                let id = git.said(words.map(os))?;
                git.object(id.trim_ascii_end(), COMMIT)?.ok_or_else(none)?
            }
        };
        let line = commit.bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let tree = line.strip_prefix(b"tree ").and_then(|id| core::str::from_utf8(id).ok());
        let tree = tree.ok_or_else(none)?.to_owned();
        Ok(Self { git: Mutex::new(git), commit: commit.id, tree })
    }

    /// The full id of the commit.
    #[must_use]
    pub fn commit(&self) -> &str {
        &self.commit
    }

    /// The id of its tree: two commits that share it hold the same files.
    #[must_use]
    pub fn tree(&self) -> &str {
        &self.tree
    }

    /// Reads every intent file, and the JSON, PEM and TOML files that they name.
    ///
    /// # Errors
    /// Git fails, an object is not there, or the commit holds too many files.
    pub fn read<K>(&self, limits: Limits) -> Result<Listing<K>, Unreadable> {
        let mut git = self.git.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = 0_usize;
        chosen(self.rows(&git)?, |rows| {
            let (files, problems) = sorted_out(rows, limits.bytes);
            taken = taken.saturating_add(files.len());
            if taken > limits.files {
                return Err(Unreadable::TooMany);
            }
            let blobs: Vec<&str> = files.iter().map(|(_, blob)| blob.as_str()).collect();
            let contents = git.contents(&blobs, limits.bytes)?;
            let files = files.iter().zip(contents).map(|((path, blob), content)| {
                let content = content.ok_or_else(|| no_content(blob))?;
                Ok((Arc::clone(path), Found::Read(content)))
            });
            Ok(Listing { files: files.collect::<Result<_, _>>()?, problems })
        })
    }

    /// What [`Revision::read`] gives, but of files that hold what they held in an older tree what is
    /// known of them. Nothing where that cannot be said without reading all: that tree is gone, or
    /// something else changed than contents of files that name no others.
    ///
    /// `known` are all files of that tree, which were read without a problem.
    pub fn read_since<K: Known>(
        &self,
        older: &str,
        limits: Limits,
        known: &K,
    ) -> Option<Vec<File<K::Fact>>> {
        let mut git = self.git.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = self.changed(older, limits, known, &mut git)?;
        let file = |(path, fact): (&str, K::Fact)| {
            let read = changed.get(path).cloned().map(Found::Read);
            (path.into(), read.unwrap_or(Found::Known(fact)))
        };
        Some(known.files().map(file).collect())
    }

    /// What files hold that had another content in an older tree, by their paths.
    fn changed<K: Known>(
        &self,
        older: &str,
        limits: Limits,
        known: &K,
        git: &mut Git,
    ) -> Option<HashMap<String, Bytes>> {
        // Anything else is no id, but a name that may mean something.
        if older.len() != self.tree.len() || !older.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let (mut paths, mut blobs) = (Vec::new(), Vec::new());
        if older != self.tree {
            for Change { path, blobs: both } in tree::changes(git, older, &self.tree)? {
                let known = core::str::from_utf8(&path).ok().filter(|path| known.has(path));
                match (known, both) {
                    (Some(path), Some(both)) => {
                        paths.push(path.to_owned());
                        blobs.extend(both);
                    }
                    // Nothing names it, and what changed names nothing.
                    (None, Some(_)) if may_be_named(&path) => {}
                    _ if wanted(&path) || may_be_named(&path) => return None,
                    _ => {}
                }
            }
        }
        let mut contents = git.contents(&blobs, limits.bytes).ok()?.into_iter();
        let mut changed = HashMap::with_capacity(paths.len());
        for path in paths {
            let (old, new) = (contents.next()??, contents.next()??);
            let name_none = [&old, &new].iter().all(|one| !names(path.as_bytes(), one.as_ref()));
            name_none.then(|| changed.insert(path, new))?;
        }
        Some(changed)
    }

    /// Reads files again, as [`Revision::read`] did; those that cannot be read are left out.
    #[must_use]
    pub fn again(&self, paths: &[Arc<str>], most: u64) -> Vec<(Arc<str>, Bytes)> {
        let mut git = self.git.lock().unwrap_or_else(PoisonError::into_inner);
        let rows = if paths.len() < FEW { Vec::new() } else { self.rows(&git).unwrap_or_default() };
        let blobs: HashMap<&[u8], &str> =
            rows.iter().map(|(path, row)| (path.as_slice(), row.blob.as_str())).collect();
        let name = |path: &Arc<str>| {
            let by_path = || format!("{}:{path}", self.tree);
            blobs.get(path.as_bytes()).map_or_else(by_path, |blob| (*blob).to_owned())
        };
        let names: Vec<String> = paths.iter().map(name).collect();
        let contents = git.contents(&names, most).unwrap_or_default();
        let found = paths.iter().zip(contents);
        found.filter_map(|(path, content)| Some((Arc::clone(path), content?))).collect()
    }

    /// What of the tree is read, or would be if a document names it.
    fn rows(&self, git: &Git) -> Result<Vec<(Vec<u8>, Row)>, Unreadable> {
        let listed = git.said(["ls-tree", "-r", "-z", "--full-tree", "-l", &self.tree])?;
        let rows = listed.split(|byte| *byte == 0).filter_map(row);
        Ok(rows.filter(|(path, _)| wanted(path) || may_be_named(path)).collect())
    }
}

/// Paths and blobs of rows that are read, and why others are not.
type Sorted = (Vec<(Arc<str>, String)>, Vec<(Vec<u8>, Reason)>);

fn sorted_out(rows: Vec<(Vec<u8>, Row)>, most: u64) -> Sorted {
    let (mut files, mut problems) = (Vec::with_capacity(rows.len()), Vec::new());
    for (path, row) in rows {
        let reason = match printable(&path) {
            _ if row.link => Reason::Link,
            _ if !row.regular => Reason::NotRegular,
            _ if row.size > most => Reason::TooLarge(row.size),
            Some(name) => {
                files.push((name.into(), row.blob));
                continue;
            }
            None => Reason::Name,
        };
        problems.push((path, reason));
    }
    (files, problems)
}

/// A line of `git ls-tree -l`: mode, type, id and size, a tab, the path.
fn row(line: &[u8]) -> Option<(Vec<u8>, Row)> {
    let tab = line.iter().position(|byte| *byte == b'\t')?;
    let (head, path) = line.split_at_checked(tab)?;
    let mut words = core::str::from_utf8(head).ok()?.split_ascii_whitespace();
    let (mode, _, blob, size) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let row = Row {
        link: mode == "120000",
        regular: u32::from_str_radix(mode, 8).is_ok_and(tree::is_regular),
        blob: blob.to_owned(),
        // Of what is no blob it is `-`.
        size: size.parse().unwrap_or_default(),
    };
    Some((path.get(1..)?.to_vec(), row))
}

fn no_content(blob: &str) -> Unreadable {
    Unreadable::Git(format!("it gave no content for object {blob}"))
}

fn os(word: &[u8]) -> &std::ffi::OsStr {
    std::os::unix::ffi::OsStrExt::from_bytes(word)
}
