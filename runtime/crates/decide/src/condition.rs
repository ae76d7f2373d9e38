//! Conditions on header fields and query parameters (language reference, section 4).

use meshc_automaton::Automaton;
use meshc_request::{
    Canonical, Fields, decoded, is_decodable, is_single_valued, line_members, pairs,
    spelled_otherwise, trimmed,
};
use meshc_snapshot::slice::{Condition, Test};

use crate::denial::DenialKind;

/// On whose behalf a condition is looked at; repeated values are read accordingly.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum View {
    /// A deny: any member or whole line is enough, and absence satisfies `not`.
    Deny,
    /// An allow, or the strict side of a partition: there must be a value, and each must hold.
    Every,
    /// The lenient side of a partition: any member or whole line is enough. Where it and
    /// [`View::Every`] come to different ends, the request is ambiguous.
    Some,
}

/// Conditions on one request, all of which must hold.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conditions {
    pub(crate) headers: Vec<Check>,
    pub(crate) query: Vec<Check>,
}

/// A condition, ready to be looked at.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    pub(crate) condition: Condition,
    /// The field is read as whole lines.
    whole: bool,
    /// That of a regular expression.
    automaton: Option<Box<Automaton>>,
}

/// What a set of rules reads of a request, for the checks that come before any of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reads {
    headers: Vec<Box<str>>,
    query: bool,
}

/// What the values of a name came to.
#[derive(Clone, Copy)]
struct Tally {
    present: bool,
    some: bool,
    /// As `some`, of members alone.
    member: bool,
    every: bool,
}

impl Conditions {
    /// # Errors
    /// A regular expression that is none.
    pub(crate) fn new(headers: &[Condition], query: &[Condition]) -> Result<Self, String> {
        let read = |all: &[Condition]| all.iter().map(Check::new).collect::<Result<_, _>>();
        Ok(Self { headers: read(headers)?, query: read(query)? })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.headers.is_empty() && self.query.is_empty()
    }

    pub(crate) fn hold<F: Fields>(&self, request: &Canonical<'_>, fields: &F, view: View) -> bool {
        self.hold_noting(request, fields, view, &mut false)
    }

    /// The same; sets `differs` where a condition that was looked at comes to different ends for
    /// the two sides of a partition.
    pub(crate) fn hold_noting<F: Fields>(
        &self,
        request: &Canonical<'_>,
        fields: &F,
        view: View,
        differs: &mut bool,
    ) -> bool {
        let mut holds = |check: &Check, tally: Tally| {
            *differs |= tally.verdict(check, View::Every) != tally.verdict(check, View::Some);
            tally.verdict(check, view)
        };
        self.headers.iter().all(|one| holds(one, header_tally(one, fields)))
            && self.query.iter().all(|one| holds(one, parameter_tally(one, request.query())))
    }
}

impl Reads {
    pub(crate) fn add(&mut self, conditions: &Conditions) {
        for Check { condition, .. } in &conditions.headers {
            self.add_header(&condition.name);
        }
        self.query |= !conditions.query.is_empty();
    }

    /// A header that is looked at, whatever for.
    pub(crate) fn add_header(&mut self, header: &str) {
        if !self.headers.iter().any(|name| **name == *header) {
            self.headers.push(header.into());
        }
    }

    /// Refuses a field that only some applications take for one that policy reads, and a query
    /// that policy must read and cannot.
    pub(crate) fn check<F: Fields>(
        &self,
        request: &Canonical<'_>,
        fields: &F,
    ) -> Result<(), DenialKind> {
        if self.query && !request.query().is_none_or(is_decodable) {
            return Err(DenialKind::Query);
        }
        if self.misspelled(fields).is_some() {
            return Err(DenialKind::HeaderSpelling);
        }
        Ok(())
    }

