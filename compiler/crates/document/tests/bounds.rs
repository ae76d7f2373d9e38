//! `loader-bounds`: any file up to 1 MiB is read or refused in a second of a processor's time and in
//! 64 MiB of memory, whatever its shape.

#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, reason = "a test says what it expects")]

use std::time::Duration;

use meshc_document::{Limits, read};

const MOST_MEMORY: u64 = 64 << 20;
const MOST_TIME: Duration = Duration::from_secs(1);

/// Time that this thread has had on a processor.
fn used() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells it");
    let nanoseconds = stat.split(' ').next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanoseconds.expect("a number"))
}

/// A piece as often as 1 MiB holds it.
fn full(piece: &str) -> String {
    piece.repeat(Limits::DEFAULT.bytes / piece.len())
}

/// Numbered pieces up to 1 MiB.
fn numbered(piece: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for index in 0.. {
        let next = piece(index);
        if text.len() + next.len() > Limits::DEFAULT.bytes {
            break;
        }
        text += &next;
    }
    text
}

fn shapes() -> Vec<(&'static str, String)> {
    let half = Limits::DEFAULT.bytes / 2;
    let behind = |first: &str, piece: &str| {
        let rest = full(piece);
        format!("{first}{}", &rest.get(..rest.len() - first.len() - 8).unwrap_or_default())
    };
    vec![
        ("open brackets", full("[")),
        ("open braces", full("{")),
        ("open pairs", full("[a: ")),
        ("braces within braces", full("{a: ")),
        ("dashes", full("- ")),
        ("question marks", full("? ")),
        ("ladder", numbered(|step| format!("{}a:\n", " ".repeat(step.min(70))))),
        ("zigzag", numbered(|step| format!("{}a:\n", " ".repeat(step % 60)))),
        ("different keys", numbered(|key| format!("k{key}: 1\n"))),
        ("one key", full("k: 1\n")),
        ("one key within the budget", "k: 1\n".repeat(99_000)),
        ("different keys in braces", format!("{{{}", numbered(|key| format!("k{key}, ")))),
        ("one key in braces", format!("{{{}}}", "a,".repeat(90_000))),
        ("keys of 1,000 characters", numbered(|key| format!("{key:01000}: 1\n"))),
        ("keys too long", full(&format!("{}: 1\n", "é".repeat(1_025)))),
        ("items", full("- a\n")),
        ("items in brackets", behind("[", "a,")),
        ("pairs", behind("[", "a: b,")),
        ("quoted pairs", behind("[", "'a':b,")),
        (
            "blanks behind a quote, then colons",
            format!("['a'{},{}]", " ".repeat(half), ":b,".repeat(half / 4)),
        ),
        (
            "lines behind a quote, then colons",
            format!("['a'{}:b,{}]", "\n".repeat(half), ":b,".repeat(half / 4)),
        ),
        ("one plain scalar", full("a")),
        ("plain lines", full("a\n")),
        ("plain scalar with blanks", full("a ")),
        ("plain scalar with colons", full("a:")),
        ("plain and empty lines", full("a\n\n\n\n")),
        ("hashes", full("a#")),
        ("empty lines", full("\n")),
        ("blank lines", full(" \n")),
        ("carriage returns", full("\r")),
        ("tabs", full("\t")),
        ("blanks", full(" ")),
        ("blanks, then a dash", format!("-{}-", " ".repeat(half))),
        ("comments", full("# c\n")),
        ("open single quote", behind("'", "a ")),
        ("open double quote", behind("\"", "\\n")),
        ("quoted lines", format!("'{}'", "a\n".repeat(half / 2))),
        ("quoted empty lines", format!("\"{}\"", "\n".repeat(half))),
        ("escaped line breaks", format!("\"{}\"", "\\\n".repeat(half / 2))),
        ("doubled quotes", format!("'{}'", "''".repeat(half / 2))),
        ("escapes", format!("\"{}\"", "\\u00e9".repeat(half / 6))),
        ("literal", format!("a: |\n{}", "  b\n".repeat(half / 4))),
        ("folded", format!("a: >\n{}", "  b\n\n".repeat(half / 5))),
        ("literal of blank lines", format!("a: |+\n{}", " \n".repeat(half / 2))),
        ("literals", full("- |\n a\n")),
        ("anchors", numbered(|name| format!("- &a{name} x\n"))),
        ("one anchor", full("- &a x\n")),
        ("aliases", behind("- &a x\n", "- *a\n")),
        ("unknown aliases", full("- *a\n")),
        ("laughs", laughs()),
        ("tags", full("- !t x\n")),
        ("properties on lines", full("&a\n")),
        ("documents", full("---\n")),
        ("documents of a word", full("---\na\n")),
        ("documents with anchors", full("--- &a\n- *a\n")),
        ("ends of documents", full("...\n")),
        ("bad documents", full("---\na: [\n")),
        ("documents with control characters", full("---\n\u{1}\n")),
        ("control characters", full("\u{1}")),
        ("line separators", full("\u{2028}")),
        ("byte order marks", full("\u{feff}")),
        ("templates", full("- {{ a }}\n")),
        ("templates in text", full("- a${b}\n")),
        ("merge keys", full("- <<: a\n")),
        ("conflicts", full("---\n<<<<<<< a\n")),
        ("directives", full("%a\n---\n")),
        ("JSON", behind("[", "{\"a\":[1,2.5,null,\"\\ud83d\\ude00\"]},")),
    ]
}

fn laughs() -> String {
    let first = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    (1..20_000).fold(first, |text, level| {
        let before = format!("*a{}, ", level - 1);
        text + &format!("a{level}: &a{level} [{}]\n", before.repeat(9).trim_end_matches(", "))
    })
}

fn bounded(name: &str, bytes: &[u8]) {
    let bytes = bytes.get(..Limits::DEFAULT.bytes).unwrap_or(bytes);
    let start = used();
    let memory = allocation_counter::measure(|| {
        let file = read(bytes, &Limits::DEFAULT);
        assert!(!file.trees.is_empty() || !file.findings.is_empty() || blank(bytes), "{name}");
        assert!(file.findings.len() <= Limits::DEFAULT.findings, "{name}");
    });
    let time = used() - start;
    assert!(time < MOST_TIME, "{name}: {time:?}");
    assert!(memory.bytes_max < MOST_MEMORY, "{name}: {} bytes", memory.bytes_max);
}

/// Whether a text holds nothing, and nothing wrong either.
fn blank(bytes: &[u8]) -> bool {
    let lines = bytes.split(|&byte| byte == b'\n');
    lines.map(<[u8]>::trim_ascii).all(|line| {
        line.is_empty() || line.starts_with(b"#") || line == b"..." || line == b"\xef\xbb\xbf"
    })
}

#[test]
fn every_shape_is_bounded() {
    for (name, text) in shapes() {
        bounded(name, text.as_bytes());
    }
}

#[test]
fn every_shape_under_a_key_is_bounded() {
    for (name, text) in shapes() {
        let nested: String = text.lines().map(|line| format!("  {line}\n")).collect();
        bounded(name, format!("a:\n{nested}").as_bytes());
    }
}

#[test]
fn bytes_that_are_no_text_are_bounded() {
    bounded("no UTF-8", &vec![0xff; Limits::DEFAULT.bytes]);
    bounded("documents of no UTF-8", &b"---\n\xff\n".repeat(150_000));
}
