use crate::Listing;
use crate::names::{may_be_named, named_by};

/// Takes what is wanted of a repository, and then what that names, as often as that names more; sorted
/// by path.
///
/// Found are paths that are wanted or may be named, each with what `take` needs to read it.
pub(crate) fn chosen<K, T, E>(
    found: Vec<(Vec<u8>, T)>,
    mut take: impl FnMut(Vec<(Vec<u8>, T)>) -> Result<Listing<K>, E>,
) -> Result<Listing<K>, E> {
    let (mut named, plain): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|(path, _)| may_be_named(path));
    let mut listing = take(plain)?;
    let mut seen = 0;
    // What is named may name further files.
    while seen < listing.files.len() && !named.is_empty() {
        let new = listing.files.get(seen..).unwrap_or_default();
        let paths: Vec<&[u8]> = named.iter().map(|(path, _)| path.as_slice()).collect();
        let mut chosen = named_by(new, &paths);
        seen = listing.files.len();
        let mut next = Vec::new();
        while let Some(at) = chosen.pop() {
            next.push(named.swap_remove(at));
        }
        let more = take(next)?;
        listing.files.extend(more.files);
        listing.problems.extend(more.problems);
    }
    // Long runs of them are sorted, for folders are walked by names.
    listing.files.sort_by(|a, b| a.0.cmp(&b.0));
    listing.problems.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(listing)
}
