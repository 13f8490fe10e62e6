//! `just book`: serves the book on this machine, and builds it again when its sources have changed.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use anyhow::{Error, Result};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::ACCEPT;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use tokio::net::TcpListener;
use tower_http::services::ServeDir;
use web::print_error_line;

use crate::page::Page;
use crate::{book, live, place};

/// The address where `just step 4` listens.
const STEP_4: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 9004);

/// The book as it was last built.
struct Shelf {
    folder: PathBuf,
    /// The time of the last change that is in it.
    built: Mutex<Option<SystemTime>>,
}

/// Serves the book in all its languages at `address`, and opens it in English or in the language
/// with this code, until it is stopped.
///
/// # Errors
/// If the book is not translated into this language or does not build, or another program has the
/// port.
pub async fn serve(address: &str, language: Option<String>, opens: bool) -> Result<()> {
    if let Some(language) = &language {
        book::catalog(&book::folder(), language)?;
    }
    let folder = place::root().join("book/book");
    let router = router(&folder, STEP_4.into());
    let shelf = Arc::new(Shelf { folder, built: Mutex::new(None) });
    let listener = web::listen(address).map_err(Error::msg)?;
    // A browser that connects meanwhile waits.
    shelf.refresh()?;
    let path = language.map(|language| format!("/{language}/")).unwrap_or_default();
    let url = format!("http://{}{path}", listener.local_addr()?);
    if opens && open::that_detached(&url).is_err() {
        print_error_line(&format!("no browser could be opened: open {url} yourself"));
    }
    listener.set_nonblocking(true)?;
    let router = router.layer(from_fn_with_state(shelf, refresh_first));
    Ok(axum::serve(TcpListener::from_std(listener)?, router).await?)
}

/// Serves a book that was built into this folder, beside a step 4 at this address.
pub fn router(folder: &Path, step_4: SocketAddr) -> Router {
    live::router(step_4).fallback_service(ServeDir::new(folder))
}

/// Builds the book if necessary before a page is served.
async fn refresh_first(State(shelf): State<Arc<Shelf>>, request: Request, next: Next) -> Response {
    let accepted = request.headers().get(ACCEPT).and_then(|accepted| accepted.to_str().ok());
    if accepted.is_some_and(|accepted| accepted.contains("text/html")) {
        let refresh = move || {
            // If the book does not build, the last one is served.
            if let Err(error) = shelf.refresh() {
                print_error_line(&format!("{error:#}"));
            }
        };
        let _ = tokio::task::spawn_blocking(refresh).await;
    }
    next.run(request).await
}

impl Shelf {
    fn refresh(&self) -> Result<()> {
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sources =
            ["book/book.toml", "book/po", "book/src", "book/theme"].map(place::files).concat();
        for page in Page::all()? {
            sources.extend(page.includes().map(|(_, include)| include.path));
        }
        let changed = |path: &String| place::root().join(path).metadata()?.modified();
        let newest = sources.iter().filter_map(|path| changed(path).ok()).max();
        if newest > *built {
            // After an error, the book is built again only when something has changed.
            *built = newest;
            book::build_all(&book::folder(), &self.folder)?;
        }
        Ok(())
    }
}
