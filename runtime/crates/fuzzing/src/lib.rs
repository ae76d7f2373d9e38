//! What must hold for any input, as plain functions: the bodies of the fuzz targets in `fuzz/`, and
//! of the test that replays their corpus.
//!
//! A target takes bytes and panics where a law is broken. It reads no clock and no files, so that a
//! file of the corpus does the same for ever.

mod canonicaliser;
mod decision;
mod loader;
mod mutation;
mod reader;

pub use canonicaliser::canonicaliser;
pub use decision::decision;
pub use loader::loader;
pub use mutation::mutated;
pub use reader::reader;
