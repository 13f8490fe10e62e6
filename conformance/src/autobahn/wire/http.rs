//! The head of a request or an answer, read as the original reads it.

/// The parameters of an extension, in lower case, with their values.
pub(crate) type Parameters = Vec<(String, Option<String>)>;

/// What ends a head.
const END: &[u8] = b"\r\n\r\n";

/// The first line, and the headers.
#[derive(Debug)]
pub(crate) struct Head {
    /// The words of the first line.
    pub(crate) words: Vec<String>,
    /// The names in lower case, and the values.
    headers: Vec<(String, String)>,
}

impl Head {
    /// Returns how long the head is at the start of `bytes`, if it is complete.
    pub(crate) fn length(bytes: &[u8]) -> Option<usize> {
        Some(bytes.windows(END.len()).position(|window| window == END)? + END.len())
    }

    /// Reads a complete head. A line without a colon is ignored.
    ///
    /// # Errors
    /// A sentence, if it is not UTF-8.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, String> {
        let text = str::from_utf8(bytes).map_err(|_| "the head is not UTF-8")?;
        let mut lines = text.split(['\r', '\n']);
        let words = lines.next().unwrap_or_default().split_whitespace();
        let header = |line: &str| {
            let (name, value) = line.split_once(':').filter(|(name, _)| !name.is_empty())?;
            Some((name.trim().to_lowercase(), value.trim().to_owned()))
        };
        Ok(Self {
            words: words.map(str::to_owned).collect(),
            headers: lines.filter_map(header).collect(),
        })
    }

    /// Returns the value of a header, or all values of a repeated one with commas between.
    pub(crate) fn value(&self, name: &str) -> Option<String> {
        let values = self.values(name);
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// Returns the value of a header that may be there once.
    ///
    /// # Errors
    /// A sentence, if it is repeated.
    pub(crate) fn single(&self, name: &str) -> Result<Option<&str>, String> {
        match self.values(name).as_slice() {
            [] => Ok(None),
            [value] => Ok(Some(value)),
            _ => Err(format!("{name} is repeated")),
        }
    }

    /// Whether the header is a list that contains this word.
    pub(crate) fn has_word(&self, name: &str, word: &str) -> bool {
        let value = self.value(name).unwrap_or_default();
        value.split(',').any(|part| part.trim().eq_ignore_ascii_case(word))
    }

    fn values(&self, name: &str) -> Vec<&str> {
        let is_it = |(own, _): &&(String, String)| own == name;
        self.headers.iter().filter(is_it).map(|(_, value)| value.as_str()).collect()
    }

    /// Returns the extensions, each with its parameters.
    ///
    /// # Errors
    /// A sentence, if the header is repeated.
    pub(crate) fn extensions(&self) -> Result<Vec<(String, Parameters)>, String> {
        let header = self.single("sec-websocket-extensions")?.unwrap_or_default();
        let extensions = header.split(',').filter(|text| !text.trim().is_empty());
        Ok(extensions.map(extension).collect())
    }
}

/// Reads one extension.
fn extension(text: &str) -> (String, Parameters) {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().to_lowercase();
    let parameter = |part: &str| match part.split_once('=') {
        None => (part.to_lowercase(), None),
        Some((name, value)) => {
            let value = value.trim();
            let value = value.strip_prefix('"').unwrap_or(value);
            let value = value.strip_suffix('"').unwrap_or(value);
            (name.trim().to_lowercase(), Some(value.to_owned()))
        }
    };
    (name, parts.map(parameter).collect())
}
