//! Judges a client: the judge is its server.
//!
//! There are two kinds of clients. One drives itself, as the clients in Autobahn's own guide do:
//! it asks for `/getCaseCount`, runs each case at `/runCase?case=1&agent=NAME` and so on, and asks
//! for `/updateReports` at the end. Several copies of it share the cases. The other kind connects
//! to the address that it is given, echoes, and ends. It is started once for each case. The first
//! request tells which kind a client is.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::select;
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::autobahn::cases::script::{Case, Close, Script, Step, text};
use crate::autobahn::engine::conversation::{Conversation, never_open};
use crate::autobahn::engine::drive::{drive, read_head};
use crate::autobahn::engine::schedule::{Schedule, chosen};
use crate::autobahn::process::Process;
use crate::autobahn::verdict::Outcome;
use crate::autobahn::wire::deflate::Deflate;
use crate::autobahn::wire::endpoint::Role;
use crate::autobahn::wire::handshake::{Request, answer};
use crate::program::ProgramLine;

/// How long a client may take to connect, and between two connections.
const CONNECT_TIME: Duration = Duration::from_secs(30);
/// How long a case may take. Each has shorter limits of its own.
const CASE_TIME: Duration = Duration::from_mins(20);
/// How long the opening handshake may take.
const HANDSHAKE_TIME: Duration = Duration::from_secs(5);
/// How long `/getCaseStatus` waits for the verdict.
const STATUS_TIME: Duration = Duration::from_secs(10);
/// How many processes of a client that is started for each case run at the same time, for each
/// core, in cases that mostly wait.
const LIGHT_JOBS: usize = 4;
/// The weight in bytes of a case that transfers little, when cases are divided among jobs: its time
/// counts as well.
const LIGHT_COST: usize = 1 << 20;
/// The requests of a client that drives itself.
const COMMANDS: [&str; 5] =
    ["/getCaseCount", "/getCaseInfo", "/getCaseStatus", "/runCase", "/updateReports"];

/// Judges a client in these cases, and returns the outcomes in their order. Without `jobs`, as
/// many copies of it run at the same time as the machine can compute.
///
/// # Errors
/// A sentence, if the client cannot be started or does not connect.
pub fn judge_client(
    program: &ProgramLine,
    cases: &[&str],
    jobs: Option<usize>,
    progress: &(dyn Fn(&Outcome) + Sync),
) -> Result<Vec<Outcome>, String> {
    let runtime = Runtime::new().map_err(|error| format!("cannot start a runtime: {error}"))?;
    runtime.block_on(async {
        let cores = available_parallelism().map_or(1, usize::from);
        let heavy = jobs.unwrap_or(cores);
        let mut first = Process::start(program).await?;
        let stream = first.accept(CONNECT_TIME).await?;
        let incoming = Incoming::read(stream, first.port).await;
        if incoming.is_command() {
            return Ok(judge_copies(program, cases, heavy, progress, (first, incoming)).await);
        }
        // The case that it connected for begins when it is started again.
        drop((incoming, first));
        let program = Arc::new(program.clone());
        let judge = move |case| judge_once(Arc::clone(&program), case);
        let light = jobs.unwrap_or(cores * LIGHT_JOBS);
        Ok(Schedule::new(progress).run(cases, light, heavy, &judge).await)
    })
}

/// Starts the client for one case. Returns the outcome, and whether a time limit had to do with
/// it.
async fn judge_once(program: Arc<ProgramLine>, case: Arc<Case>) -> (Outcome, bool) {
    let started = Instant::now();
    let connected = async {
        let mut process = Process::start(&program).await?;
        let stream = process.accept(CONNECT_TIME).await?;
        Ok::<_, String>((Incoming::read(stream, process.port).await, process))
    };
    match connected.await {
        Ok((incoming, process)) => {
            let judged = run(incoming, &case).await;
            process.end().await;
            judged
        }
        Err(why) => (never_open(&case, Role::Server, &why, started), false),
    }
}

