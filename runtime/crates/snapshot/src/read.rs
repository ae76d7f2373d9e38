//! Reading blobs: bounded, and only of the form this runtime knows.

use core::fmt;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::manifest::Manifest;
use crate::places::Places;
use crate::slice::{FORMAT, Slice};

/// Longest blob that is read, in bytes.
pub const MAX_BYTES: usize = 32 << 20;

/// Why a blob was not read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum NotRead {
    /// Longer than [`MAX_BYTES`].
    TooLong,
    /// Of another format than [`FORMAT`].
    Format(u32),
    /// Not the JSON of this type; what serde says about it.
    Malformed(String),
}

#[derive(Deserialize)]
struct Form {
    format: u32,
}

/// Reads a slice.
///
/// # Errors
/// Why not. What the slice says is not checked here but where it is loaded.
pub fn slice(bytes: &[u8]) -> Result<Slice, NotRead> {
    read(bytes)
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

/// The form number is looked at first: a newer form is said to be newer, not malformed.
fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, NotRead> {
    if bytes.len() > MAX_BYTES {
        return Err(NotRead::TooLong);
    }
    let malformed = |error: serde_json::Error| NotRead::Malformed(error.to_string());
    let Form { format } = serde_json::from_slice(bytes).map_err(malformed)?;
    if format != FORMAT {
        return Err(NotRead::Format(format));
    }
    serde_json::from_slice(bytes).map_err(malformed)
}

impl fmt::Display for NotRead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => f.write_str("the blob is longer than 32 MiB"),
            Self::Format(format) => {
                write!(f, "the blob is of format {format}; this runtime reads format {FORMAT}")
            }
            Self::Malformed(why) => write!(f, "the blob is malformed: {why}"),
        }
    }
}

impl core::error::Error for NotRead {}

#[cfg(test)]
pub(crate) mod tests;
