//! The answer to a request, as bytes: the upgrade, the page, or the refusal.

use std::time::SystemTime;

use http::Request;
use web::{Page, encode_response, page_response};

use crate::header_block::{Arrived, HeaderBlock};
use crate::refusal::Refusal;
use crate::upgrade::{Policy, Upgrade, upgrade};

/// A request that may be upgraded. Once it is answered, its connection is a WebSocket.
#[derive(Debug)]
pub struct Opened {
    /// The request, with its target and header fields.
    pub request: Request<()>,
    /// How it is answered.
    pub upgrade: Upgrade,
    /// The bytes that arrived after the request. They belong to the first frames.
    pub rest: Vec<u8>,
}

impl Opened {
    /// Decides by `policy` whether the request may be upgraded.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn judge(Arrived { request, rest }: Arrived, policy: &Policy) -> Result<Self, Refusal> {
        let upgrade = upgrade(&request, policy)?;
        Ok(Self { request, upgrade, rest })
    }
}

/// Returns the bytes of the answer to the request in `block`: the upgrade, the refusal, or `page` if
/// the request does not ask for a WebSocket. The connection ends after each answer except the upgrade.
pub fn answer(block: &HeaderBlock, judged: &Result<Opened, Refusal>, page: &Page) -> Vec<u8> {
    let response = match judged {
        Ok(opened) => opened.upgrade.response(),
        Err(Refusal::PlainRequest) => page_response(page),
        Err(refusal) => refusal.response(),
    };
    encode_response(&response, block.is_head(), SystemTime::now())
}
