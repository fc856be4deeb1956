//! JSON bodies of the HTTP API: what is read is written so that the same is read again; what a request carries is decoded.
//!
//! The first byte says which body the rest is. JSON has many encodings of a value, so what must hold is that ours has one: reading
//! what was written and writing it gives the same bytes. Left out is the report in an answer of /v1/verify, which the client
//! keeps as any JSON.
#![no_main]

use std::fmt::Debug;

use libfuzzer_sys::fuzz_target;
use notarium::api::{
    BatchLine, CheckpointList, ConsistencyAnswer, EntryHistory, EntryList, EntryView, InclusionAnswer, KeyAnswer,
    KeyList, LedgerInfo, Problem, SubmitAnswer, SubmitRequest, VerifyRequest,
};
use notarium::codec::decode_base64;
use notarium::crypto::{Digests, Sha256Digest, Sm3Digest};
use notarium::evidence::{MAX_STATEMENT_BYTES, SignedStatement};
use notarium::report::{Inputs, verify_receipt};
use serde::Serialize;
use serde::de::DeserializeOwned;

fuzz_target!(|bytes: &[u8]| {
    let Some((which, json)) = bytes.split_first() else { return };
    match which % 14 {
        0 => submit_request(json),
        1 => verify_request(json),
        2 => drop(read::<SubmitAnswer>(json)),
        3 => drop(read::<BatchLine>(json)),
        4 => drop(read::<EntryView>(json)),
        5 => drop(read::<EntryList>(json)),
        6 => drop(read::<EntryHistory>(json)),
        7 => drop(read::<LedgerInfo>(json)),
        8 => drop(read::<CheckpointList>(json)),
        9 => drop(read::<InclusionAnswer>(json)),
        10 => drop(read::<ConsistencyAnswer>(json)),
        11 => drop(read::<KeyAnswer>(json)),
        12 => drop(read::<KeyList>(json)),
        _ => problem(json),
    }
});

fn read<T: DeserializeOwned + Serialize + PartialEq + Debug>(json: &[u8]) -> Option<T> {
    let value: T = serde_json::from_slice(json).ok()?;
    let written = serde_json::to_vec(&value).expect("what was read is written");
    let again: T = serde_json::from_slice(&written).expect("what was written is read");
    assert_eq!(again, value);
    assert_eq!(serde_json::to_vec(&again).expect("as before"), written);
    Some(value)
}

fn submit_request(json: &[u8]) {
    let Some(request) = read::<SubmitRequest>(json) else { return };
    let Ok(bytes) = decode_base64(&request.signed_statement) else { return };
    if let Ok(statement) = SignedStatement::parse(&bytes) {
        assert!(bytes.len() <= MAX_STATEMENT_BYTES);
        assert_eq!(statement.as_bytes(), bytes);
    }
}

fn verify_request(json: &[u8]) {
    let Some(request) = read::<VerifyRequest>(json) else { return };
    let sha256 = request.sha256.as_deref().and_then(|text| text.parse::<Sha256Digest>().ok());
    let sm3 = request.sm3.as_deref().and_then(|text| text.parse::<Sm3Digest>().ok());
    let evidence = match (sha256, sm3, request.length) {
        (Some(sha256), Some(sm3), Some(length)) => Some(Digests { sha256, sm3, length }),
        _ => None,
    };
    let report = verify_receipt(Inputs { evidence, ..Inputs::new(request.receipt.as_bytes()) });
    report.to_json().expect("JSON");
}

fn problem(json: &[u8]) {
    let Some(problem) = read::<Problem>(json) else { return };
    if let Some(kind) = problem.kind() {
        assert_eq!(kind.urn(), problem.urn);
    }
}
