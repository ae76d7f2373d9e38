use core::fmt;

/// Why a peer's certificates are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SvidFault {
    /// No certificate was presented.
    NoCertificate,
}

impl fmt::Display for SvidFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the peer presented no certificate")
    }
}

impl core::error::Error for SvidFault {}
