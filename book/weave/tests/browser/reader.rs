//! A built and served book, in a real browser.
#![allow(clippy::expect_used, clippy::panic, reason = "this is for tests")]

use std::net::{Ipv4Addr, SocketAddr};

use serde_json::Value;
use tempfile::TempDir;
use testkit::Browser;
use tokio::net::TcpListener;
use weave::{book, serve};

/// The seed of all random bytes, so that every run sees the same frames and keys.
pub(crate) const SEED: u64 = 6455;

/// The book in all its languages, served on a free port, and a browser to read it in.
pub(crate) struct Reader {
    pub(crate) browser: Browser,
    address: SocketAddr,
    _folder: TempDir,
}

impl Reader {
    /// Builds the book and starts to serve it, alone.
    pub(crate) async fn start() -> Self {
        // Nobody listens there.
        Self::start_beside((Ipv4Addr::LOCALHOST, 1).into()).await
    }

    /// Builds the book and starts to serve it beside a step 4 that runs at this address.
    pub(crate) async fn start_beside(step_4: SocketAddr) -> Self {
        let folder = TempDir::new().expect("a folder");
        book::build_all(&book::folder(), folder.path()).expect("the book builds");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = serve::router(folder.path(), step_4);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { browser: Browser::start().await, address, _folder: folder }
    }

    /// Opens a page of the book, `04-framing.html`.
    pub(crate) async fn opens(&self, page: &str) {
        self.browser.goto(&self.url(page)).await;
    }

    /// The address of a page.
    pub(crate) fn url(&self, page: &str) -> String {
        format!("http://{}/{page}", self.address)
    }

    /// Runs `script` for each of `values`, as its argument `value`; returns what it returned.
    pub(crate) async fn each(&self, values: &[Value], script: &str) -> Vec<String> {
        let values = Value::from(values.to_vec());
        let script = format!("return {values}.map((value) => {{ {script} }});");
        let Value::Array(results) = self.browser.script(&script).await else {
            panic!("a map returns an array");
        };
        results.iter().map(|result| result.as_str().unwrap_or("nothing").to_owned()).collect()
    }

    /// Ends the browser, and with it the test. The console must have stayed empty.
    pub(crate) async fn closes(self) {
        assert_eq!(self.browser.console_errors(), Vec::<String>::new());
        self.browser.close().await;
    }
}