    /// The policy header that a field of the request spells otherwise.
    pub(crate) fn misspelled<F: Fields>(&self, fields: &F) -> Option<&str> {
        if self.headers.is_empty() {
            return None;
        }
        fields.fields().find_map(|(field, _)| {
            self.headers.iter().map(|name| &**name).find(|name| spelled_otherwise(field, name))
        })
    }
}

impl Check {
    pub(crate) fn new(condition: &Condition) -> Result<Self, String> {
        let automaton = match &condition.test {
            Test::Regex(text) => {
                let read = Automaton::new(text);
                Some(read.map_err(|why| format!("condition on `{}`: {why}", condition.name))?)
            }
            _ => None,
        };
        let whole = is_single_valued(&condition.name);
        Ok(Self { condition: condition.clone(), whole, automaton: automaton.map(Box::new) })
    }

    fn has_test(&self) -> bool {
        matches!(self.condition.test, Test::Has(_))
    }

    /// Whether one value meets the test; `not` is left to the caller.
    fn tests(&self, value: impl Iterator<Item = u8> + Clone) -> bool {
        let equals = |wanted: &String| value.clone().eq(wanted.bytes());
        match &self.condition.test {
            Test::Equals(wanted) | Test::Has(wanted) => equals(wanted),
            Test::OneOf(wanted) => wanted.iter().any(equals),
            Test::Prefix(wanted) => value.clone().take(wanted.len()).eq(wanted.bytes()),
            Test::Suffix(wanted) => {
                let length = value.clone().count();
                length >= wanted.len() && value.skip(length - wanted.len()).eq(wanted.bytes())
            }
            Test::Regex(_) => self.automaton.as_ref().is_some_and(|one| one.matches(value)),
            Test::Present(_) => false,
        }
    }

    /// Whether one value meets the test, `not` included. `has` speaks of all values together, so
    /// there `not` waits for the verdict.
    fn meets(&self, value: impl Iterator<Item = u8> + Clone) -> bool {
        match self.condition.test {
            Test::Present(_) => false,
            Test::Has(_) => self.tests(value),
            _ => self.tests(value) != self.condition.not,
        }
    }
}

/// Whether one condition on header fields holds.
pub(crate) fn header_holds<F: Fields>(check: &Check, fields: &F, view: View) -> bool {
    header_tally(check, fields).verdict(check, view)
}

/// Whether one condition on query parameters holds.
pub(crate) fn parameter_holds(check: &Check, query: Option<&str>, view: View) -> bool {
    parameter_tally(check, query).verdict(check, view)
}

fn header_tally<F: Fields>(check: &Check, fields: &F) -> Tally {
    let name = check.condition.name.as_bytes();
    let mut tally = Tally::new();
    let mut any = false;
    for (_, line) in fields.fields().filter(|(field, _)| field.eq_ignore_ascii_case(name)) {
        let line = trimmed(line);
        tally.present = true;
        let met = check.meets(line.iter().copied());
        tally.some |= met;
        if check.whole || !line.contains(&b',') {
            // The line is its one member, or, where nothing is in it, none.
            let is_member = check.whole || !line.is_empty();
            any |= is_member;
            tally.member |= is_member && met;
            tally.every &= met || !is_member;
            continue;
        }
        for member in line_members(line, false) {
            let met = check.meets(member.iter().copied());
            any = true;
            tally.some |= met;
            tally.member |= met;
            tally.every &= met;
        }
    }
    tally.every &= any;
    tally
}

fn parameter_tally(check: &Check, query: Option<&str>) -> Tally {
    let mut tally = Tally::new();
    for (name, value) in query.into_iter().flat_map(pairs) {
        if decoded(name).eq(check.condition.name.bytes()) {
            let met = check.meets(decoded(value));
            tally.present = true;
            tally.some |= met;
            tally.member |= met;
            tally.every &= met;
        }
    }
    tally
}

impl Tally {
    const fn new() -> Self {
        Self { present: false, some: false, member: false, every: true }
    }

