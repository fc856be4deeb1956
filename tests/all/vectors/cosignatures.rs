//! Vectors of cosignatures.

use notarium::note::{SignatureLine, VerifierKey};
use notarium::trust::{PosixTime, verify_cosignature};
use serde_json::{Value, json};

use super::{Case, Said, bad, good};
use crate::trust_checkpoint::{
    TESSERA_BODY, TESSERA_SIGNS, WITNESS, WITNESS_SIGNS, WITNESS_TIME, line_by, witness_key,
};

pub(super) fn decode(_: &[u8], case: &Value) -> Said {
    let field = |name: &str| case[name].as_str().unwrap();
    let (key, line): (VerifierKey, SignatureLine) = (field("vkey").parse().unwrap(), field("line").parse().unwrap());
    let time = verify_cosignature(&key, field("body"), &line).map_err(|error| (error.code(), false))?;
    Ok(json!({ "time": time.seconds() }))
}

pub(super) fn cases() -> Vec<Case> {
    let vkey: VerifierKey = WITNESS.parse().unwrap();
    let log_key = VerifierKey::new_ed25519(vkey.name().clone(), *vkey.public_key()).to_string();
    let plain = witness_key().sign(TESSERA_BODY.as_bytes());
    let signed = |time: u64| {
        let message = format!("cosignature/v1\ntime {time}\n{TESSERA_BODY}");
        [&time.to_be_bytes()[..], witness_key().sign(message.as_bytes()).as_bytes()].concat()
    };
    let line = |bytes: &[u8]| line_by(&vkey, bytes).to_string();
    let given =
        |case: Case, vkey: &str, body: &str, line: &str| case.with("vkey", vkey).with("body", body).with("line", line);
    let holds = |name: &str, time: u64| {
        given(good(name, Vec::new(), json!({ "time": time })), WITNESS, TESSERA_BODY, &line(&signed(time)))
    };
    let known = good("an independent one", Vec::new(), json!({ "time": WITNESS_TIME }));
    assert_eq!(line(&signed(WITNESS_TIME)), WITNESS_SIGNS);
    let mut cases = vec![
        given(known, WITNESS, TESSERA_BODY, WITNESS_SIGNS),
        holds("at the time 0", 0),
        holds("at a time that no calendar shows", 253_402_300_800),
    ];
    let mut fails = |name: &str, code, vkey: &str, body: &str, line: &str| {
        cases.push(given(bad(name, Vec::new(), code), vkey, body, line));
    };
    fails("a key of type 01", "not-by-this-key", &log_key, TESSERA_BODY, WITNESS_SIGNS);
    fails("a line by another key", "not-by-this-key", WITNESS, TESSERA_BODY, TESSERA_SIGNS.trim_end());
    for length in [1, 64, 71, 73] {
        let name = format!("{length} bytes");
        fails(&name, "wrong-cosignature-length", WITNESS, TESSERA_BODY, &line(&vec![0; length]));
    }
    let above = PosixTime::MAX.seconds() + 1;
    fails("a time of 2^63 seconds", "time-above-limit", WITNESS, TESSERA_BODY, &line(&signed(above)));
    fails("over another text", "bad-cosignature", WITNESS, "another\n", WITNESS_SIGNS);
    let undated = [&WITNESS_TIME.to_be_bytes()[..], plain.as_bytes()].concat();
    fails("over the text without the time", "bad-cosignature", WITNESS, TESSERA_BODY, &line(&undated));
    let redated = [&(WITNESS_TIME - 1).to_be_bytes()[..], &signed(WITNESS_TIME)[8..]].concat();
    fails("with another time than was signed", "bad-cosignature", WITNESS, TESSERA_BODY, &line(&redated));
    cases
}
