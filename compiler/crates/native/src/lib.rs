//! The Python extension `meshc._native`.

mod decider;
mod document;
mod emitted;
mod files;
mod finding;
mod folder;
mod formatter;
mod functions;
mod graph;
mod image;
mod left;
mod mesh;
mod table;

use pyo3::prelude::*;

/// The native half of the compiler, and the decision core that proxies run.
#[pymodule(gil_used = false)]
mod _native {
    #[pymodule_export]
    use super::decider::Decider;
    #[pymodule_export]
    use super::document::{Document, Node};
    #[pymodule_export]
    use super::emitted::Emitted;
    #[pymodule_export]
    use super::files::{Files, content_digest};
    #[pymodule_export]
    use super::finding::RawFinding;
    #[pymodule_export]
    use super::folder::{Revision, read_folder, wanted};
    #[pymodule_export]
    use super::formatter::Formatter;
    #[pymodule_export]
    use super::functions::{
        callees, canonical_json, check_json, check_pattern, comments, defaults, digest, from_json,
        masked, missing_capability, namespace_of, needs, position, to_json,
    };
    #[pymodule_export]
    use super::graph::Graph;
    #[pymodule_export]
    use super::image::{Image, checksum};
    #[pymodule_export]
    use super::mesh::Mesh;
    #[pymodule_export]
    use super::table::{Column, Table};
}
