use std::sync::LazyLock;

use meshc_check::Schema;
use proptest::prelude::*;

use super::*;
use crate::source::Content;

const WORDS: [&str; 8] = ["", "a", "ab", "b", "a b", "ab b", "m/a", "m/ab"];
const SCHEMA: &[u8] = include_bytes!("../../../../meshc/schema/generated.json");

/// Two workloads, `m/a` and `m/ab`.
static MESH: LazyLock<Mesh> = LazyLock::new(|| {
    let files = ["a", "ab"].map(|name| {
        let text = format!(
            "apiVersion: meshc.dev/v1\nkind: ServiceIntent\n\
             metadata: {{name: {name}, namespace: m}}\nspec: {{ports: [{{name: p, port: 80, protocol: tcp}}]}}\n"
        );
        (format!("{name}.yaml").into(), Content::new(text.into_bytes()))
    });
    let schema = Schema::parse(SCHEMA).expect("the generated schema");
    let mesh = Mesh::read(files.into(), &schema, &[]);
    assert_eq!(mesh.workloads.len(), 2, "{:?}", mesh.findings);
    mesh
});

/// Rows of two columns of each type.
fn columns() -> impl Strategy<Value = (Symbols, Vec<Column>)> {
    let numbers = (0_i64..5, 0_i64..5, 0_u8..3, 0_u8..3);
    let row = (0_usize..10, 0_usize..10, numbers, 0_u32..2, 0_u32..2);
    proptest::collection::vec(row, 0..20).prop_map(|rows| {
        let mut symbols = Symbols::default();
        let mut text = |at: usize| WORDS.get(at).map_or(Symbol::NONE, |word| symbols.add(word));
        let texts = rows.iter().map(|row| text(row.0)).collect();
        let lists = rows.iter().map(|row| text(row.1)).collect();
        let number = |at: i64| (at > 0).then_some(at);
        let truth = |at: u8| (at > 0).then_some(at > 1);
        let columns = vec![
            Column::Texts(texts),
            Column::Lists(lists),
            Column::Numbers(rows.iter().map(|row| number(row.2.0)).collect()),
            Column::Numbers(rows.iter().map(|row| number(row.2.1)).collect()),
            Column::Truths(rows.iter().map(|row| truth(row.2.2)).collect()),
            Column::Truths(rows.iter().map(|row| truth(row.2.3)).collect()),
            Column::Workloads(rows.iter().map(|row| WorkloadIx(row.3)).collect()),
            Column::Workloads(rows.iter().map(|row| WorkloadIx(row.4)).collect()),
        ];
        (symbols, columns)
    })
}

fn cell() -> impl Strategy<Value = Cell> {
    prop_oneof![
        Just(Cell::Empty),
        (0_usize..WORDS.len()).prop_map(|at| Cell::Text(WORDS[at].into())),
        Just(Cell::Text("nowhere".into())),
        (0_i64..5).prop_map(Cell::Number),
        any::<bool>().prop_map(Cell::Truth),
    ]
}

fn test() -> impl Strategy<Value = Test> {
    proptest::sample::select(vec![
        Test::Equal,
        Test::NotEqual,
        Test::Below,
        Test::AtMost,
        Test::Above,
        Test::AtLeast,
        Test::Among,
        Test::StartsWith,
        Test::EndsWith,
        Test::Contains,
    ])
}

/// The documented meaning, cell by cell.
fn holds(test: Test, one: &Cell, wanted: &[Cell], list: bool) -> bool {
    let order = match (one, wanted.first()) {
        (Cell::Number(one), Some(Cell::Number(other))) => Some(one.cmp(other)),
        (Cell::Text(one), Some(Cell::Text(other))) => Some(one.cmp(other)),
        _ => None,
    };
    let texts = match (one, wanted.first()) {
        (Cell::Text(one), Some(Cell::Text(other))) => Some((one, other)),
        _ => None,
    };
    match test {
        Test::Equal | Test::Among => wanted.contains(one),
        Test::NotEqual => !wanted.contains(one),
        Test::Below => order.is_some_and(core::cmp::Ordering::is_lt),
        Test::AtMost => order.is_some_and(core::cmp::Ordering::is_le),
        Test::Above => order.is_some_and(core::cmp::Ordering::is_gt),
        Test::AtLeast => order.is_some_and(core::cmp::Ordering::is_ge),
        Test::StartsWith => texts.is_some_and(|(one, other)| one.starts_with(&**other)),
        Test::EndsWith => texts.is_some_and(|(one, other)| one.ends_with(&**other)),
        Test::Contains => texts.is_some_and(|(one, other)| {
            if list { one.split(' ').any(|item| item == &**other) } else { one.contains(&**other) }
        }),
    }
}

fn rows(column: &Column) -> usize {
    match column {
        Column::Workloads(all) => all.len(),
        Column::Texts(all) | Column::Lists(all) => all.len(),
        Column::Numbers(all) => all.len(),
        Column::Truths(all) => all.len(),
    }
}

proptest! {
    #[test]
    fn rows_are_kept_as_their_cells_say(
        (symbols, columns) in columns(),
        test in test(),
        wanted in proptest::collection::vec(cell(), 1..4),
    ) {
        let wanted = if test == Test::Among { wanted } else { wanted[..1].to_vec() };
        let names = Names::new(&MESH, &symbols);
        for column in &columns {
            let mut found: Vec<usize> = (0..rows(column)).collect();
            select::constant(column, test, &wanted, &names, &mut found);
            let list = matches!(column, Column::Lists(_));
            let right: Vec<usize> = (0..rows(column))
                .filter(|row| holds(test, &column.cell(*row, &names), &wanted, list))
                .collect();
            prop_assert_eq!(found, right);
        }
    }

    #[test]
    fn two_columns_are_compared_as_their_cells_are(
        (symbols, columns) in columns(),
        test in test(),
        one in 0_usize..8,
        other in 0_usize..8,
    ) {
        let names = Names::new(&MESH, &symbols);
        let (one, other) = (&columns[one], &columns[other]);
        let mut found: Vec<usize> = (0..rows(one)).collect();
        select::beside(one, test, other, &names, &mut found);
        let list = matches!(one, Column::Lists(_));
        let right: Vec<usize> = (0..rows(one))
            .filter(|row| {
                let wanted = other.cell(*row, &names);
                holds(test, &one.cell(*row, &names), &[wanted], list)
            })
            .collect();
        prop_assert_eq!(found, right);
    }
}

#[test]
fn every_table_has_a_name_of_its_own_and_columns_too() {
    let mesh = Mesh::default();
    for definition in &DEFINITIONS {
        let table = mesh.table(definition.name).map(|table| table.name());
        assert_eq!(table, Some(definition.name));
        let mut names = (definition.names)();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count, "{}", definition.name);
    }
}
