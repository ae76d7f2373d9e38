/// The names nearest to a word, best first: at most three, and none that is mostly different.
#[must_use]
pub fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let letters: Vec<char> = word.chars().collect();
    let limit = (letters.len() / 3).clamp(1, 3);
    let bag = Bag::of(word);
    let mut scored: Vec<(usize, &str)> = names
        .filter(|name| name.len().abs_diff(word.len()) <= limit * LONGEST)
        .filter(|name| bag.apart(&Bag::of(name)) <= limit)
        .map(|name| (distance(&letters, name), name))
        .filter(|&(distance, _)| distance <= limit)
        .collect();
    scored.sort_unstable();
    scored.dedup();
    scored.into_iter().take(3).map(|(_, name)| name).collect()
}

/// Most bytes of a character.
const LONGEST: usize = 4;

/// How often each letter is in a word; some letters are counted together.
struct Bag([u8; 32]);

impl Bag {
    fn of(word: &str) -> Self {
        let mut counts = [0_u8; 32];
        for letter in word.chars() {
            if let Some(count) = counts.get_mut((u32::from(letter) & 31) as usize) {
                *count = count.saturating_add(1);
            }
        }
        Self(counts)
    }

    /// The fewest edits between two words with these letters: one edit takes at most one letter away
    /// and brings at most one.
    fn apart(&self, other: &Self) -> usize {
        let pairs = || self.0.iter().zip(&other.0);
        let gone: usize = pairs().map(|(a, b)| usize::from(a.saturating_sub(*b))).sum();
        let come: usize = pairs().map(|(a, b)| usize::from(b.saturating_sub(*a))).sum();
        gone.max(come)
    }
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
fn distance(a: &[char], b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_near_name_is_passed_over(word in "[a-d/é-]{1,9}", name in "[a-d/é-]{1,9}") {
            let letters: Vec<char> = word.chars().collect();
            let edits = distance(&letters, &name);
            prop_assert!(Bag::of(&word).apart(&Bag::of(&name)) <= edits);
            let is_near = edits <= (letters.len() / 3).clamp(1, 3);
            prop_assert_eq!(nearest(&word, [name.as_str()].into_iter()).len(), usize::from(is_near));
        }
    }
}
