//! Counters of one thread, and their Prometheus text.

use std::fmt::Write as _;

use rustc_hash::FxHashMap;

/// The counters of one thread; added up when somebody asks.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    series: FxHashMap<Series, u64>,
    labels: Labels,
    latency: [Histogram; 2],
    /// Connections accepted.
    pub accepted: u64,
    /// Connections open now, both directions.
    pub open: u64,
    /// Idle connections to upstreams.
    pub pooled: u64,
    /// Connections to upstreams that were made.
    pub connected: u64,
    /// Connections to upstreams that could not be made.
    pub connect_failures: u64,
    /// Handshakes completed.
    pub handshakes: u64,
    /// Requests let through that an audited rule would have denied.
    pub audited: u64,
    /// Users' tokens that hold.
    pub tokens_verified: u64,
    /// Users' tokens of declared issuers that failed a check.
    pub tokens_refused: u64,
    /// Handshakes that failed.
    pub handshake_failures: u64,
    /// Retries sent.
    pub retries: u64,
}

/// Which way a request went.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Direction {
    /// To the application, or into a gateway.
    Inbound,
    /// From the application.
    Outbound,
}

/// The labels of one request.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Which way.
    pub direction: Direction,
    /// Who asked.
    pub source: &'a str,
    /// Who was asked.
    pub destination: &'a str,
    /// For what.
    pub operation: &'a str,
    /// `allowed`, `limited`, or anything else, which counts as denied.
    pub verdict: &'static str,
    /// The status answered; 0 for none.
    pub status: u16,
}

#[derive(Clone, Debug, Default)]
struct Labels {
    numbers: FxHashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
struct Series {
    direction: Direction,
    verdict: &'static str,
    class: u8,
    source: u32,
    destination: u32,
    operation: u32,
}

#[derive(Clone, Debug, Default)]
struct Histogram {
    buckets: [u64; BOUNDS.len()],
    count: u64,
    micros: u64,
}

/// Upper bounds of the latency buckets, in microseconds.
const BOUNDS: [u64; 14] = [
    250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    5_000_000, 15_000_000,
];
/// Texts one thread takes as labels; later ones are `other`.
const MAX_LABELS: usize = 1_000;
/// Series one thread keeps; later ones are counted under `other`.
const MAX_SERIES: usize = 5_000;

impl Metrics {
    /// Counts a request that took `micros` microseconds.
    pub fn request(&mut self, request: &Request<'_>, micros: u64) {
        let mut series = Series {
            direction: request.direction,
            verdict: match request.verdict {
                "allowed" | "limited" => request.verdict,
                _ => "denied",
            },
            class: u8::try_from(request.status / 100).unwrap_or_default(),
            source: self.labels.number(request.source),
            destination: self.labels.number(request.destination),
            operation: self.labels.number(request.operation),
        };
        if self.series.len() >= MAX_SERIES && !self.series.contains_key(&series) {
            let other = self.labels.number("other");
            series = Series { source: other, destination: other, operation: other, ..series };
        }
        *self.series.entry(series).or_default() += 1;
        if let Some(histogram) = self.latency.get_mut(request.direction as usize) {
            histogram.add(micros);
        }
    }

    /// Adds the counters of another thread.
    pub fn add(&mut self, other: &Self) {
        for (series, count) in &other.series {
            let text = |number: u32| other.labels.text(number);
            let series = Series {
                source: self.labels.number(text(series.source)),
                destination: self.labels.number(text(series.destination)),
                operation: self.labels.number(text(series.operation)),
                ..*series
            };
            *self.series.entry(series).or_default() += count;
        }
        for (ours, theirs) in self.latency.iter_mut().zip(&other.latency) {
            ours.merge(theirs);
        }
        self.accepted += other.accepted;
        self.open += other.open;
        self.pooled += other.pooled;
        self.connected += other.connected;
        self.connect_failures += other.connect_failures;
        self.handshakes += other.handshakes;
        self.audited += other.audited;
        self.tokens_verified += other.tokens_verified;
        self.tokens_refused += other.tokens_refused;
        self.handshake_failures += other.handshake_failures;
        self.retries += other.retries;
    }

    /// Prometheus' text format.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        self.write_requests(&mut out);
        self.write_latency(&mut out);
        for (name, kind, help, value) in [
            ("connections_accepted_total", "counter", "Connections accepted.", self.accepted),
            ("connections_open", "gauge", "Connections open now.", self.open),
            ("upstream_connections_idle", "gauge", "Idle upstream connections.", self.pooled),
            ("upstream_connections_total", "counter", "Upstream connections.", self.connected),
            (
                "upstream_connect_failures_total",
                "counter",
                "Upstream connections that failed.",
                self.connect_failures,
            ),
            ("tls_handshakes_total", "counter", "TLS handshakes.", self.handshakes),
            (
                "tls_handshake_failures_total",
                "counter",
                "TLS handshakes that failed.",
                self.handshake_failures,
            ),
            (
                "audited_total",
                "counter",
                "Requests let through that an audited rule would have denied.",
                self.audited,
            ),
            ("tokens_verified_total", "counter", "Tokens that hold.", self.tokens_verified),
            (
                "tokens_refused_total",
                "counter",
                "Tokens of declared issuers that failed a check.",
                self.tokens_refused,
            ),
            ("retries_total", "counter", "Retries sent.", self.retries),
        ] {
            write_single(&mut out, name, kind, help, value);
        }
        out
    }

