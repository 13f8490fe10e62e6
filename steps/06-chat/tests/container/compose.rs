//! `compose.yaml` and `Dockerfile`, as they are read.

use std::net::SocketAddr;

use serde_json::Value;

pub(crate) const DOCKERFILE: &str = include_str!("../../../../Dockerfile");
/// The configuration of nginx that `compose.yaml` names.
pub(crate) const NGINX: &str = include_str!("../../../../deploy/compose-nginx.conf");

/// The services that are processes of the chat.
pub(crate) const PROCESSES: [&str; 2] = ["left", "right"];

/// The services of `compose.yaml`.
pub(crate) fn services() -> Value {
    let text = include_str!("../../../../compose.yaml");
    let mut file: Value = serde_saphyr::from_str(text).unwrap();
    file["services"].take()
}

/// The words of a list.
pub(crate) fn words(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

/// The value of an instruction of the Dockerfile, in its last stage.
pub(crate) fn instruction(name: &str) -> &'static str {
    let (_, last) = DOCKERFILE.rsplit_once("\nFROM ").unwrap();
    // `HEALTHCHECK` has a line with `CMD`, too, which is before the image's own.
    let mut lines = last.lines().rev().map(str::trim);
    lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')).unwrap()
}

/// The list of words of an instruction in the exec form, `CMD ["a", "b"]`.
pub(crate) fn exec_form(name: &str) -> Vec<String> {
    words(&serde_json::from_str(instruction(name)).unwrap())
}

/// The configuration of nginx with the addresses of these processes, and on the ports of a test.
pub(crate) fn nginx(processes: [SocketAddr; 2]) -> String {
    let listen = "listen 127.0.0.1:HTTP_PORT; listen 127.0.0.1:HTTPS_PORT;".to_owned();
    let mut text = NGINX.to_owned();
    let [left, right] = processes.map(|address| address.to_string());
    for (from, to) in [("listen 80;", listen), ("left:9006", left), ("right:9006", right)] {
        assert_eq!(text.matches(from).count(), 1, "{from}");
        text = text.replace(from, &to);
    }
    text
}
