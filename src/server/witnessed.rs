//! A ledger's own side of witnesses: which checkpoint is published, and receipts under one that the quorum has cosigned.

use std::sync::Arc;

use tokio::time::timeout;

use crate::api::ProblemKind;
use crate::ledger::Receipt;
use crate::merkle::LeafIndex;
use crate::trust::SignedCheckpoint;
use crate::witness::{Behind, Standing};

use super::App;
use super::query::{Query, bad};
use super::refusal::Refusal;
use super::state::{Publish, Witnesses};

/// The checkpoint that `/checkpoint` serves; none while the quorum, which publishes, has cosigned none.
pub(super) fn published(app: &App) -> Option<Arc<SignedCheckpoint>> {
    let newest = app.checkpoint();
    let Some(Witnesses { gathering, publish }) = &app.witnesses else { return Some(newest) };
    let witnessed = gathering.witnessed().borrow().clone();
    match publish {
        Publish::Quorum => witnessed,
        // With its cosignatures, when it has them already.
        Publish::Immediate => Some(witnessed.filter(|witnessed| witnessed.head() == newest.head()).unwrap_or(newest)),
    }
}

/// Why nothing is admitted, as far as the witnesses know.
pub(super) fn why_not(app: &App) -> Option<String> {
    let standing = app.witnesses.as_ref()?.gathering.standing();
    match &*standing.borrow() {
        Standing::Clear => None,
        Standing::Asking { unknown } => {
            Some(format!("what the witnesses cosigned last is not known yet: {}", unknown.join(", ")))
        }
        Standing::Behind(behind) => Some(behind.to_string()),
    }
}

/// Refuses a submission until it is known that the witnesses have cosigned nothing that is not here.
pub(super) fn check_standing(app: &App) -> Result<(), Refusal> {
    let Some(why) = why_not(app) else { return Ok(()) };
    let detail = format!("nothing is admitted: {why}");
    let standing = app.witnesses.as_ref().map(|witnesses| witnesses.gathering.standing().borrow().clone());
    Err(match standing {
        Some(Standing::Behind(behind)) => Refusal::new(ProblemKind::Stopped, detail).with_hint(behind.hint()),
        _ => Refusal::new(ProblemKind::WitnessesNotHeard, detail)
            .with_hint("a quorum of them must have answered since the ledger was started; reading goes on")
            .retry_after(1),
    })
}

/// Ready if a witness proves that this ledger can't go on before anything was admitted. What is proved later stops admission, and
/// reading goes on: entries were admitted meanwhile, and their receipts are to be had here only.
pub(super) async fn refused_at_the_start(app: &App) -> Behind {
    if let Some(witnesses) = &app.witnesses {
        let mut standing = witnesses.gathering.standing();
        let settled = standing.wait_for(|standing| !matches!(standing, Standing::Asking { .. })).await;
        if let Ok(Standing::Behind(behind)) = settled.as_deref() {
            return behind.clone();
        }
    }
    std::future::pending().await
}

/// `?wait=witnessed`.
pub(super) fn waits(app: &App, raw: Option<&str>) -> Result<bool, Refusal> {
    let mut query = Query::parse(raw)?;
    let waits = match query.word("wait") {
        None => false,
        Some("witnessed") => true,
        Some(other) => return Err(bad(format!("`wait` is `witnessed`, not `{other}`"))),
    };
    query.finish()?;
    if waits {
        witnesses(app)?;
    }
    Ok(waits)
}

/// `?witnessed=1`.
pub(super) fn wants(raw: Option<&str>) -> Result<bool, Refusal> {
    let mut query = Query::parse(raw)?;
    let wants = match query.number("witnessed")? {
        None | Some(0) => false,
        Some(1) => true,
        Some(_) => return Err(bad("`witnessed` is 0 or 1")),
    };
    query.finish()?;
    Ok(wants)
}

fn witnesses(app: &App) -> Result<&Witnesses, Refusal> {
    app.witnesses.as_ref().ok_or_else(|| bad("this ledger asks no witnesses"))
}

/// Waits until the quorum has cosigned a checkpoint that covers an entry, and makes the receipt under the first one; none when
/// that takes too long.
pub(super) async fn wait_for(app: &App, index: LeafIndex) -> Result<Option<Receipt>, Refusal> {
    let gathering = &witnesses(app)?.gathering;
    let _waiting = gathering.wait();
    let mut witnessed = gathering.witnessed();
    let covers = |newest: &Option<Arc<SignedCheckpoint>>| {
        newest.as_ref().is_some_and(|newest| newest.head().size.contains(index))
    };
    match timeout(app.limits.witness_wait, witnessed.wait_for(covers)).await {
        Ok(Ok(_)) => {}
        // Too late, or there is nobody left who would ask.
        Ok(Err(_)) | Err(_) => return Ok(None),
    }
    receipt(app, index)
}

/// The receipt of an entry under the first checkpoint that covers it and has the quorum; none when there is no such checkpoint.
pub(super) fn receipt(app: &App, index: LeafIndex) -> Result<Option<Receipt>, Refusal> {
    let first = witnesses(app)?.gathering.first_covering(index);
    let first = first.map_err(|error| Refusal::internal("the cosignatures cannot be read", &error))?;
    let Some(first) = first else { return Ok(None) };
    app.reader.receipt_under(index, &first).map_err(|error| Refusal::internal("the receipt cannot be made", &error))
}

/// The same for whoever asks for it by the entry's number.
pub(super) fn receipt_now(app: &App, index: LeafIndex) -> Result<Receipt, Refusal> {
    let size = app.size();
    if index.get() >= size {
        return Err(Refusal::no_entry(index.get(), size));
    }
    receipt(app, index)?.ok_or_else(|| {
        let detail = format!("no checkpoint that covers entry {index} has the quorum of witnesses yet");
        Refusal::new(ProblemKind::NotFound, detail).with_hint("ask again later").retry_after(1)
    })
}
