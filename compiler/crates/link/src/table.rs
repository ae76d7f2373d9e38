//! The linked mesh as tables: what rules written in Python look at.

use meshc_document::Span;
use meshc_snapshot::slice::Protocol;

use crate::effective::Origin;
use crate::mesh::{Mesh, Workload};

/// A cell.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Cell {
    /// Nothing was written and no default holds.
    Empty,
    /// Text.
    Text(String),
    /// A whole number.
    Number(i64),
    /// A truth value.
    Truth(bool),
}

/// Rows of one sort, column by column, in the order of names and writing.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Column names.
    pub names: Vec<&'static str>,
    /// Columns, all of one length.
    pub columns: Vec<Vec<Cell>>,
    /// Place of each row: file index and span.
    pub places: Vec<(u32, Span)>,
}

/// The tables there are.
pub const NAMES: &[&str] = &[
    "services",
    "ports",
    "operations",
    "instances",
    "traffic",
    "allow",
    "deny",
    "calls",
    "namespaces",
    "values",
];

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Option<&str>> for Cell {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Self::Empty, Self::from)
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Self {
        Self::Number(i64::from(number))
    }
}

impl From<Option<u32>> for Cell {
    fn from(number: Option<u32>) -> Self {
        number.map_or(Self::Empty, Self::from)
    }
}

impl From<bool> for Cell {
    fn from(truth: bool) -> Self {
        Self::Truth(truth)
    }
}

impl Table {
    fn new(names: &[&'static str]) -> Self {
        Self { names: names.to_vec(), columns: vec![Vec::new(); names.len()], places: Vec::new() }
    }

    fn push<const N: usize>(&mut self, place: (u32, Span), cells: [Cell; N]) {
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            column.push(cell);
        }
        self.places.push(place);
    }

    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// A column by name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&[Cell]> {
        let at = self.names.iter().position(|one| *one == name)?;
        self.columns.get(at).map(Vec::as_slice)
    }

    /// Rows in which every named column holds the given cell.
    #[must_use]
    pub fn matching(&self, wanted: &[(String, Cell)]) -> Vec<usize> {
        let columns: Vec<_> =
            wanted.iter().filter_map(|(name, cell)| Some((self.column(name)?, cell))).collect();
        let holds =
            |row: &usize| columns.iter().all(|(column, cell)| column.get(*row) == Some(cell));
        if columns.len() < wanted.len() {
            Vec::new()
        } else {
            (0..self.len()).filter(holds).collect()
        }
    }
}

impl Mesh {
    /// A table by name; see [`NAMES`].
    #[must_use]
    pub fn table(&self, name: &str) -> Option<Table> {
        match name {
            "services" => Some(self.services()),
            "ports" => Some(self.ports()),
            "operations" => Some(self.operations()),
            "instances" => Some(self.instances()),
            "traffic" => Some(self.traffic()),
            "allow" => Some(self.rules(|workload| &workload.row.allow)),
            "deny" => Some(self.rules(|workload| &workload.row.deny)),
            "calls" => Some(self.calls()),
            "namespaces" => Some(self.namespace_table()),
            "values" => Some(self.value_table()),
            _ => None,
        }
    }

    fn services(&self) -> Table {
        let mut table = Table::new(&[
            "service",
            "namespace",
            "name",
            "gateway",
            "owner",
            "identity",
            "ports",
            "allow",
        ]);
        for workload in &self.workloads {
            let row = &workload.row;
            table.push(
                (workload.file, row.name.span),
                [
                    workload.id.as_str().into(),
                    workload.namespace.as_str().into(),
                    row.name.value.as_str().into(),
                    workload.is_gateway().into(),
                    row.owner.as_ref().map(|owner| owner.value.as_str()).into(),
                    workload.identity.as_str().into(),
                    length(&row.ports),
                    length(&row.allow),
                ],
            );
        }
        table
    }

    fn ports(&self) -> Table {
        let mut table = Table::new(&["service", "name", "port", "target", "protocol"]);
        for workload in &self.workloads {
            for port in &workload.row.ports {
                let protocol = if port.protocol == Protocol::Tcp { "tcp" } else { "http" };
                table.push(
                    (workload.file, port.name.span),
                    [
                        workload.id.as_str().into(),
                        port.name.value.as_str().into(),
                        u32::from(port.port.value).into(),
                        u32::from(self.values(workload).target(port).value).into(),
                        protocol.into(),
                    ],
                );
            }
        }
        table
    }

    fn operations(&self) -> Table {
        let mut table =
            Table::new(&["service", "name", "timeoutMs", "idempotent", "attempts", "matches"]);
        for workload in &self.workloads {
            for operation in &workload.operations {
                table.push(
                    (workload.file, operation_span(workload, &operation.name)),
                    [
                        workload.id.as_str().into(),
                        operation.name.as_str().into(),
                        operation.timeout_ms.into(),
                        operation.idempotent.into(),
                        operation.retry.attempts.into(),
                        length(&operation.matches),
                    ],
                );
            }
        }
        table
    }

