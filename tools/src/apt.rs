//! Debian's packages, where they can be installed without asking anybody.

use std::process::{Command, ExitStatus, Stdio};

use testkit::find_program;

use crate::outcome::succeeds;

/// Keeps a package from asking questions, under whatever name this runs.
const APT_GET: [&str; 3] = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];

/// The right to run `apt-get`.
pub(crate) struct Apt {
    command: Vec<&'static str>,
}

impl Apt {
    /// `apt-get` as root, or by a `sudo` that needs no password; `None` if it is neither.
    pub(crate) fn without_asking() -> Option<Self> {
        if is_root() {
            return Some(Self { command: APT_GET.to_vec() });
        }
        sudo_is_open().then(|| Self { command: [&["sudo", "-n"], APT_GET.as_slice()].concat() })
    }

    /// Brings the lists up to date, and installs.
    pub(crate) fn installs(&self, packages: &[&str]) {
        // Either may fail in part and still have brought what is needed: the caller looks.
        self.runs(&["update", "-q"]);
        self.runs(&[&["install", "-y", "-q"], packages].concat());
    }

    fn runs(&self, arguments: &[&str]) -> bool {
        let words = [self.command.as_slice(), arguments].concat();
        let Some((program, rest)) = words.split_first() else {
            return false;
        };
        succeeds(Command::new(program).args(rest))
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}

fn sudo_is_open() -> bool {
    if find_program(&["sudo"]).is_none() {
        return false;
    }
    let mut sudo = Command::new("sudo");
    sudo.args(["-n", "true"]).stdout(Stdio::null()).stderr(Stdio::null());
    sudo.status().as_ref().is_ok_and(ExitStatus::success)
}
