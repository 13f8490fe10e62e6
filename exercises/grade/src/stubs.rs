//! The stubs as the course hands them out: who has begun?
//!
//! A learner who works in this repository edits the stubs themselves, and the repository
//! may be a copy without git. So `stubs.txt` lists a fingerprint of the code of each. `just grade --stubs`
//! writes it, and a test of the course fails if a stub has changed since.

use std::fmt::Write as _;

use crate::course::{Course, read};
use crate::parts::code_of;

/// The list: a line for each exercise, with its name and its fingerprint.
const STUBS: &str = include_str!("../stubs.txt");

/// Is this file of a learner, apart from comments and tests, the stub that the exercise begins with?
pub(crate) fn is_stub(name: &str, file: &str) -> bool {
    let line = line(name, file);
    STUBS.lines().any(|stub| stub == line)
}

/// Returns the list as it should be, from the stubs in the course's folder.
///
/// # Errors
/// A sentence about a stub that cannot be read.
pub fn stubs(course: &Course) -> Result<String, String> {
    let mut stubs = String::new();
    for exercise in &course.exercises {
        let stub = read(&exercise.path_in(&course.folder))?;
        let _ = writeln!(stubs, "{}", line(&exercise.name, &stub));
    }
    Ok(stubs)
}

fn line(name: &str, file: &str) -> String {
    format!("{name} {:016x}", fingerprint(&code_of(file)))
}

/// The FNV-1a hash of the lines of code, without their indentation, and without the lines that are
/// empty or a comment.
fn fingerprint(code: &str) -> u64 {
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x100_0000_01b3;
    let lines = code.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("//"));
    let bytes = lines.flat_map(|line| line.bytes().chain([b'\n']));
    bytes.fold(BASIS, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_white_space_are_not_a_beginning() {
        let stub = "//! Mend it.\n\nfn f() {\n    // TODO\n    1\n}\n";
        let read = "//! I have read it.\r\nfn f() {\r\n  1\r\n}\r\n";
        assert_eq!(fingerprint(stub), fingerprint(read));
        assert_ne!(fingerprint(stub), fingerprint("fn f() {\n    2\n}\n"));
    }

    #[test]
    fn the_hash_is_fnv_1a() {
        assert_eq!(fingerprint(""), 0xcbf2_9ce4_8422_2325);
        // The test vector for "foobar\n" of draft-eastlake-fnv, computed here from that of "foobar".
        let foobar = 0x8594_4171_f739_67e8_u64;
        assert_eq!(fingerprint("foobar"), (foobar ^ 0x0a).wrapping_mul(0x100_0000_01b3));
    }
}
