/// Budgets of one file. Beyond one, the rest of the document is not read and MC007 says so.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a file. An intent of 1 MiB would be thousands of pages nobody reviews.
    pub bytes: usize,
    /// Nested collections. The language nests eight deep.
    pub depth: usize,
    /// Nodes of a file: bounds memory at about 4 MB.
    pub nodes: usize,
    /// Nodes that aliases stand for, counted once for each use: bounds every later walk.
    pub alias_nodes: u64,
    /// Documents of a file.
    pub documents: usize,
    /// Findings of a file; the first ones help, thousands do not.
    pub findings: usize,
}

impl Limits {
    /// What `meshc` reads with.
    pub const DEFAULT: Self = Self {
        bytes: 1 << 20,
        depth: 64,
        nodes: 200_000,
        alias_nodes: 10_000,
        documents: 10_000,
        findings: 100,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
