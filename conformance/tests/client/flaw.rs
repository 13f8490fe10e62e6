//! The ways to be wrong, each with the check that is meant for it.

macro_rules! flaws {
    ($($flaw:ident => $check:literal,)*) => {
        /// One way in which the client is wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Flaw { $($flaw,)* }

        impl Flaw {
            /// All of them.
            pub(crate) const ALL: &[Self] = &[$(Self::$flaw,)*];

            /// The one check that must catch it, without its group.
            pub(crate) fn check(self) -> &'static str {
                match self { $(Self::$flaw => $check,)* }
            }

            /// The flaw with this name.
            pub(crate) fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|flaw| format!("{flaw:?}") == name)
            }
        }
    };
}

flaws! {
    ConnectsNowhere => "connects",
    EndsAtOnce => "opens",
    SendsEarly => "waits",
    OneReadForAnAnswer => "answer-in-segments",
    LosesEarlyFrames => "frame-with-answer",
    NamesWithCase => "answer-forms",
    TokensWithCase => "answer-forms",
    ReconnectsAtOnce => "back-off",
    SendsPost => "request-line",
    SendsHttp10 => "request-line",
    DropsQuery => "target",
    DecodesPath => "target",
    HostWithoutPort => "host",
    NoHost => "host",
    NoUpgrade => "upgrade-header",
    NoConnection => "connection-header",
    Version8 => "version",
    ShortKey => "key",
    SameKey => "key-random",
    CountedKey => "key-random",
    TwoHosts => "headers-once",
    TwoKeys => "headers-once",
    SpaceInName => "header-lines",
    AnnouncesBody => "no-body",
    RepeatsParameter => "offers",
    RepeatsSubprotocol => "subprotocols",
    AcceptMayBeMissing => "accept-missing",
    AnyAccept => "accept-wrong",
    AcceptWithoutCase => "accept-case",
    FirstAcceptOnly => "accept-twice",
    UpgradeMayBeMissing => "upgrade-missing",
    UpgradeByBeginning => "upgrade-wrong",
    ConnectionMayBeMissing => "connection-missing",
    ConnectionBySubstring => "connection-wrong",
    AnyStatus => "status",
    AnyFirstLine => "not-http",
    AnyExtension => "extension-not-offered",
    AnySubprotocol => "subprotocol-not-offered",
    FirstSubprotocolOnly => "two-subprotocols",
    AnyParameters => "extension-parameters",
    WindowNotOffered => "window-not-offered",
    ReadsForEver => "endless-answer",
    NoMask => "masked",
    ControlWithoutMask => "masked",
    EmptyWithoutMask => "masked",
    ZeroMask => "mask-fresh",
    OneMaskPerConnection => "mask-fresh",
    CountedMask => "mask-random",
    SeededMask => "mask-random",
    SixteenBitMask => "mask-random",
    EightByteLengths => "minimal-length",
    Garbles => "echo",
    LowByteFirst => "lengths",
    TakesMasked => "masked-frame",
    OverlooksTopBit => "top-bit",
    WaitsForWhatIsDeclared => "declared-length",
    AnyLengthForm => "shortest-length",
    SetsRsv3 => "reserved-bits-clear",
    SendsReservedOpcode => "opcodes",
    FragmentsPong => "control-frames",
    ContinuesNothing => "fragments-sent",
    SendsBinaryAsText => "text-sent",
    Sends1005 => "close-sent",
    BinaryAsText => "binary",
    ForgetsTheRest => "two-in-one-segment",
    ForgetsHalfAFrame => "split",
    NoPong => "ping",
    CutsPong => "ping",
    OverlooksEmptyPing => "ping",
    AnswersPong => "pong",
    OverlooksRsv => "reserved-bits",
    OverlooksRsvOnControl => "reserved-bits-on-control",
    AnyOpcode => "reserved-opcodes",
    LongControl => "control-length",
    FragmentedControl => "control-fragmented",
    OverlooksFin => "fragments",
    EmptyIsTheEnd => "empty-fragments",
    PongAfterTheMessage => "ping-between",
    TakesNoStart => "no-start",
    TakesNewStart => "new-start",
    EmptyIsNoStart => "new-start",
    Strips => "any-character",
    DropsByteOrderMark => "any-character",
    ChecksEachFragment => "split-character",
    AnyText => "invalid-text",
    TakesIncomplete => "incomplete-text",
    ChecksWholeFramesOnly => "invalid-fragment",
    NoCloseFrame => "close",
    OverlooksEmptyClose => "close-empty",
    OldCodesOnly => "close-codes",
    AnyCode => "invalid-code",
    TakesOneByte => "close-one-byte",
    WrongCodeForOneByte => "close-one-byte",
    AnyReason => "close-reason",
    EchoesAfterClose => "nothing-after-close",
    EndsTcpFirst => "waits-for-end",
    WaitsForEver => "unended",
    Misinflates => "compressed",
    ForgetsCompression => "compressed-fragments",
    PlainResetsWindow => "window",
    NeedsServerContext => "server-no-context",
    KeepsContext => "client-no-context",
    WideWindow => "client-window",
    RsvOnCompressedPing => "compressed-ping",
    RsvOnContinuation => "compressed-continuation",
    OverlooksCorruption => "corrupt",
    InflatesForEver => "bomb",
    InflatedIsText => "inflated-text",
}
