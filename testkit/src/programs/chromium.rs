//! Where Chromium and its driver are, and what installs them.

use std::env;
use std::fs;
use std::path::PathBuf;

use crate::programs::packages::Packages;
use crate::programs::search_path::{find_program, program_in};

/// The names of the browser's program in different packages.
const BROWSERS: [&str; 5] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
/// The names of the driver's program. Snaps put their own name before it.
const DRIVERS: [&str; 2] = ["chromedriver", "chromium.chromedriver"];
/// A variable that names a folder with a driver on hosted build machines.
const DRIVER_FOLDER: &str = "CHROMEWEBDRIVER";

/// The two programs that tests of pages need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chromium {
    /// Chromium, or Chrome.
    pub browser: Option<PathBuf>,
    /// `chromedriver`, which takes orders over WebDriver.
    pub driver: Option<PathBuf>,
}

impl Chromium {
    /// Looks for both: on the search path, and where installers put Chrome on macOS and Windows.
    pub fn find() -> Self {
        let driver_folder = env::var_os(DRIVER_FOLDER).map(PathBuf::from);
        Self {
            browser: find_program(&BROWSERS).or_else(installed_chrome),
            driver: find_program(&DRIVERS).or_else(|| program_in(&driver_folder?, DRIVERS[0])),
        }
    }

    /// Whether both are there.
    pub fn is_there(&self) -> bool {
        self.browser.is_some() && self.driver.is_some()
    }

    /// What brings both.
    pub fn packages() -> Packages {
        let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
        let is_ubuntu = release.lines().any(|line| line == "ID=ubuntu");
        Packages {
            // Ubuntu has its own names for them, and installs snaps.
            apt: if is_ubuntu {
                &["chromium-browser", "chromium-chromedriver"]
            } else {
                &["chromium", "chromium-driver"]
            },
            brew: "--cask google-chrome chromedriver",
            windows: "winget install --exact Google.Chrome; winget install --exact Chromium.ChromeDriver",
            dnf: "chromium chromedriver",
            pacman: "chromium",
        }
    }
}

/// Chrome where its installer puts it, which is on no search path.
fn installed_chrome() -> Option<PathBuf> {
    let places: Vec<PathBuf> = if cfg!(target_os = "macos") {
        ["Google Chrome", "Chromium"]
            .map(|name| format!("/Applications/{name}.app/Contents/MacOS/{name}").into())
            .into()
    } else if cfg!(windows) {
        let roots = ["PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"];
        let roots = roots.into_iter().filter_map(env::var_os).map(PathBuf::from);
        roots.map(|root| root.join(r"Google\Chrome\Application\chrome.exe")).collect()
    } else {
        Vec::new()
    };
    places.into_iter().find(|place| place.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_always_a_way_to_install_it() {
        assert!(Chromium::packages().install_command().contains("chrom"));
    }
}
