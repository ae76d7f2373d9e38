//! The access log: JSON lines, written by a thread of its own, never waited for.

use std::collections::VecDeque;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use meshc_decide::Reason;
use serde::Serialize;

use crate::audits::{Audited, Audits};

/// One line.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line<'a> {
    /// Milliseconds since 1970.
    pub at: u64,
    /// `inbound` or `outbound`.
    pub direction: &'static str,
    /// `http` or `tcp`.
    pub protocol: &'static str,
    /// Who asked.
    pub source: &'a str,
    /// Who was asked.
    pub destination: &'a str,
    /// For what.
    pub operation: &'a str,
    /// `allowed`, `denied`, `limited` or `failed`.
    pub verdict: &'static str,
    /// The method.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub method: String,
    /// Host and path, cut at [`MAX_TEXT`] characters.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub target: String,
    /// The status answered; 0 for none.
    pub status: u16,
    /// Envoy's response flags.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub flags: &'static str,
    /// Microseconds.
    pub micros: u64,
    /// Bytes of bodies to the asker.
    pub sent: u64,
    /// The snapshot that decided it.
    pub snapshot: &'a str,
    /// Why it failed, where it did.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub why: &'a str,
    /// Why it was decided so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a Reason>,
}

/// Where lines go.
#[derive(Clone, Debug)]
pub struct AccessLog {
    sender: SyncSender<Item>,
    dropped: Arc<AtomicU64>,
    denials: Arc<Mutex<VecDeque<String>>>,
    audits: Audits,
}

/// What the writer is sent.
#[derive(Debug)]
enum Item {
    Line(String),
    Flush(SyncSender<()>),
}

/// Lines that may wait for the writer.
const WAITING: usize = 4_096;
/// Denials kept for `/denials`.
const DENIALS: usize = 100;
/// Characters of a text that a peer chose.
const MAX_TEXT: usize = 512;

impl AccessLog {
    /// Opens the log: a file to append to, or standard output.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn open(path: Option<&Path>) -> io::Result<Self> {
        let output: Box<dyn Write + Send> = match path {
            Some(path) => Box::new(OpenOptions::new().create(true).append(true).open(path)?),
            None => Box::new(io::stdout()),
        };
        let (sender, receiver) = sync_channel(WAITING);
        thread::Builder::new().name("log".to_owned()).spawn(move || write(&receiver, output))?;
        let (dropped, denials, audits) = Default::default();
        Ok(Self { sender, dropped, denials, audits })
    }

    /// Writes a line, or drops it when the writer is behind.
    pub fn line(&self, line: &Line<'_>) {
        let Ok(text) = serde_json::to_string(line) else { return };
        if let Some(would) = line.reason.and_then(|reason| reason.would.as_deref()) {
            self.audits.count(would);
        }
        if line.verdict == "denied" {
            let mut denials = self.denials.lock().unwrap_or_else(PoisonError::into_inner);
            if denials.len() >= DENIALS {
                denials.pop_front();
            }
            denials.push_back(text.clone());
        }
        if self.sender.try_send(Item::Line(text)).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits until everything so far is written, at most a second.
    pub fn flush(&self) {
        let (done, written) = sync_channel(1);
        if self.sender.try_send(Item::Flush(done)).is_ok() {
            let _ = written.recv_timeout(Duration::from_secs(1));
        }
    }

    /// Lines dropped.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// What audited rules would have decided otherwise.
    #[must_use]
    pub fn audits(&self) -> Vec<Audited> {
        self.audits.all()
    }

    /// The last denials, oldest first, as a JSON list.
    #[must_use]
    pub fn denials(&self) -> String {
        let denials = self.denials.lock().unwrap_or_else(PoisonError::into_inner);
        let lines: Vec<&str> = denials.iter().map(String::as_str).collect();
        format!("[{}]", lines.join(","))
    }
}

/// Text of a peer for the log: cut, and whatever is not UTF-8 replaced. JSON escapes the rest.
#[must_use]
pub fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.get(..MAX_TEXT).unwrap_or(bytes)).into_owned()
}

/// Writes lines until the last sender is gone; flushes whenever it has caught up.
fn write(receiver: &Receiver<Item>, output: Box<dyn Write + Send>) {
    let mut output = io::BufWriter::new(output);
    while let Ok(first) = receiver.recv() {
        let more = std::iter::from_fn(|| receiver.try_recv().ok());
        for item in std::iter::once(first).chain(more) {
            // A log that cannot be written stops nothing.
            match item {
                Item::Line(line) => {
                    let _ = writeln!(output, "{line}");
                }
                Item::Flush(done) => {
                    let _ = output.flush();
                    let _ = done.send(());
                }
            }
        }
        let _ = output.flush();
    }
}
