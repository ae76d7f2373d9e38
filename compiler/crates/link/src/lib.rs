//! Units to Mesh: typed tables, names resolved, the call graph.
