//! Screenshots of the steps' pages: `book/screens.toml` lists them.
//!
//! One whose name begins with a language, `zh-CN/chat`, is shown by the book in this language. Taking it
//! needs a font that has its letters.
//!
//! They are checked in, and `book/screens.lock` has a hash of what each was made from. A test
//! compares the hashes, so that a screenshot is made again when its page has changed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Error, Result};
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};
use testkit::{Browser, Profile, Step};

use crate::place;

/// The list of screenshots, and the hashes.
const LIST: &str = "book/screens.toml";
const LOCK: &str = "book/screens.lock";
/// The folders whose styles and scripts the pages of several steps share.
const SHARED: [&str; 2] = ["web/src", "steps/00-polling/src"];
/// The sources of a page.
const PARTS: [&str; 4] = [".css", ".html", ".js", ".json"];

/// A screenshot.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Screen {
    /// The step that serves the page.
    pub step: u8,
    /// The path of the page.
    pub path: String,
    /// The width of the picture, in pixels.
    pub width: u32,
    /// The height of the picture, in pixels.
    pub height: u32,
    /// The language that the browser prefers, if it is not English.
    pub language: Option<String>,
    /// What is done on the page before, in this order.
    pub actions: Vec<Action>,
}

/// Something that is done on a page.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Action {
    /// `{ wait = TEXT, in = CSS }`: waits until an element contains a text.
    Wait {
        /// The text.
        wait: String,
        /// The element.
        #[serde(rename = "in")]
        within: String,
    },
    /// `{ type = CSS, text = TEXT }`: types into an input; a `\n` is the Enter key.
    Type {
        /// The input.
        #[serde(rename = "type")]
        into: String,
        /// The text.
        text: String,
    },
    /// `{ click = CSS }`: clicks on an element.
    Click {
        /// The element.
        click: String,
    },
    /// `{ script = JAVASCRIPT }`: runs statements.
    Script {
        /// The statements.
        script: String,
    },
}

/// The screenshots, by name.
pub type Screens = BTreeMap<String, Screen>;

/// The hashes, by name.
pub type Lock = BTreeMap<String, String>;

/// Reads `book/screens.toml` and `book/screens.lock`.
///
/// # Errors
/// If one of them cannot be read.
pub fn read() -> Result<(Screens, Lock)> {
    Ok((place::read_toml(LIST)?, place::read_toml(LOCK)?))
}

impl Screen {
    fn step(&self) -> Result<Step> {
        Step::labelled(&self.step.to_string()).map_err(Error::msg)
    }

    /// A hash of what the screenshot is made from: its entry in the list, and the page's sources.
    fn hash(&self) -> Result<String> {
        let mut hash = Sha1::new_with_prefix(toml::to_string(self)?);
        let folder = self.step()?.folder;
        for folder in SHARED.into_iter().chain([folder.as_str()]) {
            for path in place::files(folder) {
                if PARTS.iter().any(|part| path.ends_with(part)) {
                    hash.update(place::read(&path)?);
                }
            }
        }
        Ok(hex::encode(hash.finalize()))
    }

    /// Takes the screenshot.
    async fn take(&self, into: &Path) -> Result<()> {
        let server = self.step()?.start(Profile::current(), &[]).map_err(Error::msg)?;
        let language = self.language.as_deref().unwrap_or("en");
        let browser = Browser::start_with(&[&format!("--accept-lang={language}")]).await;
        // The window has a frame around the page, and only the page knows its own size.
        browser.resizes(self.width, self.height).await;
        let inner = browser.script("return innerHeight").await.as_u64().unwrap_or_default();
        let frame = u64::from(self.height).saturating_sub(inner);
        browser.resizes(self.width, self.height + u32::try_from(frame)?).await;
        browser.goto(&server.url(&self.path)).await;
        browser.script("document.documentElement.style.scrollbarWidth = 'none'").await;
        for action in &self.actions {
            match action {
                Action::Wait { wait, within } => drop(browser.waits_for_text(within, wait).await),
                Action::Type { into, text } => browser.types(into, text).await,
                Action::Click { click } => browser.click(click).await,
                Action::Script { script } => drop(browser.script(script).await),
            }
        }
        browser.screenshot(into).await;
        browser.close().await;
        Ok(())
    }
}

/// Returns the names of the screenshots that are missing or stale.
///
/// # Errors
/// If a source of a page cannot be read.
pub fn stale(screens: &Screens, lock: &Lock) -> Result<Vec<String>> {
    let mut stale = Vec::new();
    for (name, screen) in screens {
        if !picture(name).is_file() || lock.get(name) != Some(&screen.hash()?) {
            stale.push(name.clone());
        }
    }
    Ok(stale)
}

/// Takes the screenshots with these names, or all that are stale if there are no names, and writes
/// their hashes.
///
/// # Errors
/// If a name is not in the list, or a screenshot cannot be taken.
pub async fn take(names: &[String]) -> Result<()> {
    let (screens, mut lock) = read()?;
    let names = if names.is_empty() { stale(&screens, &lock)? } else { names.to_vec() };
    for name in names {
        let screen = screens.get(&name).with_context(|| format!("{LIST} has no {name}"))?;
        web::print_line(&name);
        let picture = picture(&name);
        fs::create_dir_all(picture.parent().unwrap_or(&picture))?;
        screen.take(&picture).await?;
        lock.insert(name, screen.hash()?);
    }
    lock.retain(|name, _| screens.contains_key(name));
    let note = "# What the screenshots were made from. Written by `just screens`.\n";
    fs::write(place::root().join(LOCK), note.to_owned() + &toml::to_string(&lock)?)?;
    Ok(())
}

fn picture(name: &str) -> PathBuf {
    place::root().join(format!("book/src/screens/{name}.png"))
}
