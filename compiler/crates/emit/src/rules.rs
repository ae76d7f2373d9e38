use std::borrow::Cow;

use meshc_check::unit::{At, RuleRow};
use meshc_link::{Mesh, Workload};
use meshc_snapshot::capability::{Asked, Needs};

use crate::json::{Json, Object, key};
use crate::operations::matching;

/// Writes rules of a workload's own; `list` names those without a name.
pub(crate) fn rules(
    (mesh, workload): (&Mesh, &Workload),
    (list, rows): (&str, &[RuleRow]),
    json: &mut Json,
    needs: &mut Needs,
) {
    json.list(rows.iter().enumerate(), |json, (number, row)| {
        let name = row.name.as_deref().map_or_else(|| numbered(list, number), Cow::Borrowed);
        rule((mesh, &workload.namespace), (&name, row, None), json, needs);
    });
}

/// Writes the rules of the guardrails over a workload, by their names; those of a waived one hold
/// from the end of its waiver.
pub(crate) fn guardrails((mesh, workload): (&Mesh, &Workload), json: &mut Json, needs: &mut Needs) {
    let all = mesh.guardrails_of(workload);
    let all = all.flat_map(|(one, since)| one.row.deny.iter().map(move |row| (one, row, since)));
    json.list(all, |json, (one, row, since)| {
        needs.guardrail();
        rule((mesh, &workload.namespace), (&one.rule_name(row), row, since), json, needs);
    });
}

/// The name of an item that was given none.
pub(crate) fn numbered(list: &str, number: usize) -> Cow<'static, str> {
    Cow::Owned(format!("{list}[{number}]"))
}

/// Writes names sorted, each once.
pub(crate) fn sorted(named: &[At<String>], json: &mut Json) {
    let names = named.iter().map(|one| one.value.as_str());
    if names.clone().is_sorted_by(|one, next| one < next) {
        return json.texts(names);
    }
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    json.texts(names);
}

/// Writes a rule, which may hold from an instant on; a caller without a namespace is one of
/// `namespace`.
fn rule(
    (mesh, namespace): (&Mesh, &str),
    (name, row, since): (&str, &RuleRow, Option<i64>),
    json: &mut Json,
    needs: &mut Needs,
) {
    needs.rule(Asked {
        audit: row.audit,
        client: !row.client.is_empty(),
        hours: row.hours.is_some(),
        since: since.is_some(),
        source: !row.source.is_empty(),
        user: row.user.is_some(),
    });
    json.object(|object| {
        if row.audit {
            object.key(key!("audit")).truth(true);
        }
        networks(key!("client"), &row.client, object);
        from((mesh, namespace), row, object.key(key!("from")));
        object.key(key!("headers")).values(&row.headers);
        if let Some(hours) = &row.hours {
            object.key(key!("hours")).value(hours);
        }
        object
            .key(key!("matches"))
            .list(&row.matches, |json, one| matching(&one.value, json, needs));
        object.key(key!("name")).text(name);
        object
            .optional(key!("operations"), row.operations.as_deref(), |json, all| sorted(all, json));
        object.key(key!("query")).values(&row.query);
        if let Some(since) = since {
            object.key(key!("since")).value(&since);
        }
        networks(key!("source"), &row.source, object);
        object.optional(key!("until"), row.until, |json, until| json.value(&until));
        if let Some(user) = &row.user {
            object.key(key!("user")).object(|object| {
                object.key(key!("claims")).value(&user.claims);
                object.key(key!("issuer")).text(&user.issuer.value);
            });
        }
    });
}

fn networks(key: &'static str, named: &[String], object: &mut Object<'_>) {
    if !named.is_empty() {
        object.key(key).texts(named.iter().map(String::as_str));
    }
}

/// Whom a rule speaks of.
#[derive(Default)]
struct From<'a> {
    anonymous: bool,
    anyone: bool,
    identities: Vec<&'a str>,
    namespaces: Vec<&'a str>,
    prefixes: Vec<&'a str>,
}

fn from((mesh, namespace): (&Mesh, &str), row: &RuleRow, json: &mut Json) {
    // Without `from` a rule speaks of everyone, and of nobody in particular.
    let mut from = From::default();
    for caller in row.from.iter().flatten() {
        from.add(mesh, namespace, &caller.value);
    }
    for one in row.from.iter().flat_map(|_| &row.federated) {
        match one.value.strip_suffix('*') {
            Some(above) => from.prefixes.push(above),
            None => from.identities.push(&one.value),
        }
    }
    for list in [&mut from.identities, &mut from.namespaces, &mut from.prefixes] {
        list.sort_unstable();
        list.dedup();
    }
    json.object(|object| {
        object.key(key!("anonymous")).truth(from.anonymous);
        object.key(key!("anyone")).truth(from.anyone);
        object.key(key!("everyone")).truth(row.from.is_none());
        object.key(key!("identities")).texts(from.identities);
        object.key(key!("namespaces")).texts(from.namespaces);
        if !from.prefixes.is_empty() {
            object.key(key!("prefixes")).texts(from.prefixes);
        }
    });
}

impl<'a> From<'a> {
    fn add(&mut self, mesh: &'a Mesh, namespace: &str, caller: &'a str) {
        match caller {
            "anyone" => self.anyone = true,
            "anonymous" => self.anonymous = true,
            _ => match caller.strip_suffix("/*") {
                Some(all) => self.namespaces.push(all),
                None => {
                    let found = match caller.contains('/') {
                        true => mesh.workload_named(caller),
                        false => mesh.workload_named(&format!("{namespace}/{caller}")),
                    };
                    let found = found.and_then(|ix| mesh.workload(ix));
                    self.identities.extend(found.map(|one| one.identity.as_str()));
                }
            },
        }
    }
}
