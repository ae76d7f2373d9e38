use meshc_link::{Mesh, MeshFinding};
use pyo3::prelude::*;

/// What reading, checking or linking found; severity is the rule's affair.
#[pyclass(frozen, get_all, module = "meshc._native")]
pub(crate) struct RawFinding {
    code: &'static str,
    message: String,
    file: String,
    start: u32,
    end: u32,
    help: Option<String>,
    related: Vec<(String, u32, u32, String)>,
}

impl RawFinding {
    pub(crate) fn of(mesh: &Mesh, found: &MeshFinding) -> Self {
        let MeshFinding { file, finding, related } = found;
        let here = finding.related.iter().map(|(span, message)| (*file, *span, message));
        let elsewhere = related.iter().map(|(file, span, message)| (*file, *span, message));
        Self {
            code: finding.code,
            message: finding.message.clone(),
            file: path(mesh, *file),
            start: finding.span.start,
            end: finding.span.end,
            help: finding.help.clone(),
            related: here
                .chain(elsewhere)
                .map(|(file, span, message)| {
                    (path(mesh, file), span.start, span.end, message.clone())
                })
                .collect(),
        }
    }
}

#[pymethods]
impl RawFinding {
    fn __repr__(&self) -> String {
        let Self { code, message, file, start, end, .. } = self;
        format!("<RawFinding {code} {file}:{start}-{end} {message}>")
    }
}

/// The path of a file by its index.
pub(crate) fn path(mesh: &Mesh, file: u32) -> String {
    mesh.files.get(file as usize).map(|file| file.path.to_string()).unwrap_or_default()
}
