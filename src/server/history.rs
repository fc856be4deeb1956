//! `GET /v1/entries/{index}/history`: what an entry continues, and what continues it.
//!
//! A statement names the one that it continues by its id, which is a hash over all it says: so no chain can come back to where
//! it began. Anybody may continue anything, and the named statement need not be here; each link says whether both ends were signed
//! with the same key, and an id that is not on this ledger is shown as such. One answer reads a bounded number of entries.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;

use crate::api::{EntryHistory, EntryView, HistoryLink};
use crate::evidence::{Body, Entry, SignedStatement, StatementId};
use crate::merkle::LeafIndex;
use crate::registry::Registry;
use crate::store::Reader;

use super::App;
use super::entries::{blocking, index_of, page, registry, unreadable, view_of};
use super::query::Query;
use super::refusal::Refusal;

/// Links backwards in one answer.
const LINKS: usize = 100;

/// `GET /v1/entries/{index}/history?after=&limit=`.
pub(super) async fn history(
    State(app): State<App>,
    Path(index): Path<String>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Refusal> {
    let index = index_of(&index)?;
    let mut query = Query::parse(raw.as_deref())?;
    let (after, limit) = (query.number("after")?, query.limit()?);
    query.finish()?;
    let answer = blocking(move || {
        let looked = Looked { reader: &app.reader, registry: registry(&app.reader), size: app.size() };
        looked.answer(index, after.map(LeafIndex::new), limit)
    });
    let answer = answer.await?;
    Ok(page(answer.next.clone(), Json(answer)))
}

/// A ledger at one size.
struct Looked<'a> {
    reader: &'a Reader,
    /// The keys, where they are known.
    registry: Option<Registry>,
    size: u64,
}

/// The way back from an entry.
#[derive(Default)]
struct Backwards {
    continues: Vec<HistoryLink>,
    /// The id that leads out of the ledger.
    unknown: Option<String>,
    /// Where the next links are.
    further: Option<String>,
}

/// An entry with what links it to others.
struct Linked {
    entry: Entry,
    statement: Option<SignedStatement>,
    view: EntryView,
}

impl Linked {
    fn continues(&self) -> Option<StatementId> {
        match self.statement.as_ref()?.body() {
            Body::Evidence(evidence) => evidence.continues,
            _ => None,
        }
    }

    /// The link between this entry and another one.
    fn link(&self, other: &Self) -> HistoryLink {
        let key =
            |linked: &Self| linked.statement.as_ref().map(|one| (one.suite_code(), one.key().as_bytes().to_vec()));
        HistoryLink { same_key: key(self) == key(other), entry: other.view.clone() }
    }
}

impl Looked<'_> {
    fn answer(&self, index: LeafIndex, after: Option<LeafIndex>, limit: usize) -> Result<EntryHistory, Refusal> {
        let asked = self.read(index)?;
        let Backwards { continues, unknown, further } = self.backwards(&asked)?;
        let (continued_by, more) = self.forwards(&asked, after, limit)?;
        let last = continued_by.last().map(|link: &HistoryLink| link.entry.index);
        let next = last.filter(|_| more).map(|last| format!("/v1/entries/{index}/history?after={last}&limit={limit}"));
        Ok(EntryHistory { size: self.size, entry: asked.view, continues, unknown, further, continued_by, next })
    }

    /// What the entry continues, link by link.
    fn backwards(&self, asked: &Linked) -> Result<Backwards, Refusal> {
        let (mut back, mut next) = (Backwards::default(), asked.continues());
        let mut before: Option<Linked> = None;
        while let Some(id) = next {
            let here = before.as_ref().unwrap_or(asked);
            if back.continues.len() == LINKS {
                back.further = Some(format!("/v1/entries/{}/history", here.entry.index()));
                break;
            }
            let found = self.reader.by_statement(&id).map_err(|error| unreadable(&error))?;
            let Some(found) = found.filter(|index| index.get() < self.size) else {
                back.unknown = Some(id.to_string());
                break;
            };
            let found = self.read(found)?;
            back.continues.push(here.link(&found));
            next = found.continues();
            before = Some(found);
        }
        Ok(back)
    }

    /// One page of what continues the entry, and whether there is more.
    fn forwards(
        &self,
        asked: &Linked,
        after: Option<LeafIndex>,
        limit: usize,
    ) -> Result<(Vec<HistoryLink>, bool), Refusal> {
        let Some(statement) = &asked.statement else { return Ok((Vec::new(), false)) };
        let found = self.reader.by_continued(&statement.id(), after, limit + 1).map_err(|error| unreadable(&error))?;
        let found: Vec<_> = found.into_iter().filter(|index| index.get() < self.size).collect();
        let links = found.iter().take(limit).map(|index| self.read(*index).map(|one| asked.link(&one)));
        Ok((links.collect::<Result<_, _>>()?, found.len() > limit))
    }

    fn read(&self, index: LeafIndex) -> Result<Linked, Refusal> {
        let bytes = self.reader.entry(index).map_err(|error| unreadable(&error))?;
        let bytes = bytes.ok_or_else(|| {
            Refusal::no_entry(index.get(), self.size)
                .with_hint("entries are numbered from 0; is it the ledger that is meant?")
        })?;
        let entry = Entry::parse(&bytes).map_err(|error| Refusal::internal("a stored entry is damaged", &error))?;
        Ok(Linked { statement: entry.statement().ok(), view: view_of(&entry, self.registry.as_ref()), entry })
    }
}
