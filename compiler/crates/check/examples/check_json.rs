//! Checks files given on standard input, one JSON string a line, and answers one line each.
//! The generated schema is the first argument.

use std::error::Error;
use std::io::{BufRead, Write};

use meshc_check::{Schema, check_json};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("which schema?")?;
    let schema = Schema::parse(&std::fs::read(path)?).map_err(|fault| fault.message)?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let text: String = serde_json::from_str(&line?)?;
        writeln!(out, "{}", check_json(text.as_bytes(), &schema))?;
    }
    Ok(out.flush()?)
}
