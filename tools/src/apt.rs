//! Debian's packages, where they can be installed without asking anybody.

use std::process::{Command, Stdio};

use testkit::find_program;

use crate::outcome::succeeds;

/// Installs packages by `apt-get`, if there is one, and this is root or `sudo` needs no password.
///
/// It may fail in part and still have brought what is needed: the caller looks.
pub(crate) fn install(packages: &[&str]) {
    let Some(sudo) = sudo().filter(|_| find_program(&["apt-get"]).is_some()) else { return };
    println!("installing {} by apt-get", packages.join(" and "));
    for arguments in [&["update", "-q"][..], &[&["install", "-y", "-q"], packages].concat()] {
        // The variable keeps a package from asking questions.
        let apt_get = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
        let words = [sudo, &apt_get, arguments].concat();
        succeeds(Command::new(words[0]).args(&words[1..]));
    }
}

/// Returns the prefix of a command that needs to be root: nothing if this process is root,
/// otherwise `sudo`.
fn sudo() -> Option<&'static [&'static str]> {
    let runs = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments).stderr(Stdio::null()).output().ok().filter(|it| it.status.success())
    };
    if runs("id", &["-u"])?.stdout.trim_ascii() == b"0" {
        return Some(&[]);
    }
    runs("sudo", &["-n", "true"]).map(|_| &["sudo", "-n"][..])
}
