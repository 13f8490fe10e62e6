//! A client that was started, and the port that it should connect to.

use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::select;
use tokio::time::{sleep, timeout};

use crate::program::ProgramLine;

/// How long a client that has ended well may leave it to another process to connect.
const LAUNCH_TIME: Duration = Duration::from_secs(10);
/// How long a client may take to end when its last connection has ended.
const END_TIME: Duration = Duration::from_secs(2);
/// The length of the kept end of a client's standard error, in bytes.
const KEPT: usize = 4096;

/// A running client. It is killed when this value is dropped.
pub(super) struct Process {
    listener: TcpListener,
    /// The port that it should connect to.
    pub(super) port: u16,
    child: Child,
    /// The end of its standard error.
    said: Arc<Mutex<Vec<u8>>>,
}

impl Process {
    /// Starts the client with an address of its own.
    ///
    /// # Errors
    /// A sentence, if it cannot be started.
    pub(super) async fn start(program: &ProgramLine) -> Result<Self, String> {
        let problem = |error: std::io::Error| format!("cannot listen for the client: {error}");
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(problem)?;
        let port = listener.local_addr().map_err(problem)?.port();
        let mut command = Command::from(program.command(&format!("ws://127.0.0.1:{port}")));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("cannot start the client: {error}"))?;
        let said = Arc::<Mutex<Vec<u8>>>::default();
        if let Some(mut errors) = child.stderr.take() {
            let said = Arc::clone(&said);
            tokio::spawn(async move {
                let mut chunk = [0; 1024];
                while let Ok(count @ 1..) = errors.read(&mut chunk).await {
                    let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
                    said.extend_from_slice(&chunk[..count]);
                    let old = said.len().saturating_sub(KEPT);
                    said.drain(..old);
                }
            });
        }
        Ok(Self { listener, port, child, said })
    }

    /// Waits for the next connection.
    ///
    /// # Errors
    /// A sentence, if none comes in time, or if the client ends.
    pub(super) async fn accept(&mut self, limit: Duration) -> Result<TcpStream, String> {
        let ended = select! {
            biased;
            accepted = self.listener.accept() => return ready(accepted),
            ended = self.child.wait() => ended.ok(),
            () = sleep(limit) => {
                return Err(format!("the client has not connected for {} s", limit.as_secs()));
            }
        };
        if ended.is_some_and(|status| status.success())
            && let Ok(accepted) = timeout(LAUNCH_TIME, self.listener.accept()).await
        {
            return ready(accepted);
        }
        Err(self.end_in_words(ended))
    }

    /// Waits a little for the client to end by itself.
    pub(super) async fn end(mut self) {
        let _ = timeout(END_TIME, self.child.wait()).await;
    }

    fn end_in_words(&self, status: Option<ExitStatus>) -> String {
        let status = status.map_or(String::new(), |status| format!(" ({status})"));
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let said = String::from_utf8_lossy(&said);
        match said.trim().lines().last() {
            Some(line) => {
                format!("the client has ended{status}. The last line that it printed: {line}")
            }
            None => format!("the client has ended{status}"),
        }
    }
}

/// A connection, ready for use.
fn ready(
    accepted: std::io::Result<(TcpStream, std::net::SocketAddr)>,
) -> Result<TcpStream, String> {
    let (stream, _) = accepted.map_err(|error| format!("cannot accept a connection: {error}"))?;
    stream.set_nodelay(true).map_err(|error| error.to_string())?;
    Ok(stream)
}
