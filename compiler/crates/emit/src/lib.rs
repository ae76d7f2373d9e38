//! Mesh to Snapshot: one canonical slice per workload, and a blob of what each is to its callers.
//!
//! A slice holds or names what its workload needs and nothing else: a change to one edge changes the
//! slices of its two ends and no other, and a moved line changes none. What a callee is to all its
//! callers is written once, and their slices name it by its digest.

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