/// Judges a client that drives itself, in several copies. The first is running, and has sent its
/// first request.
async fn judge_copies(
    program: &ProgramLine,
    cases: &[&str],
    count: usize,
    progress: &(dyn Fn(&Outcome) + Sync),
    first: (Process, Incoming),
) -> Vec<Outcome> {
    let (sender, mut receiver) = unbounded_channel();
    let mut first = Some(first);
    for cases in share(chosen(cases), count) {
        let share = Arc::new(Share {
            cases,
            verdicts: Mutex::default(),
            changed: Notify::new(),
            sender: sender.clone(),
        });
        let (first, program) = (first.take(), program.clone());
        tokio::spawn(async move {
            let why = match first {
                Some((process, incoming)) => share.serve(process, Some(incoming)).await,
                None => match Process::start(&program).await {
                    Ok(process) => share.serve(process, None).await,
                    Err(why) => why,
                },
            };
            share.finish(&why);
        });
    }
    drop(sender);
    let mut outcomes = HashMap::new();
    while let Some(outcome) = receiver.recv().await {
        progress(&outcome);
        outcomes.insert(outcome.case.clone(), outcome);
    }
    cases.iter().filter_map(|number| outcomes.remove(*number)).collect()
}

/// Shares cases out, so that each share takes about as long as the others.
fn share(mut cases: Vec<Arc<Case>>, count: usize) -> Vec<Vec<Arc<Case>>> {
    let mut shares = vec![(0, Vec::new()); count.clamp(1, cases.len().max(1))];
    let order: HashMap<String, usize> =
        cases.iter().enumerate().map(|(index, case)| (case.number.clone(), index)).collect();
    cases.sort_by_key(|case| Reverse(case.cost()));
    for case in cases {
        if let Some((cost, share)) = shares.iter_mut().min_by_key(|(cost, _)| *cost) {
            *cost += case.cost() + LIGHT_COST;
            share.push(case);
        }
    }
    let in_order = |(_, mut share): (usize, Vec<Arc<Case>>)| {
        share.sort_by_key(|case| order.get(&case.number).copied());
        share
    };
    shares.into_iter().map(in_order).collect()
}

/// The cases of one copy of a client.
struct Share {
    cases: Vec<Arc<Case>>,
    /// The verdicts of the cases that have been run, by their index.
    verdicts: Mutex<HashMap<usize, &'static str>>,
    /// A verdict was added.
    changed: Notify,
    sender: UnboundedSender<Outcome>,
}

impl Share {
    /// Serves the client until it asks for the report, ends, or no longer connects. Returns why.
    async fn serve(self: &Arc<Self>, mut process: Process, first: Option<Incoming>) -> String {
        let mut connections = JoinSet::new();
        if let Some(first) = first {
            connections.spawn(Arc::clone(self).serve_one(first));
        }
        loop {
            let limit = if connections.is_empty() { CONNECT_TIME } else { CASE_TIME };
            select! {
                accepted = process.accept(limit) => match accepted {
                    Ok(stream) => {
                        let (share, port) = (Arc::clone(self), process.port);
                        connections.spawn(async move {
                            share.serve_one(Incoming::read(stream, port).await).await
                        });
                    }
                    Err(why) => {
                        connections.join_all().await;
                        return why;
                    }
                },
                Some(is_last) = connections.join_next() => if is_last.unwrap_or_default() {
                    process.end().await;
                    return "the client has ended before this case".to_owned();
                },
            }
        }
    }

    /// Serves one connection. Returns whether it was the last, which asks for the report.
    async fn serve_one(self: Arc<Self>, incoming: Incoming) -> bool {
        let Ok(request) = &incoming.request else {
            if let Some((index, case)) = self.case(incoming.query()) {
                self.add(index, run(incoming, case).await.0);
            }
            return false;
        };
        let path = request.path.clone();
        let reply = match (path.as_str(), self.case(incoming.query())) {
            ("/runCase", Some((index, case))) => {
                self.add(index, run(incoming, case).await.0);
                return false;
            }
            ("/getCaseCount", _) => Some(self.cases.len().to_string()),
            ("/getCaseInfo", Some((_, case))) => {
                Some(json!({ "id": case.number, "description": case.description }).to_string())
            }
            ("/getCaseStatus", Some((index, _))) => {
                let verdict = timeout(STATUS_TIME, self.verdict(index)).await;
                Some(json!({ "behavior": verdict.unwrap_or_default() }).to_string())
            }
            _ => None,
        };
        let mut steps: Vec<Step> = reply.into_iter().map(|reply| Step::Send(text(reply))).collect();
        steps.push(Step::Close(Vec::new()));
        let case = Case::exchange(path.as_str(), "", steps, Vec::new(), Close::normal());
        run(incoming, &Arc::new(case)).await;
        path == "/updateReports"
    }

