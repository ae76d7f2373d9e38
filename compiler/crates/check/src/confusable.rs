//! Text that is not what it looks like: characters nobody sees, words of two scripts (MC010).

use meshc_document::{Kind, NodeId, Span, Tree};

use crate::finding::Finding;

/// Letters that share their shapes with others.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
    Armenian,
    Cherokee,
    /// Latin letters a second time: full width, and those of mathematics.
    Styled,
}

/// What is confusable in a file that was read. Most files are ASCII without escapes: they are done
/// at once.
pub(crate) fn judge(bytes: &[u8], trees: &[Tree], findings: &mut Vec<Finding>) {
    if bytes.is_ascii() && !bytes.contains(&b'\\') {
        return;
    }
    turned(bytes, findings);
    for tree in trees {
        below(tree, tree.root(), findings);
    }
}

/// Where a text is refused as a name, its confusable letter is why: one mistake, one finding.
pub(crate) fn explain(findings: &mut Vec<Finding>) {
    let seen: Vec<(Span, String)> = findings
        .iter()
        .filter(|one| one.code == "MC010")
        .map(|one| (one.span, one.message.clone()))
        .collect();
    if seen.is_empty() {
        return;
    }
    let refused: Vec<Span> =
        findings.iter().filter(|one| one.code == "MC105").map(|one| one.span).collect();
    findings.retain(|one| one.code != "MC010" || !refused.contains(&one.span));
    for one in findings.iter_mut().filter(|one| one.code == "MC105") {
        if let Some((_, why)) = seen.iter().find(|(span, _)| *span == one.span) {
            one.help = Some(why.clone());
        }
    }
}

/// Characters that turn the direction of what follows, wherever they stand: what a reviewer reads is
/// then not what a parser reads, in a comment too (CVE-2021-42574).
fn turned(bytes: &[u8], findings: &mut Vec<Finding>) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    let mut last = None;
    for (at, each) in text.char_indices().filter(|(_, each)| turns(*each)) {
        let line = bytes.get(..at).map_or(0, |before| before.split(|byte| *byte == b'\n').count());
        if last.replace(line) == Some(line) {
            continue; // One finding a line.
        }
        let message = format!("the text behind {} is shown in another order", name(each));
        let help = "remove it";
        findings.push(Finding::new("MC010", span(at, each.len_utf8()), message).help(help));
    }
}

fn below(tree: &Tree, node: NodeId, findings: &mut Vec<Finding>) {
    match tree.kind(node) {
        Kind::Scalar { text, .. } => scalar(text, tree.span(node), findings),
        Kind::Sequence => tree.items(node).for_each(|item| below(tree, item, findings)),
        Kind::Mapping => {
            for entry in tree.entries(node) {
                scalar(entry.key, entry.key_span, findings);
                below(tree, entry.value, findings);
            }
        }
        Kind::Null => {}
    }
}

fn scalar(text: &str, span: Span, findings: &mut Vec<Finding>) {
    if text.is_ascii() {
        return;
    }
    if let Some(hidden) = text.chars().find(|each| is_hidden(*each)) {
        let message = format!("this text holds {}, which nobody sees", name(hidden));
        findings.push(Finding::new("MC010", span, message).help("write the text without it"));
        return;
    }
    for word in text.split(|each: char| !each.is_alphanumeric()) {
        if let Some((plain, odd)) = mixed(word) {
            let message = format!(
                "`{odd}` ({}) in `{}` looks like another letter beside `{plain}`",
                name(odd),
                word.chars().take(40).collect::<String>()
            );
            let help = "write the word in one script";
            findings.push(Finding::new("MC010", span, message).help(help));
            return;
        }
    }
}

/// A letter of a word and one of another script in it; a styled letter is one by itself.
fn mixed(word: &str) -> Option<(char, char)> {
    let mut letters = word.chars().filter_map(|each| Some((each, script(each)?)));
    let (first, of) = letters.next()?;
    if of == Script::Styled {
        return Some((first, first));
    }
    let (other, theirs) = letters.find(|(_, theirs)| *theirs != of)?;
    Some(if theirs == Script::Latin { (other, first) } else { (first, other) })
}

/// The script of a letter, by the blocks of Unicode; nothing for scripts that look like no other.
const fn script(each: char) -> Option<Script> {
    Some(match each as u32 {
        0x41..=0x5a | 0x61..=0x7a | 0xc0..=0x24f | 0x1e00..=0x1eff => Script::Latin,
        0x370..=0x3ff | 0x1f00..=0x1fff => Script::Greek,
        0x400..=0x52f | 0x1c80..=0x1c8f | 0x2de0..=0x2dff | 0xa640..=0xa69f => Script::Cyrillic,
        0x531..=0x58f => Script::Armenian,
        0x13a0..=0x13ff | 0xab70..=0xabbf => Script::Cherokee,
        0xff21..=0xff3a | 0xff41..=0xff5a | 0x1d400..=0x1d7cb => Script::Styled,
        _ => return None,
    })
}

/// Bidirectional controls (UAX 9, section 2).
const fn turns(each: char) -> bool {
    matches!(each, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Characters without a shape: soft hyphen, zero-width ones, fillers, tags, and the controls above.
const fn is_hidden(each: char) -> bool {
    turns(each)
        || matches!(
            each,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
                | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}'
                | '\u{206a}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

fn name(each: char) -> String {
    format!("U+{:04X}", u32::from(each))
}

fn span(at: usize, len: usize) -> Span {
    let byte = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { start: byte(at), end: byte(at.saturating_add(len)) }
}
