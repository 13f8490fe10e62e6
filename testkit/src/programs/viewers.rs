//! The programs that show what goes over a connection: curl and tshark.

use std::path::PathBuf;

use crate::programs::packages::Packages;
use crate::programs::search_path::find_program;

/// curl and tshark.
///
/// A test that needs them is marked `#[ignore = "needs curl and tshark: just setup"]`.
pub struct Viewers;

impl Viewers {
    /// The packages that contain both.
    pub const PACKAGES: Packages = Packages {
        apt: &["curl", "tshark"],
        brew: "wireshark",
        windows: "install Wireshark, and add its folder to PATH",
        dnf: "curl wireshark-cli",
        pacman: "curl wireshark-cli",
    };

    /// Where curl and tshark are, if both are there; [`PACKAGES`](Self::PACKAGES) contain them.
    pub fn find() -> Option<Vec<PathBuf>> {
        ["curl", "tshark"].into_iter().map(|name| find_program(&[name])).collect()
    }
}
