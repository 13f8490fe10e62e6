//! Autobahn in a Docker container.

use std::{fs, path::Path, process::Command};

use crate::{
    judged::Role,
    process::finish,
    run::{CONFIGURATION, REPORT},
};

/// The image that Autobahn's makers publish.
pub(crate) const IMAGE: &str = "crossbario/autobahn-testsuite:25.10.1";

/// Makes sure that the image is there, and says so if that takes a while.
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

/// The arguments of `docker` that run `wstest` in a container, with `port` for a fuzzing server and
/// the configuration in `folder`.
pub(crate) fn arguments(
    shares_loopback: bool,
    role: Role,
    port: u16,
    folder: &Path,
) -> Vec<String> {
    let name = name(folder);
    let volume = format!("{}:/config:ro", folder.display());
    let published = format!("127.0.0.1:{port}:{port}");
    let spec = format!("/config/{CONFIGURATION}");
    let network: &[&str] = match (shares_loopback, role) {
        (true, _) => &["--network", "host"],
        (false, Role::Client) => &["--publish", &published],
        (false, Role::Server) => &[],
    };
    let start = ["run", "--name", &name, "--volume", &volume, "--workdir", "/tmp"];
    let end = ["--env", "PYTHONUNBUFFERED=1", IMAGE, "wstest", "--mode", role.mode()];
    let last = ["--webport", "0", "--spec", &spec];
    [&start, network, &end, &last].concat().into_iter().map(str::to_owned).collect()
}

/// A server on this machine's loopback interface, as a container in a virtual machine knows it.
pub(crate) fn from_a_virtual_machine(url: &str) -> String {
    ["127.0.0.1", "localhost", "[::1]"].iter().fold(url.to_owned(), |url, host| {
        url.replacen(&format!("://{host}:"), "://host.docker.internal:", 1)
    })
}

/// The name of the container for a part, after its folder. A fixed one, so that a container left
/// behind by an interrupted run is found and removed by the next.
fn name(folder: &Path) -> String {
    format!("websocket-step-by-step-{}", folder.file_name().unwrap_or_default().display())
}

/// The container for one part, by its name. It is removed when this value is dropped.
pub(crate) struct Container(String);

impl Container {
    /// Removes what an interrupted run may have left behind, so that the name is free.
    pub(crate) fn reserve(folder: &Path) -> Self {
        let container = Self(name(folder));
        container.remove();
        container
    }

    /// Copies the report out of the container into the folder `report`. Were that folder mounted,
    /// it would fill with files of the container's root user, which the next run cannot remove.
    ///
    /// # Errors
    /// If there is no report.
    pub(crate) fn copy_report(&self, report: &Path) -> Result<(), String> {
        fs::create_dir_all(report)
            .map_err(|error| format!("{} cannot be created: {error}", report.display()))?;
        let source = format!("{}:/tmp/{REPORT}/.", self.0);
        finish(Command::new("docker").arg("cp").arg(source).arg(report)).map(drop)
    }

    /// Removes the container. If there is none, so much the better.
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

    /// The arguments of `docker run` in one line.
    fn line(shares_loopback: bool, role: Role) -> String {
        arguments(shares_loopback, role, 9001, Path::new("/parts/step-5-server-0")).join(" ")
    }

    #[test]
    fn a_container_on_linux_shares_the_loopback_interface() {
        assert_eq!(
            line(true, Role::Server),
            "run --name websocket-step-by-step-step-5-server-0 \
             --volume /parts/step-5-server-0:/config:ro \
             --workdir /tmp --network host --env PYTHONUNBUFFERED=1 \
             crossbario/autobahn-testsuite:25.10.1 wstest --mode fuzzingclient --webport 0 \
             --spec /config/configuration.json"
        );
        assert!(!line(true, Role::Client).contains("--publish"));
    }

    #[test]
    fn a_container_in_a_virtual_machine_publishes_the_fuzzing_server_on_loopback_only() {
        assert_eq!(
            line(false, Role::Client),
            "run --name websocket-step-by-step-step-5-server-0 \
             --volume /parts/step-5-server-0:/config:ro \
             --workdir /tmp --publish 127.0.0.1:9001:9001 --env PYTHONUNBUFFERED=1 \
             crossbario/autobahn-testsuite:25.10.1 wstest --mode fuzzingserver --webport 0 \
             --spec /config/configuration.json"
        );
        let server = line(false, Role::Server);
        assert!(!server.contains("--publish") && !server.contains("--network"), "{server}");
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
