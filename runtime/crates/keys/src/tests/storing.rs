//! The folder of last good documents.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::bed::{Folder, ONE_KEY, TWO_KEYS};
use crate::store::{Store, Stored};
use crate::{StoreFault, Url};

fn url(name: &str) -> Url {
    Url::parse(&format!("https://{name}.test/")).unwrap()
}

fn stored(document: &str, fetched_at: i64) -> Stored {
    Stored { document: document.into(), fetched_at }
}

fn files(folder: &Folder) -> Vec<std::path::PathBuf> {
    let listed = fs::read_dir(folder.0.join("keys")).unwrap();
    listed.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn what_was_kept_is_read_and_nobody_else_may() {
    let folder = Folder::new();
    let store = Store::open(&folder.0.join("keys")).unwrap();
    assert_eq!(store.read(&url("a")), Ok(None));
    for document in [ONE_KEY, TWO_KEYS, "\n\n"] {
        store.keep(&url("a"), &stored(document, 7)).unwrap();
        assert_eq!(store.read(&url("a")), Ok(Some(stored(document, 7))));
    }
    assert_eq!(store.read(&url("b")), Ok(None));
    let [file] = &files(&folder)[..] else { panic!("nothing half-written is left") };
    // SHA-256 of `https://a.test/`.
    let name = file.file_name().unwrap().to_str().unwrap();
    assert_eq!(name.len(), 64 + ".jwks".len());
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(file.clone()), mode(folder.0.join("keys"))), (0o600, 0o700));
}

#[test]
fn a_file_of_another_url_or_form_is_not_used() {
    let folder = Folder::new();
    let store = Store::open(&folder.0.join("keys")).unwrap();
    store.keep(&url("a"), &stored(ONE_KEY, 7)).unwrap();
    let [file] = &files(&folder)[..] else { panic!() };
    for bytes in [
        &b""[..],
        b"7 https://a.test/",
        b"7 https://b.test/\n{}",
        b"x https://a.test/\n{}",
        b"\xff https://a.test/\n{}",
        b"{}\n",
    ] {
        fs::write(file, bytes).unwrap();
        assert_eq!(store.read(&url("a")), Err(StoreFault::Form(file.clone())));
    }
    let said = store.read(&url("a")).unwrap_err().to_string();
    assert!(said.contains(&*file.to_string_lossy()), "{said}");
}

#[test]
fn a_folder_that_cannot_be_written_to_is_told() {
    let folder = Folder::new();
    let file = folder.0.join("file");
    fs::write(&file, "").unwrap();
    assert!(matches!(Store::open(&file.join("keys")), Err(StoreFault::Io(..))));
    let store = Store::open(&folder.0.join("keys")).unwrap();
    fs::remove_dir(folder.0.join("keys")).unwrap();
    let kept = store.keep(&url("a"), &stored(ONE_KEY, 7));
    assert!(matches!(kept, Err(StoreFault::Io(..))), "{kept:?}");
    store.read(&url("a")).unwrap();
}

#[test]
fn the_folder_does_not_grow_without_bound() {
    let folder = Folder::new();
    let store = Store::open(&folder.0.join("keys")).unwrap();
    let other = folder.0.join("keys/README");
    fs::write(&other, "not ours").unwrap();
    for number in 0..140 {
        store.keep(&url(&format!("n{number}")), &stored(ONE_KEY, number)).unwrap();
    }
    assert_eq!(files(&folder).len(), 128 + 1);
    assert!(other.exists());
    assert!(store.read(&url("n139")).unwrap().is_some());
}
