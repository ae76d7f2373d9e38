use arbitrary::{Result, Unstructured};
use meshc_decide::overlap::overlaps;
use meshc_decide::{Denial, DenialKind, ListenerIx, Outcome, Permit, Reason, Scene, Tables};
use meshc_request::{Canonical, Scratch};
use meshc_snapshot::slice::{Rule, Slice};

use self::question::Question;

mod policy;
mod question;

const IDENTITIES: [&str; 6] = [
    "spiffe://mesh.test/ns/shop/sa/a",
    "spiffe://mesh.test/ns/shop/sa/b",
    "spiffe://mesh.test/ns/ops/sa/a",
    "spiffe://mesh.test/ns/shops/sa/a",
    "spiffe://other.test/ns/shop/sa/a",
    "spiffe://mesh.test/shop",
];
const ISSUERS: [&str; 2] = ["login", "partner"];
const HTTP: ListenerIx = ListenerIx(0);
const TCP: ListenerIx = ListenerIx(1);

type Verdict = core::result::Result<Permit, Denial>;

/// A small policy and a request made of the bytes, held against the laws of decisions. Gives whether
/// there is such a policy.
///
/// # Panics
/// Where a law is broken.
pub fn decision(input: &[u8]) -> bool {
    held(&mut Unstructured::new(input)).unwrap_or_default()
}

fn held(choices: &mut Unstructured<'_>) -> Result<bool> {
    let slice = policy::slice(choices)?;
    let Some(tables) = load(&slice) else { return Ok(false) };
    let question = Question::new(choices)?;
    let names: Vec<String> = slice.inbound.operations.iter().map(|one| one.name.clone()).collect();
    let added = policy::rule(choices, &names, true)?;
    let at = choices.int_in_range(0..=slice.inbound.deny.len())?;
    let gone = choices.int_in_range(0..=4_usize)?;
    // Operations that the compiler refuses, because nothing parts them, are taken as they are written.
    let parted = overlaps(&slice.inbound.operations, &slice.inbound.readings).is_empty();
    let mut scratch = Scratch::new();
    let request = question.request(&mut scratch);
    for request in [request.as_ref(), None] {
        let verdict = decide(&tables, &question, request);
        hold_reason(&tables, &question, request, verdict);
        if let Ok(permit) = verdict {
            hold_permit(&slice, &question, permit);
        }
        hold_again(&slice, &tables, &question, request);
        let other = |change: &dyn Fn(&mut Slice)| {
            let mut other = slice.clone();
            change(&mut other);
            load(&other).map(|tables| decide(&tables, &question, request))
        };
        if let Some(more) = other(&|slice| slice.inbound.deny.insert(at, added.clone())) {
            assert!(verdict.is_ok() || more.is_err(), "a deny opens");
        }
        if gone < slice.inbound.allow.len() {
            // A field or query that no policy reads any more may be spelled in any way.
            let spelling = verdict.is_err_and(|denial| denial.status() == 400);
            if let Some(less) = other(&|slice| drop(slice.inbound.allow.remove(gone))) {
                assert!(verdict.is_ok() || spelling || less.is_err(), "one allow less opens");
            }
        }
        let turned = other(&|slice| {
            slice.inbound.allow.reverse();
            slice.inbound.deny.reverse();
            if parted {
                slice.inbound.operations.reverse();
            }
        });
        let status = |verdict: Verdict| verdict.map_or_else(Denial::status, |_| 200);
        assert_eq!(turned.map(status), Some(status(verdict)), "the order of lists matters");
    }
    Ok(true)
}

fn load(slice: &Slice) -> Option<Tables> {
    Tables::load(slice.clone(), None, "c0ffee".to_owned()).ok()
}

/// The verdict on the request, or, without one, on a connection to the TCP port.
fn decide(tables: &Tables, question: &Question, request: Option<&Canonical<'_>>) -> Verdict {
    let peer = question.peer(tables);
    let asked = question.asked(request);
    match request {
        Some(_) => tables.admit(HTTP, &peer, &asked),
        None => tables.admit_connection(TCP, &peer, asked.now),
    }
}

