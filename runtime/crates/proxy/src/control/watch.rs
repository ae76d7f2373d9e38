use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use meshc_http1::Method;
use meshc_snapshot::Digest;
use meshc_snapshot::read::{self, NotRead};
use serde::{Deserialize, Serialize};

use super::client::{self, Exchange, Session};
use super::{join, mutual};
use crate::args::Controller;
use crate::audits::Audited;
use crate::clock::{unix_millis, unix_seconds};
use crate::generation::Generation;
use crate::listener;
use crate::random::Random;
use crate::report;
use crate::snapshot;
use crate::state::State;
use crate::store::Blobs;

/// Events of the watch stream.
#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
enum Event {
    Prepare { epoch: u64, manifest: String },
    Commit { epoch: u64, manifest: String },
    Abort {},
    Ping {},
}

#[derive(Serialize)]
struct Report<'a> {
    instance: &'a str,
    event: &'a str,
    epoch: u64,
    manifest: &'a str,
    height: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    audited: Vec<Audited>,
    at: u64,
}

/// One watch: the stream's state.
struct Watch<'a> {
    state: &'a State,
    controller: &'a Controller,
    prepared: Option<(Arc<Generation>, Blobs)>,
    epoch: u64,
    alive: Instant,
    renew_at: i64,
}

/// The longest event.
const MAX_LINE: usize = 64 * 1024;
/// Between two signs of life of ours.
const ALIVE: Duration = Duration::from_secs(5);
/// Between two attempts to renew, in seconds.
const RENEW_AGAIN: i64 = 10;

/// Follows the watch stream until it ends.
///
/// # Errors
/// Why it ended.
pub fn watch(state: &State, controller: &Controller, random: &mut Random) -> Result<(), String> {
    let target = format!("/v1/watch?instance={}", state.arguments.instance);
    let config = mutual(state)?;
    let mut stream = Exchange::begin(config, &controller.address, (Method::Get, &target), &[])?;
    if stream.status != 200 {
        let (status, body) = (stream.status, stream.body()?);
        let said = String::from_utf8_lossy(&body).into_owned();
        return Err(format!("the watch was answered with {status}: {}", said.trim()));
    }
    report::info(&format!("follows the controller {}", controller.address));
    let renew_at = half_life(state, random);
    let now = Instant::now();
    let mut watch = Watch { state, controller, prepared: None, epoch: 0, alive: now, renew_at };
    let mut lines = Vec::new();
    while stream.read(&mut lines)? {
        while let Some(end) = lines.iter().position(|&byte| byte == b'\n') {
            let line: Vec<u8> = lines.drain(..=end).collect();
            let event = serde_json::from_slice(&line)
                .map_err(|error| format!("an event is malformed: {error}"))?;
            watch.on(event);
        }
        if lines.len() > MAX_LINE {
            return Err("an event is longer than 64 KiB".to_owned());
        }
        watch.keep_up(random);
    }
    Err("the watch stream ended".to_owned())
}

/// When to renew: at half of what is left of the certificate's life, give or take a tenth.
fn half_life(state: &State, random: &mut Random) -> i64 {
    let now = unix_seconds();
    let left = state.credentials().map_or(0, |one| one.not_after().saturating_sub(now)).max(0);
    let jitter = random.below(left.unsigned_abs() / 5 + 1).cast_signed() - left / 10;
    now + left / 2 + jitter
}

