use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;

use super::join::{controller_identity, renew};
use super::link::Link;
use crate::args::Controller;
use crate::clock::{unix_millis, unix_seconds};
use crate::generation::Generation;
use crate::report;
use crate::snapshot;
use crate::state::State;
use crate::store::Blobs;

/// One line of the watch stream.
#[derive(Deserialize)]
struct Event {
    event: String,
    #[serde(default)]
    epoch: u64,
    #[serde(default)]
    manifest: String,
    #[serde(default)]
    reason: String,
}

/// A snapshot that is loaded beside the current one.
struct Prepared {
    generation: Arc<Generation>,
    blobs: Blobs,
}

/// The two connections of a watch: one streams, the other asks and reports.
struct Watch<'a> {
    state: &'a Arc<State>,
    asking: Link,
    prepared: Option<Prepared>,
    /// When the certificate is to be renewed, in seconds since 1970.
    renewal: i64,
}

/// Follows the controller's events until the connection ends.
pub(super) fn watch(
    state: &Arc<State>,
    controller: &Controller,
    reached: &mut bool,
) -> Result<(), String> {
    let credentials = state.credentials().ok_or("there is no certificate".to_owned())?;
    let domain = credentials.id().trust_domain().to_owned();
    let config = credentials.client(controller_identity(&domain))?;
    let mut streaming = Link::open(&controller.address, Arc::clone(&config))?;
    let asking = Link::open(&controller.address, config)?;
    streaming.stream(&format!("/v1/watch?instance={}", state.arguments.instance))?;
    *reached = true;
    let renewal = half_life(credentials.not_after());
    let mut watch = Watch { state, asking, prepared: None, renewal };
    let mut kept = Vec::new();
    loop {
        let line = streaming.line(&mut kept)?;
        let event: Event = serde_json::from_slice(&line)
            .map_err(|error| format!("the controller says something unknown: {error}"))?;
        watch.take(&event)?;
    }
}

/// When half of what is left of a certificate's life has passed.
fn half_life(not_after: i64) -> i64 {
    let now = unix_seconds();
    now + (not_after - now).max(0) / 2
}

impl Watch<'_> {
    fn take(&mut self, event: &Event) -> Result<(), String> {
        match event.event.as_str() {
            "prepare" => self.prepare(event),
            "commit" => self.commit(event),
            "abort" => {
                if self.prepared.take().is_some() {
                    self.state.abort();
                    report::info(&format!("the switch was called off: {}", event.reason));
                }
                Ok(())
            }
            "ping" => self.alive(),
            // A later controller may say more; what is not understood is not acted on.
            _ => Ok(()),
        }
    }

    fn prepare(&mut self, event: &Event) -> Result<(), String> {
        let ready = |one: &Prepared| one.generation.manifest == event.manifest;
        if self.is_current(&event.manifest) || self.prepared.as_ref().is_some_and(ready) {
            return self.report("prepared", event, None);
        }
        let blobs = self.fetch(&event.manifest)?;
        let loaded = snapshot::load(&blobs, &self.state.wanted()).and_then(|generation| {
            let same = generation.manifest == event.manifest;
            same.then_some(generation).ok_or("it is not the manifest that was announced".to_owned())
        });
        match loaded {
            Ok(generation) => {
                let generation = Arc::new(generation);
                self.state.prepare(&generation);
                self.prepared = Some(Prepared { generation, blobs });
                self.report("prepared", event, None)
            }
            Err(why) => {
                self.state.refused(&why);
                self.report("refused", event, Some(&why))
            }
        }
    }

    fn commit(&mut self, event: &Event) -> Result<(), String> {
        let Some(ready) = self.prepared.take_if(|one| one.generation.manifest == event.manifest)
        else {
            let said = if self.is_current(&event.manifest) { "committed" } else { "alive" };
            return self.report(said, event, None);
        };
        let Prepared { generation, blobs } = ready;
        // On disk first: whoever restarts must not come up with less than was enforced.
        if let Err(error) = self.state.store.keep(&blobs, generation.height) {
            let why = format!("cannot keep the snapshot: {error}");
            self.state.abort();
            self.state.refused(&why);
            return self.report("refused", event, Some(&why));
        }
        let height = generation.height;
        if !self.state.commit(generation) {
            report::warn("a thread has not switched in time");
        }
        report::info(&format!("enforcing height {height}, {}", event.manifest));
        self.report("committed", event, None)
    }

    /// The envelope and our two blobs.
    fn fetch(&mut self, manifest: &str) -> Result<Blobs, String> {
        let envelope = self.asking.ask("GET", &format!("/v1/manifests/{manifest}"), b"")?;
        let empty = || Blobs { envelope: envelope.clone(), slice: Vec::new(), places: Vec::new() };
        let Ok(signed) = snapshot::open(&envelope, &self.state.wanted()) else {
            return Ok(empty()); // loading says why
        };
        let Ok(entry) = snapshot::entry(&signed.manifest, &self.state.arguments.workload) else {
            return Ok(empty());
        };
        let slice = self.asking.ask("GET", &format!("/v1/blobs/{}", entry.slice), b"")?;
        let places = self.asking.ask("GET", &format!("/v1/blobs/{}", entry.places), b"")?;
        Ok(Blobs { envelope, slice, places })
    }

    fn is_current(&self, manifest: &str) -> bool {
        self.state.current().is_some_and(|current| current.manifest == manifest)
    }

    /// Says that we live, and renews the certificate when it is time.
    fn alive(&mut self) -> Result<(), String> {
        if unix_seconds() >= self.renewal {
            renew(self.state, &mut self.asking)?;
            let not_after = self.state.credentials().map_or(0, |one| one.not_after());
            self.renewal = half_life(not_after);
            report::info("the certificate was renewed");
        }
        let current = self.state.current();
        let manifest = current.map(|one| one.manifest.clone()).unwrap_or_default();
        let event = Event { event: String::new(), epoch: 0, manifest, reason: String::new() };
        self.report("alive", &event, None)
    }

    fn report(&mut self, said: &str, event: &Event, reason: Option<&str>) -> Result<(), String> {
        let height = self.state.current().map_or(0, |current| current.height);
        let body = json!({
            "instance": self.state.arguments.instance,
            "event": said,
            "epoch": event.epoch,
            "manifest": event.manifest,
            "height": height,
            "reason": reason,
            "at": unix_millis(),
        });
        self.asking.ask("POST", "/v1/report", body.to_string().as_bytes()).map(drop)
    }
}
