//! `/v1/ledger`, `/v1/checkpoints` and `/v1/proofs/...`: trees that were signed, and how they belong together.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::Response;

use crate::api::{
    CheckpointList, CheckpointView, ConsistencyAnswer, EntryList, EntryProof, EntryView, HeadView, InclusionAnswer,
    LedgerInfo, ProblemKind,
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

/// The tree that the entries of a list are to be proved in.
#[derive(Clone, Copy)]
pub(super) enum Under {
    /// The newest that was signed.
    Newest,
    /// The one of this size, which must have been signed.
    Size(TreeSize),
}

/// Whether a list is to come with proofs (`proofs=1`), and in which tree (`size=`).
pub(super) fn wanted(query: &mut Query<'_>) -> Result<Option<Under>, Refusal> {
    match query.word("proofs") {
        None => Ok(None),
        Some("1") => match query.number("size")? {
            None => Ok(Some(Under::Newest)),
            Some(number) => Ok(Some(Under::Size(size(number)?))),
        },
        Some(_) => Err(bad("`proofs` is 1, or is left out")),
    }
}

/// The signed checkpoint of that tree, with the cosignatures that it has; 404 where there is none of exactly that size.
pub(super) fn signed(app: &App, under: Under) -> Result<SignedCheckpoint, Refusal> {
    let newest = app.checkpoint().head().size;
    let size = match under {
        Under::Newest => newest,
        Under::Size(size) => size,
    };
    let found = listed(&app.reader, TreeSize::new(size.get().saturating_add(1)).ok(), 1);
    let found = found.map_err(|error| unreadable(&error))?.into_iter().next();
    found.filter(|found| found.head().size == size && size <= newest).ok_or_else(|| {
        Refusal::new(ProblemKind::NotFound, format!("no checkpoint of size {size} was signed: the newest has {newest}"))
    })
}

/// A list with the proof of each of its entries; the next page is under the same checkpoint.
pub(super) fn prove_list(
    reader: &Reader,
    checkpoint: &SignedCheckpoint,
    list: EntryList,
) -> Result<EntryList, Refusal> {
    let size = checkpoint.head().size;
    let prove = |entry: &EntryView| {
        let proof = reader.prove_inclusion(LeafIndex::new(entry.index), size).map_err(|error| unreadable(&error))?;
        Ok(EntryProof {
            index: entry.index,
            leaf: entry.leaf.clone(),
            hashes: proof.hashes().iter().map(hex).collect(),
        })
    };
    let proofs = list.entries.iter().map(prove).collect::<Result<_, Refusal>>()?;
    let next = list.next.map(|next| format!("{next}&proofs=1&size={size}"));
    Ok(EntryList { next, checkpoint: Some(checkpoint.as_str().to_owned()), proofs: Some(proofs), ..list })
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
