use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use meshc_check::Schema;
use meshc_check::unit::TestRow;
use meshc_document::{LineIndex, Span};
use meshc_emit::Blobs;
use meshc_link::Mesh as Linked;
use meshc_snapshot::manifest::{Lineage, Named, manifest};
use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use serde_json::{Map, Value, json};

use crate::emitted::{Emitted, mistake};
use crate::files::Given;
use crate::finding::{RawFinding, path};
use crate::graph::Graph;
use crate::image::Kept;
use crate::table::Table;

/// The linked whole.
#[pyclass(frozen, module = "meshc._native")]
pub(crate) struct Mesh {
    mesh: Arc<Linked>,
}

#[pymethods]
impl Mesh {
    #[staticmethod]
    #[pyo3(signature = (files, schema, namespaces = Vec::new()))]
    fn read(
        py: Python<'_>,
        files: Given,
        schema: &[u8],
        namespaces: Vec<(String, String)>,
    ) -> PyResult<Self> {
        let schema = parsed(schema)?;
        let mesh = py.detach(|| Linked::read(files.read(), &schema, &namespaces));
        Ok(Self { mesh: Arc::new(mesh) })
    }

    #[pyo3(signature = (environment, schema, namespaces = Vec::new(), anew = false))]
    #[expect(clippy::needless_pass_by_value, reason = "arguments of a Python function are owned")]
    fn within(
        &self,
        py: Python<'_>,
        environment: String,
        schema: &[u8],
        namespaces: Vec<(String, String)>,
        anew: bool,
    ) -> PyResult<Self> {
        let schema = parsed(schema)?;
        let mesh = py.detach(|| self.mesh.read_in(&schema, &namespaces, &environment, anew));
        let mesh = mesh.ok_or_else(|| PyKeyError::new_err(environment))?;
        Ok(Self { mesh: Arc::new(mesh) })
    }

    #[staticmethod]
    #[pyo3(signature = (image, files, schema, namespaces = Vec::new()))]
    #[expect(clippy::needless_pass_by_value, reason = "arguments of a Python function are owned")]
    fn restored(
        py: Python<'_>,
        image: Kept<'_>,
        files: Given,
        schema: &[u8],
        namespaces: Vec<(String, String)>,
    ) -> PyResult<Option<Self>> {
        let schema = parsed(schema)?;
        let Some(image) = image.image() else { return Ok(None) };
        let mesh = py.detach(|| Linked::restored(&image, files.0, &schema, &namespaces));
        Ok(mesh.map(|mesh| Self { mesh: Arc::new(mesh) }))
    }

    fn is_whole(&self) -> bool {
        self.mesh.workloads.is_whole()
    }

    fn image<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        py.detach(|| self.mesh.image()).map(|image| PyBytes::new(py, &image))
    }

    #[pyo3(signature = (files, schema, namespaces = Vec::new()))]
    fn patched(
        &self,
        py: Python<'_>,
        files: Given,
        schema: &[u8],
        namespaces: Vec<(String, String)>,
    ) -> PyResult<Option<Self>> {
        let schema = parsed(schema)?;
        let mesh = py.detach(|| self.mesh.patched(files.0, &schema, &namespaces));
        Ok(mesh.map(|mesh| Self { mesh: Arc::new(mesh) }))
    }

    fn environments(&self) -> Vec<String> {
        self.mesh.environments.iter().map(|one| one.row.name.value.clone()).collect()
    }

    fn findings(&self) -> Vec<RawFinding> {
        self.mesh.findings.iter().map(|found| RawFinding::of(&self.mesh, found)).collect()
    }

    fn table(&self, name: &str) -> PyResult<Table> {
        Table::of(Arc::clone(&self.mesh), name)
    }

    fn graph(&self) -> Graph {
        Graph::of(Arc::clone(&self.mesh))
    }

    fn emit(&self, py: Python<'_>) -> PyResult<Emitted> {
        Emitted::of(py, &self.mesh)
    }

    fn manifest<'py>(
        &self,
        py: Python<'py>,
        commit: String,
        compiler: String,
        height: u64,
        parent: Option<String>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let lineage = Lineage { commit, compiler, height, parent };
        self.manifest_with(py, lineage, |_, _| Ok(()))
    }

    fn write_blobs<'py>(
        &self,
        py: Python<'py>,
        folder: PathBuf,
        commit: String,
        compiler: String,
        height: u64,
        parent: Option<String>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let lineage = Lineage { commit, compiler, height, parent };
        self.manifest_with(py, lineage, |blobs, named| {
            if let Some((name, callee)) = blobs.callee {
                std::fs::write(folder.join(name.to_string()), callee)?;
            }
            std::fs::write(folder.join(&named.entry.slice), blobs.slice)?;
            std::fs::write(folder.join(&named.entry.places), blobs.places)
        })
    }

    #[pyo3(signature = (schema, namespaces = Vec::new(), environment = None))]
    fn render(
        &self,
        py: Python<'_>,
        schema: &[u8],
        namespaces: Vec<(String, String)>,
        environment: Option<String>,
    ) -> PyResult<String> {
        let schema = parsed(schema)?;
        let rendered = py.detach(|| {
            meshc_emit::render(&self.mesh, &schema, &namespaces, environment.as_deref())
        });
        Ok(rendered.to_string())
    }

    fn tests(&self) -> String {
        let tests = self.mesh.tests.iter().map(|(file, row)| test(&self.mesh, *file, row));
        Value::Array(tests.collect()).to_string()
    }

    fn perhaps_called(&self) -> Option<HashSet<&str>> {
        Some(self.mesh.perhaps_called()?.into_iter().collect())
    }

    fn mention_at(&self, file: &str, byte: u32) -> Option<MentionAt> {
        let found = self.mesh.mention_at(self.mesh.file_named(file)?, byte)?;
        let Span { start, end } = found.span;
        Some((found.sort.word(), found.name, start, end, found.declares))
    }

    fn mentions_of(&self, sort: &str, name: &str) -> Vec<(String, u32, u32, bool)> {
        let found = self.mesh.mentions_of(sort, name).into_iter();
        found
            .map(|one| (path(&self.mesh, one.file), one.span.start, one.span.end, one.declares))
            .collect()
    }

    fn place(&self, table: &str, row: usize) -> PyResult<(String, u32, u32, u32, u32)> {
        let (file, span) = self.table(table)?.span(row)?;
        let (line, column) = position(&self.mesh, file, span);
        Ok((path(&self.mesh, file), line, column, span.start, span.end))
    }
}

