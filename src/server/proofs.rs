//! `/v1/ledger`, `/v1/checkpoints` and `/v1/proofs/...`: trees that were signed, and how they belong together.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::Response;

use crate::api::{
    CheckpointList, CheckpointView, ConsistencyAnswer, HeadView, InclusionAnswer, LedgerInfo, ProblemKind,
};
use crate::merkle::{Hash, LeafIndex, TreeHead, TreeSize, leaf_hash};
use crate::store::{Cosignatures, ReadError, Reader};
use crate::trust::SignedCheckpoint;

use super::App;
use super::entries::{blocking, page};
use super::query::{Query, bad};
use super::refusal::Refusal;

/// `GET /v1/ledger`.
pub(super) async fn ledger(State(app): State<App>) -> Json<LedgerInfo> {
    let checkpoint = app.checkpoint();
    let head = checkpoint.head();
    Json(LedgerInfo {
        origin: app.reader.origin().to_string(),
        vkey: app.vkey.to_string(),
        retiring_vkey: app.retiring().map(|key| key.to_string()),
        size: head.size.get(),
        root: hex(&head.root),
        genesis: hex(app.reader.genesis()),
        admission: app.admission.to_owned(),
        software: app.software.clone(),
    })
}

/// `GET /v1/checkpoints`: newest first, each with the cosignatures that witnesses have given it.
pub(super) async fn checkpoints(State(app): State<App>, RawQuery(raw): RawQuery) -> Result<Response, Refusal> {
    let mut query = Query::parse(raw.as_deref())?;
    let before = query.number("before")?.map(size).transpose()?;
    let limit = query.limit()?;
    query.finish()?;
    let mut found =
        blocking(move || listed(&app.reader, before, limit + 1).map_err(|error| unreadable(&error))).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().filter(|_| more).map(|last| last.head().size);
    let next = last.map(|last| format!("/v1/checkpoints?before={last}&limit={limit}"));
    let answer = CheckpointList { checkpoints: found.iter().map(view).collect(), next };
    Ok(page(answer.next.clone(), Json(answer)))
}

fn listed(reader: &Reader, before: Option<TreeSize>, limit: usize) -> Result<Vec<SignedCheckpoint>, ReadError> {
    let cosignatures = Cosignatures::of(reader);
    let mut found = reader.checkpoints(before, limit)?;
    for checkpoint in &mut found {
        for line in cosignatures.at(checkpoint.head().size)? {
            // One that finds no room is one too many.
            let _ = checkpoint.append(line);
        }
    }
    Ok(found)
}

/// `GET /v1/proofs/inclusion?index=&size=`; without a size, in the newest tree.
pub(super) async fn inclusion(
    State(app): State<App>,
    RawQuery(raw): RawQuery,
) -> Result<Json<InclusionAnswer>, Refusal> {
    let mut query = Query::parse(raw.as_deref())?;
    let index = query.number("index")?.ok_or_else(|| bad("`index` is missing"))?;
    let tree = tree(&app, &mut query, "size")?;
    query.finish()?;
    if index >= tree.get() {
        return Err(bad(format!("`index` must be below the size, {tree}")));
    }
    blocking(move || prove_inclusion(&app.reader, LeafIndex::new(index), tree)).await.map(Json)
}

fn prove_inclusion(reader: &Reader, index: LeafIndex, size: TreeSize) -> Result<InclusionAnswer, Refusal> {
    let proof = reader.prove_inclusion(index, size).map_err(|error| unreadable(&error))?;
    let entry = reader.entry(index).map_err(|error| unreadable(&error))?;
    let entry = entry.ok_or_else(|| Refusal::no_entry(index.get(), size.get()))?;
    Ok(InclusionAnswer {
        index: index.get(),
        leaf: hex(&leaf_hash(&entry)),
        head: head(reader, size)?,
        hashes: proof.hashes().iter().map(hex).collect(),
    })
}

/// `GET /v1/proofs/consistency?from=&to=`; without `to`, up to the newest tree.
pub(super) async fn consistency(
    State(app): State<App>,
    RawQuery(raw): RawQuery,
) -> Result<Json<ConsistencyAnswer>, Refusal> {
    let mut query = Query::parse(raw.as_deref())?;
    let from = query.number("from")?.ok_or_else(|| bad("`from` is missing")).and_then(size)?;
    let to = tree(&app, &mut query, "to")?;
    query.finish()?;
    if from > to {
        return Err(bad(format!("`from` must not be above `to`, {to}")));
    }
    blocking(move || prove_consistency(&app.reader, from, to)).await.map(Json)
}

fn prove_consistency(reader: &Reader, from: TreeSize, to: TreeSize) -> Result<ConsistencyAnswer, Refusal> {
    let proof = reader.prove_consistency(from, to).map_err(|error| unreadable(&error))?;
    Ok(ConsistencyAnswer {
        from: head(reader, from)?,
        to: head(reader, to)?,
        hashes: proof.hashes().iter().map(hex).collect(),
    })
}

/// The size that a parameter names, or the newest; 404 for a tree that is not there yet.
fn tree(app: &App, query: &mut Query<'_>, name: &str) -> Result<TreeSize, Refusal> {
    let newest = app.checkpoint().head().size;
    let Some(asked) = query.number(name)?.map(size).transpose()? else { return Ok(newest) };
    if asked > newest {
        let detail = format!("there is no tree of size {asked} yet: the newest has {newest}");
        return Err(Refusal::new(ProblemKind::NotFound, detail));
    }
    Ok(asked)
}

fn size(number: u64) -> Result<TreeSize, Refusal> {
    TreeSize::new(number).map_err(|error| bad(error.to_string()))
}

/// The tree head at a size, with the checkpoint over it if there is one.
fn head(reader: &Reader, size: TreeSize) -> Result<HeadView, Refusal> {
    let root = reader.root(size).map_err(|error| unreadable(&error))?;
    let after = TreeSize::new(size.get() + 1).ok();
    let found = reader.checkpoints(after, 1).map_err(|error| unreadable(&error))?;
    let signed = found.first().filter(|signed| *signed.head() == TreeHead { size, root });
    Ok(HeadView { size: size.get(), root: hex(&root), checkpoint: signed.map(|signed| signed.as_str().to_owned()) })
}

fn view(checkpoint: &SignedCheckpoint) -> CheckpointView {
    let head = checkpoint.head();
    CheckpointView { size: head.size.get(), root: hex(&head.root), checkpoint: checkpoint.as_str().to_owned() }
}

fn hex(hash: &Hash) -> String {
    hex::encode(hash.as_bytes())
}

fn unreadable(error: &ReadError) -> Refusal {
    Refusal::internal("the ledger cannot be read", error)
}
