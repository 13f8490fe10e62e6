//! The ways to be wrong, each with the check that is meant for it.

use std::fmt;

macro_rules! flaws {
    ($($flaw:ident => $check:literal,)*) => {
        /// One way in which the server is wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Flaw { $($flaw,)* }

        impl Flaw {
            /// All of them.
            pub(crate) const ALL: &[Self] = &[$(Self::$flaw,)*];

            /// The one check that must catch it.
            pub(crate) fn check(self) -> &'static str {
                match self { $(Self::$flaw => $check,)* }
            }
        }
    };
}

flaws! {
    DoesNotListen => "tcp/accept",
    SpeaksFirst => "tcp/client-first",
    OneAtATime => "tcp/second-connection",
    DiesOfBadText => "tcp/still-there",
    AnswersLikeAPage => "handshake/upgrade",
    WrongAccept => "handshake/accept",
    NoUpgradeInAnswer => "handshake/upgrade-answered",
    NoConnectionInAnswer => "handshake/connection-answered",
    OneReadForARequest => "handshake/segments",
    KilobyteForARequest => "handshake/large-request",
    NamesWithCase => "handshake/names-in-any-case",
    TokensWithCase => "handshake/tokens-in-any-case",
    ConnectionIsNoList => "handshake/connection-list",
    SplitsAtColonAndSpace => "handshake/values-with-colons",
    InventsExtension => "handshake/extension",
    InventsSubprotocol => "handshake/subprotocol",
    TakesPost => "handshake/method",
    TakesHttp10 => "handshake/http-version",
    NeedsNoHost => "handshake/host",
    NeedsNoUpgrade => "handshake/upgrade-header",
    NeedsNoConnection => "handshake/connection-header",
    TakesVersion8 => "handshake/version",
    NeedsNoVersion => "handshake/version-missing",
    NamesNoVersion => "handshake/version-named",
    NeedsNoKey => "handshake/key-missing",
    TakesShortKeys => "handshake/key-length",
    TakesAnyLetters => "handshake/key-base64",
    RefusesWithoutAWord => "handshake/error-status",
    FewReadsForARequest => "hostile/byte-at-a-time",
    WaitsForTheFirstByte => "hostile/silent-handshake",
    WaitsForTheNextByte => "hostile/dripping-handshake",
    AnyHeaderBytes => "hostile/header-bytes",
    AnyHeaderLines => "hostile/header-lines",
    TwoHosts => "hostile/two-hosts",
    TwoKeys => "hostile/repeated",
    OverlooksBody => "hostile/body",
    TakesMalformedLines => "hostile/malformed-lines",
    AnyOrigin => "hostile/foreign-origin",
    UnmasksFourBytes => "unmasking/text",
    KnowsOneKey => "unmasking/key",
    LowByteFirst => "unmasking/two-byte-length",
    NothingOver64K => "unmasking/eight-byte-length",
    TakesUnmasked => "unmasking/mask-bit",
    OverlooksTopBit => "unmasking/top-bit",
    AnyLengthForm => "hostile/minimal-length",
    Mute => "framing/echo",
    BinaryAsText => "framing/binary",
    OverlooksEmpty => "framing/empty",
    MasksAnswers => "framing/not-masked",
    SetsRsv3 => "framing/reserved-bits-clear",
    EightByteLengths => "framing/minimal-length",
    ForgetsTheRest => "framing/two-in-one-segment",
    ForgetsHalfAFrame => "framing/split",
    NoPong => "framing/ping",
    EmptyPong => "framing/ping",
    AnswersPong => "framing/pong",
    OverlooksRsv => "framing/reserved-bits",
    AnyOpcode => "framing/reserved-opcodes",
    LongControl => "framing/control-length",
    FragmentedControl => "framing/control-fragmented",
    OverlooksFin => "fragments/joined",
    EmptyIsTheEnd => "fragments/empty",
    FragmentsAsText => "fragments/binary",
    PongAfterTheMessage => "fragments/ping-between",
    TakesNoStart => "fragments/no-start",
    TakesNewStart => "fragments/new-start",
    ChecksEachFragment => "utf8/split-character",
    RefusesNul => "utf8/any-character",
    TakesFf => "utf8/impossible-byte",
    TakesOverlong => "utf8/overlong",
    TakesSurrogates => "utf8/surrogate",
    TakesBeyond => "utf8/beyond-unicode",
    TakesIncomplete => "utf8/incomplete",
    ChecksWholeFramesOnly => "utf8/in-fragments",
    NoCloseFrame => "closing/handshake",
    KeepsTcpOpen => "closing/tcp",
    EchoesAfterClose => "closing/nothing-after",
    Sends1005 => "closing/empty",
    OnlyStandardCodes => "closing/own-code",
    TakesOneByte => "closing/one-byte",
    WrongCodeForOneByte => "closing/one-byte",
    AnyCode => "closing/invalid-code",
    AnyReason => "closing/reason",
    WaitsForWhatIsDeclared => "limits/declared-length",
    Garbles => "compression/echo",
    TakesAnyOffer => "compression/offer",
    FirstOfferOnly => "compression/next-offer",
    RsvOnControl => "compression/reserved-bit-on-ping",
    RsvOnContinuation => "compression/reserved-bit-on-continuation",
    PlainResetsWindow => "compression/window",
    OverlooksCorruption => "compression/corrupt",
    InflatesForEver => "compression/bomb",
    LosesEarlyFrames => "hostile/pipelined",
    WaitsForClose => "hostile/unanswered-close",
    NeverPings => "hostile/half-open",
    AnyFragments => "hostile/empty-fragments",
    LimitsFramesOnly => "hostile/message-limit",
    WritesOneByOne => "hostile/ping-flood",
    CopiesEachTime => "hostile/small-fragments",
    AllocatesWhatIsDeclared => "hostile/memory",
    NoWelcome => "room/welcome",
    TellsNobody => "room/message",
    TellsTheSender => "room/sent",
    JsonOnly => "room/plain-text",
    EscapesMarkup => "room/words-unchanged",
    OverlooksKeys => "room/same-key",
    IdsFall => "room/order",
    NoHistory => "room/history",
    OverlooksAfter => "room/after",
    CutsRoomNames => "room/apart",
    SilentJoin => "room/joined",
    SilentLeave => "room/left",
    OverlooksVanishing => "room/vanished",
    NoTyping => "room/typing",
    NamesAreReplaced => "room/name-taken",
    AnyName => "room/bad-names",
    WaitsForReaders => "hostile/slow-reader",
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?} ({})", self.check())
    }
}
