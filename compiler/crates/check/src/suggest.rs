/// The names nearest to a word, best first: at most three, and none that is mostly different.
#[must_use]
pub fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let limit = (word.chars().count() / 3).clamp(1, 3);
    let mut edits = Edits::of(word, limit);
    let bag = Bag::of(word);
    let mut scored: Vec<(usize, &str)> = names
        .filter(|name| name.len().abs_diff(word.len()) <= limit * LONGEST)
        .filter(|name| bag.apart(&Bag::of(name)) <= limit)
        .filter_map(|name| Some((edits.to(name)?, name)))
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

/// Edits between words: insert, delete, replace or swap neighbours (optimal string alignment).
struct Edits {
    letters: Vec<char>,
    /// Most edits that are told apart.
    most: usize,
    /// The word that is compared, and three rows of the table, kept for the next one.
    other: Vec<char>,
    rows: [Vec<usize>; 3],
}

impl Edits {
    fn of(word: &str, most: usize) -> Self {
        let rows = [Vec::new(), Vec::new(), Vec::new()];
        Self { letters: word.chars().collect(), most, other: Vec::new(), rows }
    }

    /// Edits to another word, if they are few. Cells that are further from the diagonal than there
    /// may be edits are never looked at (Ukkonen 1985).
    fn to(&mut self, word: &str) -> Option<usize> {
        let Self { letters, most, other, rows: [before, above, row] } = self;
        let most = *most;
        other.clear();
        other.extend(word.chars());
        let far = most + 1;
        above.clear();
        above.extend((0..=other.len()).map(|column| column.min(far)));
        let mut least_above = 0;
        for (i, &x) in letters.iter().enumerate() {
            row.clear();
            row.resize(other.len() + 1, far);
            if let Some(first) = row.first_mut() {
                *first = (i + 1).min(far);
            }
            let mut least = (i + 1).min(far);
            let columns = i.saturating_sub(most)..other.len().min(i + most + 1);
            for j in columns {
                let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(far);
                let here = other.get(j) == Some(&x);
                let mut best = (at(above, j + 1) + 1).min(at(row, j) + 1);
                best = best.min(at(above, j) + usize::from(!here));
                let swapped = i > 0 && j > 0 && other.get(j - 1) == Some(&x);
                if swapped && letters.get(i - 1) == other.get(j) {
                    best = best.min(at(before, j - 1) + 1);
                }
                least = least.min(best);
                if let Some(cell) = row.get_mut(j + 1) {
                    *cell = best.min(far);
                }
            }
            if least > most && least_above > most {
                return None;
            }
            least_above = least;
            core::mem::swap(before, above);
            core::mem::swap(above, row);
        }
        above.last().copied().filter(|edits| *edits <= most)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The whole table, one row for each letter.
    fn distance(a: &str, b: &str) -> usize {
        let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                table[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let replaced = table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                    let mut best = replaced.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        best = best.min(table[i - 2][j - 2] + 1);
                    }
                    best
                };
            }
        }
        table[a.len()][b.len()]
    }

    proptest! {
        #[test]
        fn no_near_name_is_passed_over(word in "[a-d/é-]{1,9}", name in "[a-d/é-]{1,9}") {
            let edits = distance(&word, &name);
            prop_assert!(Bag::of(&word).apart(&Bag::of(&name)) <= edits);
            let is_near = edits <= (word.chars().count() / 3).clamp(1, 3);
            prop_assert_eq!(nearest(&word, [name.as_str()].into_iter()).len(), usize::from(is_near));
        }

        #[test]
        fn few_edits_are_counted(
            word in "[ab-]{0,9}", names in prop::collection::vec("[ab-]{0,9}", 1..4), most in 1_usize..5,
        ) {
            let mut edits = Edits::of(&word, most);
            for name in &names {
                let right = Some(distance(&word, name)).filter(|right| *right <= most);
                prop_assert_eq!(edits.to(name), right, "{} {}", word, name);
            }
        }
    }
}
