//! The server: its accept loop, and its end.

use std::future::ready;

use chat::{App, router};
use tokio::sync::watch;
use tokio::time::timeout;
use web::print_line;
use web::server::{Client, listen, serve_with};
use web::told_to_stop;

use crate::answer::Shared;
use crate::connection::{GOAWAY_TIME, serve as serve_http2};
use crate::options::Options;
use crate::tls::{acceptor, is_http2};

/// The number of this step, which its pages show.
const STEP: u8 = 7;

// ANCHOR: serve
/// Serves until the signal to stop. Then sends GOAWAY on each connection, and closes all WebSockets
/// as step 6 does.
///
/// # Errors
/// A sentence about an option that makes no sense.
pub async fn serve(options: &Options) -> Result<(), String> {
    let tls = (!options.prior_knowledge).then(|| acceptor(options)).transpose()?;
    let app = App::new(&options.chat)?;
    let listener = listen(&options.chat.address)?;
    let (limits, counts) = (options.chat.http_limits(), app.http_counts.clone());
    let (stop, stopped) = watch::channel(());
    let shared = Shared {
        router: router(app.clone(), STEP),
        times: limits.times,
        counts: counts.clone(),
        max_streams: options.max_streams,
        stopped,
    };
    if let Some(tls) = tls {
        print_line("it speaks TLS: write https:// in the browser");
        if options.chat.cert.is_none() {
            let file = options.trial_certificate.display();
            print_line(&format!(
                "the certificate is self-signed, for trying only, and kept in {file}"
            ));
        }
        let prepare = move |stream| {
            let opening = timeout(limits.times.header, tls.accept(stream));
            async move { opening.await.ok()?.ok() }
        };
        let serve_one = move |stream, client: Client| {
            let shared = shared.clone();
            async move {
                if is_http2(&stream) {
                    serve_http2(stream, client, shared).await;
                } else {
                    let router = shared.router.clone();
                    drop(shared);
                    client.serve(stream, router).await;
                }
            }
        };
        serve_with(listener, limits, counts, told_to_stop(), prepare, serve_one).await;
    } else {
        let serve_one = move |stream, client| serve_http2(stream, client, shared.clone());
        let prepare = |stream| ready(Some(stream));
        serve_with(listener, limits, counts, told_to_stop(), prepare, serve_one).await;
    }
    stop.send_replace(());
    app.stop().await;
    // The connections have our last frames, and end when they are written.
    let _ = timeout(GOAWAY_TIME, stop.closed()).await;
    Ok(())
}
// ANCHOR_END: serve
