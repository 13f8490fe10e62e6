//! Markdown for a terminal: paragraphs in lines that fit it, and code as it is.

use conformance::checker::report::people::prose;

/// Returns the text with `label` before its first line, and the other lines indented as much.
pub(crate) fn shown(label: &str, markdown: &str) -> String {
    let indent = " ".repeat(label.chars().count());
    let mut out = String::new();
    let mut paragraph: Vec<&str> = Vec::new();
    let mut is_code = false;
    let end = |paragraph: &mut Vec<&str>, out: &mut String| {
        if !paragraph.is_empty() {
            let label = if out.is_empty() { label } else { &indent };
            *out += &prose(label, &paragraph.join(" "));
            paragraph.clear();
        }
    };
    for line in markdown.lines() {
        let words = line.trim();
        let is_fence = words.starts_with("```");
        let is_item = words.starts_with("- ") || words.starts_with("* ");
        if is_fence || is_code || is_item || words.is_empty() {
            end(&mut paragraph, &mut out);
        }
        if is_fence {
            is_code = !is_code;
        } else if is_code {
            out.extend([&indent, "    ", line, "\n"]);
        } else if words.is_empty() {
            out.push('\n');
        } else {
            paragraph.push(words);
        }
    }
    end(&mut paragraph, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_filled_and_code_is_not() {
        let text = format!("a\nb\n\n```rust\nlet x = 1;\n  y\n```\nc {}", "word ".repeat(20));
        let due = format!(
            "1. a b\n\n       let x = 1;\n         y\n   c{}\n   {}\n",
            " word".repeat(14),
            ["word"; 6].join(" ")
        );
        assert_eq!(shown("1. ", text.trim()), due);
    }

    #[test]
    fn the_items_of_a_list_have_lines_of_their_own() {
        assert_eq!(shown("", "a:\n- b\n  c\n- d"), "a:\n- b c\n- d\n");
    }
}