impl Watch<'_> {
    fn on(&mut self, event: Event) {
        match event {
            Event::Prepare { epoch, manifest } => {
                self.epoch = epoch;
                self.prepare(&manifest);
            }
            Event::Commit { epoch, manifest } => {
                self.epoch = epoch;
                self.commit(&manifest);
            }
            Event::Abort {} => {
                self.prepared = None;
                self.state.abort();
            }
            Event::Ping {} => {}
        }
    }

    fn prepare(&mut self, manifest: &str) {
        if let Some(current) = self.state.current().filter(|one| one.manifest == manifest) {
            return self.report("prepared", manifest, current.height, None);
        }
        match self.load(manifest) {
            Ok((generation, blobs)) => {
                let height = generation.height;
                self.state.prepare(&generation);
                self.prepared = Some((generation, blobs));
                self.report("prepared", manifest, height, None);
            }
            Err(why) => {
                self.prepared = None;
                self.state.refused(&why);
                self.report("refused", manifest, 0, Some(&why));
            }
        }
    }

    fn commit(&mut self, manifest: &str) {
        if let Some(current) = self.state.current().filter(|one| one.manifest == manifest) {
            return self.report("committed", manifest, current.height, None);
        }
        let prepared = self.prepared.take().filter(|(one, _)| one.manifest == manifest);
        let loaded = match prepared {
            Some(prepared) => Ok(prepared),
            None => self.load(manifest),
        };
        let (generation, blobs) = match loaded {
            Ok(loaded) => loaded,
            Err(why) => {
                self.state.refused(&why);
                return self.report("refused", manifest, 0, Some(&why));
            }
        };
        let height = generation.height;
        // Enforced even where it cannot be kept: policy does not wait for a disk.
        if let Err(error) = self.state.store.keep(&blobs, height) {
            report::error(&format!("cannot keep the snapshot, the old one stays on disk: {error}"));
        }
        if !self.state.commit(generation) {
            report::error("a thread did not switch in time");
        }
        self.report("committed", manifest, height, None);
    }

    /// Fetches a snapshot, checks it and makes its tables.
    fn load(&self, manifest: &str) -> Result<(Arc<Generation>, Blobs), String> {
        let wanted = self.state.wanted();
        let envelope = self.fetch("manifests", manifest)?;
        let signed = snapshot::open(&envelope, &wanted)?;
        if signed.digest != manifest {
            return Err("the manifest is not the one that was announced".to_owned());
        }
        let entry = snapshot::entry(&signed.manifest, wanted.workload)?;
        let slice = self.fetch("blobs", &entry.slice)?;
        // Before anything is fetched because a slice names it, the slice is the one that was signed.
        snapshot::hold(&slice, &entry.slice)?;
        let places = self.fetch("blobs", &entry.places)?;
        let callees = self.callees(&slice)?;
        let blobs = Blobs { envelope, slice, places, callees };
        let generation =
            snapshot::load(&blobs, &wanted, &self.state.allowances, &self.state.issuer_keys)?;
        self.check_doors(&generation)?;
        Ok((Arc::new(generation), blobs))
    }

    /// What a slice names; what is not kept already is fetched.
    fn callees(&self, slice: &[u8]) -> Result<BTreeMap<Digest, Vec<u8>>, String> {
        let named = read::callees(slice).map_err(|why| why.to_string())?;
        let mut session = Session::new(mutual(self.state)?, &self.controller.address);
        let mut callees = BTreeMap::new();
        let mut left = read::MAX_BYTES.saturating_sub(slice.len());
        for name in named {
            if callees.contains_key(&name) {
                continue;
            }
            let callee = match self.state.store.callee(&name) {
                Some(callee) => callee,
                None => session.get(&format!("/v1/blobs/{name}"), left)?,
            };
            let rest = left.checked_sub(callee.len());
            left = rest.ok_or_else(|| NotRead::TooLongTogether.to_string())?;
            callees.insert(name, callee);
        }
        Ok(callees)
    }

    /// Doors that are new must be free, or the snapshot is refused before anything changes.
    fn check_doors(&self, generation: &Generation) -> Result<(), String> {
        let arguments = &self.state.arguments;
        let (doors, clashes) = listener::doors(arguments, &generation.tables);
        clashes.iter().for_each(|clash| report::warn(clash));
        let current = self.state.current();
        let open = current.map(|one| listener::doors(arguments, &one.tables).0).unwrap_or_default();
        let fresh = doors.iter().map(|door| door.address);
        listener::probe(fresh.filter(|address| !open.iter().any(|one| one.address == *address)))
    }

    fn fetch(&self, kind: &str, digest: &str) -> Result<Vec<u8>, String> {
        let config = mutual(self.state)?;
        let target = format!("/v1/{kind}/{digest}");
        client::ask(config, &self.controller.address, (Method::Get, &target), &[])
    }

    fn report(&mut self, event: &str, manifest: &str, height: u64, reason: Option<&str>) {
        self.alive = Instant::now();
        let report = Report {
            instance: &self.state.arguments.instance,
            event,
            epoch: self.epoch,
            manifest,
            height,
            reason,
            audited: self.state.log.audits(),
            at: unix_millis(),
        };
        let sent = mutual(self.state).and_then(|config| {
            let body = serde_json::to_vec(&report).map_err(|error| error.to_string())?;
            client::ask(config, &self.controller.address, (Method::Post, "/v1/report"), &body)
        });
        if let Err(why) = sent {
            report::warn(&format!("the report `{event}` did not arrive: {why}"));
        }
    }

    /// Shows life and renews, as due.
    fn keep_up(&mut self, random: &mut Random) {
        if self.alive.elapsed() >= ALIVE {
            let current = self.state.current();
            let (manifest, height) =
                current.map_or((String::new(), 0), |one| (one.manifest.clone(), one.height));
            self.report("alive", &manifest, height, None);
        }
        let now = unix_seconds();
        if now >= self.renew_at {
            let renewed = mutual(self.state)
                .and_then(|config| join::renew(self.state, self.controller, config));
            self.renew_at = match renewed {
                Ok(()) => half_life(self.state, random),
                Err(why) => {
                    report::warn(&format!("the certificate was not renewed: {why}"));
                    now + RENEW_AGAIN
                }
            };
        }
    }
}
