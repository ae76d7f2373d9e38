//! Rows in which conditions hold.

use core::cmp::Ordering;
use core::ops::Deref;

use super::Table;
use super::column::{Cell, Column, Names, Symbol, Symbols};

/// One condition on the rows of a table.
#[derive(Clone, Debug)]
pub struct Condition<'a> {
    /// The column asked.
    pub column: &'a str,
    /// What is asked of its cell.
    pub test: Test,
    /// What the cell is held against.
    pub against: Against,
}

/// What a condition asks. The orders hold between two numbers or two texts and nothing else; the
/// last three between texts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Test {
    /// The same.
    Equal,
    /// Another one, or nothing.
    NotEqual,
    /// Less.
    Below,
    /// Less or the same.
    AtMost,
    /// More.
    Above,
    /// More or the same.
    AtLeast,
    /// One of several.
    Among,
    /// A text that begins so.
    StartsWith,
    /// A text that ends so.
    EndsWith,
    /// A text that holds it anywhere; a list that has it as an item.
    Contains,
}

/// What a cell is held against.
#[derive(Clone, Debug)]
pub enum Against {
    /// Given cells; every test but [`Test::Among`] looks at the first.
    Cells(Vec<Cell>),
    /// The same row's cell of another column of the table.
    Column(String),
}

impl Table<'_> {
    /// Rows in which every condition holds.
    ///
    /// # Errors
    /// The name of a column that is not there.
    pub fn matching(&self, conditions: &[Condition<'_>]) -> Result<Vec<usize>, String> {
        let mut rows: Vec<usize> = (0..self.len()).collect();
        for Condition { column, test, against } in conditions {
            if self.keep_cheaply(column, *test, against, &mut rows)? {
                continue;
            }
            let cells = self.named(column)?;
            let other = match against {
                Against::Cells(_) => None,
                Against::Column(name) => Some(self.named(name)?),
            };
            let names = self.cell_names();
            match (against, other) {
                (Against::Cells(wanted), _) => constant(cells, *test, wanted, &names, &mut rows),
                (_, Some(other)) => beside(cells, *test, other, &names, &mut rows),
                (_, None) => {}
            }
        }
        Ok(rows)
    }

    /// Keeps the rows in which a condition holds where that needs no column as a whole: few rows are
    /// left, or the question is whether there is anything at all. Tells whether it did.
    fn keep_cheaply(
        &self,
        name: &str,
        test: Test,
        against: &Against,
        rows: &mut Vec<usize>,
    ) -> Result<bool, String> {
        let (at, slot) = self.slot(name).ok_or_else(|| name.to_owned())?;
        let Against::Cells(wanted) = against else { return Ok(false) };
        if slot.cells.get().is_some() {
            return Ok(false);
        }
        if self.are_few(rows) {
            let (column, symbols) = self.some(at, rows);
            let mut kept: Vec<usize> = (0..rows.len()).collect();
            constant(&column, test, wanted, &Names::new(self.mesh, &symbols), &mut kept);
            *rows = kept.into_iter().filter_map(|at| rows.get(at).copied()).collect();
            return Ok(true);
        }
        let is_empty = wanted.as_slice() == [Cell::Empty];
        if is_empty && matches!(test, Test::Equal | Test::NotEqual) {
            let written = self.written(at, slot);
            let wanted = test == Test::NotEqual;
            rows.retain(|row| written.get(*row).is_some_and(|one| *one == wanted));
            return Ok(true);
        }
        Ok(false)
    }

    /// A column by name.
    ///
    /// # Errors
    /// The name, if there is none.
    pub fn named(&self, name: &str) -> Result<&Column, String> {
        self.column(name).ok_or_else(|| name.to_owned())
    }
}

pub(super) fn constant<S: Deref<Target = Symbols>>(
    column: &Column,
    test: Test,
    wanted: &[Cell],
    names: &Names<'_, S>,
    rows: &mut Vec<usize>,
) {
    let empty = wanted.contains(&Cell::Empty);
    match column {
        Column::Workloads(all) => {
            let wanted = Wanted {
                test,
                cells: wanted,
                same: wanted.iter().filter_map(|cell| names.workload(text(cell)?)).collect(),
            };
            wanted.keep(all, rows, (names.workloads(), |ix| ix.index(), |ix| names.id(ix)), false);
        }
        Column::Texts(all) | Column::Lists(all) => {
            let wanted = Wanted {
                test,
                cells: wanted,
                same: wanted.iter().filter_map(|cell| symbol(cell, names)).collect(),
            };
            let of = |one| names.text(one).map(AsRef::as_ref);
            let list = matches!(column, Column::Lists(_));
            wanted.keep(all, rows, (names.texts(), |one| one.index(), of), list);
        }
        Column::Numbers(all) => {
            let numbers: Vec<i64> = wanted.iter().filter_map(number).collect();
            let first = numbers.first().copied();
            keep(all, rows, |one| match (test, one) {
                (Test::Equal | Test::Among, Some(one)) => numbers.contains(&one),
                (Test::NotEqual, Some(one)) => !numbers.contains(&one),
                (Test::Equal | Test::Among, None) => empty,
                (Test::NotEqual, None) => !empty,
                (_, Some(one)) => first.is_some_and(|other| ordered(test, one.cmp(&other))),
                (_, None) => false,
            });
        }
        Column::Truths(all) => {
            let has = |one: Option<bool>| wanted.contains(&one.map_or(Cell::Empty, Cell::Truth));
            keep(all, rows, |one| match test {
                Test::Equal | Test::Among => has(one),
                Test::NotEqual => !has(one),
                _ => false,
            });
        }
    }
}

