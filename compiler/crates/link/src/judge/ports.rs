use core::fmt::Display;

use meshc_check::unit::At;
use meshc_check::{Finding, did_you_mean, nearest};
use meshc_decide::overlap::{Example, overlaps};
use meshc_document::Span;
use meshc_snapshot::slice::Reading;

use super::Report;
use crate::mesh::Workload;

/// Services of which it is kept that their operations do not overlap.
const MOST: usize = 1024;

pub(super) fn judge(report: &mut Report<'_>, workload: &Workload) {
    let row = &workload.row;
    let names = row.ports.iter().map(|port| (port.name.value.as_str(), port.name.span));
    twice(report, workload.file, "port", names);
    let numbers = row.ports.iter().map(|port| (port.port.value, port.port.span));
    twice(report, workload.file, "port number", numbers);
    for (path, port) in &row.probes {
        if !row.ports.iter().any(|one| one.name.value == port.value) {
            unknown_port(report, workload, port);
        }
        match meshc_decide::pattern::Pattern::parse(&path.value) {
            Ok(pattern) if pattern.is_exact() => {}
            Ok(_) => {
                let finding = Finding::new("MC307", path.span, "a probe is one exact path");
                report.add(workload, finding.help("write the path without `{…}` and `**`"));
            }
            Err(fault) => {
                let finding = Finding::new("MC307", path.span, fault.message);
                report.add(workload, finding.help(fault.help));
            }
        }
    }
    for operation in &row.operations {
        let port = row.ports.iter().find(|port| port.name.value == operation.name.value);
        let tcp = |port: &&meshc_check::unit::PortRow| {
            port.protocol == meshc_snapshot::slice::Protocol::Tcp
        };
        if let Some(port) = port.filter(tcp) {
            let message =
                format!("`{}` is a port, which is an operation by itself", port.name.value);
            let finding = Finding::new("MC211", operation.name.span, message);
            let place = (workload.file, port.name.span, "the port".into());
            report.add_with(workload, finding.help("rename the operation"), place);
        }
    }
    ambiguous(report, workload);
}

fn unknown_port(report: &mut Report<'_>, workload: &Workload, port: &At<String>) {
    if workload.row.ports_unclear {
        return;
    }
    let names = workload.row.ports.iter().map(|one| one.name.value.as_str());
    let help = did_you_mean(&nearest(&port.value, names));
    let message = format!("`{}` is not a port here", port.value);
    report.add(workload, Finding { help, ..Finding::new("MC204", port.span, message) });
}

/// Reports what is named twice among siblings.
pub(super) fn twice<N: Display + PartialEq>(
    report: &mut Report<'_>,
    file: u32,
    what: &str,
    names: impl Iterator<Item = (N, Span)>,
) {
    let mut seen: Vec<(N, Span)> = Vec::new();
    for (name, span) in names {
        match seen.iter().find(|(other, _)| *other == name) {
            Some((_, first)) => {
                let (span, first) = (report.line_of(file, span), report.line_of(file, *first));
                let finding =
                    Finding::new("MC211", span, format!("{what} `{name}` is there twice"));
                let place = (file, first, "the first one".into());
                let finding = finding.help("give one of them another name");
                report.add_in(file, finding, Some(place));
            }
            None => seen.push((name, span)),
        }
    }
}

/// All that decides whether operations overlap, as numbers: many services have those of others. An
/// alternative is told by where it is in memory, where it stays for as long as the mesh.
fn told_apart_by(workload: &Workload, readings: &[Reading]) -> Vec<usize> {
    let mut numbers = Vec::with_capacity(workload.operations.len().saturating_mul(3));
    for operation in &workload.operations {
        numbers.extend([operation.matches.as_ptr().addr(), operation.ports.len()]);
        numbers.extend(operation.ports.iter().map(|port| *port as usize));
    }
    numbers.extend(readings.iter().map(|reading| *reading as usize));
    numbers
}

/// Operations that are equally specific and overlap (MC308).
fn ambiguous(report: &mut Report<'_>, workload: &Workload) {
    let place = |operation: usize, number: usize| {
        let name = &workload.operations.get(operation)?.name;
        let row = workload.row.operations.iter().find(|row| row.name.value == *name)?;
        Some((name, *row.match_spans.get(number)?))
    };
    let readings = report.mesh.values(workload).readings().value;
    let alike = told_apart_by(workload, &readings);
    if report.apart.contains(&alike) {
        return;
    }
    let overlaps = overlaps(&workload.operations, &readings);
    if overlaps.is_empty() && report.apart.len() < MOST {
        report.apart.insert(alike);
    }
    for found in overlaps {
        let (one, other) = (place(found.one.0, found.one.1), place(found.other.0, found.other.1));
        let (Some(one), Some(other)) = (one, other) else { continue };
        let (first, second) = if one.1 <= other.1 { (one, other) } else { (other, one) };
        let message = format!(
            "`{}` and `{}` are equally specific and both match {}",
            first.0,
            second.0,
            shown(&found.example)
        );
        let finding = Finding::new("MC308", second.1, message).help("make one of the two narrower");
        let related = (workload.file, first.1, format!("`{}` matches it too", first.0));
        report.add_with(workload, finding, related);
    }
}

/// An example request in words.
pub(super) fn shown(example: &Example) -> String {
    let mut text = format!("`{} {}`", example.method, example.path);
    for (name, value) in &example.headers {
        text.push_str(&format!(" with `{name}: {value}`"));
    }
    text
}
