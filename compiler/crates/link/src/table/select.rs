//! Rows in which conditions hold.

use core::cmp::Ordering;

use super::Table;
use super::column::{Cell, Column, Symbol, Symbols};

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
            let symbols = self.symbols();
            match (against, other) {
                (Against::Cells(wanted), _) => constant(cells, *test, wanted, &symbols, &mut rows),
                (_, Some(other)) => beside(cells, *test, other, &symbols, &mut rows),
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
        if slot.get().is_some() {
            return Ok(false);
        }
        if self.are_few(rows) {
            let mut symbols = Symbols::default();
            let column = (self.definition.some)(self.mesh, at, rows, &mut symbols);
            let mut kept: Vec<usize> = (0..rows.len()).collect();
            constant(&column, test, wanted, &symbols, &mut kept);
            *rows = kept.into_iter().filter_map(|at| rows.get(at).copied()).collect();
            return Ok(true);
        }
        let is_empty = wanted.as_slice() == [Cell::Empty];
        if is_empty && matches!(test, Test::Equal | Test::NotEqual) {
            let written = (self.definition.written)(self.mesh, at);
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

pub(super) fn constant(
    column: &Column,
    test: Test,
    wanted: &[Cell],
    symbols: &Symbols,
    rows: &mut Vec<usize>,
) {
    let empty = wanted.contains(&Cell::Empty);
    match column {
        Column::Texts(all) => {
            let holds = |one: &str, other: &str| texts(test, one, other, false);
            by_text(all, (test, wanted), symbols, rows, holds);
        }
        Column::Lists(all) => {
            let holds = |one: &str, other: &str| texts(test, one, other, true);
            by_text(all, (test, wanted), symbols, rows, holds);
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

/// Keeps rows by their text; each text is judged once, however many rows hold it.
fn by_text(
    all: &[Symbol],
    (test, wanted): (Test, &[Cell]),
    symbols: &Symbols,
    rows: &mut Vec<usize>,
    holds: impl Fn(&str, &str) -> bool,
) {
    let wanted_symbols: Vec<Symbol> =
        wanted.iter().filter_map(|cell| symbol(cell, symbols)).collect();
    match (test, wanted_symbols.as_slice()) {
        (Test::Equal | Test::Among, []) => rows.clear(),
        (Test::Equal | Test::Among, &[wanted]) => keep(all, rows, |one| one == wanted),
        (Test::Equal | Test::Among, _) => {
            let several: rustc_hash::FxHashSet<Symbol> = wanted_symbols.into_iter().collect();
            keep(all, rows, |one| several.contains(&one));
        }
        (Test::NotEqual, unwanted) => keep(all, rows, |one| !unwanted.contains(&one)),
        _ => {
            let Some(Cell::Text(other)) = wanted.first() else { return rows.clear() };
            let mut known: Vec<Option<bool>> = vec![None; symbols.len()];
            keep(all, rows, |one| {
                let (Some(slot), Some(text)) = (known.get_mut(one.index()), symbols.text(one))
                else {
                    return false;
                };
                *slot.get_or_insert_with(|| holds(text, other))
            });
        }
    }
}

pub(super) fn beside(
    column: &Column,
    test: Test,
    other: &Column,
    symbols: &Symbols,
    rows: &mut Vec<usize>,
) {
    use Column::{Lists, Numbers, Texts, Truths};
    match (column, other) {
        (Texts(one) | Lists(one), Texts(two) | Lists(two)) => {
            let list = matches!(column, Lists(_));
            keep_two(one, two, rows, |one, two| match test {
                Test::Equal | Test::Among => one == two,
                Test::NotEqual => one != two,
                _ => symbols
                    .text(one)
                    .zip(symbols.text(two))
                    .is_some_and(|(one, two)| texts(test, one, two, list)),
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
            let nothing = |column: &Column, row| column.cell(row, symbols) == Cell::Empty;
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

fn texts(test: Test, one: &str, other: &str, list: bool) -> bool {
    match test {
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

fn symbol(cell: &Cell, symbols: &Symbols) -> Option<Symbol> {
    match cell {
        Cell::Empty => Some(Symbol::NONE),
        Cell::Text(text) => symbols.find(text),
        Cell::Number(_) | Cell::Truth(_) => None,
    }
}
