//! Screenshots of the steps' pages: `book/screens.toml` says what is done on each before it is
//! taken.
//!
//! They are checked in, with a note of what they were taken of, `book/screens.lock`: a picture
//! that is not made again when its page has changed would show what is no longer so.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};
use testkit::{Browser, Server};

use crate::difference::folder;
use crate::{Outcome, place, program};

/// The steps whose pages lend others their looks.
const SHARED: [u8; 2] = [0, 1];
/// What a page is made of.
const PARTS: [&str; 3] = ["css", "html", "js"];

/// A screenshot to be taken.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Screen {
    /// The step that serves the page.
    pub step: u8,
    /// The path of the page.
    #[serde(default = "root_path")]
    pub path: String,
    /// The width of the picture, in pixels.
    pub width: u32,
    /// Its height.
    pub height: u32,
    /// Further arguments of the step.
    #[serde(default)]
    pub arguments: Vec<String>,
    /// What is done on the page, in turn.
    #[serde(default)]
    pub actions: Vec<Action>,
}

/// Something that is done on a page.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Action {
    /// `{ wait = TEXT, in = CSS }`: waits until a text is shown, anywhere if `in` is left out.
    Wait {
        /// The text.
        wait: String,
        /// Where.
        #[serde(rename = "in", default = "anywhere")]
        within: String,
    },
    /// `{ type = CSS, text = TEXT }`: types into an input; a `\n` is the Enter key.
    Type {
        /// The input.
        #[serde(rename = "type")]
        into: String,
        /// What is typed.
        text: String,
    },
    /// `{ click = CSS }`: clicks.
    Click {
        /// On what.
        click: String,
    },
    /// `{ script = JAVASCRIPT }`: does what has no verb.
    Script {
        /// The statements.
        script: String,
    },
}

fn root_path() -> String {
    "/".to_owned()
}

fn anywhere() -> String {
    "body".to_owned()
}

/// All screenshots, by name.
pub type Screens = BTreeMap<String, Screen>;

/// What each screenshot was taken of, by name.
pub type Lock = BTreeMap<String, String>;

/// Reads `book/screens.toml`.
///
/// # Errors
/// What is wrong with it.
pub fn screens() -> Outcome<Screens> {
    place::list("screens.toml")
}

/// Reads `book/screens.lock`.
///
/// # Errors
/// What is wrong with it.
pub fn lock() -> Outcome<Lock> {
    place::list("screens.lock")
}

/// Where a screenshot is.
#[must_use]
pub fn picture(name: &str) -> PathBuf {
    place::book().join("src").join("screens").join(format!("{name}.png"))
}

impl Screen {
    /// What it shows: its own entry, and the sources of the page, in one number.
    ///
    /// # Errors
    /// A source that cannot be read.
    pub fn state(&self) -> Outcome<String> {
        let mut hash = Sha1::new_with_prefix(toml::to_string(self)?);
        let mut steps = [&SHARED[..], &[self.step]].concat();
        steps.dedup();
        for step in steps {
            for path in parts(&place::root().join(folder(step)?).join("src"))? {
                hash.update(place::read(&path)?);
            }
        }
        Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Takes it.
    ///
    /// # Errors
    /// That the step does not build.
    pub async fn take(&self, into: &Path) -> Outcome<()> {
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        let server = Server::start(program::build(self.step, &env::current_exe()?)?, &arguments);
        let browser = Browser::start().await;
        // A window has a frame around the page, of which nobody tells the size.
        browser.resizes(self.width, self.height).await;
        let inner = browser.script("return innerHeight").await.as_u64().unwrap_or_default();
        let frame = u64::from(self.height).saturating_sub(inner);
        browser.resizes(self.width, self.height + u32::try_from(frame)?).await;
        browser.goto(&server.url(&self.path)).await;
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

/// The sources of a step's pages, in order.
fn parts(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_part = |extension: &str| PARTS.contains(&extension);
        if path.extension().and_then(|extension| extension.to_str()).is_some_and(is_part) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// Takes the screenshots with these names, or all that are stale, and notes what they show.
///
/// # Errors
/// A name that is none, or what is in the way.
pub async fn take(names: &[String]) -> Outcome<()> {
    let (screens, mut lock) = (screens()?, lock()?);
    if let Some(name) = names.iter().find(|name| !screens.contains_key(*name)) {
        return Err(format!("book/screens.toml has no {name}").into());
    }
    lock.retain(|name, _| screens.contains_key(name));
    for (name, screen) in &screens {
        let state = screen.state()?;
        let is_fresh = lock.get(name) == Some(&state) && picture(name).is_file();
        if names.contains(name) || names.is_empty() && !is_fresh {
            println!("book/src/screens/{name}.png");
            fs::create_dir_all(picture(name).parent().unwrap_or(Path::new(".")))?;
            screen.take(&picture(name)).await?;
            lock.insert(name.clone(), state);
        }
    }
    let note = "# What the screenshots were taken of. Written by `just screens`.\n";
    fs::write(place::book().join("screens.lock"), note.to_owned() + &toml::to_string(&lock)?)?;
    Ok(())
}

/// Screenshots that are missing, stale, or asked for by nobody.
///
/// # Errors
/// A list or page that cannot be read.
pub fn faults(screens: &Screens, lock: &Lock) -> Outcome<Vec<String>> {
    let mut faults = Vec::new();
    for (name, screen) in screens {
        if !picture(name).is_file() {
            faults.push(format!("book/src/screens/{name}.png is missing"));
        } else if lock.get(name) != Some(&screen.state()?) {
            faults.push(format!("book/src/screens/{name}.png is stale"));
        }
    }
    for entry in fs::read_dir(place::book().join("src").join("screens")).into_iter().flatten() {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if !screens.contains_key(&name) {
            faults.push(format!("book/src/screens/{name}.png is not in book/screens.toml"));
        }
    }
    Ok(faults)
}
