use meshc_request::{BadRequestKind, Canonical, Raw, Scratch, canonicalise};

/// Everything that a canonical request says.
#[derive(Debug, Eq, PartialEq)]
struct Form {
    method: String,
    host: String,
    port: Option<u16>,
    path: String,
    query: Option<String>,
    plain: String,
    matrix: Option<String>,
}

/// Holds any request against the laws of its canonical form. The input is method, target and host,
/// one a line; without a third line there is no `Host`. Gives whether it has one.
///
/// # Panics
/// Where a law is broken.
pub fn canonicaliser(input: &[u8]) -> bool {
    let mut lines = input.splitn(3, |&byte| byte == b'\n');
    let method = lines.next().unwrap_or_default();
    let target = lines.next().unwrap_or_default();
    let raw = Raw { method, target, host: lines.next(), odd: false };
    let mut scratch = Scratch::new();
    let form = read(raw, &mut scratch);
    assert_eq!(read(Raw { odd: true, ..raw }, &mut scratch), form, "the hint changes the answer");
    assert_eq!(read(raw, &mut scratch), form, "what the memory held before changes the answer");
    let Ok(form) = form else { return false };
    assert_eq!(sent_on(&form).as_ref(), Ok(&form), "the canonical form has another one");
    hold_host(&form);
    hold_path(&form.path);
    hold_reading(&form.plain);
    assert_eq!(form.plain.split('/').count(), form.path.split('/').count());
    if let Some(matrix) = &form.matrix {
        hold_reading(matrix);
        assert_ne!(*matrix, form.plain);
    }
    true
}

fn read(raw: Raw<'_>, scratch: &mut Scratch) -> Result<Form, BadRequestKind> {
    canonicalise(raw, scratch).map(|request| Form::of(&request)).map_err(|bad| {
        assert!(!bad.kind().word().is_empty() && !bad.to_string().is_empty());
        bad.kind()
    })
}

/// What the next hop makes of it.
fn sent_on(form: &Form) -> Result<Form, BadRequestKind> {
    let query = form.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
    let target = format!("{}{query}", form.path);
    let port = form.port.map(|port| format!(":{port}")).unwrap_or_default();
    let host = format!("{}{port}", form.host);
    let raw = Raw {
        method: form.method.as_bytes(),
        target: target.as_bytes(),
        host: Some(host.as_bytes()),
        odd: false,
    };
    read(raw, &mut Scratch::new())
}

fn hold_host(form: &Form) {
    assert!(form.port != Some(0));
    assert!(!form.host.is_empty() && !form.host.ends_with('.'));
    let fine = |byte: u8| byte.is_ascii_graphic() && !byte.is_ascii_uppercase();
    assert!(form.host.bytes().all(|byte| fine(byte) && !b"/@?#%\\".contains(&byte)));
}

fn hold_path(path: &str) {
    if path == "*" {
        return;
    }
    hold_segments(path);
    let mut before_parameters = path.split('/').filter_map(|segment| segment.split_once(';'));
    assert!(before_parameters.all(|(name, _)| !matches!(name, "." | "..")), "{path}");
    assert!(path.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#\\\"<>^`{|}".contains(&byte)));
    for escape in path.split('%').skip(1) {
        let digits = escape.get(..2).unwrap_or_default();
        let byte = u8::from_str_radix(digits, 16);
        assert!(byte.is_ok() && digits == digits.to_ascii_uppercase(), "{digits}");
        let byte = byte.unwrap_or_default();
        assert!(!byte.is_ascii_alphanumeric() && !byte.is_ascii_control(), "{digits}");
        assert!(!b"-._~/\\".contains(&byte), "{digits}");
    }
}

/// What an application sees that decodes once: nothing that a second decoding would change.
fn hold_reading(path: &str) {
    if path == "*" {
        return;
    }
    hold_segments(path);
    assert!(path.bytes().all(|byte| !byte.is_ascii_control() && byte != b'\\'));
    for after in path.split('%').skip(1) {
        let digits = after.bytes().take(2).filter(u8::is_ascii_hexdigit).count();
        assert!(digits < 2, "encoded twice: {path}");
    }
}

fn hold_segments(path: &str) {
    assert!(path.starts_with('/') && !path.contains("//"), "{path}");
    assert!(path.split('/').all(|segment| !matches!(segment, "." | "..")), "{path}");
}

impl Form {
    fn of(request: &Canonical<'_>) -> Self {
        Self {
            method: request.method().to_owned(),
            host: request.authority().host.to_owned(),
            port: request.authority().port,
            path: request.path().to_owned(),
            query: request.query().map(str::to_owned),
            plain: request.plain().to_owned(),
            matrix: request.matrix().map(str::to_owned),
        }
    }
}
