/// Pieces that YAML gives a meaning to, and some that it does not.
const PIECES: [&str; 60] = [
    ":", ": ", " :", ": \n", "- ", "-", "? ", "?", ",", ", ", "[", "]", "{", "}", "[]", "{}", "'",
    "\"", "''", "\"\"", "'a'", "\"b\"", "#", " #", " # c\n", "\t", " \t", "\r", "\r\n", "\n",
    "\n ", "\n  ", "\n    ", "\n\n", "---", "\n---\n", "\n--- ", "\n...\n", "...", "&a ", "*a",
    "*a : ", "!t ", "!!str ", "! ", "|\n", "|-\n  ", ">+\n ", ">2\n", "\\", "\\\n", "%", "@", "`",
    "~", "a", "é", "\u{feff}", "\u{85}", "\u{1}",
];

/// Makes wrong and unusual texts of right ones; the same seed makes the same texts.
#[derive(Clone, Debug)]
pub struct Mutator {
    state: u64,
}

impl Mutator {
    /// A sequence of mutants that depends on the seed alone.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// A few changes to one of `texts`, or to some of its lines.
    pub fn mutant(&mut self, texts: &[String]) -> String {
        let whole = self.pick(texts).map(String::as_str).unwrap_or_default();
        let mut text = match self.below(8) {
            0 => whole.to_owned(),
            1 => return self.soup(),
            _ => self.window(whole),
        };
        for _ in 0..=self.below(4) {
            text = self.change(&text, texts);
        }
        text
    }

    /// Pieces in any order.
    fn soup(&mut self) -> String {
        let count = self.below(24);
        (0..count).filter_map(|_| self.pick(&PIECES)).copied().collect()
    }

    /// A few lines of a text.
    fn window(&mut self, text: &str) -> String {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let first = self.below(lines.len());
        let count = 1 + self.below(6);
        let shift = self.below(3);
        let window = lines.iter().skip(first).take(count);
        // Long lines are cut, so that changes meet each other.
        window.map(|line| self.cut(line, shift)).collect()
    }

    fn cut(&mut self, line: &str, shift: usize) -> String {
        let end = line.floor_char_boundary(40 + self.below(60));
        let blank = line.len() - line.trim_start_matches(' ').len();
        let mut cut =
            line.get(blank.min(shift)..end.max(blank.min(shift))).unwrap_or_default().to_owned();
        if end < line.len() {
            cut.push('\n');
        }
        cut
    }

    fn change(&mut self, text: &str, texts: &[String]) -> String {
        match self.below(14) {
            0 => {
                self.line(text, |random, line| format!("{}{line}", " ".repeat(1 + random.below(4))))
            }
            1 => self.line(text, |random, line| {
                let cut = line.len() - line.trim_start_matches(' ').len();
                let less = cut.min(1 + random.below(4));
                line.get(less..).unwrap_or_default().to_owned()
            }),
            2 => self.line(text, |_, line| line.repeat(2)),
            3 => self.line(text, |_, _| String::new()),
            4 => self.line(text, |_, line| line.trim_end().to_owned()),
            5 => self
                .line(text, |random, line| format!("{}# c\n{line}", " ".repeat(random.below(5)))),
            6 => {
                let indent = " ".repeat(self.below(8));
                self.insert(text, &format!("\n{indent}"))
            }
            7 => self.remove(text),
            8 => self.replace(text),
            9 => {
                let breaks = if self.below(2) == 0 { "\r\n" } else { "\r" };
                text.replace('\n', breaks)
            }
            10 => {
                let other = self.pick(texts).map(String::as_str).unwrap_or_default();
                let other = self.window(other);
                self.insert(text, &other)
            }
            11 => {
                let (open, count) = (self.below(4), 1 + self.below(6));
                let piece = ["[", "{", "- ", "{a: "].get(open).copied().unwrap_or_default();
                self.insert(text, &piece.repeat(count))
            }
            _ => {
                let piece = self.pick(&PIECES).copied().unwrap_or_default();
                self.insert(text, piece)
            }
        }
    }

    fn line(&mut self, text: &str, change: impl Fn(&mut Self, &str) -> String) -> String {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let chosen = self.below(lines.len());
        let changed = lines.iter().enumerate().map(|(index, line)| {
            if index == chosen { change(self, line) } else { (*line).to_owned() }
        });
        changed.collect()
    }

    fn insert(&mut self, text: &str, piece: &str) -> String {
        let at = self.place(text);
        let (before, behind) = text.split_at_checked(at).unwrap_or((text, ""));
        format!("{before}{piece}{behind}")
    }

    fn remove(&mut self, text: &str) -> String {
        let from = self.place(text);
        let to = text.ceil_char_boundary((from + 1 + self.below(3)).min(text.len()));
        let kept = [text.get(..from), text.get(to..)];
        kept.into_iter().flatten().collect()
    }

    fn replace(&mut self, text: &str) -> String {
        let from = self.place(text);
        let to = text.ceil_char_boundary((from + 1).min(text.len()));
        let piece = self.pick(&PIECES).copied().unwrap_or_default();
        let kept = [text.get(..from), Some(piece), text.get(to..)];
        kept.into_iter().flatten().collect()
    }

    /// A place between characters.
    fn place(&mut self, text: &str) -> usize {
        let at = self.below(text.len() + 1);
        text.floor_char_boundary(at)
    }

    fn pick<'t, T>(&mut self, from: &'t [T]) -> Option<&'t T> {
        from.get(self.below(from.len()))
    }

    /// A number below `end`; 0 if that is 0. SplitMix64, whose small bias does no harm here.
    fn below(&mut self, end: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        let wide = u128::from(mixed) * (end as u128);
        usize::try_from(wide >> 64).unwrap_or(0)
    }
}
