use crate::{Fault, Head, Limits, Method, Parse};

/// Parses a response head from the start of `input`, for a request made with `request_method`.
///
/// # Errors
/// The first rule broken, always with status 502; the upstream connection must then be closed.
pub fn parse_response(
    input: &[u8],
    head: &mut Head,
    request_method: Method,
    limits: &Limits,
) -> Result<Parse, Fault> {
    let _ = (input, limits, request_method);
    head.clear();
    Ok(Parse::Partial)
}
