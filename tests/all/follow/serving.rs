//! A mirror that is served read-only: the log as tiles, entries and receipts, and nothing else.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use notarium::client::{Address, Client};
use notarium::report::{Inputs, Outcome, Step, verify_receipt};
use serde_json::Value;

use super::{Kept, notarium, policy, text};

/// The program serving a folder; killed when the test ends.
struct Serving(Child, String);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn serve(folder: &str) -> Serving {
    let program = env!("CARGO_BIN_EXE_notarium");
    let args = ["serve", folder, "--mirror", "--listen", "127.0.0.1:0", "--log", "off"];
    let mut child = Command::new(program).args(args).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on ").unwrap().to_owned();
    Serving(child, address)
}

/// A GET by a client of no kind at all: status and body.
fn get(address: &str, path: &str) -> (u16, Vec<u8>) {
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    let response = agent.get(format!("{address}{path}")).call().unwrap();
    (response.status().as_u16(), response.into_body().read_to_vec().unwrap())
}

#[test]
fn a_mirror_is_served_as_the_log_that_it_is() {
    let kept = Kept::new(700);
    let export = kept.export();
    let mirror = kept.path("mirror");
    assert_eq!(notarium(&["mirror", text(&export), text(&mirror)]).0, 0);
    for folder in [&mirror, &export] {
        let serving = serve(text(folder));
        let (code, stdout, _) = notarium(&["audit", &serving.1]);
        assert_eq!(code, 0, "{stdout}");
        let info = Client::new(serving.1.parse::<Address>().unwrap()).ledger().unwrap();
        assert_eq!((info.size, info.vkey), (700, super::ledger_vkey().to_string()));
        // Widths that no file has are the beginning of the widest.
        let whole = get(&serving.1, "/tile/0/002.p/188");
        assert_eq!(get(&serving.1, "/tile/0/002.p/7"), (200, whole.1[..7 * 32].to_vec()));
        let bundle = get(&serving.1, "/tile/entries/000").1;
        let short = get(&serving.1, "/tile/entries/000.p/3").1;
        assert!(bundle.starts_with(&short) && notarium::evidence::decode_bundle(&short).unwrap().len() == 3);
        for absent in ["/tile/0/002", "/tile/0/002.p/189", "/tile/entries/003.p/1", "/.state/state", "/v1/entries/700"]
        {
            assert_eq!(get(&serving.1, absent).0, 404, "{absent}");
        }
        for index in [0, 255, 256, 699] {
            let receipt = get(&serving.1, &format!("/v1/entries/{index}/receipt")).1;
            let policy = policy();
            let report = verify_receipt(Inputs { policy: Some(&policy), ..Inputs::new(&receipt) });
            let passed = |step| report.check(step).is_some_and(|check| check.outcome == Outcome::Passed);
            assert!(passed(Step::Receipt) && passed(Step::Log) && passed(Step::Inclusion), "{index}");
            let entry: Value = serde_json::from_slice(&get(&serving.1, &format!("/v1/entries/{index}")).1).unwrap();
            assert_eq!(entry["index"], index);
        }
        assert_eq!(get(&serving.1, "/readyz").0, 200);
        assert_eq!(get(&serving.1, "/v1/entries").0, 404);
        let key = "ab".repeat(32);
        for path in ["/v1/keys", &format!("/v1/keys/{key}"), "/v1/entries/0/history"] {
            let (status, body) = get(&serving.1, path);
            let problem: Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(status, 404, "{path}");
            assert!(problem["hint"].as_str().unwrap().contains("ask the ledger"), "{path}: {problem}");
        }
    }
}

#[test]
fn a_mirror_admits_nothing() {
    let kept = Kept::new(2);
    let serving = serve(text(&kept.export()));
    let client = Client::new(serving.1.parse::<Address>().unwrap());
    let statement = crate::founded::statement(9);
    let error = client.submit(statement.as_bytes()).unwrap_err();
    assert_eq!(error.problem().unwrap().status, 403);
    assert_eq!(error.hint(), Some("deposit with the ledger itself"));
    assert_eq!(client.register(statement.as_bytes()).unwrap_err().problem().unwrap().status, 403);
}

#[test]
fn a_folder_without_a_log_is_not_served() {
    let kept = Kept::new(2);
    let (code, _, stderr) = notarium(&["serve", text(&kept.ledger), "--mirror", "--listen", "127.0.0.1:0"]);
    assert!(code == 2 && stderr.contains("holds no mirror") && stderr.contains("hint: "), "{stderr}");
}
