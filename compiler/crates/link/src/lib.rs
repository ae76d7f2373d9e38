//! Units to Mesh: typed tables, names resolved, the call graph.

mod amplification;
mod baseline;
pub mod defaults;
mod doubt;
mod effective;
mod federation;
mod foreign;
mod gather;
mod graph;
mod inversion;
mod issuers;
mod judge;
mod load;
mod lower;
mod mention;
mod mesh;
mod outside;
mod platform;
mod resolve;
pub mod table;

pub use amplification::{Amplified, Hop};
pub use baseline::Baseline;
pub use doubt::Doubtful;
pub use effective::{ANY_RETRY, Effective, Line, Origin, Values, duration};
pub use federation::trust_domain_of;
pub use foreign::Foreign;
pub use gather::namespace_of;
pub use graph::Graph;
pub use inversion::Inverted;
pub use issuers::Issuer;
pub use mention::{Mention, Sort};
pub use mesh::{Edge, Federation, Mesh, MeshFinding, SourceFile, Workload, WorkloadIx};
pub use outside::{External, Placed};
pub use platform::Guardrail;
