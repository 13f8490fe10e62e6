//! Where axe-core is, which checks whether a page is accessible, and what installs it.
//!
//! It is a script that runs in the page. Its licence is the MPL 2.0, so it is not a part of this
//! repository: npm fetches the version, and checks the digest, in `testkit/axe/package-lock.json`.

use std::env;
use std::path::PathBuf;

use crate::programs::cargo::workspace;

/// A variable that names the file, if it is elsewhere.
const PLACE: &str = "AXE_CORE";

/// axe-core, the checker of accessibility.
#[derive(Clone, Copy, Debug)]
pub struct Axe;

impl Axe {
    /// Returns the file `axe.min.js`.
    pub fn find() -> Option<PathBuf> {
        let installed = || Self::folder().join("node_modules/axe-core/axe.min.js");
        let file = env::var_os(PLACE).map_or_else(installed, PathBuf::from);
        file.is_file().then_some(file)
    }

    /// The folder with its `package.json`.
    pub fn folder() -> PathBuf {
        workspace().join("testkit").join("axe")
    }

    /// The command that installs it.
    pub fn install_command() -> String {
        "npm ci --ignore-scripts --prefix testkit/axe".to_owned()
    }
}
