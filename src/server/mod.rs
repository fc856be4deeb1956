//! The counter: a ledger, a mirror or a witness over HTTP.
//!
//! [`App`] is a ledger that is served, [`router`] all its endpoints (to be called without a socket, too), [`serve`] the accept
//! loop; [`MirrorApp`] and [`WitnessApp`] are the others. The endpoints are described in docs/api.md; their JSON is made in `api`.
//!
//! Under /v1 refusals are problem details (RFC 9457); `/checkpoint` and `/tile/...` follow C2SP tlog-tiles. Handlers do what
//! takes microseconds where they are; what reads much goes to the blocking pool; nothing here waits for the disk but the
//! answer to a submission.
//!
//! The pages for people come from the program itself (`pages`).
//!
//! What is not here: TLS, the rules of who may sign what (`registry`), and the words of a verification report (`report`).

mod accept;
mod batch;
mod body;
mod control;
mod earlier;
mod entries;
mod frames;
mod guard;
mod health;
mod history;
mod keys;
mod limits;
mod mirror;
mod pace;
mod pages;
mod preflight;
mod proofs;
mod query;
mod rates;
mod refusal;
mod scrubbing;
mod state;
mod stream;
mod submit;
mod tiles;
mod turn;
mod verify;
mod visitor;
mod witness;
mod witnessed;

pub use accept::{ServeError, serve};
pub use control::{Control, ControlError};
pub use limits::Limits;
pub use mirror::{MirrorApp, mirror_router, serve_mirror};
pub use pages::verifier_page;
pub use rates::Rate;
pub use scrubbing::Scrubs;
pub use state::{App, AppError, Publish, Shared, Witnesses};
pub use visitor::MAX_PROXIES;
pub use witness::{WitnessApp, WitnessClock, serve_witness, witness_router};

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

/// Every endpoint of a ledger. `GET` routes answer `HEAD` too, and all answer `OPTIONS`.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/", get(pages::home))
        .route("/verify.html", get(pages::verifier))
        .route("/early.js", get(pages::asset))
        .route("/assets/{*path}", get(pages::asset))
        .route("/v1/ledger", get(proofs::ledger))
        .route("/v1/evidence", post(submit::evidence))
        .route("/v1/evidence/batch", post(batch::batch))
        .route("/v1/entries", get(entries::list))
        .route("/v1/entries/{index}", get(entries::entry))
        .route("/v1/entries/{index}/history", get(history::history))
        .route("/v1/entries/{index}/receipt", get(entries::receipt))
        .route("/v1/checkpoints", get(proofs::checkpoints))
        .route("/v1/proofs/inclusion", get(proofs::inclusion))
        .route("/v1/proofs/consistency", get(proofs::consistency))
        .route("/v1/registry", post(submit::registry))
        .route("/v1/keys", get(keys::list))
        .route("/v1/keys/{key}", get(keys::key))
        .route("/v1/verify", post(verify::verify))
        .route("/checkpoint", get(tiles::checkpoint))
        .route("/tile/{*path}", get(tiles::tile))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .guarded(app.gate.clone())
        .with_state(app)
}

/// What is the same for all that is served here.
trait Guarded {
    /// With an answer where no route or method is, and under the limits that hold for every request.
    fn guarded(self, gate: guard::Gate) -> Self;
}

impl<S: Clone + Send + Sync + 'static> Guarded for Router<S> {
    fn guarded(self, gate: guard::Gate) -> Self {
        self.fallback(guard::no_route)
            .method_not_allowed_fallback(preflight::or_no_method)
            .layer(from_fn_with_state(gate, guard::guard))
    }
}
