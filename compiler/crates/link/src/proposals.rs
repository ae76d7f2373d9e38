//! What may have been meant by names that nothing has.

use std::sync::{Arc, Mutex, PoisonError};

use meshc_check::nearest;
use rustc_hash::FxHashMap;

use crate::mesh::Mesh;
use crate::resolve::Reference;

/// Most names that are proposed.
const MOST: usize = 3;

/// Names that were proposed, each sought once among all that there are: what many call is missed by
/// many when it is gone. Meshes with the same names share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proposals {
    known: Arc<Mutex<Known>>,
}

/// By the name that nothing has, and whether only its own namespace was meant.
type Known = FxHashMap<(String, bool), Arc<[String]>>;

impl Mesh {
    /// Names near one that no service, gateway or destination outside has: of its namespace without
    /// it, else that name in other namespaces, else, where somebody wrote the namespace, whatever
    /// is near to both.
    pub(crate) fn proposed(&self, name: &Reference<'_>, own: bool) -> Arc<[String]> {
        let key = (name.id(), own);
        let known = || self.proposals.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known().get(&key) {
            return Arc::clone(found);
        }
        let found: Arc<[String]> = self.sought(name, &key.0, own).into();
        known().insert(key, Arc::clone(&found));
        found
    }

    fn sought(&self, name: &Reference<'_>, id: &str, own: bool) -> Vec<String> {
        let inside = self.workloads.ids_inside(name.namespace).map(alone);
        let outside = self.externals.iter().filter(|one| one.namespace == name.namespace);
        let outside = outside.map(|one| one.row.name.value.as_str());
        let mut found = nearest(name.name, inside.chain(outside));
        if found.is_empty() {
            let same = |id: &&str| alone(id) == name.name;
            found = self.workloads.ids().filter(same).take(MOST).collect();
        }
        if found.is_empty() && !own {
            found = nearest(id, self.workloads.ids());
        }
        found.into_iter().map(str::to_owned).collect()
    }
}

/// A name without its namespace.
fn alone(id: &str) -> &str {
    id.split_once('/').map_or(id, |(_, name)| name)
}
