//! Reading blobs: bounded, and only of the form this runtime knows.
//!
//! A slice names its callees; whoever reads it says where blobs are. What is given is held against
//! its name, so that it may come from anywhere.

use core::fmt;
use std::io;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::digest::Digest;
use crate::manifest::Manifest;
use crate::places::Places;
use crate::slice::{Callee, Destination, FORMAT, Slice};

/// Longest blob that is read, and the most of a slice and all that it names together, in bytes.
pub const MAX_BYTES: usize = 32 << 20;

/// Most callees that a slice may name.
pub const MAX_CALLEES: usize = 1 << 16;

/// Why a blob was not read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum NotRead {
    /// Longer than [`MAX_BYTES`].
    TooLong,
    /// Of another format than [`FORMAT`].
    Format(u32),
    /// Not the JSON of this type; what serde says about it.
    Malformed(String),
    /// A slice that names more than [`MAX_CALLEES`] callees.
    TooManyCallees,
    /// A slice that is longer than [`MAX_BYTES`] together with what it names.
    TooLongTogether,
    /// What a slice names as a callee is not to be had, or not that.
    Callee(Digest, NotCallee),
}

/// Why what a slice names as a callee was not taken.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum NotCallee {
    /// It is not there.
    Missing,
    /// Its content has another digest.
    Other,
    /// It is a callee, and not as [`Callee`] is written.
    NotCanonical,
    /// It was not read.
    NotRead(Box<NotRead>),
}

/// What says of which form it is.
trait Blob: DeserializeOwned {
    fn format(&self) -> u32;
}

#[derive(Deserialize)]
struct Form {
    format: u32,
}

/// Takes what is written while it is this.
struct Same<'a>(&'a [u8]);

/// Reads a slice, with what it names as `find` gives it.
///
/// # Errors
/// Why not. What the slice says is not checked here but where it is loaded.
pub fn slice<B: AsRef<[u8]>>(
    bytes: &[u8],
    mut find: impl FnMut(&Digest) -> Option<B>,
) -> Result<Slice, NotRead> {
    let named = named(bytes)?;
    let mut left = MAX_BYTES.saturating_sub(bytes.len());
    let mut whole = |named: Destination<Digest>| -> Result<Destination, NotRead> {
        let Destination { authorities, callee: name, calls } = named;
        let refused = |why| NotRead::Callee(name, why);
        let blob = find(&name).ok_or_else(|| refused(NotCallee::Missing))?;
        let blob = blob.as_ref();
        left = left.checked_sub(blob.len()).ok_or(NotRead::TooLongTogether)?;
        let callee = callee(blob, &name).map_err(refused)?;
        Ok(Destination { authorities, callee, calls })
    };
    let Slice { destinations, format, inbound, routes, trust_domain, workload } = named;
    let destinations = destinations.into_iter().map(&mut whole).collect::<Result<_, _>>()?;
    Ok(Slice { destinations, format, inbound, routes, trust_domain, workload })
}

/// The names of the callees that a slice has, in its order.
///
/// # Errors
/// Why it cannot be read.
pub fn callees(slice: &[u8]) -> Result<Vec<Digest>, NotRead> {
    Ok(named(slice)?.destinations.iter().map(|one| one.callee).collect())
}

/// Reads places.
///
/// # Errors
/// Why not.
pub fn places(bytes: &[u8]) -> Result<Places, NotRead> {
    read(bytes)
}

/// Reads a manifest.
///
/// # Errors
/// Why not.
pub fn manifest(bytes: &[u8]) -> Result<Manifest, NotRead> {
    read(bytes)
}

/// A slice as it is stored.
fn named(bytes: &[u8]) -> Result<Slice<Digest>, NotRead> {
    let slice: Slice<Digest> = read(bytes)?;
    match slice.destinations.len() {
        0..=MAX_CALLEES => Ok(slice),
        _ => Err(NotRead::TooManyCallees),
    }
}

fn callee(blob: &[u8], name: &Digest) -> Result<Callee, NotCallee> {
    if Digest::of(blob) != *name {
        return Err(NotCallee::Other);
    }
    let callee = read(blob).map_err(|why| NotCallee::NotRead(Box::new(why)))?;
    if is_canonical(blob, &callee) { Ok(callee) } else { Err(NotCallee::NotCanonical) }
}

/// Whether a blob is what is written of what it says. That is RFC 8785 JSON, and there is one of it:
/// a field that is left out where it is empty is not there and empty.
fn is_canonical(blob: &[u8], read: &Callee) -> bool {
    let mut same = Same(blob);
    serde_json::to_writer(&mut same, read).is_ok() && same.0.is_empty()
}

/// A newer form is said to be newer, whatever else is wrong with it.
fn read<T: Blob>(bytes: &[u8]) -> Result<T, NotRead> {
    if bytes.len() > MAX_BYTES {
        return Err(NotRead::TooLong);
    }
    let malformed = |error: serde_json::Error| NotRead::Malformed(error.to_string());
    let read = serde_json::from_slice(bytes);
    let format = match &read {
        Ok(read) => T::format(read),
        Err(_) => serde_json::from_slice::<Form>(bytes).map_err(malformed)?.format,
    };
    if format == FORMAT { read.map_err(malformed) } else { Err(NotRead::Format(format)) }
}

impl Blob for Slice<Digest> {
    fn format(&self) -> u32 {
        self.format
    }
}

impl Blob for Callee {
    fn format(&self) -> u32 {
        self.format
    }
}

impl Blob for Places {
    fn format(&self) -> u32 {
        self.format
    }
}

impl Blob for Manifest {
    fn format(&self) -> u32 {
        self.format
    }
}

impl io::Write for Same<'_> {
    fn write(&mut self, written: &[u8]) -> io::Result<usize> {
        self.0 = self.0.strip_prefix(written).ok_or(io::ErrorKind::InvalidData)?;
        Ok(written.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl fmt::Display for NotRead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => f.write_str("the blob is longer than 32 MiB"),
            Self::Format(format) => {
                write!(f, "the blob is of format {format}; this runtime reads format {FORMAT}")
            }
            Self::Malformed(why) => write!(f, "the blob is malformed: {why}"),
            Self::TooManyCallees => write!(f, "the slice names more than {MAX_CALLEES} callees"),
            Self::TooLongTogether => {
                f.write_str("the slice is longer than 32 MiB together with its callees")
            }
            Self::Callee(name, why) => write!(f, "the callee {name} {why}"),
        }
    }
}

impl fmt::Display for NotCallee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("is missing"),
            Self::Other => f.write_str("has another content than its name says"),
            Self::NotCanonical => f.write_str("is not written as its form says"),
            Self::NotRead(why) => write!(f, "was not read: {why}"),
        }
    }
}

impl core::error::Error for NotRead {}

#[cfg(test)]
pub(crate) mod tests;
