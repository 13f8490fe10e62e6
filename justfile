# Every command a person types. `just` lists them.

set windows-shell := ["powershell.exe", "-NoLogo", "-Command"]

# What runs below says itself what went wrong, and a Ctrl-C is nothing wrong:
# `[no-exit-message]` keeps `just` from adding a line.

[private]
default:
    @just --list --unsorted

# Run the last step, the whole thing, and open its page
[no-exit-message]
start:
    @cargo run -q -p tools -- start

# Run a step, `just step 3`, or elsewhere, `just step 3 127.0.0.1:8080`
[no-exit-message]
step N *ARGS:
    @cargo run -q -p tools -- step {{ N }} {{ ARGS }}

# Run the chat twice, as one room over a Redis of its own
[no-exit-message]
cluster:
    @cargo run -q -p tools -- cluster

# Install what the tests need: a browser, Redis, and the judge of the conformance run
[no-exit-message]
setup:
    @cargo run -q -p tools -- setup

# Run all tests, with whatever of the above is there
[no-exit-message]
test:
    @cargo run -q -p tools -- test

# Put the echo server before the judge, Autobahn
[no-exit-message]
conformance *ARGS:
    @cargo run -q --release -p conformance -- autobahn {{ ARGS }}

# Check a step, `just check 3`, or a server of your own, `just check ws://HOST:PORT/PATH`
[no-exit-message]
check *ARGS:
    @cargo run -q --release -p conformance -- check {{ ARGS }}

# Format all code
fmt:
    @cargo fmt --all
