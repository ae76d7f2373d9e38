//! Units to Mesh: typed tables, names resolved, the call graph.

pub mod defaults;
mod effective;
mod federation;
mod gather;
mod graph;
mod issuers;
mod judge;
mod load;
mod lower;
mod mention;
mod mesh;
mod resolve;
pub mod table;

pub use effective::{ANY_RETRY, Effective, Line, Origin, Values};
pub use federation::trust_domain_of;
pub use graph::Graph;
pub use issuers::Issuer;
pub use mention::{Mention, Sort};
pub use mesh::{Edge, Federation, Mesh, MeshFinding, SourceFile, Workload, WorkloadIx};
