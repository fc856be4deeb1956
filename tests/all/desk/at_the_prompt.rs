//! The same at the command line: where the system says no, over TLS, and what `verify` makes of packages and ledgers.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use notarium::evidence::Manifest;
use notarium::keyfile;
use serde_json::Value;

use super::{Scene, wish};
use crate::client::{Tls, statement};
use crate::toy_ledger::Toy;

const PROGRAM: &str = env!("CARGO_BIN_EXE_notarium");

fn with_surroundings<'a>(command: &'a mut Command, folder: &Path) -> &'a mut Command {
    command.env_clear().envs([("LC_ALL", "C"), ("TZ", "UTC"), ("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")]);
    command.current_dir(folder)
}

/// The arguments of a deposit of these paths with the scene's key.
fn arguments(scene: &Scene, paths: &[&str]) -> Vec<String> {
    let key = scene.path("me.key");
    if !key.exists() {
        keyfile::write_new(&key, &scene.key, None).unwrap();
    }
    let words = ["submit", "--ledger", scene.toy.url.as_str(), "--key", "me.key"];
    words.iter().chain(paths).map(|word| (*word).to_owned()).collect()
}

pub(super) fn submit(scene: &Scene, paths: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    with_surroundings(&mut command, scene.folder.path()).args(arguments(scene, paths));
    command
}

/// The same by way of a shell that says something first; `exec "$0" "$@"` follows.
fn submit_after(scene: &Scene, before: &str, paths: &[&str]) -> Output {
    let mut command = Command::new("sh");
    with_surroundings(&mut command, scene.folder.path());
    command.args(["-c", &format!("{before} exec \"$0\" \"$@\""), PROGRAM]).args(arguments(scene, paths));
    command.output().unwrap()
}

/// A command that file modes hold for, whoever runs the tests: root without its capabilities is as anybody.
pub(super) fn submit_unprivileged(scene: &Scene, paths: &[&str]) -> Output {
    if !rustix::process::geteuid().is_root() {
        return submit(scene, paths).output().unwrap();
    }
    let mut command = Command::new("setpriv");
    with_surroundings(&mut command, scene.folder.path());
    command.args(["--bounding-set=-all", "--inh-caps=-all", PROGRAM]).args(arguments(scene, paths));
    command.output().expect("run by root, these tests need setpriv")
}

