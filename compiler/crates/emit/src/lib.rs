//! Mesh to Snapshot: one canonical slice per workload.
