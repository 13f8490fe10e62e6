//! Functions and methods that a text or a picture names must exist.

use anyhow::{Result, ensure};

use crate::place;

/// Checks that a file has an item: a function, `broadcast`, or a method, `Room::append`.
///
/// # Errors
/// If it does not; the error says what is missing.
pub fn check_item(path: &str, item: &str) -> Result<()> {
    let text = place::read(path)?;
    let found = match item.split_once("::") {
        Some((owner, method)) => implementations(&text, owner).any(|body| has(body, method)),
        None => text.lines().any(|line| !line.starts_with(' ') && has(line, item)),
    };
    ensure!(found, "{path} has no {item}");
    Ok(())
}

/// Returns the bodies of all `impl` blocks of a type.
fn implementations<'a>(text: &'a str, owner: &'a str) -> impl Iterator<Item = &'a str> {
    text.split("\nimpl").skip(1).filter_map(move |block| {
        let (head, body) = block.split_once(" {\n")?;
        let implementor = head.rsplit(' ').next()?.split('<').next()?;
        (implementor == owner).then(|| body.split("\n}\n").next().unwrap_or(body))
    })
}

/// Whether a function with this name is defined in these lines.
fn has(lines: &str, function: &str) -> bool {
    lines.split("fn ").skip(1).any(|rest| rest.split(['(', '<']).next() == Some(function))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(item: &str) -> Result<(), String> {
        let path = "book/weave/src/ways.rs";
        check_item(path, item).map_err(|error| error.to_string())
    }

    #[test]
    fn a_function_is_found_outside_of_all_types_and_a_method_in_its_own() {
        assert_eq!(check("Way::draw"), Ok(()));
        assert_eq!(check("escaped"), Ok(()));
        for missing in ["Way::escaped", "draw", "Arrow::find", "Way::dra", "Box::draw"] {
            assert_eq!(check(missing), Err(format!("book/weave/src/ways.rs has no {missing}")));
        }
    }
}