    fn write_requests(&self, out: &mut String) {
        out.push_str("# HELP meshc_requests_total Requests and connections decided.\n");
        out.push_str("# TYPE meshc_requests_total counter\n");
        let mut lines: Vec<String> =
            self.series.iter().map(|(one, count)| self.line(one, *count)).collect();
        lines.sort();
        lines.iter().for_each(|line| out.push_str(line));
    }

    fn line(&self, series: &Series, count: u64) -> String {
        let text = |number| escaped(self.labels.text(number));
        let class = match series.class {
            0 => "none".to_owned(),
            class => format!("{class}xx"),
        };
        format!(
            "meshc_requests_total{{direction=\"{}\",source=\"{}\",destination=\"{}\",\
             operation=\"{}\",verdict=\"{}\",status_class=\"{class}\"}} {count}\n",
            series.direction.word(),
            text(series.source),
            text(series.destination),
            text(series.operation),
            series.verdict,
        )
    }

    fn write_latency(&self, out: &mut String) {
        let name = "meshc_request_duration_seconds";
        let _ = writeln!(out, "# HELP {name} From the request's head to the answer's end.");
        let _ = writeln!(out, "# TYPE {name} histogram");
        for (histogram, direction) in self.latency.iter().zip(["inbound", "outbound"]) {
            let mut total = 0;
            for (bound, count) in BOUNDS.iter().zip(&histogram.buckets) {
                total += count;
                let seconds = *bound as f64 / 1e6;
                let _ = writeln!(
                    out,
                    "{name}_bucket{{direction=\"{direction}\",le=\"{seconds}\"}} {total}"
                );
            }
            let Histogram { count, micros, .. } = histogram;
            let _ = writeln!(out, "{name}_bucket{{direction=\"{direction}\",le=\"+Inf\"}} {count}");
            let seconds = *micros as f64 / 1e6;
            let _ = writeln!(out, "{name}_sum{{direction=\"{direction}\"}} {seconds}");
            let _ = writeln!(out, "{name}_count{{direction=\"{direction}\"}} {count}");
        }
    }
}

/// Writes one metric without labels.
pub fn write_single(out: &mut String, name: &str, kind: &str, help: &str, value: u64) {
    let _ = writeln!(out, "# HELP meshc_{name} {help}");
    let _ = writeln!(out, "# TYPE meshc_{name} {kind}\nmeshc_{name} {value}");
}

/// A label value as Prometheus wants it.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

impl Direction {
    /// The word in logs and metrics.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        }
    }
}

impl Labels {
    fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        if self.texts.len() >= MAX_LABELS && text != "other" {
            return self.number("other");
        }
        let number = self.texts.len() as u32;
        self.texts.push(text.into());
        self.numbers.insert(text.into(), number);
        number
    }

    fn text(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or("other", |text| text)
    }
}

impl Histogram {
    fn add(&mut self, micros: u64) {
        let at = BOUNDS.partition_point(|bound| *bound < micros);
        if let Some(bucket) = self.buckets.get_mut(at) {
            *bucket += 1;
        }
        self.count += 1;
        self.micros = self.micros.saturating_add(micros);
    }

    fn merge(&mut self, other: &Self) {
        for (ours, theirs) in self.buckets.iter_mut().zip(&other.buckets) {
            *ours += theirs;
        }
        self.count += other.count;
        self.micros = self.micros.saturating_add(other.micros);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request<'a>(source: &'a str, status: u16) -> Request<'a> {
        let (direction, verdict) = (Direction::Inbound, "allowed");
        Request { direction, source, destination: "a/b", operation: "rest", verdict, status }
    }

    #[test]
    fn threads_are_added_up_by_text_not_by_number() {
        let (mut one, mut two) = (Metrics::default(), Metrics::default());
        one.request(&request("x\"y", 200), 300);
        two.request(&request("z", 200), 300);
        two.request(&request("x\"y", 204), 2_000_000_000);
        let mut sum = Metrics::default();
        sum.add(&one);
        sum.add(&two);
        let text = sum.text();
        assert!(text.contains("source=\"x\\\"y\",destination=\"a/b\",operation=\"rest\",verdict=\"allowed\",status_class=\"2xx\"} 2\n"), "{text}");
        assert!(text.contains("direction=\"inbound\",le=\"0.0005\"} 2\n"), "{text}");
        assert!(text.contains("direction=\"inbound\",le=\"+Inf\"} 3\n"), "{text}");
    }

    #[test]
    fn whoever_invents_labels_fills_only_one_series() {
        let mut metrics = Metrics::default();
        for number in 0..20_000 {
            metrics.request(&request(&number.to_string(), 200), 1);
        }
        assert!(metrics.text().lines().count() < MAX_SERIES + 100);
        assert_eq!(metrics.series.values().sum::<u64>(), 20_000);
    }
}
