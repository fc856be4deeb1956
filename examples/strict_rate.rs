//! What one signature costs on one core: strictly, one by one, and screened, 512 in one equation.
//!
//! `strict_rate [SECONDS]` measures each for so long (2 without it) and prints `strict_us N.NN screened_us N.NN`: the floor under
//! any replay, to be measured in the same run as the replay that is held against it (benches/replay.sh does).

use std::time::{Duration, Instant};

use notarium::crypto::{PublicKey, Signature, SignedMessage, SigningKey, screen_signatures};

/// Signatures in one equation, as the audit has them.
const AT_A_TIME: usize = 512;
/// Bytes of a plain statement of evidence.
const STATEMENT_BYTES: usize = 260;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let seconds = std::env::args().nth(1).map_or(Ok(2), |seconds| seconds.parse())?;
    let time = Duration::from_secs(seconds);
    let keys: Vec<SigningKey> = (0..16).map(|n| SigningKey::from_seed(&[n; 32])).collect();
    let signed: Vec<(PublicKey, Vec<u8>, Signature)> = (0..AT_A_TIME)
        .map(|n| {
            let (key, message) = (&keys[n % keys.len()], vec![u8::try_from(n % 251).unwrap_or(0); STATEMENT_BYTES]);
            let signature = key.sign(&message);
            (key.public(), message, signature)
        })
        .collect();
    let strict =
        per_item(time, || signed.iter().all(|(key, message, signature)| key.verify(message, signature).is_ok()));
    let together: Vec<SignedMessage<'_>> = signed
        .iter()
        .map(|(key, message, signature)| SignedMessage { key, message, signature: signature.as_bytes() })
        .collect();
    let screened = per_item(time, || screen_signatures(&together));
    print(&format!("strict_us {:.2} screened_us {:.2}", strict?, screened?));
    Ok(())
}

/// Microseconds for each signature: the median over the rounds that fit the time.
fn per_item(time: Duration, mut round: impl FnMut() -> bool) -> Result<f64, &'static str> {
    let (began, mut rounds) = (Instant::now(), Vec::new());
    while began.elapsed() < time || rounds.is_empty() {
        let began = Instant::now();
        if !round() {
            return Err("a signature of the benchmark's own does not hold");
        }
        rounds.push(began.elapsed());
    }
    rounds.sort_unstable();
    Ok(rounds[rounds.len() / 2].as_secs_f64() * 1e6 / 512.0)
}

#[expect(clippy::print_stdout, reason = "an example has no output room")]
fn print(line: &str) {
    println!("{line}");
}
