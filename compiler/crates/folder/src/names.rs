//! Which paths inside a repository are read.

use memchr::memmem::Finder;

/// The settings, at the root alone.
const SETTINGS: [&[u8]; 2] = [b"meshc.toml", b"pyproject.toml"];
/// Where it may stand who owns which path. `meshc.repo.owners` reads it.
pub(crate) const OWNERS: [&[u8]; 4] =
    [b".github/CODEOWNERS", b".gitlab/CODEOWNERS", b"CODEOWNERS", b"docs/CODEOWNERS"];
/// A file that names others holds one of these words.
const DECLARING: [&[u8]; 2] = [b"TokenIssuer", b"federation"];

/// Whether a path is read at all.
#[must_use]
pub fn wanted(path: &[u8]) -> bool {
    SETTINGS.contains(&path) || OWNERS.contains(&path) || is_intent(path)
}

/// A path as text; nothing for one that is not UTF-8 or holds control characters, turns the direction
/// of writing, or has blanks that look like none.
pub(crate) fn printable(path: &[u8]) -> Option<&str> {
    let text = core::str::from_utf8(path).ok()?;
    let plain = || path.iter().all(|byte| (b' '..=b'~').contains(byte));
    // Quotes and backslashes are escaped, but print.
    let bare = |text: &str| text.replace(['\\', '"', '\''], "");
    let prints = || {
        let text = bare(text);
        text.escape_debug().eq(text.chars())
    };
    (plain() || prints()).then_some(text)
}

/// Whether a path is read once another file names it: a TokenIssuer's keys and a baseline are JSON,
/// the Mesh's trust bundle is PEM, and settings extend TOML.
pub(crate) fn may_be_named(path: &[u8]) -> bool {
    has_end(path, &[b".json", b".pem", b".toml"]) && !SETTINGS.contains(&path)
}

/// Those of the paths, by their numbers, that stand in settings, or where an issuer or a federation is
/// declared; files are paths with contents.
///
/// Other JSON, PEM and TOML of a repository is none of our business: it is not read, and nothing is
/// wrong with it. What stands there without being named for its content is read for nothing.
pub(crate) fn named_by<P, F, C>(files: &[(P, F)], paths: &[C]) -> Vec<usize>
where
    P: AsRef<str>,
    F: AsRef<[u8]>,
    C: AsRef<[u8]>,
{
    if paths.is_empty() {
        return Vec::new();
    }
    let naming =
        files.iter().filter(|(path, content)| names(path.as_ref().as_bytes(), content.as_ref()));
    let naming: Vec<&[u8]> = naming.map(|(_, content)| content.as_ref()).collect();
    let is_named = |path: &[u8]| {
        let finder = Finder::new(path);
        naming.iter().any(|content| finder.find(content).is_some())
    };
    let numbered = paths.iter().enumerate();
    numbered.filter(|(_, path)| is_named(path.as_ref())).map(|(at, _)| at).collect()
}

/// Whether a path is that of intents.
#[must_use]
pub fn is_intent(path: &[u8]) -> bool {
    has_end(path, &[b".yaml", b".yml"])
}

/// Whether a file may name others.
pub(crate) fn names(path: &[u8], content: &[u8]) -> bool {
    let declares = |word: &[u8]| memchr::memmem::find(content, word).is_some();
    path.ends_with(b".toml") || DECLARING.iter().any(|word| declares(word))
}

/// Whether a folder of that name is looked into.
pub(crate) fn enters(folder: &[u8]) -> bool {
    !folder.starts_with(b".") || folder == b".meshc"
}

fn has_end(path: &[u8], ends: &[&[u8]]) -> bool {
    ends.iter().any(|end| path.ends_with(end)) && is_seen(path)
}

/// Whether nothing on the way to a file is hidden; most paths hold no name with a dot before it.
fn is_seen(path: &[u8]) -> bool {
    if !path.starts_with(b".") && memchr::memmem::find(path, b"/.").is_none() {
        return true;
    }
    let mut parts = path.rsplit(|byte| *byte == b'/');
    parts.next().is_some_and(|name| !name.starts_with(b".")) && parts.all(enters)
}
