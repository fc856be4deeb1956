//! What auditors and mirrors keep: proofs of forks, and the state of an audit. One encoding; no proof against a key that
//! has signed one tree only.
#![no_main]

use libfuzzer_sys::fuzz_target;
use notarium::audit::Standing;
use notarium::crypto::sha256;
use notarium::trust::{ForkProof, ForkVerdict};
use notarium_fuzz::SMALL_LEDGER;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(proof) = ForkProof::parse(bytes) {
        assert_eq!(proof.to_text().as_bytes(), bytes);
        let verdict = proof.judge(&SMALL_LEDGER.policy);
        assert!(!matches!(verdict, ForkVerdict::Proven(_)), "the ledger has signed one tree");
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    standing(text);
    // No change reaches what lies behind the digest: so the first line is also read with the digest that it should have.
    if let Some((json, _)) = text.split_once('\n') {
        standing(&format!("{json}\n{}\n", sha256(&[json.as_bytes()])));
    }
});

fn standing(text: &str) {
    let Ok(standing) = Standing::decode(text) else { return };
    let written = standing.encode();
    let again = Standing::decode(&written).expect("what was written is read");
    assert_eq!(again.encode(), written);
    assert_eq!(again.head(), standing.head());
    assert_eq!(standing.head(), standing.checkpoint().head());
}
