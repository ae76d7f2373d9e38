use meshc_document::{NodeId, Span, Tree};

/// Every comment of a text, in order, each from its `#` to the end of its line.
///
/// `trees` is what [`meshc_document::read`] made of the same text; in what it could not read, a `#`
/// behind a blank counts as a comment wherever it stands.
#[must_use]
pub fn comments(text: &str, trees: &[Tree]) -> Vec<Span> {
    let mut scalars = Vec::new();
    for tree in trees {
        collect(tree, tree.root(), &mut scalars);
    }
    scalars.sort_unstable();
    let mut scalars = scalars.into_iter().peekable();
    let mut found: Vec<Span> = Vec::new();
    let mut behind = 0;
    for at in memchr::memchr_iter(b'#', text.as_bytes()) {
        while let Some(span) = scalars.next_if(|span| span.start as usize <= at) {
            behind = behind.max(span.end as usize);
        }
        let before = at.checked_sub(1).and_then(|before| text.as_bytes().get(before));
        if at < behind || !matches!(before, None | Some(b' ' | b'\t' | b'\n' | b'\r')) {
            continue;
        }
        let rest = text.as_bytes().get(at..).unwrap_or_default();
        let end = at + memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        behind = end;
        let fit = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        found.push(Span { start: fit(at), end: fit(end) });
    }
    found
}

/// The places of all scalars, keys included.
fn collect(tree: &Tree, node: NodeId, scalars: &mut Vec<Span>) {
    let mut waiting = vec![node];
    while let Some(node) = waiting.pop() {
        let before = waiting.len();
        for entry in tree.entries(node) {
            scalars.push(entry.key_span);
            waiting.push(entry.value);
        }
        waiting.extend(tree.items(node));
        if waiting.len() == before {
            scalars.push(tree.span(node));
        }
    }
}
