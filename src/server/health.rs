//! `/healthz` and `/readyz`: for those who watch the process and send it traffic.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;

use crate::sequencer::{State as Admission, Stopped};

use super::App;
use super::witnessed;

const NO_STORE: [(header::HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

/// `GET /healthz`: the process answers.
pub(super) async fn alive() -> impl IntoResponse {
    (NO_STORE, "alive\n")
}

/// `GET /readyz`: whether a submission would be taken in.
pub(super) async fn ready(State(app): State<App>) -> impl IntoResponse {
    let why_not = if *app.stopping.borrow() {
        Some("shutting down".to_owned())
    } else {
        why_not(&app.sequencer.now()).map(str::to_owned).or_else(|| witnessed::why_not(&app))
    };
    match why_not {
        None => (StatusCode::OK, NO_STORE, "ready\n".to_owned()),
        Some(why) => (StatusCode::SERVICE_UNAVAILABLE, NO_STORE, format!("not ready: {why}\n")),
    }
}

const fn why_not(state: &Admission) -> Option<&'static str> {
    match state {
        Admission::Admitting => None,
        Admission::DiskFull => Some("disk space low"),
        Admission::Stopped(Stopped::ShutDown) => Some("shutting down"),
        Admission::Stopped(Stopped::ClockBehind { .. }) => Some("clock behind the last entry"),
        Admission::Stopped(Stopped::OutcomeUnknown { .. }) => Some("a commit has an unknown outcome"),
        Admission::Stopped(Stopped::CannotGoOn { .. }) => Some("admission has stopped"),
    }
}
