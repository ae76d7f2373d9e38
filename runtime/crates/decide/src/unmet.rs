//! Conditions on header fields that no request meets.

use meshc_request::is_single_valued;
use meshc_snapshot::slice::{Condition, Test};

/// Why no value of the field can meet the test, whatever is sent, as a clause that follows the
/// written value; nothing where some can. Values come without blanks around them, and those of a
/// list come one by one; `deny` looks at the whole line too.
#[must_use]
pub fn never_met(condition: &Condition, deny: bool) -> Option<&'static str> {
    const BLANKS: &str = "has blanks around it, which are cut from values";
    const COMMA: &str = "holds a `,`, which parts values";
    let list = !is_single_valued(&condition.name);
    let comma = |text: &str| list && !deny && text.contains(',');
    let blank = |byte: Option<char>| byte.is_some_and(|one| one == ' ' || one == '\t');
    let (first, last) = (|text: &str| text.chars().next(), |text: &str| text.chars().next_back());
    let around = |text: &str| blank(first(text)) || blank(last(text));
    let (blanks, comma) = match &condition.test {
        Test::Equals(text) | Test::Has(text) => (around(text), comma(text)),
        Test::OneOf(all) => (
            all.iter().all(|text| around(text)),
            all.iter().all(|text| around(text) || comma(text)),
        ),
        Test::Prefix(text) => (blank(first(text)), comma(text)),
        Test::Suffix(text) => (blank(last(text)), comma(text)),
        Test::Present(_) | Test::Regex(_) => (false, false),
    };
    if blanks {
        return Some(BLANKS);
    }
    comma.then_some(COMMA)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::condition::{Check, View, header_holds};

    fn of(name: &str, test: Test) -> Condition {
        Condition { name: name.into(), not: false, test }
    }

    fn tests() -> impl Strategy<Value = Test> {
        let text = "[ ,a]{1,3}";
        prop_oneof![
            text.prop_map(Test::Equals),
            text.prop_map(Test::Has),
            text.prop_map(Test::Prefix),
            text.prop_map(Test::Suffix),
            prop::collection::vec(text, 1..3).prop_map(Test::OneOf),
        ]
    }

    #[test]
    fn what_no_value_can_be_is_told() {
        let equals = |text: &str| Test::Equals(text.into());
        assert!(never_met(&of("x-a", equals("a,b")), false).unwrap().contains("`,`"));
        assert_eq!(never_met(&of("x-a", equals("a,b")), true), None);
        assert_eq!(never_met(&of("user-agent", equals("a,b")), false), None);
        assert!(never_met(&of("user-agent", equals("a ")), true).unwrap().contains("blanks"));
        assert!(never_met(&of("x-a", Test::Has("a,b".into())), false).is_some());
        assert_eq!(never_met(&of("x-a", Test::Has("a,b".into())), true), None);
        assert_eq!(never_met(&of("x-a", Test::OneOf(vec!["a,b".into(), "c".into()])), false), None);
        assert!(
            never_met(&of("x-a", Test::OneOf(vec!["a,b".into(), " c".into()])), false).is_some()
        );
        assert_eq!(never_met(&of("x-a", Test::Present(false)), false), None);
    }

    proptest! {
        #[test]
        fn what_is_told_is_met_by_nothing(
            test in tests(),
            name in prop::sample::select(vec!["x-a", "user-agent"]),
            lines in prop::collection::vec("[ ,a]{0,5}", 0..3),
        ) {
            let condition = of(name, test);
            let fields: Vec<_> = lines.iter().map(|line| (name, line.as_str())).collect();
            let check = Check::new(&condition).unwrap();
            for (view, deny) in [(View::Deny, true), (View::Every, false)] {
                if never_met(&condition, deny).is_some() {
                    prop_assert!(!header_holds(&check, &fields, view), "{condition:?} {lines:?}");
                }
            }
        }
    }
}
