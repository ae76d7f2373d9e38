//! Rows taken together by what their cells hold.

use rustc_hash::FxHashMap;

use super::Table;
use super::column::{Column, Symbol};
use crate::mesh::WorkloadIx;

/// A cell as something to group by; equal within one mesh where the cells are.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Key {
    /// A workload.
    Workload(WorkloadIx),
    /// A text, or nothing.
    Text(Symbol),
    /// A number, or nothing.
    Number(Option<i64>),
    /// A truth value, or nothing.
    Truth(Option<bool>),
}

impl Column {
    fn key(&self, row: usize) -> Option<Key> {
        match self {
            Self::Workloads(all) => all.get(row).copied().map(Key::Workload),
            Self::Texts(all) | Self::Lists(all) => all.get(row).copied().map(Key::Text),
            Self::Numbers(all) => all.get(row).copied().map(Key::Number),
            Self::Truths(all) => all.get(row).copied().map(Key::Truth),
        }
    }

    /// A row that holds each value, with how many rows hold it, in the order of first rows.
    fn tally(
        &self,
        rows: impl Iterator<Item = usize>,
        weigh: impl Fn(usize) -> i64,
    ) -> Vec<(usize, i64)> {
        let mut slots: FxHashMap<Key, usize> = FxHashMap::default();
        let mut sums: Vec<(usize, i64)> = Vec::new();
        for row in rows {
            let Some(key) = self.key(row) else { continue };
            let slot = *slots.entry(key).or_insert_with(|| {
                sums.push((row, 0));
                sums.len().saturating_sub(1)
            });
            if let Some((_, sum)) = sums.get_mut(slot) {
                *sum = sum.saturating_add(weigh(row));
            }
        }
        sums
    }
}

impl Table<'_> {
    /// How many of the rows hold each value of a column: a row that holds it, and the number, in the
    /// order of first rows.
    ///
    /// # Errors
    /// The name of a column that is not there.
    pub fn counts(
        &self,
        by: &str,
        rows: impl Iterator<Item = usize>,
    ) -> Result<Vec<(usize, i64)>, String> {
        Ok(self.named(by)?.tally(rows, |_| 1))
    }

    /// The sum of a column of numbers for each value of another: a row that holds the value, and the
    /// sum, in the order of first rows; what is no number counts nothing.
    ///
    /// # Errors
    /// The name of a column that is not there.
    pub fn sums(
        &self,
        by: &str,
        of: &str,
        rows: impl Iterator<Item = usize>,
    ) -> Result<Vec<(usize, i64)>, String> {
        let numbers = match self.named(of)? {
            Column::Numbers(all) => all.as_slice(),
            _ => &[],
        };
        let weigh = |row: usize| numbers.get(row).copied().flatten().unwrap_or(0);
        Ok(self.named(by)?.tally(rows, weigh))
    }

    /// Groups of two rows and more that hold the same in every named column, in the order of their
    /// first rows; rows with nothing in one of them are in no group.
    ///
    /// # Errors
    /// The name of a column that is not there.
    pub fn repeated(
        &self,
        names: &[&str],
        rows: impl Iterator<Item = usize>,
    ) -> Result<Vec<Vec<usize>>, String> {
        let columns: Vec<&Column> =
            names.iter().map(|name| self.named(name)).collect::<Result<_, _>>()?;
        let mut slots: FxHashMap<Vec<Key>, usize> = FxHashMap::default();
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for row in rows {
            let key: Option<Vec<Key>> =
                columns.iter().map(|column| column.key(row).filter(is_written)).collect();
            let Some(key) = key else { continue };
            let slot = *slots.entry(key).or_insert_with(|| {
                groups.push(Vec::new());
                groups.len().saturating_sub(1)
            });
            if let Some(group) = groups.get_mut(slot) {
                group.push(row);
            }
        }
        groups.retain(|group| group.len() > 1);
        Ok(groups)
    }
}

fn is_written(key: &Key) -> bool {
    !matches!(key, Key::Text(Symbol::NONE) | Key::Number(None) | Key::Truth(None))
}
