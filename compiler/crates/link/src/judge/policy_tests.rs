//! Policy tests: whom they name, and what tells them apart.

use super::Report;
use super::ports::twice;
use super::users::known;

pub(super) fn judge(report: &mut Report<'_>) {
    let mesh = report.mesh;
    for (file, test) in &mesh.tests {
        if let Some((issuer, _)) = &test.user {
            known(report, *file, issuer);
        }
    }
    // The tests of a document follow one another.
    let documents = mesh.tests.chunk_by(|(file, one), (other, next)| {
        let home = |namespace: &Option<meshc_check::unit::At<String>>| {
            namespace.as_ref().map(|at| at.value.clone())
        };
        file == other
            && one.document == next.document
            && home(&one.namespace) == home(&next.namespace)
    });
    for tests in documents {
        let Some((file, _)) = tests.first() else { continue };
        let names = tests.iter().map(|(_, test)| (test.name.value.clone(), test.name.span));
        twice(report, *file, "test", names);
    }
}
