//! What no exercise needs, and what an answer could use to get at the grader.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Macros that read files or variables while the program is compiled.
const MACROS: [&str; 5] = ["include", "include_str", "include_bytes", "env", "option_env"];

/// Returns what the answer must not use, as a part of a sentence; `None` if it is acceptable.
///
/// The file system holds what the grader keeps in memory (`/proc/self/mem`), and another process
/// can do anything. An equality written by hand can make every answer equal to the right one.
pub(crate) fn refused(code: &str) -> Option<String> {
    // A text that is not made of Rust's tokens does not compile anyway.
    let code: TokenStream = code.parse().ok()?;
    // A stack of our own: an answer may be nested deeper than ours.
    let mut groups = vec![code];
    while let Some(group) = groups.pop() {
        let tokens: Vec<TokenTree> = group.into_iter().collect();
        for (index, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) => groups.push(group.stream()),
                TokenTree::Ident(name) => {
                    let found = refused_name(&name.to_string(), &tokens[index + 1..]);
                    if found.is_some() {
                        return found;
                    }
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }
    None
}

fn refused_name(name: &str, next: &[TokenTree]) -> Option<String> {
    let next_is = |mark: &str| next.first().is_some_and(|next| next.to_string() == mark);
    let is_call = matches!(next.first(), Some(TokenTree::Group(arguments))
        if arguments.delimiter() == Delimiter::Parenthesis);
    let is_refused = match name.trim_start_matches("r#") {
        "fs" => true,
        // A function or a method may have this name.
        "process" => !is_call,
        "extern" => next_is("crate"),
        "PartialEq" => next_is("as") || is_implemented(next),
        name => MACROS.contains(&name) && (next_is("!") || next_is("as")),
    };
    is_refused.then(|| match name {
        "PartialEq" => "`PartialEq` that is not derived".to_owned(),
        "extern" => "`extern crate`".to_owned(),
        name => format!("`{name}`"),
    })
}

/// Is this what follows a trait in `impl Trait<…> for …`?
fn is_implemented(next: &[TokenTree]) -> bool {
    let mut depth = 0_usize;
    for token in next {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '<' => depth += 1,
            TokenTree::Punct(punct) if punct.as_char() == '>' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            TokenTree::Ident(name) => return name == "for",
            _ => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_exercise_needs_is_refused() {
        for (code, what) in [
            ("use std::fs::File;", "`fs`"),
            ("fn f() { { std::process::exit(0) } }", "`process`"),
            ("use std::process as p;", "`process`"),
            ("extern crate self as std;", "`extern crate`"),
            ("const C: &str = include_str!(\"x\");", "`include_str`"),
            ("use std::env as environment;", "`env`"),
            ("impl PartialEq<&str> for Yes {}", "`PartialEq` that is not derived"),
            ("impl std::cmp::PartialEq for Yes {}", "`PartialEq` that is not derived"),
        ] {
            assert_eq!(refused(code).as_deref(), Some(what), "{code}");
        }
    }

    #[test]
    fn honest_code_is_not_refused() {
        for code in [
            "#[derive(PartialEq, Debug)] struct Frame;",
            "fn process(env: u8) { self.process(env) } // include!",
            "fn f<T: PartialEq>(t: T) where T: PartialEq<u8>, {}",
            "extern \"C\" fn f() {}",
        ] {
            assert_eq!(refused(code), None, "{code}");
        }
    }

    #[test]
    fn deep_nesting_does_not_exhaust_our_stack() {
        let deep = 100_000;
        assert_eq!(refused(&format!("{}{}", "(".repeat(deep), ")".repeat(deep))), None);
    }
}
