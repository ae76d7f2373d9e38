/// Whether a pattern matches a path as a whole: `*` is any part of one segment, `**` as a segment
/// any number of them.
#[must_use]
pub fn matches(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = pattern.split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    // Row by row whether the pattern so far takes the path so far: no backtracking.
    let mut row = vec![false; path.len().saturating_add(1)];
    if let Some(first) = row.first_mut() {
        *first = true;
    }
    for one in pattern {
        let mut before = false;
        let mut next = Vec::with_capacity(row.len());
        for (at, here) in row.iter().enumerate() {
            let text = at.checked_sub(1).and_then(|at| path.get(at));
            let taken = if one == "**" {
                *here || next.last().copied().unwrap_or(false)
            } else {
                before && text.is_some_and(|text| segment(one, text))
            };
            before = *here;
            next.push(taken);
        }
        row = next;
    }
    row.last().copied().unwrap_or(false)
}

/// The same for one segment.
fn segment(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.split_once(part) {
            Some((_, behind)) => rest = behind,
            None => return false,
        }
    }
    rest.ends_with(last)
}
