//! Private keys on disk, and OpenSSL's opinion of them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use notarium::crypto::SigningKey;
use notarium::keyfile::{self, KeyFileError, PBKDF2_ROUNDS, Passphrase};
use zeroize::Zeroizing;

/// RFC 8410 section 10.3: the private key in version 1, and the same with a public key in version 2.
const RFC_8410_V1: &str = "-----BEGIN PRIVATE KEY-----\n\
    MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
const RFC_8410_V2: &str = "-----BEGIN PRIVATE KEY-----\n\
    MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
    oB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB\n\
    Z9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PRIVATE KEY-----\n";
const RFC_8410_PUBLIC: &str = "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(Zeroizing::new(text.to_owned())).unwrap()
}

fn put(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("some.key");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path
}

fn openssl(arguments: &[&str]) -> String {
    let output =
        Command::new("openssl").args(arguments).output().expect("these tests need openssl (.ci/setup --tests)");
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn refusal(text: &str) -> KeyFileError {
    let folder = folder();
    keyfile::read(&put(folder.path(), text), || None).unwrap_err()
}

#[test]
fn a_key_of_rfc_8410_is_read_in_both_versions() {
    for text in [RFC_8410_V1, RFC_8410_V2, &RFC_8410_V1.replace('\n', "\r\n")] {
        let folder = folder();
        let unlocked = keyfile::read(&put(folder.path(), text), || panic!("asked for a passphrase")).unwrap();
        assert_eq!(unlocked.key.public().to_string(), RFC_8410_PUBLIC);
        assert_eq!(unlocked.exposed, None);
    }
}

#[test]
fn what_is_written_is_the_rfc_s_own_bytes() {
    let folder = folder();
    let from = keyfile::read(&put(folder.path(), RFC_8410_V1), || None).unwrap().key;
    let to = folder.path().join("again.key");
    keyfile::write_new(&to, &from, None).unwrap();
    assert_eq!(fs::read_to_string(&to).unwrap(), RFC_8410_V1);
    assert_eq!(fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn openssl_reads_a_plain_key_and_signs_alike() {
    let folder = folder();
    let (key_path, message) = (folder.path().join("me.key"), folder.path().join("message"));
    let key = keyfile::generate().unwrap();
    keyfile::write_new(&key_path, &key, None).unwrap();
    fs::write(&message, "to be signed").unwrap();
    let text = openssl(&["pkey", "-in", key_path.to_str().unwrap(), "-noout", "-text_pub"]);
    let digits: String = text.chars().skip_while(|c| *c != '\n').filter(char::is_ascii_hexdigit).collect();
    assert!(digits.ends_with(&key.public().to_string()), "{text}");
    let signature = folder.path().join("signature");
    let [key_path, message, out] = [&key_path, &message, &signature].map(|path| path.to_str().unwrap());
    openssl(&["pkeyutl", "-sign", "-rawin", "-inkey", key_path, "-in", message, "-out", out]);
    assert_eq!(fs::read(&signature).unwrap(), key.sign(b"to be signed").as_bytes());
}

#[test]
fn openssl_reads_an_encrypted_key_and_finds_the_stated_encryption() {
    let folder = folder();
    let path = folder.path().join("me.key");
    let key = keyfile::generate().unwrap();
    keyfile::write_new(&path, &key, Some(&passphrase("open sesame 芝麻开门"))).unwrap();
    let name = path.to_str().unwrap();
    openssl(&["pkey", "-in", name, "-passin", "pass:open sesame 芝麻开门", "-noout"]);
    let asn1 = openssl(&["asn1parse", "-in", name]);
    assert!(asn1.contains(&format!(":{PBKDF2_ROUNDS:06X}")), "{asn1}");
    for part in ["PBES2", "PBKDF2", "hmacWithSHA256", "aes-256-cbc"] {
        assert!(asn1.contains(part), "{part} in {asn1}");
    }
    let back = keyfile::read(&path, || Some(passphrase("open sesame 芝麻开门"))).unwrap();
    assert_eq!(back.key.public(), key.public());
}

#[test]
fn a_key_that_openssl_makes_is_read_plain_and_encrypted() {
    let folder = folder();
    let [plain, encrypted] = ["plain.key", "encrypted.key"].map(|name| folder.path().join(name));
    openssl(&["genpkey", "-algorithm", "ed25519", "-out", plain.to_str().unwrap()]);
    let (from, to) = (plain.to_str().unwrap(), encrypted.to_str().unwrap());
    openssl(&["pkcs8", "-topk8", "-v2", "aes-256-cbc", "-in", from, "-out", to, "-passout", "pass:secret"]);
    let one = keyfile::read(&plain, || None).unwrap().key;
    let other = keyfile::read(&encrypted, || Some(passphrase("secret"))).unwrap().key;
    assert_eq!(one.public(), other.public());
}

#[test]
fn wrong_and_lacking_passphrases_are_told_apart() {
    let folder = folder();
    let path = folder.path().join("me.key");
    keyfile::write_new(&path, &SigningKey::from_seed(&[1; 32]), Some(&passphrase("right"))).unwrap();
    let wrong = keyfile::read(&path, || Some(passphrase("wrong"))).unwrap_err();
    assert!(matches!(wrong, KeyFileError::WrongPassphrase { .. }), "{wrong}");
    let lacking = keyfile::read(&path, || None).unwrap_err();
    assert!(matches!(lacking, KeyFileError::NoPassphrase { .. }), "{lacking}");
    assert!(lacking.hint().unwrap().contains("NOTARIUM_PASSPHRASE"));
    assert!(Passphrase::new(Zeroizing::new(String::new())).is_none());
}

#[test]
fn what_is_no_ed25519_key_is_refused_and_named() {
    let folder = folder();
    let other = folder.path().join("p256.key");
    let path = other.to_str().unwrap();
    openssl(&["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path]);
    let error = keyfile::read(&other, || None).unwrap_err();
    assert!(
        matches!(&error, KeyFileError::WrongAlgorithm { algorithm, .. } if algorithm == "1.2.840.10045.2.1"),
        "{error}"
    );
    let label = refusal(&RFC_8410_V1.replace("PRIVATE", "PUBLIC"));
    assert!(label.to_string().contains("labelled PUBLIC KEY"), "{label}");
    for text in ["", "key", &RFC_8410_V1[..60], &RFC_8410_V1.replace("MC4C", "MC4D"), "\u{0}\u{1}"] {
        assert!(matches!(refusal(text), KeyFileError::Malformed { .. }), "{text:?}");
    }
    let other_public = RFC_8410_V2.replace("oxZuE=", "oxZuI=").replace("AxZuE=", "AxZuI=");
    assert!(matches!(refusal(&other_public), KeyFileError::WrongPublicKey { .. }));
    let long = refusal(&format!("{}{RFC_8410_V1}", " ".repeat(20_000)));
    assert!(matches!(long, KeyFileError::Io { .. }), "{long}");
}

#[test]
fn a_key_is_never_overwritten_unasked() {
    let folder = folder();
    let path = folder.path().join("me.key");
    let (one, other) = (SigningKey::from_seed(&[1; 32]), SigningKey::from_seed(&[2; 32]));
    keyfile::write_new(&path, &one, None).unwrap();
    assert!(matches!(keyfile::write_new(&path, &other, None), Err(KeyFileError::Exists { .. })));
    assert_eq!(keyfile::read(&path, || None).unwrap().key.public(), one.public());
    keyfile::replace(&path, &other, None).unwrap();
    assert_eq!(keyfile::read(&path, || None).unwrap().key.public(), other.public());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_a_process_that_died_has_left_is_not_in_the_way() {
    let folder = folder();
    let path = folder.path().join("me.key");
    keyfile::write_new(&path, &SigningKey::from_seed(&[1; 32]), None).unwrap();
    fs::write(folder.path().join("me.key.new"), "half a key").unwrap();
    let other = SigningKey::from_seed(&[2; 32]);
    keyfile::replace(&path, &other, None).unwrap();
    assert_eq!(keyfile::read(&path, || None).unwrap().key.public(), other.public());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn every_error_has_a_way_out() {
    let folder = folder();
    let key = SigningKey::from_seed(&[1; 32]);
    let missing = folder.path().join("missing/me.key");
    let wrong = folder.path().join("me.key");
    keyfile::write_new(&wrong, &key, Some(&passphrase("right"))).unwrap();
    let other_public = RFC_8410_V2.replace("oxZuE=", "oxZuI=").replace("AxZuE=", "AxZuI=");
    let errors = [
        keyfile::write_new(&missing, &key, None).unwrap_err(),
        keyfile::replace(&missing, &key, None).unwrap_err(),
        keyfile::read(&missing, || None).unwrap_err(),
        keyfile::read(folder.path(), || None).unwrap_err(),
        keyfile::read(&wrong, || Some(passphrase("wrong"))).unwrap_err(),
        refusal(&other_public),
        refusal(""),
    ];
    for error in errors {
        assert!(error.hint().is_some(), "{error}");
    }
}

#[test]
fn a_key_that_others_can_read_is_read_with_a_warning() {
    let folder = folder();
    let path = put(folder.path(), RFC_8410_V1);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(keyfile::read(&path, || None).unwrap().exposed, Some(0o644));
}

#[test]
fn no_secret_is_in_a_debug_form() {
    let unlocked = keyfile::Unlocked { key: SigningKey::from_seed(&[0xab; 32]), exposed: None };
    let shown = format!("{unlocked:?} {:?}", passphrase("hunter2"));
    assert!(
        !shown.contains("hunter2") && !shown.to_lowercase().contains("abab") && !shown.contains("171, 171"),
        "{shown}"
    );
}