impl Mesh {
    /// The manifest; every workload's blobs are handed on, on several threads.
    fn manifest_with<'py>(
        &self,
        py: Python<'py>,
        lineage: Lineage,
        hand_on: impl Fn(&Blobs<'_>, &Named) -> std::io::Result<()> + Sync + Send,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let made = py.detach(|| {
            let named = meshc_emit::each(&self.mesh, meshc_emit::THREADS, |blobs| {
                let named = blobs.named();
                hand_on(blobs, &named).map(|()| named)
            });
            let named = named.map_err(mistake)?.into_iter().collect::<std::io::Result<_>>()?;
            manifest(&self.mesh.trust_domain, named, lineage).map_err(mistake)
        });
        made.map(|made| PyBytes::new(py, &made))
    }
}

/// Sort, full name, first byte, byte behind the last, whether it is declared here.
type MentionAt = (&'static str, String, u32, u32, bool);

fn position(mesh: &Linked, file: u32, span: Span) -> (u32, u32) {
    let bytes = mesh.files.get(file as usize).map(|file| &*file.bytes);
    LineIndex::new(bytes.unwrap_or_default()).position(span.start)
}

/// A policy test as the stage that runs it reads it: what was not written is left out.
fn test(mesh: &Linked, file: u32, row: &TestRow) -> Value {
    let namespace = row.namespace.as_ref().map_or("", |namespace| namespace.value.as_str());
    let (file, span) = mesh.resolve(file, row.name.span);
    let (line, column) = position(mesh, file, span);
    let mut headers: Map<String, Value> = Map::new();
    for (name, value) in &row.headers {
        let lines = headers.entry(name.clone()).or_insert_with(|| json!([]));
        if let Value::Array(lines) = lines {
            lines.push(json!(value));
        }
    }
    json!({
        "test": format!("{namespace}/{}", row.document),
        "name": row.name.value,
        "file": path(mesh, file),
        "line": line,
        "column": column,
        "request": {
            "from": row.from.as_ref().map(|from| &from.value),
            "to": row.to.value,
            "method": row.method,
            "path": row.path,
            "host": row.host,
            "headers": headers,
            "port": row.port,
            "client": row.client,
            "at": row.at,
            "user": row.user.as_ref().map(|(issuer, claims)| {
                json!({"issuer": issuer.value, "claims": claims})
            }),
        },
        "expect": {
            "verdict": row.verdict.value,
            "status": row.status,
            "operation": row.operation,
            "rule": row.rule,
            "destination": row.destination,
        },
    })
}

/// The schema that was parsed last, with its bytes.
static PARSED: Mutex<Option<(Vec<u8>, Arc<Schema>)>> = Mutex::new(None);

/// A parsed schema; the same bytes are parsed once.
fn parsed(bytes: &[u8]) -> PyResult<Arc<Schema>> {
    let mut last = PARSED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((of, schema)) = &*last
        && of == bytes
    {
        return Ok(Arc::clone(schema));
    }
    let schema = Schema::parse(bytes).map_err(|fault| PyValueError::new_err(fault.message))?;
    let schema = Arc::new(schema);
    *last = Some((bytes.to_vec(), Arc::clone(&schema)));
    Ok(schema)
}