/// What a text is held against.
struct Wanted<'a, T> {
    test: Test,
    cells: &'a [Cell],
    /// Those of the cells that some row may hold, as rows hold them.
    same: Vec<T>,
}

impl<T: Copy + Eq + core::hash::Hash> Wanted<'_, T> {
    /// Keeps rows by their text; each text is judged once, however many rows hold it. Of texts
    /// there are so many, and there is a number and a text for each.
    fn keep<'t>(
        self,
        all: &[T],
        rows: &mut Vec<usize>,
        (count, number, text): (usize, impl Fn(T) -> usize, impl Fn(T) -> Option<&'t str>),
        list: bool,
    ) {
        match (self.test, self.same.as_slice()) {
            (Test::Equal | Test::Among, []) => rows.clear(),
            (Test::Equal | Test::Among, &[wanted]) => keep(all, rows, |one| one == wanted),
            (Test::Equal | Test::Among, _) => {
                let several: rustc_hash::FxHashSet<T> = self.same.into_iter().collect();
                keep(all, rows, |one| several.contains(&one));
            }
            (Test::NotEqual, unwanted) => keep(all, rows, |one| !unwanted.contains(&one)),
            _ => {
                let Some(Cell::Text(other)) = self.cells.first() else { return rows.clear() };
                let mut known: Vec<Option<bool>> = vec![None; count];
                keep(all, rows, |one| {
                    let (Some(slot), Some(text)) = (known.get_mut(number(one)), text(one)) else {
                        return false;
                    };
                    *slot.get_or_insert_with(|| texts(self.test, text, other, list))
                });
            }
        }
    }
}

pub(super) fn beside<S: Deref<Target = Symbols>>(
    column: &Column,
    test: Test,
    other: &Column,
    names: &Names<'_, S>,
    rows: &mut Vec<usize>,
) {
    use Column::{Lists, Numbers, Texts, Truths, Workloads};
    match (column, other) {
        (Workloads(one), Workloads(two)) if is_sameness(test) => {
            keep_two(one, two, rows, |one, two| (one == two) == (test != Test::NotEqual));
        }
        (Texts(one) | Lists(one), Texts(two) | Lists(two)) if is_sameness(test) => {
            keep_two(one, two, rows, |one, two| (one == two) == (test != Test::NotEqual));
        }
        (Workloads(_) | Texts(_) | Lists(_), Workloads(_) | Texts(_) | Lists(_)) => {
            let list = matches!(column, Lists(_));
            rows.retain(|&row| match (column.cell(row, names), other.cell(row, names)) {
                (Cell::Text(one), Cell::Text(two)) => texts(test, &one, &two, list),
                (one, two) => is_sameness(test) && (one == two) == (test != Test::NotEqual),
            });
        }
        (Numbers(one), Numbers(two)) => keep_two(one, two, rows, |one, two| match test {
            Test::Equal | Test::Among => one == two,
            Test::NotEqual => one != two,
            _ => one.zip(two).is_some_and(|(one, two)| ordered(test, one.cmp(&two))),
        }),
        (Truths(one), Truths(two)) => keep_two(one, two, rows, |one, two| match test {
            Test::Equal | Test::Among => one == two,
            Test::NotEqual => one != two,
            _ => false,
        }),
        // Of two types, only nothing is the same.
        _ => {
            let nothing = |column: &Column, row| column.cell(row, names) == Cell::Empty;
            rows.retain(|&row| match test {
                Test::Equal | Test::Among => nothing(column, row) && nothing(other, row),
                Test::NotEqual => !(nothing(column, row) && nothing(other, row)),
                _ => false,
            });
        }
    }
}

fn keep<T: Copy>(cells: &[T], rows: &mut Vec<usize>, mut holds: impl FnMut(T) -> bool) {
    rows.retain(|row| cells.get(*row).is_some_and(|cell| holds(*cell)));
}

fn keep_two<T: Copy>(
    cells: &[T],
    others: &[T],
    rows: &mut Vec<usize>,
    holds: impl Fn(T, T) -> bool,
) {
    rows.retain(|row| {
        cells.get(*row).zip(others.get(*row)).is_some_and(|(one, other)| holds(*one, *other))
    });
}

/// Whether a test asks for the same or another.
const fn is_sameness(test: Test) -> bool {
    matches!(test, Test::Equal | Test::NotEqual | Test::Among)
}

fn texts(test: Test, one: &str, other: &str, list: bool) -> bool {
    match test {
        Test::Equal | Test::Among => one == other,
        Test::NotEqual => one != other,
        Test::StartsWith => one.starts_with(other),
        Test::EndsWith => one.ends_with(other),
        Test::Contains if list => one.split(' ').any(|item| item == other),
        Test::Contains => one.contains(other),
        _ => ordered(test, one.cmp(other)),
    }
}

fn ordered(test: Test, order: Ordering) -> bool {
    match test {
        Test::Below => order.is_lt(),
        Test::AtMost => order.is_le(),
        Test::Above => order.is_gt(),
        Test::AtLeast => order.is_ge(),
        _ => false,
    }
}

const fn number(cell: &Cell) -> Option<i64> {
    match cell {
        Cell::Number(number) => Some(*number),
        _ => None,
    }
}

fn symbol<S: Deref<Target = Symbols>>(cell: &Cell, names: &Names<'_, S>) -> Option<Symbol> {
    match cell {
        Cell::Empty => Some(Symbol::NONE),
        _ => names.symbol(text(cell)?),
    }
}

fn text(cell: &Cell) -> Option<&str> {
    match cell {
        Cell::Text(text) => Some(text),
        _ => None,
    }
}
