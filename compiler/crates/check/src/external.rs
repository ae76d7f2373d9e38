//! `ExternalIntent` documents as rows.

use meshc_document::NodeId;

use crate::declare::{each, operations, rule};
use crate::rows::Rows;
use crate::unit::{At, RuleRow};

/// Something outside the mesh, as far as others refer to it.
#[derive(Clone, Debug)]
pub struct ExternalRow {
    /// Its namespace, if written.
    pub namespace: Option<At<String>>,
    /// Its name.
    pub name: At<String>,
    /// Team that answers for it.
    pub owner: Option<At<String>>,
    /// Names of its operations, sorted; TCP and TLS ports and `rest` are among them.
    pub operations: Vec<String>,
    /// Names of its ports, as often as they are written.
    pub ports: Vec<At<String>>,
    /// Allow rules.
    pub allow: Vec<RuleRow>,
}

pub(crate) fn external(
    rows: &mut Rows<'_>,
    spec: NodeId,
    (namespace, name): (Option<At<String>>, At<String>),
) -> ExternalRow {
    let mut names: Vec<String> =
        operations(rows, spec).into_iter().map(|operation| operation.name.value).collect();
    let mut ports = Vec::new();
    for port in rows.items(spec, "ports") {
        ports.extend(rows.text(port, "name"));
        if let (Some("tcp" | "tls"), Some(name)) =
            (rows.string(port, "protocol").as_deref(), rows.string(port, "name"))
        {
            names.push(name);
        }
    }
    names.push("rest".into());
    names.sort_unstable();
    names.dedup();
    let owner = rows.text(spec, "owner");
    let allow = each(rows, spec, "allow", rule);
    ExternalRow { namespace, name, owner, operations: names, ports, allow }
}
