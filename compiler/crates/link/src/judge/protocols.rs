//! What is spoken on a port, and what its name says (MC315).

use meshc_check::Finding;
use meshc_check::unit::PortRow;
use meshc_snapshot::slice::Protocol;

use super::Report;
use crate::mesh::Workload;

/// First words of port names that speak of HTTP.
const HTTP: [&str; 5] = ["grpc", "h2c", "http", "http2", "https"];
/// First words of port names that speak of another protocol over TCP.
const OTHERS: [&str; 14] = [
    "amqp",
    "kafka",
    "ldap",
    "mongo",
    "mongodb",
    "mqtt",
    "mysql",
    "nats",
    "postgres",
    "postgresql",
    "redis",
    "smtp",
    "ssh",
    "tcp",
];

pub(super) fn judge(report: &mut Report<'_>, workload: &Workload) {
    for port in &workload.row.ports {
        named(report, workload, port);
    }
    if !workload.is_gateway() {
        shared(report, workload);
    }
}

fn named(report: &mut Report<'_>, workload: &Workload, port: &PortRow) {
    let name = &port.name.value;
    let word = name.split('-').next().unwrap_or_default();
    let (spoken, help) = match port.protocol {
        _ if workload.is_gateway() => match (word, &port.certificate) {
            ("http", Some(_)) if name == "http" => ("HTTPS", "name it `https`"),
            ("https", None) => ("plain HTTP", "give it a certificate and `protocol: https`"),
            _ => return,
        },
        Protocol::Tcp if HTTP.contains(&word) => ("opaque TCP", "write `protocol: http`"),
        Protocol::Http if OTHERS.contains(&word) => ("HTTP", "write `protocol: tcp`"),
        Protocol::Tcp | Protocol::Http => return,
    };
    let message = format!("port `{name}` is declared to speak {spoken}");
    let help = format!("{help}, or name the port after what it speaks");
    report.add(workload, Finding::new("MC315", port.name.span, message).help(help));
}

/// One port of the application behind two ports of different protocols.
fn shared(report: &mut Report<'_>, workload: &Workload) {
    let values = report.mesh.values(workload);
    let ports = &workload.row.ports;
    for (at, port) in ports.iter().enumerate() {
        let target = values.target(port).value;
        let differs = |other: &&PortRow| {
            other.protocol != port.protocol && values.target(other).value == target
        };
        let Some(first) = ports.iter().take(at).find(differs) else { continue };
        let message = format!(
            "`{}` and `{}` lead to port {target} of the application, which speaks one protocol",
            first.name.value, port.name.value
        );
        let span = port.target.as_ref().map_or(port.port.span, |target| target.span);
        let finding = Finding::new("MC315", span, message).help("give each its own `target`");
        let related = (workload.file, first.name.span, "the other one".into());
        report.add_with(workload, finding, related);
    }
}
