//! Decides requests against a slice, without sockets.
//!
//! ```console
//! cargo run -p meshc-decide --example decide -- slice.json < requests.jsonl
//! cargo run -p meshc-decide --example decide -- slice.json outbound < requests.jsonl
//! cargo run -p meshc-decide --example decide -- --pairs < pairs.jsonl
//! ```
//!
//! A line of `pairs.jsonl` is `{"slice": {…}, "inbound": […], "outbound": […]}` and is answered by
//! one line `{"inbound": […], "outbound": […]}`.

use std::io::{self, BufRead, Read, Write};

use meshc_decide::Tables;
use meshc_decide::json::{inbound_batch, inbound_json, outbound_batch, outbound_json};
use serde::Deserialize;
use serde_json::value::RawValue;

type Failure = Box<dyn std::error::Error>;

#[derive(Deserialize)]
struct Pairs<'a> {
    #[serde(borrow)]
    slice: &'a RawValue,
    #[serde(borrow)]
    inbound: Vec<&'a RawValue>,
    #[serde(borrow)]
    outbound: Vec<&'a RawValue>,
}

fn tables(slice: &[u8]) -> Result<Tables, Failure> {
    let slice = serde_json::from_slice(slice)?;
    Ok(Tables::load(slice, None, "worktree".to_owned())?)
}

fn pairs(line: &str, out: &mut impl Write) -> Result<(), Failure> {
    let pairs: Pairs<'_> = serde_json::from_str(line)?;
    let tables = tables(pairs.slice.get().as_bytes())?;
    let inbound: Vec<_> =
        pairs.inbound.iter().map(|one| inbound_json(&tables, one.get())).collect();
    let outbound: Vec<_> =
        pairs.outbound.iter().map(|one| outbound_json(&tables, one.get())).collect();
    let (inbound, outbound) = (inbound.join(","), outbound.join(","));
    writeln!(out, "{{\"inbound\":[{inbound}],\"outbound\":[{outbound}]}}")?;
    Ok(())
}

fn main() -> Result<(), Failure> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut arguments = std::env::args().skip(1);
    let first = arguments.next().ok_or("name a slice file, or `--pairs`")?;
    if first == "--pairs" {
        for line in io::stdin().lock().lines() {
            pairs(&line?, &mut out)?;
        }
        return Ok(());
    }
    let tables = tables(&std::fs::read(&first)?)?;
    let mut questions = String::new();
    io::stdin().lock().read_to_string(&mut questions)?;
    let answers = match arguments.next().as_deref() {
        None | Some("inbound") => inbound_batch(&tables, &questions),
        Some("outbound") => outbound_batch(&tables, &questions),
        Some(other) => return Err(format!("`{other}` is neither `inbound` nor `outbound`").into()),
    };
    out.write_all(answers.as_bytes())?;
    Ok(())
}
