//! The nine requests of litewitness' own test (filippo.io/torchwood v0.9.0, cmd/litewitness/testdata/litewitness.txt), and
//! what they must be answered with. One status differs: an unknown log is 404 by tlog-witness v1.0.0, and 403 there.

use std::fmt::Write as _;

use axum::http::StatusCode;
use notarium::note::VerifierKey;

use super::Witness;

const ORIGIN: &str = "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e56";
const LOG_KEY: &str = "ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f";

struct Asked {
    old: u64,
    proof: &'static [&'static str],
    /// The last digit of the origin.
    origin_ends: &'static str,
    size: u64,
    root: &'static str,
    signature: &'static str,
    status: u16,
    says: &'static str,
}

const REQUESTS: [Asked; 9] = [
    Asked {
        old: 0,
        proof: &[],
        origin_ends: "2",
        size: 1,
        root: "KgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        signature: "UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY=",
        status: 200,
        says: "\u{2014} example.com/witness ",
    },
    Asked {
        old: 1,
        proof: &["KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="],
        origin_ends: "2",
        size: 3,
        root: "RcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=",
        signature: "UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6gx=",
        status: 403,
        says: "invalid signature",
    },
    Asked {
        old: 1,
        proof: &["KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="],
        origin_ends: "3",
        size: 3,
        root: "RcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=",
        signature: "UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=",
        status: 404,
        says: "unknown log",
    },
    Asked {
        old: 1,
        proof: &[],
        origin_ends: "2",
        size: 3,
        root: "RcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=",
        signature: "UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=",
        status: 422,
        says: "consistency proof",
    },
    Asked {
        old: 1,
        proof: &["KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABA="],
        origin_ends: "2",
        size: 3,
        root: "RcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=",
        signature: "UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=",
        status: 422,
        says: "consistency proof",
    },
    Asked {
        old: 1,
        proof: &["KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="],
        origin_ends: "2",
        size: 3,
        root: "RcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=",
        signature: "UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=",
        status: 200,
        says: "\u{2014} example.com/witness ",
    },
    Asked {
        old: 1,
        proof: &[
            "KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "+fUDV+k970B4I3uKrqJM4aP1lloPZP8mvr2Z4wRw2LI=",
            "KgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        ],
        origin_ends: "2",
        size: 5,
        root: "QrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=",
        signature: "UgIomw/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW90dJWAShei7sDww=",
        status: 409,
        says: "3\n",
    },
    Asked {
        old: 3,
        proof: &[
            "KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "KgMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "wgiIFdZfYNv6WU1OllBKsWnLYIS/DBMqt8Uh/S4OukE=",
            "KgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        ],
        origin_ends: "2",
        size: 5,
        root: "QrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=",
        signature: "UgIomw/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW90dJWAShei7sDww=",
        status: 200,
        says: "\u{2014} example.com/witness ",
    },
    Asked {
        old: 0,
        proof: &[],
        origin_ends: "2",
        size: 5,
        root: "QrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=",
        signature: "UgIomw/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW90dJWAShei7sDww=",
        status: 409,
        says: "5\n",
    },
];

#[tokio::test]
async fn the_nine_requests_of_litewitness_are_answered_as_there() {
    let key: [u8; 32] = hex::decode(LOG_KEY).unwrap().try_into().unwrap();
    let log =
        VerifierKey::new_ed25519(format!("{ORIGIN}2").parse().unwrap(), notarium::crypto::PublicKey::from_bytes(key));
    let witness = Witness::new("example.com/witness", &[log]);
    for (number, asked) in (1..).zip(&REQUESTS) {
        let mut body = format!("old {}\n", asked.old);
        for hash in asked.proof {
            writeln!(body, "{hash}").unwrap();
        }
        let origin = format!("{ORIGIN}{}", asked.origin_ends);
        let (size, root, signature) = (asked.size, asked.root, asked.signature);
        write!(body, "\n{origin}\n{size}\n{root}\n\n\u{2014} {origin} {signature}\n").unwrap();
        let (status, content_type, text) = witness.post(body).await;
        assert_eq!(status, StatusCode::from_u16(asked.status).unwrap(), "request {number}: {text}");
        assert!(text.contains(asked.says), "request {number}: {text}");
        if status == StatusCode::CONFLICT {
            assert_eq!((content_type.as_str(), text.as_str()), ("text/x.tlog.size", asked.says), "request {number}");
        }
    }
}
