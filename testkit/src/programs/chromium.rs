//! Where Chromium and its driver are, and what installs them.

use std::env;
use std::fs;
use std::path::PathBuf;

use crate::programs::search_path::{find_program, program_in};

/// What the browser's program is called, by whoever packaged it.
const BROWSERS: [&str; 5] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
/// What the driver's program is called; snaps put their name before it.
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
    #[must_use]
    pub fn find() -> Self {
        let driver_folder = env::var_os(DRIVER_FOLDER).map(PathBuf::from);
        Self {
            browser: find_program(&BROWSERS).or_else(installed_chrome),
            driver: find_program(&DRIVERS).or_else(|| program_in(&driver_folder?, DRIVERS[0])),
        }
    }

    /// Whether both are there.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.browser.is_some() && self.driver.is_some()
    }

    /// The Debian packages of the two; `None` where there is no `apt-get`.
    #[must_use]
    pub fn apt_packages() -> Option<[&'static str; 2]> {
        find_program(&["apt-get"])?;
        let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
        let is_ubuntu = release.lines().any(|line| line == "ID=ubuntu");
        // Ubuntu has its own names for them, and installs snaps.
        Some(if is_ubuntu {
            ["chromium-browser", "chromium-chromedriver"]
        } else {
            ["chromium", "chromium-driver"]
        })
    }

    /// The command that installs both on this system.
    #[must_use]
    pub fn install_command() -> String {
        if let Some(packages) = Self::apt_packages() {
            return format!("sudo apt-get install -y {}", packages.join(" "));
        }
        let command = if cfg!(target_os = "macos") {
            "brew install --cask google-chrome chromedriver"
        } else if cfg!(windows) {
            "winget install --exact Google.Chrome; winget install --exact Chromium.ChromeDriver"
        } else if find_program(&["dnf"]).is_some() {
            "sudo dnf install chromium chromedriver"
        } else if find_program(&["pacman"]).is_some() {
            "sudo pacman -S chromium"
        } else {
            "install the packages chromium and chromedriver"
        };
        command.to_owned()
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
        assert!(Chromium::install_command().contains("chrom"));
    }
}