    /// Returns the case that a query names, and its index.
    fn case(&self, query: &str) -> Option<(usize, &Arc<Case>)> {
        let number = query.split('&').find_map(|pair| pair.strip_prefix("case="))?;
        let index = number.parse::<usize>().ok()?.checked_sub(1)?;
        Some((index, self.cases.get(index)?))
    }

    /// Waits for the verdict of a case.
    async fn verdict(&self, index: usize) -> &'static str {
        loop {
            let changed = self.changed.notified();
            if let Some(verdict) = self.lock().get(&index) {
                return verdict;
            }
            changed.await;
        }
    }

    /// Adds an outcome. If a case is run twice, the first counts.
    fn add(&self, index: usize, outcome: Outcome) {
        let before = self.lock().insert(index, outcome.behavior.word());
        self.changed.notify_waiters();
        if before.is_none() {
            // The receiver is there until all outcomes have come.
            let _ = self.sender.send(outcome);
        }
    }

    /// Adds the outcomes of the cases that were not run.
    fn finish(&self, why: &str) {
        for (index, case) in self.cases.iter().enumerate() {
            if !self.lock().contains_key(&index) {
                self.add(index, never_open(case, Role::Server, why, Instant::now()));
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<usize, &'static str>> {
        self.verdicts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection, and its request.
struct Incoming {
    stream: TcpStream,
    /// The request, or what was asked for and what is wrong with the request.
    request: Result<Request, (String, String)>,
    /// What came after the request.
    early: Vec<u8>,
}

impl Incoming {
    /// Reads the request of a client that was given an address with this port.
    async fn read(mut stream: TcpStream, port: u16) -> Self {
        let head = timeout(HANDSHAKE_TIME, read_head(&mut stream)).await;
        let late = || Err("the client does not send a whole request".to_owned());
        let (request, early) = match head.unwrap_or_else(|_| late()) {
            Ok((head, early)) => (Request::read(&head, port), early),
            Err(why) => (Err((String::new(), why)), Vec::new()),
        };
        Self { stream, request, early }
    }

    /// Whether it comes from a client that drives itself.
    fn is_command(&self) -> bool {
        let path = match &self.request {
            Ok(request) => request.path.as_str(),
            Err((target, _)) => target.split('?').next().unwrap_or_default(),
        };
        COMMANDS.contains(&path)
    }

    fn query(&self) -> &str {
        match &self.request {
            Ok(request) => &request.query,
            Err((target, _)) => target.split_once('?').map_or("", |(_, query)| query),
        }
    }
}

/// Runs a case on a connection. Returns its outcome, and whether a time limit had to do with it.
async fn run(incoming: Incoming, case: &Arc<Case>) -> (Outcome, bool) {
    let Incoming { mut stream, request, early } = incoming;
    let request = match request {
        Ok(request) => request,
        Err((_, why)) => {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
            return (never_open(case, Role::Server, &why, Instant::now()), false);
        }
    };
    let (deflate, extensions) = accept(case, &request.offers).unzip();
    let answer = answer(&request.key, &extensions.unwrap_or_default());
    // If it cannot be sent, TCP has ended, and the conversation finds out.
    let _ = stream.write_all(answer.as_bytes()).await;
    let conversation = Conversation::open(case, Role::Server, deflate, Instant::now());
    drive(&mut stream, conversation, early).await.end()
}

/// Accepts an offer of the client in a case about compression: the first that can be limited as
/// the case wants it.
fn accept(case: &Case, offers: &[Deflate]) -> Option<(Deflate, String)> {
    let Script::Compressed(compressed) = &case.script else { return None };
    compressed.offers.iter().find_map(|wanted| {
        let fits = |offer: &&Deflate| wanted.window.is_none() || offer.may_limit_client;
        offers.iter().find(fits).map(|offer| offer.accept(wanted.takeover, wanted.window))
    })
}
