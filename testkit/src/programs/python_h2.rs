//! HTTP/2 in Python: the package h2, which shares no code with the one in Rust of the same name.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::programs::packages::Packages;
use crate::programs::search_path::find_program;

/// A Python 3 that has the package h2.
///
/// A test that needs it is marked `#[ignore = "needs Python's h2: just setup"]`.
pub struct PythonH2;

impl PythonH2 {
    /// The packages that contain both.
    pub const PACKAGES: Packages = Packages {
        apt: &["python3-h2"],
        brew: "python && python3 -m pip install h2",
        windows: "py -m pip install h2",
        dnf: "python3-h2",
        pacman: "python-h2",
    };

    /// Where such a Python is. The first on the search path may be one without packages.
    pub fn find() -> Option<PathBuf> {
        let found = find_program(&["python3", "python"]);
        let can_import = |python: &PathBuf| {
            let mut command = Command::new(python);
            command.args(["-c", "import h2.connection"]).stdin(Stdio::null());
            let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
            status.is_ok_and(|status| status.success())
        };
        found.into_iter().chain([PathBuf::from("/usr/bin/python3")]).find(can_import)
    }
}
