//! The Python extension `meshc._native`.

mod decider;
mod finding;
mod functions;
mod graph;
mod mesh;
mod table;

use pyo3::prelude::*;

/// The native half of the compiler, and the decision core that proxies run.
#[pymodule(gil_used = false)]
mod _native {
    #[pymodule_export]
    use super::decider::Decider;
    #[pymodule_export]
    use super::finding::RawFinding;
    #[pymodule_export]
    use super::functions::{
        canonical_json, check_json, check_pattern, defaults, digest, masked, missing_capability,
        needs, position,
    };
    #[pymodule_export]
    use super::graph::Graph;
    #[pymodule_export]
    use super::mesh::Mesh;
    #[pymodule_export]
    use super::table::Table;
}
