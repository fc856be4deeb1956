//! A bare axum server, as the floor under anything that is served: it echoes what is posted, and answers GET with a file's bytes.
//!
//! `echo [FILE]...` serves POST /echo, and the bytes of the files at GET /0, /1 and so on, on a free port of the loopback
//! interface; the address goes to stdout. No limit, no check, no log: what is left is axum's and the kernel's.

use std::error::Error;

use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::routing::{get, post};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut router = Router::new().route("/echo", post(async |body: Bytes| body));
    for (number, path) in std::env::args().skip(1).enumerate() {
        let bytes = Bytes::from(std::fs::read(path)?);
        let answer = async move || ([(CONTENT_TYPE, "application/octet-stream")], bytes);
        router = router.route(&format!("/{number}"), get(answer));
    }
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    print(&format!("listening on http://{}", listener.local_addr()?));
    axum::serve(listener, router).await?;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "an example has no output room")]
fn print(line: &str) {
    println!("{line}");
}
