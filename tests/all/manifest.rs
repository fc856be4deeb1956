//! Manifests: built, looked up, and read by `sha256sum -c`.

use std::process::Command;

use notarium::crypto::sha256;
use notarium::evidence::{Manifest, ManifestLine};

fn line(path: &str, content: &[u8]) -> ManifestLine {
    ManifestLine { path: path.to_owned(), sha256: sha256(&[content]) }
}

const FILES: [(&str, &[u8]); 5] =
    [("a b/*two  spaces", b"one"), ("-dash", b""), ("证据/合同.pdf", b"two"), (" lead", b"one"), ("a", b"three")];

fn sample() -> Manifest {
    Manifest::build(FILES.iter().map(|(path, content)| line(path, content)).collect()).unwrap()
}

#[test]
fn a_built_manifest_is_sorted_and_parses() {
    let manifest = sample();
    let paths: Vec<_> = manifest.lines().iter().map(|line| line.path.as_str()).collect();
    assert_eq!(paths, [" lead", "-dash", "a", "a b/*two  spaces", "证据/合同.pdf"]);
    assert_eq!(Manifest::parse(manifest.as_bytes()).unwrap(), manifest);
}

#[test]
fn paths_and_digests_are_looked_up() {
    let manifest = sample();
    for (path, content) in FILES {
        assert_eq!(manifest.digest_of(path), Some(&sha256(&[content])));
    }
    assert_eq!(manifest.digest_of("a/"), None);
    assert_eq!(manifest.paths_of(&sha256(&[b"one"])).collect::<Vec<_>>(), [" lead", "a b/*two  spaces"]);
    assert_eq!(manifest.paths_of(&sha256(&[b"four"])).count(), 0);
}

#[test]
fn what_makes_no_manifest_is_not_built() {
    let code = |lines: Vec<ManifestLine>| Manifest::build(lines).unwrap_err().code();
    assert_eq!(code(vec![]), "empty-manifest");
    assert_eq!(code(vec![line("a", b"1"), line("b", b""), line("a", b"2")]), "repeated-path");
    assert_eq!(code(vec![line("../a", b"1")]), "bad-path");
    assert_eq!(code(vec![line("a\nb", b"1")]), "bad-path");
}

#[test]
fn sha256sum_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in FILES {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    let manifest = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(manifest.path(), sample().as_bytes()).unwrap();
    let check = || {
        let mut command = Command::new("sha256sum");
        command.args(["--check", "--strict", "--quiet"]).arg(manifest.path()).current_dir(folder.path());
        command.output().unwrap().status.success()
    };
    assert!(check());
    std::fs::write(folder.path().join("a"), b"four").unwrap();
    assert!(!check());
}