pub(super) fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn verify(scene: &Scene, words: &[&str]) -> Output {
    fs::write(scene.path("policy"), scene.toy.policy()).unwrap();
    let mut command = Command::new(PROGRAM);
    with_surroundings(&mut command, scene.folder.path()).args(["verify", "--policy", "policy"]).args(words);
    command.output().unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_file_that_may_not_be_read_is_named_and_the_others_are_deposited() {
    let scene = Scene::new();
    chmod(&scene.put("secret", "x"), 0o000);
    scene.put("open", "y");
    let output = submit_unprivileged(&scene, &["secret", "open"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("cannot read secret: Permission denied"), "{}", said(&output));
    assert!(said(&output).contains("hint: get read permission"), "{}", said(&output));
    assert_eq!(scene.names(), ["me.key", "open", "open.receipt", "secret"]);
}

#[test]
fn a_package_with_a_file_that_may_not_be_read_is_not_deposited_without_it() {
    let scene = Scene::new();
    scene.put("work/open", "y");
    chmod(&scene.put("work/secret", "x"), 0o000);
    let output = submit_unprivileged(&scene, &["work"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("cannot read work/secret: Permission denied"), "{}", said(&output));
    assert_eq!((scene.toy.size(), scene.names()), (1, vec!["me.key".to_owned(), "work".to_owned()]));
}

#[test]
fn a_folder_that_may_not_be_written_to_stops_a_deposit_before_anything_is_sent() {
    let scene = Scene::new();
    scene.put("there/f", "x");
    let paths = arguments(&scene, &[]);
    chmod(&scene.path("there"), 0o555);
    let output = submit_unprivileged(&scene, &["there/f"]);
    chmod(&scene.path("there"), 0o755);
    assert_eq!((output.status.code(), paths.len()), (Some(1), 5), "{}", said(&output));
    assert!(said(&output).contains("cannot write there/f.receipt.part"), "{}", said(&output));
    assert!(said(&output).contains("hint: get write permission"), "{}", said(&output));
    assert_eq!((scene.toy.size(), fs::read_dir(scene.path("there")).unwrap().count()), (1, 1));
}

#[test]
fn without_room_for_the_part_nothing_is_sent_and_nothing_left() {
    let scene = Scene::new();
    scene.put("f", "x");
    let output = submit_after(&scene, "trap '' XFSZ; ulimit -f 0;", &["f"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("cannot write f.receipt.part: File too large"), "{}", said(&output));
    assert!(said(&output).contains("hint: "), "{}", said(&output));
    assert_eq!((scene.toy.size(), scene.names()), (1, vec!["f".to_owned(), "me.key".to_owned()]));
}

#[test]
fn without_room_for_the_receipt_the_part_stays_and_the_next_run_gets_the_same_entry() {
    let scene = Scene::new();
    // With the last place of a full tree its path is long: the part fits into 1024 bytes, the receipt does not.
    for nonce in 0..=253 {
        scene.toy.book().admit(&statement(b"before", nonce));
    }
    scene.put("f", "x");
    let state = |last: &str| (256, ["f", last, "me.key"].map(str::to_owned).to_vec());
    let output = submit_after(&scene, "trap '' XFSZ; ulimit -f 2;", &["f"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("cannot write f.receipt: File too large"), "{}", said(&output));
    assert_eq!((scene.toy.size(), scene.names()), state("f.receipt.part"));
    let output = submit(&scene, &["f"]).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("finished: entry 255,"), "{}", said(&output));
    assert_eq!((scene.toy.size(), scene.names()), state("f.receipt"));
}

#[test]
fn a_deposit_over_tls_trusts_the_authority_that_is_named() {
    let tls = Tls::start();
    let mut scene = Scene::new();
    let authority = tls.authority();
    scene.toy = tls.toy;
    scene.put("f", "x");
    let refused = submit(&scene, &["f"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    assert!(said(&refused).contains("SSL_CERT_FILE"), "{}", said(&refused));
    let output = submit(&scene, &["f"]).env("SSL_CERT_FILE", authority).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!((scene.toy.size(), scene.names()), (2, ["f", "f.receipt", "me.key"].map(Into::into).into()));
    let output = verify(&scene, &["f"]);
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn a_package_has_one_verdict_and_one_shape() {
    let scene = Scene::new();
    scene.put("work/a", "a");
    scene.put("work/b", "b");
    scene.put("work/c", "c");
    scene.deposit(&scene.path("work"), &wish()).unwrap();
    let whole = json(&verify(&scene, &["work", "--json"]));
    assert_eq!((&whole["format"], &whole["verdict"]), (&"notarium/report/1".into(), &"match".into()));
    assert_eq!(whole["facts"]["evidence"]["folder"]["same"], 3);
    scene.put("work/a", "A");
    scene.put("work/d", "d");
    fs::rename(scene.path("work/b"), scene.path("work/e")).unwrap();
    fs::remove_file(scene.path("work/c")).unwrap();
    let output = verify(&scene, &["work", "--json"]);
    let report = json(&output);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!((&report["format"], &report["verdict"]), (&"notarium/report/1".into(), &"mismatch".into()));
    assert_eq!(report["checks"][1]["outcome"], "failed");
    let folder = serde_json::json!({
        "same": 0, "changed": ["a"], "missing": ["c"], "added": ["d"], "renamed": [{ "from": "b", "to": "e" }]
    });
    assert_eq!(report["facts"]["evidence"]["folder"], folder);
    let text = String::from_utf8(verify(&scene, &["work"]).stdout).unwrap();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(" MISMATCH "), "{text}");
    assert!(!text.contains(" MATCH"), "{text}");
    assert!(text.contains("1 changed, 1 missing, 1 added, 1 renamed") && text.contains("b -> e"), "{text}");
    // A manifest that was changed along with the folder is another thing than what was deposited.
    let lines = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afe48bb  x\n".replacen("ca9", "cca9", 1);
    assert!(Manifest::parse(lines.as_bytes()).is_ok());
    fs::write(scene.path("work.sha256"), lines).unwrap();
    assert_eq!(json(&verify(&scene, &["work", "--json"]))["verdict"], "mismatch");
}

#[test]
fn step_8_that_goes_wrong_is_a_warning_and_the_others_are_reported() {
    let scene = Scene::new();
    let path = scene.put("f", "x");
    scene.deposit(&path, &wish()).unwrap();
    let asked = |ledger: &str| {
        let output = verify(&scene, &["f", "--json", "--ledger", ledger]);
        assert_eq!((output.status.code(), &json(&output)["verdict"]), (Some(0), &"match".into()), "{}", said(&output));
        (json(&output)["checks"][7]["outcome"].clone(), said(&output))
    };
    let (outcome, words) = asked(&scene.toy.url);
    assert_eq!((outcome, words), ("passed".into(), String::new()));
    // Nobody there; not a ledger; the same name and another history.
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let other = Toy::start();
    let stranger = Scene { toy: other, ..Scene::new() };
    stranger.deposit(&stranger.put("other", "y"), &wish()).unwrap();
    for (ledger, why) in [
        (address.as_str(), "cannot be reached"),
        ("missing", "cannot look into ledger missing"),
        (stranger.toy.url.as_str(), "has another entry 1 than the receipt"),
        (Toy::start().url.as_str(), "step 8 is not made"),
    ] {
        let (outcome, words) = asked(ledger);
        assert_eq!(outcome, "not-made", "{ledger}");
        assert!(words.starts_with("warning: step 8 is not made: ") && words.contains(why), "{words}");
        assert!(words.contains("hint: "), "{words}");
    }
}

#[test]
fn what_a_ledger_s_folder_has_against_it_is_told_beside_its_answer() {
    let scene = Scene::new();
    scene.put("f", "x");
    let run = |words: &[&str]| {
        let mut command = Command::new(PROGRAM);
        with_surroundings(&mut command, scene.folder.path()).args(words);
        command
    };
    assert!(run(&["init", "L", "--origin", "ledger.example/doubted"]).output().unwrap().status.success());
    let mut server = run(&["serve", "L", "--listen", "127.0.0.1:0", "--log", "off", "--least-free-mib", "0"]);
    let mut server = server.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.trim().strip_prefix("listening on ").unwrap();
    arguments(&scene, &[]);
    let submitted = run(&["submit", "f", "--ledger", url, "--key", "me.key"]).output().unwrap();
    assert!(submitted.status.success(), "{}", said(&submitted));
    let ask = |ledger| run(&["verify", "f", "--policy", "L/policy", "--json", "--ledger", ledger]).output().unwrap();
    let by_address = json(&ask(url));
    server.kill().unwrap();
    server.wait().unwrap();
    let mut by_folder = json(&ask("L"));
    assert_eq!((&by_address["checks"][7]["outcome"], &by_address["verdict"]), (&"passed".into(), &"match".into()));
    // The same words as the server's, but for where it was asked.
    by_folder["facts"]["ledger"]["source"] = by_address["facts"]["ledger"]["source"].clone();
    assert_eq!(by_folder["facts"]["ledger"], by_address["facts"]["ledger"]);
    assert_eq!(by_folder["facts"]["ledger"]["key"]["standing"], "not-enrolled");
    fs::remove_file(scene.path("L/tip")).unwrap();
    let doubted = ask("L");
    assert!(said(&doubted).starts_with("warning: the ledger in L would not open: "), "{}", said(&doubted));
    assert_eq!(json(&doubted)["checks"][7]["outcome"], "passed", "{}", said(&doubted));
}

#[test]
fn json_is_safe_to_look_at() {
    let scene = Scene::new();
    let name = "a\u{202e}b\u{9b}31m";
    scene.deposit(&scene.put(name, "x"), &wish()).unwrap();
    let output = verify(&scene, &[name, "--json"]);
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(!text.contains(['\u{202e}', '\u{9b}']) && text.contains("a\\u202eb\\u009b31m"), "{text}");
    assert_eq!(json(&output)["provenance"]["evidence"], name);
}
