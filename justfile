# Every command a person types. `just` lists them.

set windows-shell := ["powershell.exe", "-NoLogo", "-Command"]

# Each program below prints its own errors, and a Ctrl-C is not an error: `[no-exit-message]` keeps
# `just` from adding a line.

[private]
default:
    @just --list --unsorted

# Run the chat of step 6, which keeps its messages in .data/chat, and open its page
[no-exit-message]
start:
    @cargo run -q -p tools -- start

# Judge your own server in workshop/, and say what to build next; or `just next ws://HOST:PORT/`
[no-exit-message]
[positional-arguments]
[unix]
next *ARGS:
    @cargo run -q -p guide -- next "$@"

# Judge your own server in workshop/, and say what to build next; or `just next ws://HOST:PORT/`
[no-exit-message]
[windows]
next *ARGS:
    @cargo run -q -p guide -- next {{ ARGS }}

# Show the solution of the workshop's open stage, or of stage N, after asking; `--write` writes it
[no-exit-message]
reveal *ARGS:
    @cargo run -q -p guide -- reveal {{ ARGS }}

# Run a step: `just step 3`, `just step 5a`, at another address `just step 3 127.0.0.1:8080`
[no-exit-message]
step N *ARGS:
    @cargo run -q -p tools -- step {{ N }} {{ ARGS }}

# Show the exercise where you left off; it is tested each time you save it
[no-exit-message]
exercises:
    @cargo run -q -p tools -- exercises

# Run one exercise: `just exercise unmask`
[no-exit-message]
exercise NAME:
    @cargo run -q -p tools -- exercises run {{ NAME }}

# Show one more hint of the workshop's open stage, or of stage N; for an exercise `just hint unmask`
[no-exit-message]
hint *OF:
    @cargo run -q -p guide -- hint {{ OF }}

# Grade the exercises, or learners' copies of them: `just grade ../ada/exercises --json`
[no-exit-message]
grade *ARGS:
    @cargo run -q -p grade -- {{ ARGS }}

# Grade learners' copies of workshop/: `just grade-workshop ../ada/workshop --json`
[no-exit-message]
grade-workshop *ARGS:
    @cargo run -q -p guide -- grade {{ ARGS }}

# Run two chat servers that share one room over Redis
[no-exit-message]
cluster:
    @cargo run -q -p tools -- cluster

# Install what the tests need: a browser, Redis and rustlings
[no-exit-message]
setup:
    @cargo run -q -p tools -- setup

# Run the tests, in minutes; with `--all` also those that take long
[no-exit-message]
test *ARGS:
    @cargo run -q -p tools -- test {{ ARGS }}

# Change a step's code in one small way at a time, and list what no test notices: `just mutants 5`
[no-exit-message]
mutants *ARGS:
    @cargo run -q -p tools -- mutants {{ ARGS }}

# In `next`, the next two and `check`, `"$@"` keeps a quoted argument such as 'PROGRAM {url}' in one piece.
# PowerShell, which runs recipes on Windows, has nothing like it.

# Run Autobahn's cases against steps 5 and 6, or `just conformance ws://HOST:PORT/PATH`
[no-exit-message]
[positional-arguments]
[unix]
conformance *ARGS:
    @cargo run -q --release -p conformance -- conformance "$@"

# Run Autobahn's cases against steps 5 and 6, or `just conformance ws://HOST:PORT/PATH`
[no-exit-message]
[windows]
conformance *ARGS:
    @cargo run -q --release -p conformance -- conformance {{ ARGS }}

# Run the original Autobahn, and compare: it needs Docker, `wstest` or a Python 2.7
[no-exit-message]
[positional-arguments]
[unix]
autobahn *ARGS:
    @cargo run -q --release -p conformance -- autobahn "$@"

# Run the original Autobahn, and compare: it needs Docker, `wstest` or a Python 2.7
[no-exit-message]
[windows]
autobahn *ARGS:
    @cargo run -q --release -p conformance -- autobahn {{ ARGS }}

# Build the book, serve it, and open it; in Chinese with `just book --language zh-CN`
[no-exit-message]
book *ARGS:
    @cargo run -q -p weave -- serve {{ ARGS }}

# Update book/po/LANGUAGE.po for translators: `just messages zh-CN`; alone, write book/po/messages.pot
[no-exit-message]
messages *LANGUAGE:
    @cargo run -q -p weave -- messages {{ LANGUAGE }}

# Draw the book's figures again from the code
[no-exit-message]
figures:
    @cargo run -q -p weave -- figures

# Simulate processes, Redis, its faults and people: `just simulate --seeds 10000`, `--seed 4711 --story`
[no-exit-message]
simulate *ARGS:
    @cargo run -q -p simulation -- {{ ARGS }}

# Run a fuzz target: `just fuzz wire --seconds 60`; `just fuzz` lists all
[no-exit-message]
fuzz *ARGS:
    @cargo run -q -p tools -- fuzz {{ ARGS }}

# Take screenshots of the steps' pages for the book: those that are stale, or those you name
[no-exit-message]
screens *NAMES:
    @cargo run -q -p weave -- screens {{ NAMES }}

# Show how the program of step B differs from that of step A: `just diff 5a 5b`
[no-exit-message]
diff A B:
    @cargo run -q -p weave -- diff {{ A }} {{ B }}

# Measure our servers and others under the same load: `just bench echo`, `just bench --help`
[no-exit-message]
bench *ARGS:
    @cargo run --profile fastest -p bench -- {{ ARGS }}

# Count which cases each step passes, and save it for the book; `--check` only compares
[no-exit-message]
scorecard *ARGS:
    @cargo run -q --release -p conformance -- scorecard {{ ARGS }}

# Check a step, a server or a client: `just check 3`, `just check ws://HOST:PORT/PATH`
[no-exit-message]
[positional-arguments]
[unix]
check *ARGS:
    @cargo run -q --release -p conformance -- check "$@"

# Check a step, a server or a client: `just check 3`, `just check ws://HOST:PORT/PATH`
[no-exit-message]
[windows]
check *ARGS:
    @cargo run -q --release -p conformance -- check {{ ARGS }}

# Format all code
fmt:
    @cargo fmt --all
