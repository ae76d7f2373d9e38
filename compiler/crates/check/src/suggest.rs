/// The names nearest to a word, best first: at most three, and none that is mostly different.
#[must_use]
pub fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let limit = (word.chars().count() / 3).clamp(1, 3);
    let mut scored: Vec<(usize, &str)> = names
        .map(|name| (distance(word, name), name))
        .filter(|&(distance, _)| distance <= limit)
        .collect();
    scored.sort_unstable();
    scored.dedup();
    scored.into_iter().take(3).map(|(_, name)| name).collect()
}

/// ``did you mean `a` or `b`?``, or nothing.
#[must_use]
pub fn did_you_mean(names: &[&str]) -> Option<String> {
    let (last, rest) = names.split_last()?;
    if rest.is_empty() {
        return Some(format!("did you mean `{last}`?"));
    }
    let rest: Vec<String> = rest.iter().map(|name| format!("`{name}`")).collect();
    Some(format!("did you mean {} or `{last}`?", rest.join(", ")))
}

/// Edits between two words: insert, delete, replace or swap neighbours (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &y) in b.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX / 2);
            let mut best = (at(&above, j + 1) + 1).min(at(&row, j) + 1);
            best = best.min(at(&above, j) + usize::from(x != y));
            let swapped = i > 0 && j > 0 && b.get(j - 1) == Some(&x) && a.get(i - 1) == Some(&y);
            if swapped {
                best = best.min(at(&before, j - 1) + 1);
            }
            row.push(best);
        }
        before = core::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or(usize::MAX / 2)
}
