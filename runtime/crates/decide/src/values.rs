//! Sets of header and parameter values: whether conditions can hold at once, with an example.

use meshc_automaton::{Automaton, Found, Side, common, escape};
use meshc_request::is_single_valued;
use meshc_snapshot::slice::{Condition, Test};

/// Of what the values are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// A header field.
    Header,
    /// A query parameter.
    Parameter,
}

/// The set that a test describes, and whether it stands under `not`.
struct Wanted {
    set: Automaton,
    not: bool,
}

/// Every member of a list field.
const MEMBER: &str = r"[^\x00-\x20\x7f,]([^\x00-\x1f\x7f,]*[^\x00-\x20\x7f,])?";
/// Every value of a field that is one whole line.
const LINE: &str = r"([^\x00-\x20\x7f]([^\x00-\x1f\x7f]*[^\x00-\x20\x7f])?)?";

/// For every name a value (or absence, left out) under which all its conditions hold, as an allow
/// reads them; nothing where one name has none.
pub(crate) fn witnesses(conditions: &[Condition], kind: Kind) -> Option<Vec<(String, String)>> {
    let mut names: Vec<&str> = conditions.iter().map(|one| one.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let mut found = Vec::new();
    for name in names {
        let about: Vec<_> = conditions.iter().filter(|one| one.name == name).collect();
        if let Some(value) = witness(name, &about, kind)? {
            found.push((name.to_owned(), value));
        }
    }
    Some(found)
}

/// A value, or absence.
fn witness(name: &str, about: &[&Condition], kind: Kind) -> Option<Option<String>> {
    let demanded = |wanted: bool| {
        about.iter().any(|one| match one.test {
            Test::Present(present) => (present != one.not) == wanted,
            _ => wanted,
        })
    };
    match (demanded(true), demanded(false)) {
        (true, true) => return None,
        (false, _) => return Some(None),
        (true, false) => {}
    }
    let universe = match kind {
        Kind::Parameter => ".*",
        Kind::Header if is_single_valued(name) => LINE,
        Kind::Header => MEMBER,
    };
    let universe = Automaton::new(universe).ok()?;
    let (mut every, mut some) = (Vec::new(), Vec::new());
    for condition in about {
        let Some(set) = set(&condition.test) else { continue };
        let has = matches!(condition.test, Test::Has(_)) && !condition.not;
        if has { &mut some } else { &mut every }.push(Wanted { set, not: condition.not });
    }
    let search = |more: Option<&Wanted>| {
        let mut sides: Vec<Side<'_>> = every.iter().chain(more).map(Wanted::side).collect();
        sides.push(Side::In(&universe));
        match common(&sides) {
            Found::Text(value) => Some(value),
            Found::Nothing => None,
            Found::TooMany => Some(String::new()),
        }
    };
    if some.is_empty() {
        return search(None).map(Some);
    }
    let members: Option<Vec<String>> = some.iter().map(|one| search(Some(one))).collect();
    members.map(|members| Some(members.join(", ")))
}

impl Wanted {
    const fn side(&self) -> Side<'_> {
        if self.not { Side::Out(&self.set) } else { Side::In(&self.set) }
    }
}

/// The values that meet a test, `not` aside; a test on presence has none.
fn set(test: &Test) -> Option<Automaton> {
    let text = match test {
        Test::Equals(value) | Test::Has(value) => escape(value),
        Test::OneOf(values) => values.iter().map(|one| escape(one)).collect::<Vec<_>>().join("|"),
        Test::Prefix(value) => format!("{}.*", escape(value)),
        Test::Suffix(value) => format!(".*{}", escape(value)),
        Test::Regex(text) => text.clone(),
        Test::Present(_) => return None,
    };
    Automaton::new(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(not: bool, test: Test) -> Condition {
        Condition { name: "x-a".into(), not, test }
    }

    fn found(conditions: &[Condition], kind: Kind) -> Option<String> {
        let all = witnesses(conditions, kind)?;
        Some(all.into_iter().map(|(_, value)| value).collect())
    }

    fn header(conditions: &[Condition]) -> Option<String> {
        found(conditions, Kind::Header)
    }

    #[test]
    fn values_that_nobody_wrote_are_found() {
        let long = condition(false, Test::Regex("[a-z]{3}".into()));
        let no_a = condition(true, Test::Prefix("a".into()));
        let ends = condition(false, Test::Suffix("zz".into()));
        let value = header(&[long, no_a, ends]).unwrap();
        assert!(value.len() == 3 && value.ends_with("zz") && !value.starts_with('a'), "{value}");
    }

    #[test]
    fn what_cannot_be_is_known_not_to_be() {
        let equals = |value: &str| condition(false, Test::Equals(value.into()));
        assert_eq!(header(&[equals("a"), equals("b")]), None);
        assert_eq!(header(&[equals("a,b")]), None);
        assert_eq!(header(&[equals(" a")]), None);
        assert_eq!(found(&[equals("a,b")], Kind::Parameter).as_deref(), Some("a,b"));
        assert_eq!(header(&[equals("a"), condition(false, Test::Present(false))]), None);
        assert_eq!(header(&[condition(false, Test::Present(false))]).as_deref(), Some(""));
        let all = condition(false, Test::OneOf(vec!["a".into(), "b".into()]));
        let not_a = condition(true, Test::Equals("a".into()));
        assert_eq!(header(&[all.clone(), not_a]).as_deref(), Some("b"));
        assert_eq!(header(&[all, condition(true, Test::Regex("[ab]".into()))]), None);
    }

    #[test]
    fn a_field_that_is_one_line_may_hold_a_comma() {
        let about = |name: &str| {
            let one =
                Condition { name: name.into(), ..condition(false, Test::Equals("a, b".into())) };
            witnesses(&[one], Kind::Header)
        };
        assert_eq!(about("user-agent"), Some(vec![("user-agent".into(), "a, b".into())]));
        assert_eq!(about("x-agent"), None);
    }

    #[test]
    fn has_may_need_several_members() {
        let has = |not, value: &str| condition(not, Test::Has(value.into()));
        assert_eq!(header(&[has(false, "a"), has(false, "b")]).as_deref(), Some("a, b"));
        assert_eq!(header(&[has(false, "a"), has(true, "a")]), None);
        let equals = condition(false, Test::Equals("a".into()));
        assert_eq!(header(&[has(false, "b"), equals]), None);
    }
}
