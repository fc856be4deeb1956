//! What is said at the end, in words and as JSON.

use serde_json::{Value, json};

use super::Args;
use super::check::Checked;
use super::histogram::Histogram;
use super::process::Usage;
use super::run::Tally;

/// A run that has ended.
pub(crate) struct Outcome<'a> {
    pub(crate) args: &'a Args,
    pub(crate) tally: &'a Tally,
    /// How long it was measured.
    pub(crate) seconds: f64,
    pub(crate) server: Option<Usage>,
    pub(crate) generator: Usage,
    pub(crate) checked: Checked,
}

/// The figures: rates a second, latencies in milliseconds, processor time in seconds, memory in bytes.
pub(crate) fn json(outcome: &Outcome<'_>) -> Value {
    let Outcome { args, tally, seconds, checked, .. } = outcome;
    let latency = |latency: &Histogram| {
        let [p50, p90, p99, p999] = [500, 900, 990, 999].map(|per_mille| latency.per_mille(per_mille));
        json!({ "p50": p50, "p90": p90, "p99": p99, "p99.9": p999, "max": latency.longest(), "count": latency.count() })
    };
    let usage = |usage: &Usage| {
        json!({ "cpu_s": usage.cpu, "cpu_us_a_request": micros(usage.cpu, tally.requests),
                "memory": usage.memory, "peak_memory": usage.peak })
    };
    json!({
        "url": args.url, "connections": args.connections, "batch": args.batch, "rate_asked": args.rate,
        "seconds": seconds,
        "requests": tally.requests, "accepted": tally.accepted, "refused": tally.refused,
        "requests_a_second": rate(tally.requests, *seconds), "accepted_a_second": rate(tally.accepted, *seconds),
        "latency_ms": latency(&tally.latency), "at_server_ms": latency(&tally.at_server),
        "statuses": tally.statuses.iter().map(|(status, count)| (status.to_string(), json!(count)))
            .collect::<serde_json::Map<_, _>>(),
        "broken": tally.broken, "why": tally.why,
        "server": outcome.server.as_ref().map(usage), "generator": usage(&outcome.generator),
        "receipts": { "hold": checked.hold, "wrong": checked.wrong, "why": checked.why },
    })
}

#[expect(clippy::print_stdout, reason = "an example has no output room")]
pub(crate) fn print(outcome: &Outcome<'_>) {
    let Outcome { args, tally, seconds, checked, .. } = outcome;
    println!(
        "{:.0} requests/s, {:.0} accepted/s, in {seconds:.2} s by {} connections{}",
        rate(tally.requests, *seconds),
        rate(tally.accepted, *seconds),
        args.connections,
        args.rate.map(|rate| format!(", {rate} requests/s asked for")).unwrap_or_default(),
    );
    let latency = |what: &str, latency: &Histogram| {
        let [p50, p90, p99, p999] = [500, 900, 990, 999].map(|per_mille| latency.per_mille(per_mille));
        let longest = latency.longest();
        println!("{what} in ms: p50 {p50:.3}, p90 {p90:.3}, p99 {p99:.3}, p99.9 {p999:.3}, max {longest:.3}");
    };
    latency("latency", &tally.latency);
    if tally.at_server.count() > 0 {
        latency("at the server", &tally.at_server);
    }
    println!("answers by status: {:?}; refused {}, broken {}", tally.statuses, tally.refused, tally.broken);
    if let Some(why) = &tally.why {
        println!("broken: {why}");
    }
    let usage = |who: &str, usage: &Usage| {
        let (cores, each) = (usage.cpu / seconds, micros(usage.cpu, tally.requests));
        let megabytes = |bytes: u64| bytes >> 20;
        let (memory, peak) = (megabytes(usage.memory), megabytes(usage.peak));
        println!("{who}: {cores:.2} cores, {each:.2} us a request, {memory} MiB (peak {peak} MiB)");
    };
    if let Some(server) = &outcome.server {
        usage("server", server);
    }
    usage("generator", &outcome.generator);
    if checked.hold + checked.wrong > 0 {
        println!("receipts verified: {} hold, {} do not", checked.hold, checked.wrong);
    }
    if let Some(why) = &checked.why {
        println!("wrong: {why}");
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate is for people")]
fn rate(count: u64, seconds: f64) -> f64 {
    if seconds > 0.0 { count as f64 / seconds } else { 0.0 }
}

/// Microseconds of processor time for each.
fn micros(seconds: f64, count: u64) -> f64 {
    if count == 0 { 0.0 } else { rate(1_000_000, 1.0) * seconds / rate(count, 1.0) }
}
