use meshc_check::unit::{At, RuleRow};
use meshc_document::Span;

use super::{Cells, Source};
use crate::mesh::{Mesh, Workload, WorkloadIx};

/// Allow rules, each as a whole.
pub(super) struct Allow;

/// Deny rules, each as a whole.
pub(super) struct Deny;

pub(super) struct Row<'m> {
    ix: WorkloadIx,
    workload: &'m Workload,
    number: usize,
    rule: &'m RuleRow,
}

impl Source for Allow {
    type Row<'m> = Row<'m>;

    const NAME: &'static str = "allow";
    const COLUMNS: &'static [(&'static str, Cells<Self>)] = &columns::<Self>();

    fn rows(mesh: &Mesh, ix: WorkloadIx) -> impl Iterator<Item = Self::Row<'_>> {
        rules(mesh, ix, |workload| &workload.row.allow)
    }

    fn place(row: &Self::Row<'_>) -> (u32, Span) {
        (row.workload.file, row.rule.span)
    }
}

impl Source for Deny {
    type Row<'m> = Row<'m>;

    const NAME: &'static str = "deny";
    const COLUMNS: &'static [(&'static str, Cells<Self>)] = &columns::<Self>();

    fn rows(mesh: &Mesh, ix: WorkloadIx) -> impl Iterator<Item = Self::Row<'_>> {
        rules(mesh, ix, |workload| &workload.row.deny)
    }

    fn place(row: &Self::Row<'_>) -> (u32, Span) {
        (row.workload.file, row.rule.span)
    }
}

/// The columns of both.
const fn columns<S>() -> [(&'static str, Cells<S>); 8]
where
    S: for<'m> Source<Row<'m> = Row<'m>>,
{
    [
        ("service", Cells::Workload(|_, row| row.ix)),
        (
            "rule",
            Cells::Text(|_, row| {
                let named = row.rule.name.as_deref().map(Into::into);
                Some(named.unwrap_or_else(|| format!("[{}]", row.number).into()))
            }),
        ),
        // As written; SPIFFE IDs of other trust domains come last.
        (
            "callers",
            Cells::List(|_, row| {
                let mut callers = names(row.rule.from.as_deref())?;
                callers.extend(row.rule.federated.iter().map(|one| one.value.as_str()));
                Some(callers)
            }),
        ),
        ("operations", Cells::List(|_, row| names(row.rule.operations.as_deref()))),
        // How many conditions on a request limit it; unknown where a part of it was refused.
        ("conditions", Cells::Number(|_, row| conditions(row.rule))),
        ("until", Cells::Number(|_, row| row.rule.until)),
        ("gateway", Cells::Truth(|_, row| Some(row.workload.is_gateway()))),
        ("namespace", Cells::Text(|_, row| Some(row.workload.namespace.as_str().into()))),
    ]
}

fn rules(
    mesh: &Mesh,
    ix: WorkloadIx,
    of: fn(&Workload) -> &[RuleRow],
) -> impl Iterator<Item = Row<'_>> {
    mesh.workload(ix).into_iter().flat_map(move |workload| {
        let all = of(workload).iter().enumerate();
        all.map(move |(number, rule)| Row { ix, workload, number, rule })
    })
}

fn names(list: Option<&[At<String>]>) -> Option<Vec<&str>> {
    Some(list?.iter().map(|one| one.value.as_str()).collect())
}

/// How many conditions on a request limit a rule; a user is one, and each of its claims.
fn conditions(rule: &RuleRow) -> Option<i64> {
    if rule.damaged {
        return None;
    }
    let user = rule.user.as_ref().map_or(0, |user| user.claims.len().saturating_add(1));
    let client = usize::from(!rule.client.is_empty());
    let fields = rule.headers.len().saturating_add(rule.query.len());
    i64::try_from(fields.saturating_add(user).saturating_add(client)).ok()
}
