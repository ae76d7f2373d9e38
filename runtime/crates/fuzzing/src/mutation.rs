use arbitrary::{Result, Unstructured};
use serde_json::{Map, Value};

/// Values that stand where others stood: boundaries of numbers and texts that mean something.
const TEXTS: [&str; 24] = [
    "",
    "*",
    "rest",
    "/",
    "/**",
    "/a/{b}",
    "/a//b",
    "/a/**",
    "*.test",
    "h.test",
    "a/b",
    "GET",
    "plain",
    "matrix",
    "x-a",
    "[0-9]{3,9}",
    "(a|b)*c",
    "10.0.0.0/8",
    "::/0",
    "login",
    "role",
    "CET-1CEST,M3.5.0,M10.5.0/3",
    "é",
    "%2F",
];
const NUMBERS: [i64; 10] = [0, 1, -1, 63, 64, 1_440, 65_535, 65_536, u32::MAX as i64, i64::MAX];

/// A JSON text with one of its values replaced, removed or doubled, so that a fuzzer that knows
/// only bytes gets past the parser. What is no JSON is given back as it was.
#[must_use]
pub fn mutated(text: &[u8], choices: &[u8]) -> Vec<u8> {
    let mut choices = Unstructured::new(choices);
    let Ok(mut whole) = serde_json::from_slice::<Value>(text) else { return text.to_vec() };
    let Ok(()) = change(&mut whole, &mut choices) else { return text.to_vec() };
    serde_json::to_vec(&whole).unwrap_or_default()
}

fn change(whole: &mut Value, choices: &mut Unstructured<'_>) -> Result<()> {
    let donor = nth(&mut whole.clone(), choices.int_in_range(0..=count(whole) - 1)?).cloned();
    let at = choices.int_in_range(0..=count(whole) - 1)?;
    let Some(place) = nth(whole, at) else { return Ok(()) };
    match choices.int_in_range(0..=5_u8)? {
        0 => *place = Value::from(*choices.choose(&TEXTS)?),
        1 => *place = Value::from(*choices.choose(&NUMBERS)?),
        2 => *place = donor.unwrap_or_default(),
        3 => {
            *place = choices.choose(&[Value::Null, Value::Bool(true), Value::Bool(false)])?.clone()
        }
        4 => push(place, donor),
        _ => remove(place, choices)?,
    }
    Ok(())
}

/// Lists get one more: one of their own, or any.
fn push(place: &mut Value, donor: Option<Value>) {
    match place {
        Value::Array(list) => {
            let one = list.first().cloned().or(donor).unwrap_or_default();
            list.push(one);
        }
        Value::Object(_) => {}
        text => *text = Value::Array(vec![text.take()]),
    }
}

fn remove(place: &mut Value, choices: &mut Unstructured<'_>) -> Result<()> {
    match place {
        Value::Array(list) if !list.is_empty() => {
            list.remove(choices.choose_index(list.len())?);
        }
        Value::Object(map) if !map.is_empty() => {
            let names: Vec<String> = map.keys().cloned().collect();
            map.remove(choices.choose(&names)?);
        }
        other => *other = Value::Object(Map::new()),
    }
    Ok(())
}

/// How many values there are in a value, itself included.
fn count(value: &Value) -> usize {
    match value {
        Value::Array(list) => list.iter().map(count).sum::<usize>() + 1,
        Value::Object(map) => map.values().map(count).sum::<usize>() + 1,
        _ => 1,
    }
}

/// The value at this place, counted depth first.
fn nth(value: &mut Value, at: usize) -> Option<&mut Value> {
    let Some(mut left) = at.checked_sub(1) else { return Some(value) };
    let children: Vec<&mut Value> = match value {
        Value::Array(list) => list.iter_mut().collect(),
        Value::Object(map) => map.values_mut().collect(),
        _ => Vec::new(),
    };
    for child in children {
        let inside = count(child);
        if left < inside {
            return nth(child, left);
        }
        left -= inside;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_its_place() {
        let mut value = serde_json::json!({"a": [1, {"b": 2}], "c": "d"});
        assert_eq!(count(&value), 6);
        let found: Vec<_> = (0..7).map(|at| nth(&mut value, at).cloned()).collect();
        assert_eq!(found[2], Some(Value::from(1)));
        assert_eq!(found[4], Some(Value::from(2)));
        assert_eq!(found[5], Some(Value::from("d")));
        assert_eq!(found[6], None);
    }

    #[test]
    fn what_comes_out_is_json_again() {
        let text = br#"{"a":[1,{"b":2}],"c":"d"}"#;
        let all: std::collections::BTreeSet<_> = (0..=255_u8)
            .flat_map(|one| (0..=5).map(move |two| mutated(text, &[9, one, two, one])))
            .collect();
        assert!(all.len() > 20);
        assert!(all.iter().all(|text| serde_json::from_slice::<Value>(text).is_ok()));
        assert_eq!(mutated(b"{", &[1, 2, 3]), b"{");
    }
}
