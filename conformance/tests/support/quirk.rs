//! The ways to be right that are unusual.

macro_rules! quirks {
    ($($(#[$doc:meta])* $quirk:ident => [$($skipped:literal),*],)*) => {
        /// One way in which the server is unusual.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Quirk { $($(#[$doc])* $quirk,)* }

        impl Quirk {
            /// All of them.
            pub(crate) const ALL: &[Self] = &[$(Self::$quirk,)*];

            /// The checks that cannot judge such a server.
            pub(crate) fn skipped(self) -> &'static [&'static str] {
                match self { $(Self::$quirk => &[$($skipped),*],)* }
            }
        }
    };
}

quirks! {
    /// It speaks the draft with version 8 as well.
    SpeaksVersion8 => [],
    /// It answers each close frame with 1000.
    ClosesWith1000 => [],
    ClosesWithOwnCode => [],
    ClosesWithReason => [],
    ClosesWithoutCode => [],
    PongAtOpening => [],
    PingAtOpening => [],
    PingsAllTheTime => [],
    PongsAllTheTime => [],
    EchoesInFragments => [],
    EchoesInFragmentsAroundPings => [],
    /// It sends a fragment back as soon as it has arrived.
    EchoesEachFragment => [],
    Greets => [],
    /// Its greeting is in the segment of the 101.
    GreetsAtOnce => [],
    GreetsThrice => [],
    GreetsAndIsSilent => [
        "framing/echo", "framing/binary", "framing/empty", "framing/minimal-length",
        "framing/two-in-one-segment", "framing/split", "fragments/joined", "fragments/empty",
        "fragments/binary", "fragments/ping-between", "utf8/split-character", "utf8/any-character",
        "utf8/white-space"
    ],
    EchoesWithPrefix => ["framing/echo"],
    EchoesInJson => ["framing/echo"],
    EchoesInUpperCase => ["framing/echo", "utf8/split-character", "utf8/any-character"],
    EchoesInBinary => ["framing/echo"],
    /// The answer has names in lower case, more headers and another reason.
    AnswersInLowerCase => [],
    AnswersInSegments => [],
    RefusesWith404 => [],
    RefusesWith426 => [],
    RefusesInChunks => [],
    EndsTcpAtOnce => [],
    WaitsASecondForTcp => [],
    DeclinesCompression => [],
    ChoosesSubprotocol => [],
    FailsWith1002 => [],
    FailsWith1007 => [],
    FailsWithoutCode => [],
    FailsWithoutCloseFrame => [],
    AnswersTheLastPing => [],
    AnswersLate => [],
    WritesOnce => [],
    /// A proxy in front of it mends what is missing in a request.
    BehindNginx => ["handshake/http-version", "handshake/connection-header"],
    BehindHaproxy => ["handshake/http-version", "handshake/connection-header"],
}
