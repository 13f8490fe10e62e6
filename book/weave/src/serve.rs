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
    /// The language that it is translated into, unless it is in English.
    language: Option<String>,
    /// The time of the last change that is in it.
    built: Mutex<Option<SystemTime>>,
}

/// Serves the book at `address`, in English or in another language, until it is stopped.
///
/// # Errors
/// If the book does not build, or another program has the port.
pub async fn serve(address: &str, language: Option<String>, opens: bool) -> Result<()> {
    let folder = place::root().join("book/book").join(language.as_deref().unwrap_or_default());
    let router = router(&folder, STEP_4.into());
    let shelf = Arc::new(Shelf { folder, language, built: Mutex::new(None) });
    shelf.refresh()?;
    let listener = web::listen(address).map_err(Error::msg)?;
    let url = format!("http://{}", listener.local_addr()?);
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
            let (folder, language) = (book::folder(), self.language.as_deref());
            let catalog = language.map(|language| book::catalog(&folder, language)).transpose()?;
            book::build(&folder, language.zip(catalog.as_ref()), &self.folder)?;
        }
        Ok(())
    }
}
