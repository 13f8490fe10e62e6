//! `just book`: serves the book on this machine, and builds it anew when what it is made of has
//! changed.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::ACCEPT;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use tokio::net::TcpListener;
use tower_http::services::ServeDir;

use crate::{Outcome, book, live, place};

/// Where the book is served, if that is free; else one of the ports after it.
const PORT: u16 = 9010;
const PORTS: u16 = 10;
/// Where `just step 4` listens.
const STEP_4: u16 = 9004;

/// The book as it was last built.
struct Shelf {
    folder: PathBuf,
    /// The last change that is in it.
    built: Mutex<Option<SystemTime>>,
}

/// Serves the book until it is stopped, at `address` or at the first free port from 9010 on.
///
/// # Errors
/// That the book does not build, or that nothing is free.
pub async fn serve(address: Option<SocketAddr>, opens: bool) -> Outcome<()> {
    let shelf = Arc::new(Shelf { folder: place::book().join("book"), built: Mutex::new(None) });
    shelf.refresh()?;
    let listener = listen(address).await?;
    let url = format!("http://{}", listener.local_addr()?);
    println!("listening on {url}");
    if opens && open::that_detached(&url).is_err() {
        eprintln!("no browser could be opened: open {url} yourself");
    }
    let step_4 = (Ipv4Addr::LOCALHOST, STEP_4).into();
    let router = router(&shelf.folder, step_4).layer(from_fn_with_state(shelf, fresh));
    Ok(axum::serve(listener, router).await?)
}

/// What answers for a book that was built into this folder, beside a step 4 at this address.
pub fn router(folder: &Path, step_4: SocketAddr) -> Router {
    live::router(step_4).fallback_service(ServeDir::new(folder))
}

async fn listen(address: Option<SocketAddr>) -> Outcome<TcpListener> {
    if let Some(address) = address {
        let told = |error| format!("cannot listen at {address}: {error}").into();
        return TcpListener::bind(address).await.map_err(told);
    }
    for port in PORT..PORT + PORTS {
        if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
            return Ok(listener);
        }
    }
    Err(format!("no port from {PORT} to {} is free: name an address", PORT + PORTS - 1).into())
}

/// Lets a page be the one that its sources are now.
async fn fresh(State(shelf): State<Arc<Shelf>>, request: Request, next: Next) -> Response {
    let accepted = request.headers().get(ACCEPT).and_then(|accepted| accepted.to_str().ok());
    if accepted.is_some_and(|accepted| accepted.contains("text/html")) {
        let refreshed =
            tokio::task::spawn_blocking(move || shelf.refresh().map_err(|error| error.to_string()));
        // What has been built before is better than nothing.
        if let Ok(Err(error)) = refreshed.await {
            eprintln!("{error}");
        }
    }
    next.run(request).await
}

impl Shelf {
    fn refresh(&self) -> Outcome<()> {
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        let mut newest = None;
        for folder in ["book/book.toml", "book/src", "book/theme", "conformance", "bench", "steps"]
        {
            newest = newest.max(newest_in(&place::root().join(folder)));
        }
        if newest > *built {
            // What does not build is not tried again until it is changed.
            *built = newest;
            book::build(&self.folder)?;
        }
        Ok(())
    }
}

/// When something in this folder was changed last, or the file itself.
fn newest_in(path: &Path) -> Option<SystemTime> {
    let own = fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| newest_in(&entry.path())).fold(own, Option::max)
}
