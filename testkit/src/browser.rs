//! A real browser, headless, that opens a step's page.
//!
//! A test that needs it is marked `#[ignore = "needs Chromium and its driver: just setup"]`.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::patience::PATIENCE;
use crate::programs::axe::Axe;
use crate::programs::chromium::Chromium;

mod driver;

use driver::Driver;

/// What axe-core finds: a line for each element and fault. It checks all its rules except those that
/// are experiments, and also that what one taps is large enough (WCAG 2.2, 2.5.8).
const CHECK: &str = "return axe.run(document, {
        resultTypes: ['violations'], rules: { 'target-size': { enabled: true } },
    }).then(({ violations }) => violations.flatMap(({ id, help, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target}: ${failureSummary}`)))";
/// What is wider than the window, if one has to scroll the page sideways (WCAG 1.4.10).
const TOO_WIDE: &str = "const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth <= clientWidth ? [] : [...document.querySelectorAll('*')]
        .filter(element => element.getBoundingClientRect().right > clientWidth)
        .map(element => element.cloneNode().outerHTML)";
/// The widths of windows in which a page is checked. At 200 % zoom, a usual window has 640 pixels, and
/// 320 is the narrowest that WCAG asks for.
const WIDTHS: [u32; 3] = [1280, 640, 320];

/// How Chromium is started: alone, at rest, and with nothing to tell anyone.
const ARGUMENTS: [&str; 8] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];
/// How often a page is asked whether it shows what is waited for.
const GLANCE: Duration = Duration::from_millis(50);
/// What a person sees of all elements that a selector finds.
const SEEN: &str = "return [...document.querySelectorAll(arguments[0])]
    .map(element => (element.innerText ?? '') + (element.value ?? ''))";

/// A headless Chromium with one window.
///
/// It ends with [`close`](Self::close); one that is dropped, because its test has failed, is ended
/// too.
pub struct Browser {
    client: Client,
    session: String,
    driver: Driver,
    // Goes last: Chromium writes to it until it ends.
    _profile: TempDir,
}

impl Browser {
    /// Starts Chromium with an empty profile.
    pub async fn start() -> Self {
        Self::launch(&[], &json!({})).await
    }

    /// The same with further arguments on its command line, such as `--ignore-certificate-errors`.
    pub async fn start_with(arguments: &[&str]) -> Self {
        Self::launch(arguments, &json!({})).await
    }

    /// Starts Chromium with an empty profile, and sends third-party cookies or blocks them. The
    /// default is different in Chrome and in Debian's Chromium.
    pub async fn start_with_third_party_cookies(are_sent: bool) -> Self {
        let mode = u8::from(!are_sent);
        Self::launch(&[], &json!({ "profile.cookie_controls_mode": mode })).await
    }

    async fn launch(further: &[&str], preferences: &Value) -> Self {
        let Chromium { browser: Some(browser), driver: Some(driver) } = Chromium::find() else {
            panic!("Chromium or its driver is missing: {}", Chromium::packages().install_command());
        };
        let starting = tokio::task::spawn_blocking(move || Driver::start(&driver));
        let driver = match starting.await {
            Ok(driver) => driver,
            Err(error) => panic!("chromedriver: {error}"),
        };
        let profile = TempDir::new().expect("a folder for the profile is needed");
        let profile_argument = format!("--user-data-dir={}", profile.path().display());
        let arguments = [&ARGUMENTS, &[&*profile_argument][..], further].concat();
        let capabilities = json!({
            "goog:chromeOptions": { "args": arguments, "binary": browser, "prefs": preferences },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let Value::Object(capabilities) = capabilities else { unreachable!("it is an object") };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&driver.url())
            .await
            .unwrap_or_else(|error| {
                panic!("no session: {error}; chromedriver said:\n{}", driver.told())
            });
        let session = match client.session_id().await {
            Ok(Some(session)) => session,
            other => panic!("a session should have a name: {other:?}"),
        };
        Self { client, session, driver, _profile: profile }
    }

    /// Opens an address, and waits until its page is loaded.
    pub async fn goto(&self, url: &str) {
        if let Err(error) = self.client.goto(url).await {
            panic!("cannot open {url}: {error}");
        }
    }

    /// Waits until an element that `css` finds shows `text`, and returns all that it shows.
    pub async fn waits_for_text(&self, css: &str, text: &str) -> String {
        self.waits_for_late_text(css, text, Duration::ZERO).await
    }

    /// The same for a text that cannot be there before `delay` has passed.
    pub async fn waits_for_late_text(&self, css: &str, text: &str, delay: Duration) -> String {
        let deadline = Instant::now() + delay + PATIENCE;
        loop {
            // A page that is being replaced has no elements, and a script in it fails.
            let seen = self.client.execute(SEEN, vec![json!(css)]).await;
            let shown: Vec<&str> = match &seen {
                Ok(Value::Array(shown)) => shown.iter().filter_map(Value::as_str).collect(),
                _ => Vec::new(),
            };
            if let Some(found) = shown.iter().find(|shown| shown.contains(text)) {
                return (*found).to_owned();
            }
            if Instant::now() > deadline {
                let errors = self.console_errors();
                match seen {
                    Ok(_) => panic!(
                        "`{css}` should show `{text}` and shows {shown:?}; console: {errors:?}"
                    ),
                    Err(error) => panic!("`{css}` should show `{text}`: {error}"),
                }
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// What the first element that `css` finds shows.
    pub async fn text(&self, css: &str) -> String {
        let element = self.element(css).await;
        element.text().await.unwrap_or_else(|error| panic!("`{css}` has no text: {error}"))
    }

    /// Clicks on an element.
    pub async fn click(&self, css: &str) {
        if let Err(error) = self.element(css).await.click().await {
            panic!("cannot click `{css}`: {error}");
        }
    }

    /// Types into an element, a key at a time; a `\n` is the Enter key.
    pub async fn types(&self, css: &str, text: &str) {
        // Enter, as WebDriver writes it.
        let keys = text.replace('\n', "\u{e007}");
        if let Err(error) = self.element(css).await.send_keys(&keys).await {
            panic!("cannot type into `{css}`: {error}");
        }
    }

    /// Runs a script in the page and returns what it `return`s. If that is a promise, it waits for
    /// it.
    pub async fn script(&self, script: &str) -> Value {
        let value = self.client.execute(script, Vec::new()).await;
        value.unwrap_or_else(|error| panic!("{script}\nfailed: {error}"))
    }

    /// Returns the value of an expression in the page.
    pub async fn value(&self, expression: &str) -> Value {
        self.script(&format!("return {expression}")).await
    }

    /// Waits until a condition holds in the page. The driver gives it half a minute.
    pub async fn waits_until(&self, condition: &str) {
        let script = "return new Promise(resolve => {
                const look = () => (CONDITION) ? resolve() : setTimeout(look, 20);
                look();
            })";
        self.script(&script.replace("CONDITION", condition)).await;
    }

    /// Makes the window this large, in pixels.
    pub async fn resizes(&self, width: u32, height: u32) {
        if let Err(error) = self.client.set_window_size(width, height).await {
            panic!("cannot resize the window: {error}");
        }
    }

    /// Lets the page believe that it is seen in a window of this width, and with a preference of its
    /// visitor such as `prefers-color-scheme: dark`.
    pub fn shows_at(&self, width: u32, feature: &str, value: &str) {
        let size =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.driver.commands(&self.session, "Emulation.setDeviceMetricsOverride", &size);
        let media = json!({ "features": [{ "name": feature, "value": value }] });
        self.driver.commands(&self.session, "Emulation.setEmulatedMedia", &media);
    }

    /// From now on, pages are shown without their `Content-Security-Policy`: a test lets one of them act
    /// as a page of another site.
    pub fn ignores_policies(&self) {
        self.driver.commands(&self.session, "Page.setBypassCSP", &json!({ "enabled": true }));
    }

    /// Checks that the page as it is now is accessible, as far as a program can: by axe-core, in light
    /// and dark, and that it needs no scrolling sideways in a narrow window.
    pub async fn is_accessible(&self) {
        let Some(axe) = Axe::find() else {
            panic!("axe-core is missing: {}", Axe::install_command());
        };
        let source = fs::read_to_string(axe).expect("axe-core can be read");
        self.script(&source).await;
        for scheme in ["light", "dark"] {
            for width in WIDTHS {
                self.shows_at(width, "prefers-color-scheme", scheme);
                let place = self.script("return location.pathname").await;
                let faults = self.script(CHECK).await;
                assert_eq!(faults, json!([]), "{place}, {scheme}, {width} pixels: {faults:#}");
                let too_wide = self.script(TOO_WIDE).await;
                assert_eq!(too_wide, json!([]), "{place} is wider than {width} pixels");
            }
        }
        self.shows_at(1280, "prefers-color-scheme", "light");
    }

    /// Saves a picture of the page, as PNG.
    pub async fn screenshot(&self, path: impl AsRef<Path>) {
        let path = path.as_ref();
        let png = self.client.screenshot().await;
        let png = png.unwrap_or_else(|error| panic!("no picture: {error}"));
        if let Err(error) = fs::write(path, png) {
            panic!("cannot write {}: {error}", path.display());
        }
    }

    /// The errors that the page has caused since the last call: exceptions, failed requests, and
    /// what it wrote by `console.error`.
    pub fn console_errors(&self) -> Vec<String> {
        let answer = self.driver.log(&self.session);
        let answer = answer.unwrap_or_else(|error| panic!("the log cannot be read: {error}"));
        let entries = answer["value"].as_array().map(Vec::as_slice).unwrap_or_default();
        let errors = entries.iter().filter(|entry| entry["level"] == "SEVERE");
        errors.filter_map(|entry| entry["message"].as_str()).map(str::to_owned).collect()
    }

    /// The WebDriver client, for what this type has no verb for.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Ends Chromium and its driver.
    pub async fn close(self) {
        // Dropping the browser blocks until Chromium has ended.
        if let Err(error) = tokio::task::spawn_blocking(move || drop(self)).await {
            panic!("the browser did not end: {error}");
        }
    }

    async fn element(&self, css: &str) -> Element {
        let wait = self.client.wait().at_most(PATIENCE).every(GLANCE);
        let found = wait.for_element(Locator::Css(css)).await;
        found.unwrap_or_else(|error| panic!("there is no `{css}`: {error}"))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Killing the driver alone would leave Chromium behind: its session ends first.
        self.driver.ends(&self.session);
    }
}
