//! Header fields as policy reads them: names fold case, values are the members of all lines.

/// Header fields of one request, wherever they are kept.
pub trait Fields {
    /// Name and value of every field, as received and in order.
    fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])>;
}

/// A request without header fields.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFields;

/// Fields whose value is one whole line: a comma in it separates nothing (RFC 9110 and IANA's
/// field registry; `cookie` by RFC 6265). Lower case, sorted.
const SINGLE_VALUED: [&str; 22] = [
    "age",
    "authorization",
    "content-length",
    "content-location",
    "content-range",
    "content-type",
    "cookie",
    "date",
    "etag",
    "expires",
    "from",
    "host",
    "if-modified-since",
    "if-range",
    "if-unmodified-since",
    "last-modified",
    "location",
    "max-forwards",
    "proxy-authorization",
    "referer",
    "retry-after",
    "user-agent",
];

/// Whether the field of this lower-case name is read as whole lines.
#[must_use]
pub fn is_single_valued(name: &str) -> bool {
    SINGLE_VALUED.binary_search(&name).is_ok()
}

/// The trimmed values of the field `name` (lower case): members of all its lines, or whole lines
/// where [`is_single_valued`]. An empty member is no member; an empty whole line is an empty value.
pub fn members<'a, F: Fields>(fields: &'a F, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
    let whole = is_single_valued(name);
    let lines =
        fields.fields().filter(move |(field, _)| field.eq_ignore_ascii_case(name.as_bytes()));
    lines.flat_map(move |(_, line)| line_members(line, whole))
}

/// The trimmed values of one line: its members, or, where `whole`, itself.
pub fn line_members(line: &[u8], whole: bool) -> impl Iterator<Item = &[u8]> {
    line.split(move |&byte| byte == b',' && !whole)
        .map(trimmed)
        .filter(move |member| whole || !member.is_empty())
}

/// Whether `field` (as received) is the policy field `name` (lower case) under another spelling:
/// equal once `_` and `.` are read as `-`, as some applications do, but not equal as it stands.
#[must_use]
pub fn spelled_otherwise(field: &[u8], name: &str) -> bool {
    let name = name.as_bytes();
    field.len() == name.len()
        && field.iter().zip(name).all(|(&one, &other)| folded(one) == folded(other))
        && !field.eq_ignore_ascii_case(name)
}

fn folded(byte: u8) -> u8 {
    match byte {
        b'_' | b'.' => b'-',
        other => other.to_ascii_lowercase(),
    }
}

/// A value without the blanks around it (RFC 9110, 5.5).
#[must_use]
pub const fn trimmed(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = value {
        value = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

impl Fields for NoFields {
    fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        core::iter::empty()
    }
}

impl<N: AsRef<[u8]>, V: AsRef<[u8]>> Fields for Vec<(N, V)> {
    fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, fields: &[(&str, &str)]) -> Vec<String> {
        members(&fields.to_vec(), name)
            .map(|value| String::from_utf8(value.to_vec()).unwrap())
            .collect()
    }

    #[test]
    fn members_of_all_lines_are_split_at_commas_and_trimmed() {
        let fields = [("X-Role", "a , b"), ("x-other", "z"), ("x-role", "\tc,,")];
        assert_eq!(of("x-role", &fields), ["a", "b", "c"]);
        assert!(of("x-absent", &fields).is_empty());
    }

    #[test]
    fn single_valued_fields_are_whole_lines() {
        assert_eq!(of("user-agent", &[("User-Agent", " a, b ")]), ["a, b"]);
        assert_eq!(of("user-agent", &[("User-Agent", "")]), [""]);
        assert!(SINGLE_VALUED.is_sorted());
    }

    #[test]
    fn other_spellings_are_seen() {
        assert!(spelled_otherwise(b"X_Role", "x-role"));
        assert!(spelled_otherwise(b"x.role", "x-role"));
        assert!(spelled_otherwise(b"x-role", "x_role"));
        assert!(!spelled_otherwise(b"X-Role", "x-role"));
        assert!(spelled_otherwise(b"x_role.a", "x-role-a"));
        for other in [&b"x-roles"[..], b"x_rule", b"abcdef", b"x-rol\x00", b""] {
            assert!(!spelled_otherwise(other, "x-role"), "{other:?}");
        }
    }
}
