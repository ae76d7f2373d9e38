//! Mesh to Snapshot: one canonical slice per workload.
//!
//! A slice holds what its workload needs and nothing else: a change to one edge changes the slices
//! of its two ends and no other, and a moved line changes none.

mod destination;
mod fragments;
mod inbound;
mod json;
mod operations;
mod places;
mod render;
mod routes;
mod rules;
mod slices;
mod threads;

#[cfg(test)]
mod tests;

pub use render::render;
pub use slices::{Blobs, Emitted, THREADS, each, emit};
