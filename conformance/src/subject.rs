//! The steps as subjects of a judgement: what each of them can do, and how its server is started.

use testkit::{Profile, Server, Step, workspace};

/// A step whose server can be judged.
#[derive(Debug)]
pub(crate) struct Subject {
    /// The step's label: `5a`.
    pub(crate) label: &'static str,
    /// The highest level of the checker that it passes.
    pub(crate) level: u8,
    /// The groups of Autobahn's cases that it is judged in.
    pub(crate) groups: &'static [u8],
    /// Whether it must pass all cases of these groups.
    pub(crate) passes: bool,
    /// The path on which it echoes.
    pub(crate) path: &'static str,
    /// The flags for Autobahn.
    pub(crate) flags: &'static [&'static str],
    /// The flags for the hostile checks: short times, so that a check need not wait for minutes.
    pub(crate) hostile_flags: &'static [&'static str],
}

/// The longest message that a step takes under [`SHORT_TIMES`], in bytes.
pub(crate) const MESSAGE_MAX: u64 = 8 * 1024 * 1024;
const SHORT_TIMES: &str = "--handshake-timeout 2 --ping-interval 1 --idle-timeout 4 \
                           --close-timeout 2 --max-message 8388608";
const COMPRESSION: &str = "--compression on";

/// The groups about frames and messages.
const MESSAGES: &[u8] = &[1, 2, 3, 4, 5, 6, 7, 10];
/// These, and the group about long and many messages.
const LIMITS: &[u8] = &[1, 2, 3, 4, 5, 6, 7, 9, 10];
/// All groups. 12 and 13 are about compression; there is no 8 and no 11.
pub(crate) const ALL_GROUPS: &[u8] = &[1, 2, 3, 4, 5, 6, 7, 9, 10, 12, 13];

/// The steps, in the order of the staircase. Step 7 is not among them: the judge speaks HTTP/1.1 without
/// TLS, and step 7 has neither. Its frames are those of step 6.
pub(crate) const SUBJECTS: [Subject; 9] = [
    Subject::new("0", 1, &[]),
    Subject::new("1", 1, &[]),
    Subject::new("2", 2, MESSAGES),
    Subject::new("3", 3, MESSAGES),
    Subject::new("4", 4, LIMITS),
    Subject { passes: true, ..Subject::new("5a", 5, LIMITS) },
    Subject { passes: true, ..Subject::new("5b", 5, LIMITS) },
    Subject { passes: true, hostile_flags: &[SHORT_TIMES], ..Subject::new("5", 5, ALL_GROUPS) },
    Subject {
        passes: true,
        path: "/echo",
        flags: &[COMPRESSION],
        hostile_flags: &[SHORT_TIMES, COMPRESSION, "--rate 10000 --max-queue 65536"],
        ..Subject::new("6", 6, ALL_GROUPS)
    },
];

impl Subject {
    const fn new(label: &'static str, level: u8, groups: &'static [u8]) -> Self {
        let (passes, path, flags, hostile_flags) = (false, "/", &[], &[]);
        Self { label, level, groups, passes, path, flags, hostile_flags }
    }

    /// Returns the step with this label, in any of the forms that [`Step::labelled`] knows.
    ///
    /// # Errors
    /// A sentence, if no such step exists or if it cannot be judged.
    pub(crate) fn labelled(label: &str) -> Result<&'static Self, String> {
        if !workspace().join("steps").is_dir() {
            return Err(format!(
                "`{label}` is not the address of a server, such as ws://127.0.0.1:8080/, and steps \
                 are known only where their repository is"
            ));
        }
        let step = Step::labelled(label)?;
        let found = SUBJECTS.iter().find(|subject| subject.label == step.label);
        found.ok_or_else(|| format!("step {label} cannot be judged"))
    }

    /// Builds the step, and starts it on a free port with these flags.
    ///
    /// # Errors
    /// A sentence, if it does not build or start.
    pub(crate) fn start(&self, flags: &[&str]) -> Result<Server, String> {
        let flags: Vec<&str> = flags.iter().flat_map(|flags| flags.split_whitespace()).collect();
        Step::labelled(self.label)?.start(Profile::Release, &flags)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_found_by_any_form_of_its_label() {
        assert_eq!(Subject::labelled("05").unwrap().label, "5");
        assert_eq!(Subject::labelled("6").unwrap().level, 6);
        assert_eq!(Subject::labelled("5c").unwrap().label, "5");
        assert!(Subject::labelled("99").unwrap_err().contains("there is no step 99"));
        assert_eq!(Subject::labelled("7").unwrap_err(), "step 7 cannot be judged");
    }

    #[test]
    fn every_step_up_to_6_can_be_judged() {
        let steps = Step::all().unwrap();
        let over_http1 = steps.iter().filter(|step| step.number < 7);
        let labels: Vec<&str> = over_http1.map(|step| step.label.as_str()).collect();
        assert_eq!(labels, SUBJECTS.each_ref().map(|subject| subject.label));
    }

    #[test]
    fn every_flag_that_sets_the_longest_message_sets_the_same() {
        assert!(SHORT_TIMES.ends_with(&format!("--max-message {MESSAGE_MAX}")));
    }
}
