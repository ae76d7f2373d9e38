use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use memchr::memmem::Finder;
use meshc_folder::{File as Entry, Found};
use meshc_link::{Content, Holding, KnownFiles};
use meshc_snapshot::Digest;
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::pybacked::{PyBackedBytes, PyBackedStr};
use pyo3::types::{PyBytes, PyString};

use crate::folder::{Earlier, Fact};
use crate::left::Left;

/// Files of one run, sorted by path.
#[pyclass(frozen, sequence, module = "meshc._native")]
pub(crate) struct Files {
    all: Vec<(Arc<str>, Content)>,
    /// What was asked about the contents, and which of the files that is.
    asked: Mutex<Vec<Holding>>,
    /// Where some of them were left unread.
    left: Option<Arc<Left>>,
    /// Git's name of a tree that holds these files and no others; empty where there is none.
    tree: String,
    /// Whether something was known of them when they were read.
    begun: bool,
}

/// A path and a content, as Python has them.
type File<'py> = (Bound<'py, PyString>, Bound<'py, PyBytes>);

/// Files as a function takes them: such an object, or any sequence of pairs.
pub(crate) struct Given(pub(crate) Vec<(Arc<str>, Content)>, Option<Arc<Left>>);

impl Given {
    /// The files, all of them read.
    pub(crate) fn read(self) -> Vec<(Arc<str>, Content)> {
        self.1.iter().for_each(|left| left.read());
        self.0
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for Given {
    type Error = PyErr;

    fn extract(given: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(files) = given.cast::<Files>() {
            let files = files.get();
            return Ok(Self(files.all.clone(), files.left.clone()));
        }
        let mut all = Vec::with_capacity(given.len().unwrap_or_default());
        for one in given.try_iter()? {
            let (path, bytes): (PyBackedStr, PyBackedBytes) = one?.extract()?;
            all.push((Arc::from(&*path), Content::new(bytes)));
        }
        Ok(Self(all, None))
    }
}

impl Files {
    pub(crate) fn new(mut all: Vec<(Arc<str>, Content)>) -> Self {
        all.sort_by(|one, other| one.0.cmp(&other.0));
        Self { all, asked: Mutex::default(), left: None, tree: String::new(), begun: false }
    }

    /// Files as they were read, sorted by path; of those that are known it is known too what was
    /// asked.
    pub(crate) fn listed(files: Vec<Entry<Fact>>, known: &Earlier<'_>, mut left: Left) -> Self {
        let known = &known.0;
        let mut numbers = vec![None; known.files().len()];
        let mut new = Vec::new();
        let mut all = Vec::with_capacity(files.len());
        for (at, (path, found)) in files.into_iter().enumerate() {
            let content = match found {
                Found::Known((was, digest)) => {
                    numbers.get_mut(was).into_iter().for_each(|number| *number = Some(at));
                    left.content(&path, digest)
                }
                Found::Read(bytes) => {
                    new.push(at);
                    Content::new(bytes)
                }
            };
            all.push((path, content));
        }
        let asked = known.asked().iter().map(|(word, found)| {
            let was = |at: &usize| numbers.get(*at).copied().flatten();
            let mut now: Vec<usize> = found.iter().filter_map(was).collect();
            now.extend(holding(word, &all, new.iter().copied()));
            now.sort_unstable();
            (word.clone(), now)
        });
        let asked = Mutex::new(asked.collect());
        let (left, begun) = (Some(Arc::new(left)), !known.files().is_empty());
        Self { all, asked, left, tree: String::new(), begun }
    }

    /// The same, which are all that would be read of a tree of Git.
    pub(crate) fn of_tree(self, tree: &str) -> Self {
        Self { tree: tree.to_owned(), ..self }
    }

    fn find(&self, path: &str) -> Result<usize, usize> {
        self.all.binary_search_by(|(one, _)| (**one).cmp(path))
    }

    fn file<'py>(&self, py: Python<'py>, at: usize) -> Option<File<'py>> {
        let (path, content) = self.all.get(at)?;
        Some((PyString::new(py, path), PyBytes::new(py, content)))
    }

    /// These files with other contents of some; each is looked at again by whatever was asked.
    fn with(&self, changed: Vec<(PyBackedStr, PyBackedBytes)>) -> Self {
        let mut all = self.all.clone();
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut new = Vec::new();
        for (path, bytes) in changed {
            let content = Content::new(bytes);
            let Some((at, slot)) =
                self.find(&path).ok().and_then(|at| Some((at, all.get_mut(at)?)))
            else {
                new.push((Arc::from(&*path), content));
                continue;
            };
            for (word, found) in &mut asked {
                found.retain(|one| *one != at);
                if Finder::new(word).find(&content).is_some() {
                    found.insert(found.partition_point(|one| *one < at), at);
                }
            }
            slot.1 = content;
        }
        let (left, begun) = (self.left.clone(), self.begun);
        if new.is_empty() {
            return Self { all, asked: Mutex::new(asked), left, tree: String::new(), begun };
        }
        all.extend(new);
        Self { left, begun, ..Self::new(all) }
    }
}

