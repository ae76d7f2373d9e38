//! Who names what, and where: what an editor asks of the mesh.

use meshc_check::unit::{At, RuleRow, TestRow};
use meshc_document::Span;

use crate::mesh::{Mesh, Workload};
use crate::resolve::Reference;

/// What a name stands for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Sort {
    /// A service or gateway, by `namespace/name`.
    Workload,
    /// An operation, by `namespace/name.operation`.
    Operation,
    /// A port, by `namespace/name:port`.
    Port,
    /// A named subset of instances, by `namespace/name@version`.
    Version,
    /// An issuer of tokens.
    Issuer,
    /// A team.
    Team,
}

/// One place that holds a name, as declaration or as reference.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Mention {
    /// What it stands for.
    pub sort: Sort,
    /// Its name in full.
    pub name: String,
    /// Index of the file.
    pub file: u32,
    /// The bytes of the bare name, without quotes, namespace or operation around it.
    pub span: Span,
    /// Whether it is declared here; otherwise it is referred to.
    pub declares: bool,
}

struct Collector {
    file: u32,
    found: Vec<Mention>,
}

impl Sort {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Workload => "workload",
            Self::Operation => "operation",
            Self::Port => "port",
            Self::Version => "version",
            Self::Issuer => "issuer",
            Self::Team => "team",
        }
    }
}

impl Mesh {
    /// The mention that covers a byte of a file, or ends at it.
    #[must_use]
    pub fn mention_at(&self, file: u32, byte: u32) -> Option<Mention> {
        let covers = |one: &Mention| one.span.start <= byte && byte <= one.span.end;
        self.mentions_in(Some(file)).into_iter().find(covers)
    }

    /// Every mention of a name, by file and place; a name nothing declares gives references only.
    #[must_use]
    pub fn mentions_of(&self, sort: &str, name: &str) -> Vec<Mention> {
        let mut found = self.mentions_in(None);
        found.retain(|one| one.sort.word() == sort && one.name == name);
        found.sort_by_key(|one| (one.file, one.span.start));
        found
    }

    /// Index of a file by its path.
    #[must_use]
    pub fn file_named(&self, path: &str) -> Option<u32> {
        let at = self.files.binary_search_by(|file| (*file.path).cmp(path)).ok()?;
        u32::try_from(at).ok()
    }

    fn mentions_in(&self, file: Option<u32>) -> Vec<Mention> {
        let mut all = Collector { file: 0, found: Vec::new() };
        let wanted = |one: u32| file.is_none_or(|file| file == one);
        let all_or_one: Vec<&Workload> = match file {
            Some(file) => self.workloads.of_file(file).collect(),
            None => self.workloads.iter().collect(),
        };
        for workload in all_or_one {
            all.file = workload.file;
            all.declarations(workload);
            all.references(workload);
        }
        for (file, test) in self.tests.iter().filter(|(file, _)| wanted(*file)) {
            all.file = *file;
            all.test(test);
        }
        for issuer in self.issuers.iter().filter(|one| wanted(one.file)) {
            all.file = issuer.file;
            all.add(Sort::Issuer, issuer.row.name.value.clone(), &issuer.row.name, true);
        }
        all.found
    }
}

impl Collector {
    fn declarations(&mut self, workload: &Workload) {
        let (id, row) = (&workload.id, &workload.row);
        self.add(Sort::Workload, id.clone(), &row.name, true);
        for one in &row.operations {
            self.add(Sort::Operation, format!("{id}.{}", one.name.value), &one.name, true);
        }
        for one in &row.ports {
            self.add(Sort::Port, format!("{id}:{}", one.name.value), &one.name, true);
        }
        for one in &row.versions {
            self.add(Sort::Version, format!("{id}@{}", one.name.value), &one.name, true);
        }
    }

    fn references(&mut self, workload: &Workload) {
        let (id, row, own) = (&workload.id, &workload.row, workload.namespace.as_str());
        if let Some(owner) = &row.owner {
            self.add(Sort::Team, owner.value.clone(), owner, false);
        }
        for call in &row.calls {
            self.target(&call.to, own);
        }
        for route in &row.routes {
            self.target(&route.to, own);
        }
        for rule in row.allow.iter().chain(&row.deny) {
            self.rule(rule, id, own);
        }
        for limit in &row.rate_limits {
            self.operations(limit.operations.as_deref(), id);
        }
        for item in &row.traffic {
            self.operations(item.operations.as_deref(), id);
            for share in &item.to {
                let name = format!("{id}@{}", share.version.value);
                self.add(Sort::Version, name, &share.version, false);
            }
        }
        let ports = row.operations.iter().filter_map(|one| one.port.as_ref());
        for port in ports.chain(row.probes.iter().map(|(_, port)| port)) {
            self.add(Sort::Port, format!("{id}:{}", port.value), port, false);
        }
    }

    fn rule(&mut self, rule: &RuleRow, id: &str, own: &str) {
        for caller in rule.from.iter().flatten() {
            let word = caller.value.as_str();
            if !matches!(word, "anyone" | "anonymous") && !word.ends_with("/*") {
                self.target(caller, own);
            }
        }
        self.operations(rule.operations.as_deref(), id);
        if let Some(user) = &rule.user {
            self.add(Sort::Issuer, user.issuer.value.clone(), &user.issuer, false);
        }
    }

    fn test(&mut self, test: &TestRow) {
        let own = test.namespace.as_ref().map_or("", |one| one.value.as_str());
        for end in test.from.iter().chain([&test.to]) {
            self.target(end, own);
        }
        if let Some((issuer, _)) = &test.user {
            self.add(Sort::Issuer, issuer.value.clone(), issuer, false);
        }
    }

    fn operations(&mut self, named: Option<&[At<String>]>, id: &str) {
        for one in named.into_iter().flatten() {
            self.add(Sort::Operation, format!("{id}.{}", one.value), one, false);
        }
    }

    /// `[namespace/]name[.operation]`: two names in one scalar.
    fn target(&mut self, to: &At<String>, own: &str) {
        let reference = Reference::of(&to.value, own);
        let inner = inner(to);
        let before = to.value.find('/').map_or(0, |slash| slash.saturating_add(1));
        let workload = part(inner, before, reference.name.len());
        self.push(Sort::Workload, reference.id(), workload, false);
        if let Some(operation) = reference.operation {
            let before = before.saturating_add(reference.name.len()).saturating_add(1);
            let name = format!("{}.{operation}", reference.id());
            self.push(Sort::Operation, name, part(inner, before, operation.len()), false);
        }
    }

    fn add(&mut self, sort: Sort, name: String, at: &At<String>, declares: bool) {
        self.push(sort, name, inner(at), declares);
    }

    fn push(&mut self, sort: Sort, name: String, span: Span, declares: bool) {
        self.found.push(Mention { sort, name, file: self.file, span, declares });
    }
}

/// A scalar's text without its quotes; the whole scalar where it is written with escapes.
fn inner(at: &At<String>) -> Span {
    let written = at.span.end.saturating_sub(at.span.start) as usize;
    if written == at.value.len().saturating_add(2) {
        let (start, end) = (at.span.start.saturating_add(1), at.span.end.saturating_sub(1));
        Span { start, end }
    } else {
        at.span
    }
}

/// Some bytes of a text, counted from its start; never beyond its end.
fn part(of: Span, from: usize, length: usize) -> Span {
    let offset = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
    let start = of.start.saturating_add(offset(from)).min(of.end);
    Span { start, end: start.saturating_add(offset(length)).min(of.end) }
}
