//! TLS 1.3 on both sides: credentials, the verifiers that ask for SPIFFE identities, records.

mod credentials;
mod record;
mod verify;

pub use credentials::{Credentials, certificate_file, public_root, server_for_public};
pub use record::{RecordLayer, Session, TlsFault};
pub use verify::{Expected, in_words};