/// The same question has one answer, also from tables made anew and for a peer of other tables.
fn hold_again(
    slice: &Slice,
    tables: &Tables,
    question: &Question,
    request: Option<&Canonical<'_>>,
) {
    let verdict = decide(tables, question, request);
    assert_eq!(decide(tables, question, request), verdict);
    let anew = load(slice);
    assert_eq!(anew.as_ref().map(|anew| decide(anew, question, request)), Some(verdict));
    if let (Some(anew), Some(_)) = (anew, request) {
        let peer = question.peer(tables);
        assert_eq!(anew.admit(HTTP, &peer, &question.asked(request)), verdict);
    }
}

/// The reason says what the verdict is.
fn hold_reason(
    tables: &Tables,
    question: &Question,
    request: Option<&Canonical<'_>>,
    verdict: Verdict,
) {
    let peer = question.peer(tables);
    let listener = if request.is_some() { HTTP } else { TCP };
    let scene = Scene::Inbound { listener, peer: &peer };
    let outcome = Outcome::from(verdict);
    let reason: Reason = tables.reason(scene, &question.asked(request), outcome);
    assert_eq!(reason.verdict == "allowed", verdict.is_ok());
    assert!(!reason.sentence.is_empty() && reason.commit == "c0ffee");
    let (operation, rule) = match verdict {
        Ok(permit) => {
            assert_eq!(reason.status, 200);
            assert!(reason.nearest.is_none());
            (Some(permit.operation()), permit.rule().map(|rule| tables.allow_name(rule)))
        }
        Err(denial) => {
            assert_eq!((reason.status, reason.kind), (denial.status(), denial.kind().word()));
            let name = |rule| match denial.kind() {
                DenialKind::Guardrail => tables.guardrail_name(rule),
                _ => tables.deny_name(rule),
            };
            (denial.operation(), denial.rule().map(name))
        }
    };
    assert_eq!(reason.operation.as_deref(), operation.map(|one| tables.operation_name(one)));
    assert_eq!(reason.rule.as_deref(), rule);
    if let Some(nearest) = reason.nearest {
        assert!(!nearest.failed.is_empty(), "`{}` lacks nothing", nearest.rule);
        assert!(tables.slice().inbound.allow.iter().any(|rule| rule.name == nearest.rule));
    }
}

/// A permit is given by an enforced allow rule that speaks of the caller and of the operation.
fn hold_permit(slice: &Slice, question: &Question, permit: Permit) {
    let Some(at) = permit.rule() else {
        return assert!(slice.inbound.audit, "a permit without a rule");
    };
    let rule: Option<&Rule> = slice.inbound.allow.get(at.index());
    assert!(rule.is_some_and(|rule| !rule.audit && speaks_of(rule, question.from)));
    let name = slice.inbound.operations.get(permit.operation().index());
    let name = name.map_or("rest", |one| one.name.as_str());
    let named = rule.and_then(|rule| rule.operations.as_ref());
    assert!(named.is_none_or(|named| named.iter().any(|one| one == name)));
}

/// Whether a rule that is so short can speak of the caller at all.
fn speaks_of(rule: &Rule, identity: Option<&str>) -> bool {
    let from = &rule.from;
    let Some(identity) = identity else { return from.anonymous || from.everyone };
    let ours = identity.starts_with("spiffe://mesh.test/ns/");
    from.everyone
        || from.identities.iter().any(|one| one == identity)
        || from.prefixes.iter().any(|one| identity.starts_with(one))
        || (ours && (from.anyone || from.namespaces.iter().any(|one| identity.contains(one))))
}

/// Up to `most` of something.
fn some<T>(
    choices: &mut Unstructured<'_>,
    most: u8,
    mut one: impl FnMut(&mut Unstructured<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let count = choices.int_in_range(0..=most)?;
    (0..count).map(|_| one(choices)).collect()
}

/// True once in `times`; not when the bytes have run out.
fn rarely(choices: &mut Unstructured<'_>, times: u8) -> Result<bool> {
    Ok(choices.int_in_range(0..=times.saturating_sub(1))?.saturating_add(1) == times)
}