/// Those of the files, by their numbers, in whose content a word stands.
fn holding(
    word: &[u8],
    files: &[(Arc<str>, Content)],
    numbers: impl Iterator<Item = usize>,
) -> Vec<usize> {
    let finder = Finder::new(word);
    let holds = |at: &usize| files.get(*at).is_some_and(|(_, one)| finder.find(one).is_some());
    numbers.filter(holds).collect()
}

#[pymethods]
impl Files {
    #[new]
    #[pyo3(signature = (files = Given(Vec::new(), None)))]
    fn made(files: Given) -> Self {
        Self { left: files.1, ..Self::new(files.0) }
    }

    const fn __len__(&self) -> usize {
        self.all.len()
    }

    fn __getitem__<'py>(&self, py: Python<'py>, at: isize) -> PyResult<File<'py>> {
        let behind = || self.all.len().checked_sub(at.unsigned_abs());
        let at = usize::try_from(at).ok().or_else(behind);
        at.and_then(|at| self.file(py, at)).ok_or_else(|| PyIndexError::new_err("no such file"))
    }

    fn __eq__(&self, other: Given) -> bool {
        let pairs = || self.all.iter().zip(&other.0);
        self.all.len() == other.0.len()
            && pairs().all(|(one, other)| one.0 == other.0 && *one.1 == *other.1)
    }

    fn get<'py>(&self, py: Python<'py>, path: &str) -> Option<Bound<'py, PyBytes>> {
        Some(self.file(py, self.find(path).ok()?)?.1)
    }

    fn ending<'py>(&self, py: Python<'py>, end: &str) -> Vec<File<'py>> {
        let fits = |at: &usize| self.all.get(*at).is_some_and(|(path, _)| path.ends_with(end));
        (0..self.all.len()).filter(fits).filter_map(|at| self.file(py, at)).collect()
    }

    fn holding(&self, py: Python<'_>, word: PyBackedBytes) -> Vec<usize> {
        py.detach(|| {
            let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((_, found)) = asked.iter().find(|(one, _)| **one == *word) {
                return found.clone();
            }
            let found = holding(&word, &self.all, 0..self.all.len());
            asked.push((word.to_vec(), found.clone()));
            found
        })
    }

    fn changed(&self, py: Python<'_>, changed: Vec<(PyBackedStr, PyBackedBytes)>) -> Self {
        py.detach(|| self.with(changed))
    }

    fn differing(&self, other: &Self) -> Vec<String> {
        let theirs = |path: &str| Some(&other.all.get(other.find(path).ok()?)?.1);
        let same = |path: &str, own: &Content| theirs(path).is_some_and(|other| **other == **own);
        let differing = self.all.iter().filter(|(path, content)| !same(path, content));
        differing.map(|(path, _)| path.to_string()).collect()
    }

    #[expect(clippy::needless_pass_by_value, reason = "arguments of a Python function are owned")]
    fn without(&self, paths: Vec<PyBackedStr>) -> Self {
        let stays = |path: &str| paths.iter().all(|one| **one != *path);
        let all: Vec<(Arc<str>, Content)> =
            self.all.iter().filter(|(path, _)| stays(path)).cloned().collect();
        let gone: BTreeSet<usize> = paths.iter().filter_map(|path| self.find(path).ok()).collect();
        let now = |at: usize| (!gone.contains(&at)).then(|| at - gone.range(..at).count());
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = asked
            .iter()
            .map(|(word, found)| (word.clone(), found.iter().filter_map(|at| now(*at)).collect()));
        let (asked, left) = (Mutex::new(asked.collect()), self.left.clone());
        Self { all, asked, left, tree: String::new(), begun: self.begun }
    }

    fn image<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let image = py.detach(|| {
            let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            KnownFiles::image(&self.tree, &self.all, &asked)
        });
        PyBytes::new(py, &image)
    }

    const fn begun(&self) -> bool {
        self.begun
    }

    fn lost(&self) -> Vec<String> {
        self.left.as_deref().map_or_else(Vec::new, Left::lost)
    }
}

#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "arguments of a Python function are owned")]
pub(crate) fn content_digest(py: Python<'_>, said: Vec<PyBackedStr>, files: Given) -> String {
    let digest = py.detach(|| {
        let count = said.len().to_le_bytes();
        let said = said.iter().map(|text| text.as_bytes());
        let contents = digests(&files.0);
        let files = files.0.iter().zip(&contents);
        let files = files.flat_map(|((path, _), content)| [path.as_bytes(), content.as_bytes()]);
        Digest::of_parts(core::iter::once(count.as_slice()).chain(said).chain(files))
    });
    digest.to_string()
}

/// Files below which one thread is faster than starting another.
const FEW: usize = 64;

/// Digests of the contents, in the order of the files; on two threads where there are many.
fn digests(files: &[(Arc<str>, Content)]) -> Vec<Digest> {
    let each = |files: &[(Arc<str>, Content)]| -> Vec<Digest> {
        files.iter().map(|(_, content)| *content.digest()).collect()
    };
    if files.len() < FEW {
        return each(files);
    }
    let (before, behind) = files.split_at(files.len() / 2);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| each(behind));
        let mut found = each(before);
        match other.join() {
            Ok(more) => found.extend(more),
            Err(panic) => std::panic::resume_unwind(panic),
        }
        found
    })
}
