//! How a case came out.

use serde::{Deserialize, Serialize};

/// A verdict, in Autobahn's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Verdict {
    /// The peer did what the case asks for.
    #[serde(rename = "OK")]
    Ok,
    /// The peer did what the standard allows but does not recommend.
    #[serde(rename = "NON-STRICT")]
    NonStrict,
    /// The case only informs, whatever the peer does.
    #[serde(rename = "INFORMATIONAL")]
    Informational,
    /// The peer does not have the extension that the case is about.
    #[serde(rename = "UNIMPLEMENTED")]
    Unimplemented,
    /// The peer did something else, or the wrong side closed the connection.
    #[serde(rename = "FAILED")]
    Failed,
    /// The connection did not end by a closing handshake, where one is required.
    #[serde(rename = "UNCLEAN")]
    Unclean,
    /// The close frame of the peer had the wrong status code.
    #[serde(rename = "WRONG CODE")]
    WrongCode,
    /// The server left it to the client to end the TCP connection (RFC 6455 §7.1.1).
    #[serde(rename = "FAILED BY CLIENT")]
    FailedByClient,
}

/// How one case came out for one peer.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// The number of the case, such as `6.22.3`.
    pub case: String,
    /// What the case does, in a sentence.
    pub description: String,
    /// What the peer should do, in a sentence.
    pub expectation: String,
    /// Whether the peer did it.
    pub behavior: Verdict,
    /// Whether the connection ended as it should: by the right side, cleanly, with a right code.
    pub behavior_close: Verdict,
    /// What happened, in a sentence.
    pub result: String,
    /// How the connection ended, in a sentence.
    pub result_close: String,
    /// The status code in the close frame of the peer.
    pub remote_close_code: Option<u16>,
    /// How long the case took, in milliseconds.
    pub duration: u64,
    /// What went over the wire, a line for each frame, as text: `→ text, 5 bytes: hello`. The list
    /// ends early if it gets long.
    pub wire: Vec<String>,
}

impl Verdict {
    /// The verdict as Autobahn writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::NonStrict => "NON-STRICT",
            Self::Informational => "INFORMATIONAL",
            Self::Unimplemented => "UNIMPLEMENTED",
            Self::Failed => "FAILED",
            Self::Unclean => "UNCLEAN",
            Self::WrongCode => "WRONG CODE",
            Self::FailedByClient => "FAILED BY CLIENT",
        }
    }

    /// Whether a peer that gets this verdict breaks a rule of the standard.
    pub fn is_failure(self) -> bool {
        !matches!(self, Self::Ok | Self::NonStrict | Self::Informational | Self::Unimplemented)
    }
}

impl Outcome {
    /// Whether both the behaviour and the close have this verdict.
    pub fn is(&self, verdict: Verdict) -> bool {
        self.behavior == verdict && self.behavior_close == verdict
    }

    /// Whether the peer did all that the case asks for, or the case only informs.
    pub fn is_perfect(&self) -> bool {
        self.is(Verdict::Ok) || self.is(Verdict::Informational)
    }

    /// Whether the behaviour or the close breaks a rule of the standard.
    pub fn is_failure(&self) -> bool {
        self.behavior.is_failure() || self.behavior_close.is_failure()
    }
}

/// An outcome for tests.
#[cfg(test)]
pub(crate) fn example(case: &str, behavior: Verdict, behavior_close: Verdict) -> Outcome {
    Outcome {
        case: case.to_owned(),
        description: "The judge sends a text.".to_owned(),
        expectation: "The text comes back.".to_owned(),
        behavior,
        behavior_close,
        result: "The peer sent <nothing>.".to_owned(),
        result_close: "The peer ended TCP.".to_owned(),
        remote_close_code: None,
        duration: 12,
        wire: vec!["→ text, 5 bytes: hello".to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_written_as_its_word() {
        for verdict in
            [Verdict::Ok, Verdict::NonStrict, Verdict::WrongCode, Verdict::FailedByClient]
        {
            assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.word());
        }
    }
}
