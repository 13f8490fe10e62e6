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

# Start the exercises where you left off; the window follows what you save
[no-exit-message]
exercises:
    @cargo run -q -p tools -- exercises

# Run one exercise, `just exercise unmask`
[no-exit-message]
exercise NAME:
    @cargo run -q -p tools -- exercises run {{ NAME }}

# Show the hint of an exercise, `just hint unmask`
[no-exit-message]
hint NAME:
    @cargo run -q -p tools -- exercises hint {{ NAME }}

# Grade the exercises: `just grade`, or learners' copies, `just grade ../ada/exercises --json`
[no-exit-message]
grade *ARGS:
    @cargo run -q -p grade -- {{ ARGS }}

# Run the chat twice, as one room over a Redis of its own
[no-exit-message]
cluster:
    @cargo run -q -p tools -- cluster

# Install what the tests need: a browser, Redis, rustlings, and the judge of the conformance run
[no-exit-message]
setup:
    @cargo run -q -p tools -- setup

# Run all tests, with whatever of the above is there
[no-exit-message]
test:
    @cargo run -q -p tools -- test

# Put steps 5 and 6 before the judge, Autobahn; `--help` tells of the choices, `--open` shows a page
[no-exit-message]
conformance *ARGS:
    @cargo run -q --release -p conformance -- autobahn {{ ARGS }}

# Build the book, serve it, and open it
[no-exit-message]
book *ARGS:
    @cargo run -q -p weave -- serve {{ ARGS }}

# Make anew what the book shows of the code
[no-exit-message]
figures:
    @cargo run -q -p weave -- figures

# Take screenshots of the steps' pages for the book, all or those named
[no-exit-message]
screens *NAMES:
    @cargo run -q -p weave -- screens {{ NAMES }}

# Show what step B's main program changes in step A's
[no-exit-message]
diff A B:
    @cargo run -q -p weave -- diff {{ A }} {{ B }}

# Put our servers beside others, under the same load: `just bench --help`
[no-exit-message]
bench *ARGS:
    @cargo run --release -p bench -- {{ ARGS }}

# Count what every step passes, and write it down for the book; `--check` only compares
[no-exit-message]
scorecard *ARGS:
    @cargo run -q --release -p conformance -- scorecard {{ ARGS }}

# Check a step, `just check 3`, or a server of your own, `just check ws://HOST:PORT/PATH`
[no-exit-message]
check *ARGS:
    @cargo run -q --release -p conformance -- check {{ ARGS }}

# Format all code
fmt:
    @cargo fmt --all