    fn verdict(self, check: &Check, view: View) -> bool {
        let condition = &check.condition;
        if let Test::Present(wanted) = condition.test {
            return (self.present == wanted) != condition.not;
        }
        if check.has_test() {
            // A whole line that reads like the member is one more reason to deny, never one to
            // allow.
            let deny = view == View::Deny;
            let has = if deny && !condition.not { self.some } else { self.member };
            return has != condition.not && (has || self.present || deny);
        }
        match view {
            View::Deny if !self.present => condition.not,
            View::Deny | View::Some => self.some,
            View::Every => self.present && self.every,
        }
    }
}

/// Whether whoever meets `narrow` meets `wide`, as far as their form shows it.
pub(crate) fn implies(narrow: &Check, wide: &Check) -> bool {
    let (one, other) = (&narrow.condition, &wide.condition);
    let values: &[String] = match &one.test {
        Test::Equals(value) => core::slice::from_ref(value),
        Test::OneOf(values) => values,
        _ => &[],
    };
    let listed = !one.not && !values.is_empty();
    one.name == other.name
        && (one == other
            || match (&one.test, &other.test) {
                (Test::Present(_), _) => false,
                (_, Test::Present(wanted)) => *wanted != other.not,
                (Test::Prefix(long), Test::Prefix(short)) if !one.not && !other.not => {
                    long.starts_with(short)
                }
                (Test::Suffix(long), Test::Suffix(short)) if !one.not && !other.not => {
                    long.ends_with(short)
                }
                (_, Test::Has(wanted)) => listed && *values == [wanted.clone()] && !other.not,
                _ => listed && values.iter().all(|value| wide.meets(value.bytes())),
            })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(not: bool, test: Test) -> Condition {
        Condition { name: "x-role".into(), not, test }
    }

    fn views(condition: &Condition, fields: &[(&str, &str)]) -> [bool; 3] {
        [View::Deny, View::Every, View::Some]
            .map(|view| header_holds(&check(condition), &fields.to_vec(), view))
    }

    fn check(condition: &Condition) -> Check {
        Check::new(condition).unwrap()
    }

    fn implied(narrow: &Condition, wide: &Condition) -> bool {
        implies(&check(narrow), &check(wide))
    }

    fn equals(not: bool) -> Condition {
        condition(not, Test::Equals("admin".into()))
    }

    #[test]
    fn a_deny_takes_any_member_an_allow_needs_every_one() {
        let one = [("X-Role", "admin")];
        let mixed = [("x-role", "guest, admin")];
        let lines = [("x-role", "admin"), ("x-role", "guest")];
        assert_eq!(views(&equals(false), &one), [true, true, true]);
        assert_eq!(views(&equals(false), &mixed), [true, false, true]);
        assert_eq!(views(&equals(false), &lines), [true, false, true]);
        assert_eq!(views(&equals(false), &[]), [false, false, false]);
    }

    #[test]
    fn not_stands_inside_and_absence_satisfies_it_in_a_deny_only() {
        assert_eq!(views(&equals(true), &[("x-role", "guest")]), [true, true, true]);
        assert_eq!(views(&equals(true), &[("x-role", "admin")]), [false, false, false]);
        assert_eq!(views(&equals(true), &[]), [true, false, false]);
    }

    #[test]
    fn a_deny_sees_whole_lines_and_empty_ones() {
        let line = condition(false, Test::Equals("a,b".into()));
        assert_eq!(views(&line, &[("x-role", " a,b ")]), [true, false, true]);
        assert_eq!(views(&equals(true), &[("x-role", "")]), [true, false, true]);
    }

    #[test]
    fn has_asks_for_one_member_and_not_for_none() {
        let has = |not| condition(not, Test::Has("admin".into()));
        let (mixed, other) = ([("x-role", "guest, admin")], [("x-role", "guest")]);
        assert_eq!(views(&has(false), &mixed), [true; 3]);
        assert_eq!(views(&has(false), &other), [false; 3]);
        assert_eq!(views(&has(true), &mixed), [false; 3]);
        assert_eq!(views(&has(true), &other), [true; 3]);
        assert_eq!(views(&has(false), &[]), [false; 3]);
        assert_eq!(views(&has(true), &[]), [true, false, false]);
        let line = |not| condition(not, Test::Has("a,b".into()));
        assert_eq!(views(&line(false), &[("x-role", "a,b")]), [true, false, false]);
        assert_eq!(views(&line(true), &[("x-role", "a,b")]), [true, true, true]);
    }

    #[test]
    fn a_regular_expression_is_about_whole_values() {
        let regex = condition(false, Test::Regex("ad.*n".into()));
        assert_eq!(views(&regex, &[("x-role", "admin")]), [true; 3]);
        assert_eq!(views(&regex, &[("x-role", "admin, badmins")]), [true, false, true]);
        assert!(Check::new(&condition(false, Test::Regex("(".into()))).is_err());
    }

    #[test]
    fn presence_is_about_lines() {
        for (wanted, not) in [(true, false), (false, true)] {
            let present = condition(not, Test::Present(wanted));
            assert_eq!(views(&present, &[("x-role", "")]), [true; 3]);
            assert_eq!(views(&present, &[]), [false; 3]);
        }
        assert_eq!(views(&condition(false, Test::Present(false)), &[]), [true; 3]);
    }

    #[test]
    fn the_other_tests() {
        let all = |test: Test, value: &str| {
            header_holds(&check(&condition(false, test)), &vec![("x-role", value)], View::Every)
        };
        assert!(all(Test::Prefix("ad".into()), "admin") && !all(Test::Prefix("ad".into()), "a"));
        assert!(all(Test::Suffix("in".into()), "admin") && !all(Test::Suffix("in".into()), "n"));
        assert!(all(Test::OneOf(vec!["a".into(), "b".into()]), "b, a"));
    }

    #[test]
    fn query_values_are_decoded_once_and_repeats_are_like_members() {
        let equals = |value: &str| Condition {
            name: "q".into(),
            not: false,
            test: Test::Equals(value.into()),
        };
        let views = |value: &str, query: &str| {
            [View::Deny, View::Every]
                .map(|view| parameter_holds(&check(&equals(value)), Some(query), view))
        };
        assert_eq!(views("a b", "q=a+b"), [true, true]);
        assert_eq!(views("%41", "%71=%2541"), [true, true]);
        assert_eq!(views("a", "q=a&q=b"), [true, false]);
        assert_eq!(views("a", "q=a,b"), [false, false]);
    }

    #[test]
    fn implication() {
        assert!(implied(&equals(false), &condition(false, Test::Prefix("ad".into()))));
        assert!(implied(&equals(false), &condition(false, Test::Present(true))));
        assert!(implied(&equals(false), &condition(true, Test::Equals("guest".into()))));
        assert!(!implied(&equals(true), &condition(false, Test::Prefix("ad".into()))));
        assert!(!implied(&condition(false, Test::Present(false)), &equals(false)));
    }

    /// Every pair that is said to imply holds for every value of some, as it is looked at for an
    /// allow; and these pairs are said to.
    #[test]
    fn implication_is_true_and_not_too_shy() {
        let text = |text: &str| text.to_owned();
        let list = |all: &[&str]| Test::OneOf(all.iter().map(|one| text(one)).collect());
        let tests = [
            Test::Equals(text("ab")),
            Test::Equals(text("b")),
            list(&["ab", "abb"]),
            list(&["ab"]),
            Test::Prefix(text("a")),
            Test::Prefix(text("ab")),
            Test::Suffix(text("b")),
            Test::Suffix(text("bb")),
            Test::Has(text("ab")),
            Test::Has(text("b")),
            Test::Present(true),
            Test::Present(false),
            Test::Regex(text("a.*")),
        ];
        let all: Vec<Condition> = [false, true]
            .into_iter()
            .flat_map(|not| tests.iter().map(move |test| condition(not, test.clone())))
            .collect();
        let lines: Vec<Vec<(&str, &str)>> =
            ["", "a", "b", "ab", "abb", "bb", "c", "ab, b", "ab, c"]
                .map(|line| vec![("x-role", line)])
                .into_iter()
                .chain([vec![]])
                .collect();
        let holds = |one: &Condition, lines: &Vec<(&str, &str)>| {
            header_holds(&check(one), lines, View::Every)
        };
        for (narrow, wide) in all.iter().flat_map(|one| all.iter().map(move |two| (one, two))) {
            if implied(narrow, wide) {
                let against = lines.iter().find(|line| holds(narrow, line) && !holds(wide, line));
                assert_eq!(against, None, "{narrow:?} does not imply {wide:?}");
            }
        }
        for (narrow, wide) in [
            (Test::Prefix(text("ab")), Test::Prefix(text("a"))),
            (Test::Suffix(text("bb")), Test::Suffix(text("b"))),
            (Test::Equals(text("ab")), list(&["ab", "abb"])),
            (list(&["ab", "abb"]), Test::Prefix(text("ab"))),
            (Test::Equals(text("ab")), Test::Has(text("ab"))),
            (list(&["ab"]), Test::Has(text("ab"))),
            (list(&["ab", "abb"]), Test::Regex(text("a.*"))),
            (Test::Suffix(text("b")), Test::Present(true)),
        ] {
            let (narrow, wide) = (condition(false, narrow), condition(false, wide));
            assert!(implied(&narrow, &wide), "{narrow:?} implies {wide:?}");
            assert!(!implied(&wide, &narrow), "{wide:?} does not imply {narrow:?}");
            let other = Condition { name: "x-other".into(), ..wide };
            assert!(!implied(&narrow, &other));
        }
        assert!(implied(&equals(true), &condition(true, Test::Present(false))));
    }

    #[test]
    fn values_of_several_parameters_and_lines_are_all_seen() {
        let one = |value: &str| Condition {
            name: "q".into(),
            not: false,
            test: Test::Equals(value.into()),
        };
        let views = |value, query| {
            [View::Deny, View::Every, View::Some]
                .map(|view| parameter_holds(&check(&one(value)), Some(query), view))
        };
        assert_eq!(views("a", "q=a&q=b"), [true, false, true]);
        assert_eq!(views("a", "q=b&q=a"), [true, false, true]);
        assert_eq!(views("a", "q=a&q=a"), [true; 3]);
        let has = Condition { test: Test::Has("a".into()), ..one("") };
        let members = |query| parameter_holds(&check(&has), Some(query), View::Every);
        assert!(members("q=a&q=b") && members("q=b&q=a") && !members("q=b&q=c") && !members("p=a"));
        for lines in [["admin", "guest"], ["guest", "admin"]] {
            let fields = lines.map(|line| ("x-role", line));
            assert_eq!(self::views(&equals(false), &fields), [true, false, true]);
        }
    }

    #[test]
    fn what_is_read_is_noted_once() {
        let both = Conditions::new(&[equals(false), equals(true)], &[]).unwrap();
        let mut reads = Reads::default();
        reads.add(&both);
        assert_eq!(reads.headers, ["x-role".into()]);
        assert!(!reads.query);
        reads.add(&Conditions::new(&[], &[equals(false)]).unwrap());
        reads.add(&both);
        assert!(reads.query && reads.headers.len() == 1);
        let misspelled = |name: &str| reads.misspelled(&vec![(name, "")]).map(str::to_owned);
        assert_eq!(misspelled("X_Role").as_deref(), Some("x-role"));
        assert_eq!(misspelled("x-role"), None);
    }
}
