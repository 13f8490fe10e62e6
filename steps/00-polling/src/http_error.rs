//! The answer to a request that cannot be fulfilled.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// An error as HTTP has it: a status code, and a sentence for people as the body.
#[derive(Debug)]
pub(crate) struct HttpError {
    status: StatusCode,
    sentence: String,
}

impl HttpError {
    /// An error with a status that something else has chosen.
    pub(crate) fn new(status: StatusCode, sentence: impl Into<String>) -> Self {
        Self { status, sentence: sentence.into() }
    }

    /// The request does not make sense: 400.
    pub(crate) fn bad_request(sentence: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, sentence)
    }

    /// The request makes sense and cannot be fulfilled now: 503.
    pub(crate) fn unavailable(sentence: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, sentence)
    }
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        (self.status, self.sentence).into_response()
    }
}