    fn instances(&self) -> Table {
        let mut table = Table::new(&["service", "address", "version", "zone"]);
        for workload in &self.workloads {
            for instance in &workload.instances {
                let label = |name: &str| {
                    let found = instance.labels.iter().find(|(key, _)| key == name);
                    Cell::from(found.map(|(_, value)| value.as_str()))
                };
                table.push(
                    (workload.file, instance.address.span),
                    [
                        workload.id.as_str().into(),
                        instance.address.value.as_str().into(),
                        label("version"),
                        label("zone"),
                    ],
                );
            }
        }
        table
    }

    fn traffic(&self) -> Table {
        let mut table = Table::new(&["service", "item", "version", "weight"]);
        for workload in &self.workloads {
            for (number, row) in (0_u32..).zip(&workload.row.traffic) {
                let item = row.name.clone().unwrap_or_else(|| format!("traffic[{number}]"));
                for share in &row.to {
                    table.push(
                        (workload.file, share.version.span),
                        [
                            workload.id.as_str().into(),
                            item.as_str().into(),
                            share.version.value.as_str().into(),
                            self.values(workload).weight(share).value.into(),
                        ],
                    );
                }
            }
        }
        table
    }

    fn rules(&self, of: impl Fn(&Workload) -> &[meshc_check::unit::RuleRow]) -> Table {
        let mut table =
            Table::new(&["service", "rule", "callers", "operations", "conditions", "until"]);
        for workload in &self.workloads {
            for (number, rule) in (0_u32..).zip(of(workload)) {
                let name = rule.name.clone().unwrap_or_else(|| format!("[{number}]"));
                let names = |list: &Option<Vec<meshc_check::unit::At<String>>>| {
                    let list = list.as_ref()?;
                    Some(list.iter().map(|one| one.value.as_str()).collect::<Vec<_>>().join(" "))
                };
                let from = names(&rule.from).map(|named| {
                    let all = core::iter::once(named.as_str()).filter(|named| !named.is_empty());
                    let federated = rule.federated.iter().map(|one| one.value.as_str());
                    all.chain(federated).collect::<Vec<_>>().join(" ")
                });
                table.push(
                    (workload.file, rule.span),
                    [
                        workload.id.as_str().into(),
                        name.as_str().into(),
                        from.as_deref().into(),
                        names(&rule.operations).as_deref().into(),
                        u32::try_from(conditions(rule)).unwrap_or(u32::MAX).into(),
                        rule.until.map_or(Cell::Empty, Cell::Number),
                    ],
                );
            }
        }
        table
    }

    fn calls(&self) -> Table {
        let mut table = Table::new(&["caller", "callee", "operation", "timeoutMs", "route"]);
        for edge in &self.edges {
            let (Some(caller), Some(callee)) =
                (self.workload(edge.caller), self.workload(edge.callee))
            else {
                continue;
            };
            let operation = edge.operation.and_then(|at| callee.operations.get(at as usize));
            table.push(
                (caller.file, edge.span),
                [
                    caller.id.as_str().into(),
                    callee.id.as_str().into(),
                    operation.map(|operation| operation.name.as_str()).into(),
                    edge.timeout_ms.into(),
                    caller.is_gateway().into(),
                ],
            );
        }
        table
    }

    /// Every value a default can stand for; `default` names the default that gave it, and is empty
    /// where somebody wrote it: then the row's place is there, else at the workload's name.
    fn value_table(&self) -> Table {
        let mut table = Table::new(&["service", "field", "value", "default"]);
        for workload in &self.workloads {
            for line in self.lines(workload) {
                let (place, default) = match line.origin {
                    Origin::Written(file, span) => ((file, span), None),
                    Origin::Default(default) => {
                        ((workload.file, workload.row.name.span), Some(default.field))
                    }
                };
                table.push(
                    place,
                    [
                        workload.id.as_str().into(),
                        line.field.as_str().into(),
                        line.value.as_str().into(),
                        default.into(),
                    ],
                );
            }
        }
        table
    }

    fn namespace_table(&self) -> Table {
        let mut table = Table::new(&["name", "hosts"]);
        for (name, hosts) in &self.namespaces {
            table.push(
                (0, Span::default()),
                [name.as_str().into(), hosts.join(" ").as_str().into()],
            );
        }
        table
    }
}

fn length<T>(list: &[T]) -> Cell {
    u32::try_from(list.len()).unwrap_or(u32::MAX).into()
}

/// How many conditions on a request limit a rule; a user is one, and each of its claims.
fn conditions(rule: &meshc_check::unit::RuleRow) -> usize {
    let user = rule.user.as_ref().map_or(0, |user| user.claims.len().saturating_add(1));
    let client = usize::from(!rule.client.is_empty());
    let fields = rule.headers.len().saturating_add(rule.query.len());
    fields.saturating_add(user).saturating_add(client)
}

fn operation_span(workload: &Workload, name: &str) -> Span {
    let row = workload.row.operations.iter().find(|row| row.name.value == name);
    let port = workload.row.ports.iter().find(|port| port.name.value == name);
    row.map(|row| row.name.span)
        .or_else(|| port.map(|port| port.name.span))
        .unwrap_or(workload.row.name.span)
}
