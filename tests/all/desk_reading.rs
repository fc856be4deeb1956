//! What the desk reads: files, folders, details, and how a file differs from what was deposited.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use notarium::crypto::{DualHasher, SigningKey};
use notarium::desk::{
    Deposited, DetailsError, FileError, FolderError, Progress, Target, compose, digest_file, explain, manifest_of,
    without_own_work,
};
use notarium::evidence::{DigestMode, Fingerprint, Salt};
use notarium::report::{Change, FolderDifference, Remark, Renamed};

#[derive(Default)]
pub(crate) struct Counter {
    pub(crate) expected: AtomicU64,
    pub(crate) read: AtomicU64,
}

impl Progress for Counter {
    fn expect(&self, bytes: u64) {
        self.expected.fetch_add(bytes, Ordering::Relaxed);
    }

    fn advance(&self, bytes: u64) {
        self.read.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// Changes a file as soon as any of it has been read.
struct Meddler<'a>(&'a Path);

impl Progress for Meddler<'_> {
    fn expect(&self, _: u64) {}

    fn advance(&self, _: u64) {
        let mut bytes = fs::read(self.0).unwrap();
        bytes.push(b'x');
        fs::write(self.0, bytes).unwrap();
    }
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }
}

#[test]
fn one_read_gives_both_digests_whatever_the_length() {
    let folder = Folder::new();
    let known = digest_file(&folder.put("abc", "abc"), &Counter::default()).unwrap();
    // FIPS 180-4 and GB/T 32905 appendix A.
    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let sm3 = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";
    assert_eq!((known.sha256.to_string(), known.sm3.to_string(), known.length), (sha256.into(), sm3.into(), 3));
    for length in [0, 1, 262_143, 262_144, 1_048_575, 1_048_576, 1_048_577, 1_835_008, 5_000_001] {
        let bytes: Vec<u8> = (0..length).map(|at: u32| at.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
        let mut hasher = DualHasher::new();
        hasher.update(&bytes);
        let counter = Counter::default();
        assert_eq!(digest_file(&folder.put("some", &bytes), &counter).unwrap(), hasher.finish(), "{length}");
        assert_eq!(counter.read.into_inner(), u64::from(length));
    }
}

#[test]
fn a_file_that_changes_while_it_is_read_is_refused() {
    let folder = Folder::new();
    for length in [10, 3 << 20] {
        let path = folder.put("moving", vec![b'a'; length]);
        let error = digest_file(&path, &Meddler(&path)).unwrap_err();
        assert!(matches!(error, FileError::Changed { .. }), "{error}");
    }
}

#[test]
fn what_is_no_readable_file_is_refused_by_name() {
    let folder = Folder::new();
    let file = folder.put("file", "");
    symlink("loop", folder.path("loop")).unwrap();
    for path in [folder.path("missing"), file.join("within"), folder.path("loop"), folder.path(&"x".repeat(300))] {
        let error = digest_file(&path, &Counter::default()).unwrap_err();
        assert!(error.to_string().contains(path.to_str().unwrap()) && error.hint().is_some(), "{error}");
    }
    let itself = digest_file(folder.0.path(), &Counter::default()).unwrap_err();
    assert!(matches!(itself, FileError::NotAFile { .. }));
    let device = digest_file(Path::new("/dev/zero"), &Counter::default()).unwrap_err();
    assert!(matches!(device, FileError::NotAFile { .. }));
}

#[test]
fn a_manifest_is_what_sha256sum_checks() {
    let folder = Folder::new();
    folder.put("work/b.txt", "b");
    folder.put("work/a/2.txt", "a2");
    folder.put("work/a/中文 名.txt", "");
    folder.put("work/.hidden", "h");
    let counter = Counter::default();
    let manifest = manifest_of(&folder.path("work"), &counter).unwrap();
    let paths: Vec<_> = manifest.lines().iter().map(|line| line.path.as_str()).collect();
    assert_eq!(paths, [".hidden", "a/2.txt", "a/中文 名.txt", "b.txt"]);
    assert_eq!((counter.expected.into_inner(), counter.read.into_inner()), (4, 4));
    fs::write(folder.path("work.sha256"), manifest.as_bytes()).unwrap();
    let check = std::process::Command::new("sha256sum")
        .args(["--check", "--strict", "../work.sha256"])
        .current_dir(folder.path("work"))
        .output()
        .unwrap();
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
}

#[test]
fn folders_that_make_no_manifest_say_what_is_in_the_way() {
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new();
    fs::create_dir_all(folder.path("empty/within")).unwrap();
    let empty = manifest_of(&folder.path("empty"), &Counter::default()).unwrap_err();
    assert!(matches!(empty, FolderError::Empty { .. }));
    let file = folder.put("bad/file", "x");
    symlink(&file, folder.path("bad/link")).unwrap();
    symlink(folder.path("empty"), folder.path("bad/folder-link")).unwrap();
    folder.put("bad/back\\slash", "x");
    fs::write(folder.path("bad").join(std::ffi::OsStr::from_bytes(b"l\xFFatin")), "x").unwrap();
    let error = manifest_of(&folder.path("bad"), &Counter::default()).unwrap_err().to_string();
    for part in
        ["bad/link (a link)", "folder-link (a link)", "back\\slash (a backslash", "atin (a name that is not UTF-8)"]
    {
        assert!(error.contains(part), "{part} in {error}");
    }
    assert!(!error.contains("bad/file"), "{error}");
}

#[test]
fn a_folder_is_compared_with_its_manifest_by_name() {
    let folder = Folder::new();
    for name in ["same", "changed", "missing", "old name"] {
        folder.put(&format!("work/{name}"), name);
    }
    let deposited = manifest_of(&folder.path("work"), &Counter::default()).unwrap();
    folder.put("work/changed", "other");
    folder.put("work/added", "new");
    fs::remove_file(folder.path("work/missing")).unwrap();
    fs::rename(folder.path("work/old name"), folder.path("work/a new name")).unwrap();
    let now = manifest_of(&folder.path("work"), &Counter::default()).unwrap();
    let difference = FolderDifference::between(&deposited, &now);
    let expected = FolderDifference {
        same: 1,
        changed: vec!["changed".into()],
        missing: vec!["missing".into()],
        added: vec!["added".into()],
        renamed: vec![Renamed { from: "old name".into(), to: "a new name".into() }],
    };
    assert_eq!(difference, expected);
    assert!(FolderDifference::between(&now, &now).is_none());
}

#[test]
fn details_are_committed_to_as_typed_with_the_title_put_in() {
    let path = Path::new("d.json");
    let with = |json: &str, title| {
        compose(Some((path, json.as_bytes())), title).map(|details| String::from_utf8(details.unwrap().bytes).unwrap())
    };
    assert_eq!(compose(None, None).unwrap(), None);
    assert_eq!(compose(None, Some("a \"b\"")).unwrap().unwrap().bytes, br#"{"title":"a \"b\""}"#);
    assert_eq!(with("{ \"n\": 1.0 }\n", None).unwrap(), "{ \"n\": 1.0 }\n");
    assert_eq!(with("\n { \"n\": 1.0 }\n", Some("T")).unwrap(), "\n {\"title\":\"T\", \"n\": 1.0 }\n");
    assert_eq!(with("{ }", Some("T")).unwrap(), "{\"title\":\"T\" }");
    assert!(matches!(with(r#"{"title":"S"}"#, Some("T")), Err(DetailsError::TwoTitles { .. })));
    for json in ["", "[]", "{", r#"{"a":1,"a":2}"#, "\u{feff}{}"] {
        assert!(matches!(with(json, None), Err(DetailsError::Flawed { .. })), "{json}");
    }
    let unknown = compose(Some((path, br#"{"titel":"x","note":"y"}"#)), None).unwrap().unwrap().unknown;
    assert_eq!(unknown, ["titel"]);
    assert!(matches!(compose(None, Some(&"x".repeat(32_000))), Err(DetailsError::BadTitle(_))));
}

#[test]
fn what_a_shell_s_star_names_beside_the_evidence_is_left_out() {
    let folder = Folder::new();
    let star = ["a", "a.receipt", "a.receipt.part", "b.receipt", "d", "d.sha256", "d.sha256.receipt", "e.sha256", "a"];
    fs::create_dir(folder.path("d")).unwrap();
    let named = without_own_work(&star.map(|name| folder.path(name)));
    assert_eq!(named.kept, ["a", "b.receipt", "d", "e.sha256"].map(|name| folder.path(name)));
    assert_eq!((named.own_work.len(), named.repeated.len()), (4, 1));
}

#[test]
fn one_file_under_several_names_is_deposited_once() {
    let folder = Folder::new();
    let file = folder.put("a", "x");
    folder.put("other", "x");
    folder.put("d/f", "x");
    symlink(&file, folder.path("link")).unwrap();
    fs::hard_link(&file, folder.path("hard")).unwrap();
    symlink(folder.path("d"), folder.path("d-link")).unwrap();
    let names = ["a", "./a", "d/../a", "link", "hard", "other", "d", "./d/", "d-link", "d/f", "missing", "./missing"];
    let left = without_own_work(&names.map(|name| folder.path(name)));
    assert_eq!(left.kept, ["a", "other", "d", "d/f", "missing"].map(|name| folder.path(name)));
    assert_eq!(left.repeated.len(), 7);
    // What belongs to one name is known under every name of its folder.
    let own = ["a", "d/../a.receipt", "d-link", "./d-link.sha256", "link.receipt"].map(|name| folder.path(name));
    assert_eq!(without_own_work(&own).own_work, [own[1].clone(), own[3].clone()]);
}

/// With a look at every other path for each this would not end.
#[test]
fn a_folder_full_of_names_is_looked_through_once() {
    let folder = Folder::new();
    let paths: Vec<_> = (0..20_000).map(|n| folder.path(&format!("f{}{}", n / 2, [".receipt", ""][n % 2]))).collect();
    let named = without_own_work(&paths);
    assert_eq!((named.kept.len(), named.own_work.len()), (10_000, 10_000));
}

/// A link that is named is followed, to a file or to a folder; the receipt lies beside the name that was given.
#[test]
fn a_folder_is_read_through_a_link_as_a_file_is() {
    let folder = Folder::new();
    folder.put("work/a", "a");
    symlink(folder.path("work"), folder.path("link")).unwrap();
    let [itself, linked] = ["work", "link/"].map(|name| manifest_of(&folder.path(name), &Counter::default()).unwrap());
    assert_eq!(itself, linked);
    let target = Target::new(&folder.path("link")).unwrap();
    assert!(target.is_folder());
    assert_eq!(target.receipt(), folder.path("link.sha256.receipt"));
}

/// The fingerprint of `deposited`, and what is said of `now` when that was deposited.
fn remarks(mode: DigestMode, deposited: &str, now: &str) -> Vec<Remark> {
    let folder = Folder::new();
    let (salt, public_key) = (Salt::from_bytes([5; 32]), SigningKey::from_seed(&[3; 32]).public());
    let mut hasher = DualHasher::new();
    hasher.update(deposited.as_bytes());
    let digests = hasher.finish();
    let fingerprint = match mode {
        DigestMode::Plain => Fingerprint::plain(&digests),
        DigestMode::Salted => Fingerprint::salted(&digests, &salt, &public_key),
    };
    let deposited = Deposited { fingerprint: &fingerprint, salt: Some(&salt), public_key: &public_key };
    explain(&folder.put("f", now), deposited, &Counter::default()).unwrap()
}

#[test]
fn small_changes_are_explained_in_both_modes() {
    let cases = [
        ("a", "a\n", Change::DropFinalLf),
        ("a\n", "a\n\n", Change::DropFinalLf),
        ("", "\n", Change::DropFinalLf),
        ("a", "a\r\n", Change::DropFinalCrLf),
        ("a\n", "a", Change::AddFinalLf),
        ("a\r\n", "a", Change::AddFinalCrLf),
        ("a", "\u{feff}a", Change::DropByteOrderMark),
        ("\u{feff}a", "a", Change::AddByteOrderMark),
        ("a\nb\n\nc", "a\r\nb\r\n\r\nc", Change::CrLfToLf),
        ("a\r\nb\r\n\r\nc\r\n", "a\nb\n\nc\n", Change::LfToCrLf),
        ("a\rb\n", "a\rb\r\n", Change::CrLfToLf),
    ];
    for (deposited, now, change) in cases {
        let lengths = match now.len().abs_diff(deposited.len()) as u64 {
            bytes if now.len() > deposited.len() => Remark::LongerBy(bytes),
            bytes => Remark::ShorterBy(bytes),
        };
        assert_eq!(remarks(DigestMode::Plain, deposited, now), [lengths, Remark::WouldMatchAfter(change)], "{now:?}");
        assert_eq!(remarks(DigestMode::Salted, deposited, now), [Remark::WouldMatchAfter(change)], "{now:?}");
    }
}

#[test]
fn line_ends_are_rewritten_across_the_borders_of_what_is_read_at_once() {
    for offset in 0..4 {
        let lines = "0123456\n".repeat(80_000);
        let deposited = format!("{}{lines}", "x".repeat(offset));
        assert_eq!(
            remarks(DigestMode::Plain, &deposited, &deposited.replace('\n', "\r\n")),
            [Remark::LongerBy(80_000), Remark::WouldMatchAfter(Change::CrLfToLf)]
        );
    }
}

#[test]
fn other_changes_are_not_explained_away() {
    assert_eq!(remarks(DigestMode::Plain, "abc", "abd"), []);
    assert_eq!(remarks(DigestMode::Plain, "abc", "abcd"), [Remark::LongerBy(1)]);
    assert_eq!(remarks(DigestMode::Plain, "abc\n", "abd"), [Remark::ShorterBy(1)]);
    assert_eq!(remarks(DigestMode::Plain, "abc", ""), [Remark::ShorterBy(3)]);
    assert_eq!(remarks(DigestMode::Salted, "abc", "abd\n"), []);
}
