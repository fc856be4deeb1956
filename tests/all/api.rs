//! The API's decoded entries against the small ledger, whose bytes were made by others.

use notarium::api::{BodyView, EntryView, ProblemKind};
use notarium::evidence::Entry;
use serde_json::{Value, json};
use strum::VariantNames as _;

fn small_ledger() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/small-ledger.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn views() -> Vec<(Value, EntryView)> {
    let entries = small_ledger()["entries"].as_array().unwrap().clone();
    entries
        .into_iter()
        .map(|row| {
            let bytes = hex::decode(row["entry"].as_str().unwrap()).unwrap();
            let view = EntryView::new(&Entry::parse(&bytes).unwrap());
            (row, view)
        })
        .collect()
}

#[test]
fn every_entry_of_the_small_ledger_is_decoded_and_reads_back() {
    let mut previous = "0".repeat(64);
    for (index, (row, view)) in views().into_iter().enumerate() {
        assert_eq!(view.index, u64::try_from(index).unwrap());
        assert_eq!(view.previous, previous);
        assert_eq!(view.leaf, row["leaf"].as_str().unwrap());
        assert_eq!(view.statement.as_ref().unwrap().statement_id, row["statement_id"].as_str().unwrap());
        previous.clone_from(&view.leaf);
        let json = serde_json::to_string(&view).unwrap();
        assert_eq!(serde_json::from_str::<EntryView>(&json).unwrap(), view, "{json}");
    }
}

#[test]
fn genesis_is_written_as_the_page_says() {
    let (_, view) = views().remove(0);
    let json = serde_json::to_value(&view).unwrap();
    assert_eq!(json["time"], "2023-11-14T22:15:00.000Z");
    assert_eq!(json["kind"], "genesis");
    assert_eq!(json["body"], json!({"origin": "ledger.example/one", "admission": "open"}));
    assert_eq!(json["suite"], 1);
    assert_eq!(json["public_key"], "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8");
}

#[test]
fn evidence_and_registry_bodies_show_their_fields() {
    let bodies: Vec<BodyView> = views().into_iter().map(|(_, view)| view.statement.unwrap().body).collect();
    let evidence = |body: &BodyView, mode: &str| matches!(body, BodyView::Evidence(view) if view.mode == mode);
    assert!(bodies.iter().any(|body| evidence(body, "plain")));
    assert!(bodies.iter().any(|body| evidence(body, "salted")));
    assert!(bodies.iter().any(|body| matches!(body, BodyView::Enrol(view) if view.role == "registrar")));
    assert!(bodies.iter().any(|body| matches!(body, BodyView::Revoke(_))));
}

#[test]
fn a_statement_of_another_version_is_left_out_and_the_entry_still_shown() {
    let (row, _) = views().remove(1);
    let mut bytes = hex::decode(row["entry"].as_str().unwrap()).unwrap();
    let at = bytes.windows(20).position(|window| window == b"notarium/statement/1").unwrap();
    bytes[at + 19] = b'2';
    let view = EntryView::new(&Entry::parse(&bytes).unwrap());
    assert_eq!(view.statement, None);
    let json = serde_json::to_value(&view).unwrap();
    assert!(json.get("statement_id").is_none());
    assert_eq!(serde_json::from_value::<EntryView>(json).unwrap(), view);
}

#[test]
fn the_page_lists_every_problem_with_its_status() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/api.md")).unwrap();
    for name in ProblemKind::VARIANTS {
        let kind: ProblemKind = name.parse().unwrap();
        let row = format!("| `{name}` | {} | ", kind.status());
        assert!(page.contains(&row), "docs/api.md has no row {row}");
    }
    let status = |row: &str| row.split(" | ").nth(1).and_then(|cell| cell.parse::<u16>().ok());
    let rows = page.lines().filter(|row| status(row).is_some_and(|status| (400..600).contains(&status)));
    assert_eq!(rows.count(), ProblemKind::VARIANTS.len(), "a row of docs/api.md names no problem");
}
