//! Units to Mesh: typed tables, names resolved, the call graph.

pub mod defaults;
mod gather;
mod graph;
mod judge;
mod load;
mod lower;
mod mesh;
mod resolve;
pub mod table;

pub use graph::Graph;
pub use mesh::{Edge, Mesh, MeshFinding, SourceFile, Workload, WorkloadIx};
