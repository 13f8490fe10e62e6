//! Autobahn in a Docker container.

use std::path::Path;
use std::process::Command;

use crate::autobahn::original::finish::finish;
use crate::autobahn::original::folders::{CONFIGURATION, REPORT};
use crate::autobahn::original::peer::Contact;

/// The image that Autobahn's makers publish.
pub(crate) const IMAGE: &str = "crossbario/autobahn-testsuite:25.10.1";

/// Pulls the image if it is not there, and prints a line if that takes a while.
///
/// # Errors
/// If it cannot be pulled.
pub(crate) fn pull() -> Result<(), String> {
    if finish(Command::new("docker").args(["image", "inspect", IMAGE])).is_err() {
        println!("Pulling the image {IMAGE}: this takes a minute, once.");
        finish(Command::new("docker").args(["pull", IMAGE]))?;
    }
    Ok(())
}

/// The arguments of `docker` that run `wstest` in a container, with the configuration in `folder`,
/// against a peer with this `contact`. A fuzzing server listens on `port`.
pub(crate) fn arguments(
    shares_loopback: bool,
    contact: &Contact,
    port: u16,
    folder: &Path,
) -> Vec<String> {
    let network = match (shares_loopback, contact) {
        (true, _) => "--network host".to_owned(),
        (false, Contact::Program(_)) => format!("--publish 127.0.0.1:{port}:{port}"),
        (false, Contact::Url(_)) => String::new(),
    };
    let command = format!(
        "run --name {} --workdir /tmp {network} --env PYTHONUNBUFFERED=1 --volume",
        name(folder)
    );
    let volume = format!("{}:/config:ro", folder.display());
    let wstest = format!(
        "{IMAGE} wstest --mode {} --webport 0 --spec /config/{CONFIGURATION}",
        contact.mode()
    );
    let words = |line: String| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    [words(command), vec![volume], words(wstest)].concat()
}

/// The address of a server on this machine's loopback interface, as a container in a virtual
/// machine must write it.
pub(crate) fn from_a_virtual_machine(url: &str) -> String {
    ["127.0.0.1", "localhost", "[::1]"].iter().fold(url.to_owned(), |url, host| {
        url.replacen(&format!("://{host}:"), "://host.docker.internal:", 1)
    })
}

/// The name of the container for a folder. It is always the same, so that the next run finds and
/// removes a container that an interrupted run has left behind.
fn name(folder: &Path) -> String {
    format!("websocket-step-by-step-{}", folder.file_name().unwrap_or_default().display())
}

/// The container for a folder. It is removed when this value is dropped.
pub(crate) struct Container(String);

impl Container {
    /// Removes a container that was left behind, so that the name is free.
    pub(crate) fn reserve(folder: &Path) -> Self {
        let container = Self(name(folder));
        container.remove();
        container
    }

    /// Copies the report out of the container into the folder `report`. If that folder were mounted,
    /// its files would belong to the container's root user, and the next run could not remove them.
    ///
    /// # Errors
    /// If there is no report.
    pub(crate) fn copy_report(&self, report: &Path) -> Result<(), String> {
        let source = format!("{}:/tmp/{REPORT}", self.0);
        finish(Command::new("docker").arg("cp").arg(source).arg(report)).map(drop)
    }

    /// Removes the container, if there is one.
    fn remove(&self) {
        let _ = finish(Command::new("docker").args(["rm", "--force", &self.0]));
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        self.remove();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server() -> Contact {
        Contact::Url("ws://127.0.0.1:9005/".to_owned())
    }

    fn client() -> Contact {
        Contact::Program("client".into())
    }

    /// The arguments of `docker run` in one line.
    fn line(shares_loopback: bool, contact: &Contact) -> String {
        arguments(shares_loopback, contact, 9001, Path::new("/parts/step-5-server-0")).join(" ")
    }

    #[test]
    fn a_container_on_linux_shares_the_loopback_interface() {
        assert_eq!(
            line(true, &server()),
            "run --name websocket-step-by-step-step-5-server-0 --workdir /tmp --network host \
             --env PYTHONUNBUFFERED=1 --volume /parts/step-5-server-0:/config:ro \
             crossbario/autobahn-testsuite:25.10.1 wstest --mode fuzzingclient --webport 0 \
             --spec /config/configuration.json"
        );
        assert!(!line(true, &client()).contains("--publish"));
    }

    #[test]
    fn a_container_in_a_virtual_machine_publishes_the_fuzzing_server_on_loopback_only() {
        let arguments = line(false, &client());
        assert!(arguments.contains(" --publish 127.0.0.1:9001:9001 "), "{arguments}");
        assert!(arguments.contains(" --mode fuzzingserver ") && !arguments.contains("--network"));
        let arguments = line(false, &server());
        assert!(!arguments.contains("--publish") && !arguments.contains("--network"));
    }

    #[test]
    fn only_loopback_has_another_name_in_a_virtual_machine() {
        for host in ["127.0.0.1", "localhost", "[::1]"] {
            assert_eq!(
                from_a_virtual_machine(&format!("ws://{host}:9005/echo")),
                "ws://host.docker.internal:9005/echo"
            );
        }
        let elsewhere = "ws://example.org:9005/?from=ws://localhost";
        assert_eq!(from_a_virtual_machine(elsewhere), elsewhere);
    }
}
