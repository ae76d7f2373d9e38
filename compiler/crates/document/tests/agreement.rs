//! The law of the reader: whatever it takes, granit-parser in its strict mode takes too, with the
//! same events at the same places; whatever it refuses and granit-parser takes is refused for a
//! reason of a closed list, at the place of that reason. On every YAML file of the repository, and
//! on mutants of these and of the yaml-test-suite.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test says what it expects")]

use std::path::{Path, PathBuf};

use meshc_judge::{Mutator, Verdict, agree};
use serde_json::Value;

/// Mutants of a run; `MESHC_MUTANTS=10000000` is the long one.
const MUTANTS: u64 = 30_000;

fn yaml_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            yaml_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
}

/// YAML files of examples and tests in order of their names.
fn repository() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let mut files = Vec::new();
    for folder in ["examples", "tests"] {
        yaml_files(&root.join(folder), &mut files);
    }
    files.sort();
    let text = |path: &PathBuf| std::fs::read_to_string(path).ok();
    files.into_iter().filter_map(|path| text(&path).map(|text| (path, text))).collect()
}

fn suite() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/cases.jsonl");
    let lines = std::fs::read_to_string(path).expect("cases.jsonl");
    let yaml = |line: &str| {
        let case: Value = serde_json::from_str(line).expect("one case a line");
        case["yaml"].as_str().expect("text").to_owned()
    };
    lines.lines().map(yaml).collect()
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |value| value.parse().expect("a number"))
}

#[test]
fn both_take_every_file_of_the_repository() {
    let files = repository();
    assert!(files.len() > 50, "{} files", files.len());
    for (path, text) in files {
        let verdict = agree(&text);
        let taken = matches!(verdict, Ok(Verdict::Taken | Verdict::Refused));
        assert!(taken, "{}: {verdict:?}", path.display());
    }
}

#[test]
fn both_agree_on_mutants() {
    let mut texts: Vec<String> = repository().into_iter().map(|(_, text)| text).collect();
    texts.extend(suite());
    let mut mutator = Mutator::new(number("MESHC_SEED", 1));
    let (count, mut taken) = (number("MESHC_MUTANTS", MUTANTS), 0);
    let mut wrong = Vec::new();
    for _ in 0..count {
        let text = mutator.mutant(&texts);
        match agree(&text) {
            Ok(verdict) => taken += u64::from(verdict == Verdict::Taken),
            Err(why) if wrong.len() < 10 => wrong.push(format!("{text:?}\n{why}")),
            Err(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    // The law says little of texts that neither takes.
    assert!(taken * 4 > count, "{taken} of {count} are taken");
}

#[test]
fn both_agree_on_texts_that_once_parted_them() {
    let texts = [
        "'key2' : &alias2 scalar2\rtop3: &node3 \r*alia\u{85}1 : scalar3\rtop4: \r*alias2 : scalar4\r",
        "'key2' : &alias2 scalar2 # c\n\ntop3: &node3\n*alia\u{85}s1 : scalar3\n",
        "a: &b c\n*b\u{2028} : d\n",
    ];
    for text in texts {
        assert!(agree(text).is_ok(), "{text:?}: {:?}", agree(text));
    }
}
