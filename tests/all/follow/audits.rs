//! Audits of an export and of a server: whole, in parts, screened, and with every kind of damage.

use std::fs;

use serde_json::Value;

use super::{Kept, LogServer, notarium, text};

fn report(args: &[&str]) -> (i32, Value) {
    let (code, stdout, stderr) = notarium(&[args, &["--json"]].concat());
    (code, serde_json::from_str(&stdout).unwrap_or_else(|_| panic!("{stdout}{stderr}")))
}

#[test]
fn an_export_and_its_server_hold() {
    let kept = Kept::new(700);
    let export = kept.export();
    let server = LogServer::new(&export);
    for place in [text(&export), server.address()] {
        let (code, report) = report(&["audit", place, "--policy", text(&export.join("policy"))]);
        assert_eq!((code, &report["outcome"], &report["size"]), (0, &"holds".into(), &700.into()), "{report}");
    }
}

#[test]
fn a_screen_never_decides() {
    let kept = Kept::new(10);
    let export = kept.export();
    let (code, report) = report(&["audit", text(&export), "--signatures", "batch"]);
    assert_eq!((code, &report["outcome"]), (2, &"undetermined".into()));
    assert_eq!(report["not_checked"][0], "signatures-one-by-one");
}

#[test]
fn a_screen_finds_the_signature_that_does_not_hold() {
    let kept = Kept::new(300);
    let export = kept.export();
    let bundle = export.join("tile/entries/000");
    let mut bytes = fs::read(&bundle).unwrap();
    let end = bytes.len();
    // The last byte of the last entry is the last of its signature.
    bytes[end - 1] ^= 1;
    fs::write(&bundle, &bytes).unwrap();
    for how in ["strict", "batch"] {
        let (code, report) = report(&["audit", text(&export), "--signatures", how]);
        assert_eq!((code, &report["first_bad"]), (1, &255.into()), "{report}");
        let findings = report["findings"].as_array().unwrap();
        let signature = findings.iter().find(|finding| finding["what"] == "signature").unwrap();
        let see = signature["see"].as_str().unwrap();
        assert!(
            see.ends_with(
                "tile/entries/000, entry 255 of it counted from 0 (a length of two bytes stands before each)"
            )
        );
    }
}

#[test]
fn a_part_is_checked_against_the_signed_tree() {
    let kept = Kept::new(1_000);
    let export = kept.export();
    let place = text(&export);
    for (from, to) in [("0", "1000"), ("0", "256"), ("255", "257"), ("512", "513"), ("999", "1000"), ("300", "700")] {
        let (code, report) = report(&["audit", place, "--from", from, "--to", to]);
        assert_eq!((code, &report["is_part"]), (0, &true.into()), "{from}..{to}: {report}");
        assert_eq!(report["from"].to_string(), from);
        assert_eq!(report["size"].to_string(), to);
    }
    let (code, _, stderr) = notarium(&["audit", place, "--from", "10", "--to", "1001"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("the ledger has the entries 0 to 999"), "{stderr}");
    // An entry that was changed in the part is found; one elsewhere is not this part's.
    let bundle = export.join("tile/entries/001");
    let mut bytes = fs::read(&bundle).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&bundle, &bytes).unwrap();
    assert_eq!(report(&["audit", place, "--from", "256", "--to", "512"]).0, 1);
    assert_eq!(report(&["audit", place, "--from", "512"]).0, 0);
}

#[test]
fn the_store_is_audited_in_parts_too() {
    let kept = Kept::new(300);
    let (code, report) = report(&["audit", text(&kept.ledger), "--from", "100", "--to", "200"]);
    assert_eq!((code, &report["outcome"], &report["size"]), (0, &"holds".into(), &200.into()), "{report}");
}

#[test]
fn each_file_of_an_export_counts() {
    let kept = Kept::new(600);
    let export = kept.export();
    let files =
        ["checkpoint", "tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2", "tile/entries/002.p/88"];
    for file in files {
        let path = export.join(file);
        let whole = fs::read(&path).unwrap();
        let mut changed = whole.clone();
        let at = changed.len() - 40;
        changed[at] ^= 1;
        fs::write(&path, &changed).unwrap();
        assert_eq!(report(&["audit", text(&export)]).0, 1, "{file} changed");
        fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        assert_eq!(report(&["audit", text(&export)]).0, 1, "{file} cut short");
        if file != "checkpoint" {
            fs::remove_file(&path).unwrap();
            assert_eq!(report(&["audit", text(&export)]).0, 1, "{file} gone");
        }
        fs::write(&path, &whole).unwrap();
    }
    assert_eq!(report(&["audit", text(&export)]).0, 0);
}
