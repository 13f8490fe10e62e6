//! What installs a program.

use crate::programs::search_path::find_program;

/// The packages that bring a program, by what installs them.
#[derive(Clone, Copy, Debug)]
pub struct Packages {
    /// For `apt-get`.
    pub apt: &'static [&'static str],
    /// What follows `brew install`.
    pub brew: &'static str,
    /// What to do on Windows.
    pub windows: &'static str,
    /// For `dnf`.
    pub dnf: &'static str,
    /// For `pacman`.
    pub pacman: &'static str,
}

impl Packages {
    /// The command that installs them on this system.
    pub fn install_command(&self) -> String {
        let has = |program| find_program(&[program]).is_some();
        if has("apt-get") {
            format!("sudo apt-get install -y {}", self.apt.join(" "))
        } else if cfg!(target_os = "macos") {
            format!("brew install {}", self.brew)
        } else if cfg!(windows) {
            self.windows.to_owned()
        } else if has("dnf") {
            format!("sudo dnf install {}", self.dnf)
        } else if has("pacman") {
            format!("sudo pacman -S {}", self.pacman)
        } else {
            format!("install what Debian calls {}", self.apt.join(" and "))
        }
    }
}
