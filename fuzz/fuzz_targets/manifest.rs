//! Manifests: one encoding, sorted, each path once and plain.
#![no_main]

use libfuzzer_sys::fuzz_target;
use notarium::evidence::Manifest;

fuzz_target!(|bytes: &[u8]| {
    let Ok(manifest) = Manifest::parse(bytes) else { return };
    assert_eq!(manifest.as_bytes(), bytes);
    let mut lines = manifest.lines().to_vec();
    assert!(lines.is_sorted_by(|one, next| one.path < next.path));
    for line in &lines {
        assert_eq!(manifest.digest_of(&line.path), Some(&line.sha256));
        assert!(manifest.paths_of(&line.sha256).any(|path| path == line.path));
        let plain = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\\', '\r', '\n']);
        assert!(line.path.split('/').all(plain), "{:?}", line.path);
    }
    lines.reverse();
    assert_eq!(Manifest::build(lines).expect("the same lines").as_bytes(), bytes);
});
