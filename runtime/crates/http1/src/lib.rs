//! Sans-I/O HTTP/1.1: strict heads, framing, chunked bodies, re-serialisation.
//!
//! The crate reads no socket and no clock. A caller hands in bytes, gets back spans into those
//! bytes ([`Head`]), decides, and writes a fresh head ([`write_request_head`],
//! [`write_response_head`]). No byte of a received head is ever forwarded as it came: what is sent
//! on is always re-serialised and carries exactly one framing. Rules follow RFC 9110 and RFC 9112;
//! wherever they allow a recipient to repair or to refuse, this crate refuses.

mod authority;
mod chunked;
mod class;
mod fault;
mod field;
mod framing;
mod head;
mod limits;
mod method;
mod request;
mod response;
mod section;
mod write;

pub use chunked::{ChunkStep, Chunked};
pub use fault::{Fault, FaultKind, Side};
pub use field::{Field, FieldId, Span};
pub use framing::Body;
pub use head::{Head, Parse, TargetForm, worth_parsing};
pub use limits::Limits;
pub use method::Method;
pub use request::parse_request;
pub use response::parse_response;
pub use write::{
    ExtraField, RequestLine, StatusLine, write_chunk_end, write_chunk_header, write_last_chunk,
    write_request_head, write_response_head,
};

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
