//! One Environment over documents: which files belong to it, and its patches merged into trees.
//!
//! Patches are JSON merge patches (RFC 7396), merged before anything is checked, so that a patched
//! document is checked as any other; what a patch wrote keeps its place in the Environment's file.

mod clash;
mod lists;
mod merge;
mod overlay;
mod pattern;

#[cfg(test)]
mod tests;

pub use clash::{Clash, clashes};
pub use merge::{merge, same};
pub use overlay::{Effect, Overlay, Target};
pub use pattern::matches;
