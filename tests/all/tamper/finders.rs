//! Those who may find a change: who opens, who audits, who mirrors, who cosigns, who holds receipts.

use std::path::{Path, PathBuf};
use std::process::Command;

use notarium::crypto::sha256;
use notarium::evidence::Body;
use notarium::follow::{LogFolder, Monitor, Seen};
use notarium::merkle::{ConsistencyProof, TreeSize};
use notarium::report::{Inputs, Outcome, Step, verify_receipt};
use notarium::store::{Inspection, Reader, inspect, open};
use notarium::trust::Policy;
use notarium::upkeep::export;
use notarium::witness::AddCheckpoint;

use super::{Scene, text};
use crate::follow::policy;
use crate::founded::{copy_folder, memory, options};
use crate::witness::ask;

/// Who finds a change, in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::Display)]
#[strum(serialize_all = "lowercase")]
pub(super) enum By {
    /// The ledger does not open, or opens and says that it admits nothing.
    Open,
    /// `notarium audit` of the folder, the export or the mirror.
    Audit,
    /// An outside auditor who keeps a state, and has audited before.
    Auditor,
    /// A mirror: one that has followed before, or a new one.
    Mirror,
    /// A monitor that has watched before: it has seen the newest tree, and looks again.
    Monitor,
    /// A witness that has cosigned before.
    Witness,
    /// Who holds a receipt, and looks the deposit up.
    Client,
}

/// Runs the program to its end: the exit code.
pub(super) fn program(arguments: &[&str]) -> i32 {
    let output = Command::new(env!("CARGO_BIN_EXE_notarium")).args(arguments).output().unwrap();
    output.status.code().unwrap()
}

/// What a server with this folder would serve, as files.
pub(super) fn exported(scene: &Scene, directory: &Path) -> Option<PathBuf> {
    let Inspection { reader, tip, .. } = inspect(directory, memory()).ok()?;
    let out = scene.path("export");
    export(&reader, &tip?, &policy(), &out, |_| {}).ok()?;
    Some(out)
}

/// All who find that this is not the ledger which they have seen.
pub(super) fn of_ledger(scene: &Scene, directory: &Path) -> Vec<By> {
    let mut found = Vec::new();
    if program(&["audit", text(directory)]) != 0 {
        found.push(By::Audit);
    }
    if let Ok(Inspection { reader, .. }) = inspect(directory, memory()) {
        if client_misses(scene, &reader) {
            found.push(By::Client);
        }
        drop(reader);
        found.extend(by_what_is_served(scene, directory));
        if witness_refuses(scene, directory) {
            found.push(By::Witness);
        }
    }
    // Last, since an opening may change what it finds.
    if does_not_open(directory) {
        found.push(By::Open);
    }
    found.sort_unstable();
    found
}

fn does_not_open(directory: &Path) -> bool {
    match open(directory, &options()) {
        Err(_) => true,
        Ok(opened) => {
            let is_whole = opened.emptied.is_empty() && opened.reader.indexes_are_whole();
            !is_whole || opened.reader.registry().is_err()
        }
    }
}

fn by_what_is_served(scene: &Scene, directory: &Path) -> Vec<By> {
    let Some(out) = exported(scene, directory) else { return vec![By::Auditor, By::Mirror, By::Monitor] };
    let (state, old, new) = (scene.path("state"), scene.path("mirror"), scene.path("mirror"));
    copy_folder(&scene.state, &state);
    copy_folder(&scene.mirror, &old);
    let mut found = Vec::new();
    if program(&["audit", text(&out), "--state", text(&state)]) != 0 {
        found.push(By::Auditor);
    }
    let mirrors = |to: &Path| program(&["mirror", text(&out), text(to)]) == 0;
    if !(mirrors(&old) && mirrors(&new)) {
        found.push(By::Mirror);
    }
    if monitor_sees(scene, &out) {
        found.push(By::Monitor);
    }
    found
}

/// Whether a monitor that has watched the ledger as it was says that it does not hold, once it is served as it is now.
fn monitor_sees(scene: &Scene, out: &Path) -> bool {
    let (served, aside) = (scene.path("served"), scene.path("served"));
    copy_folder(&scene.export, &served);
    let mut monitor = Monitor::begin(LogFolder::new(&served), None, 1).unwrap();
    let nothing = |_, _: &_| Ok::<_, ()>(());
    assert!(matches!(monitor.look(nothing), Ok(Ok(Seen::Holds(_)))));
    std::fs::rename(&served, aside).unwrap();
    copy_folder(out, &served);
    !matches!(monitor.look(nothing), Ok(Ok(Seen::Holds(_))))
}

/// Whether the witness does not cosign what the ledger has signed last.
pub(super) fn witness_refuses(scene: &Scene, directory: &Path) -> bool {
    let Ok(Inspection { reader, tip: Some(tip), .. }) = inspect(directory, memory()) else { return true };
    let hash = sha256(&[tip.origin().as_str().as_bytes()]).to_string();
    let cosigned = scene.witness.latest_by_hash(&hash).ok().flatten();
    let old = cosigned.map_or(TreeSize::ZERO, |cosigned| cosigned.head().size);
    let nothing = ConsistencyProof::from_hashes(Vec::new()).unwrap();
    let proof =
        if old == TreeSize::ZERO { nothing } else { reader.prove_consistency(old, tip.head().size).unwrap_or(nothing) };
    let body = AddCheckpoint { old, proof, note: tip.note().clone() }.to_body();
    ask(&scene.witness, &body, 2_000_000_000).is_err()
}

/// Whether one who holds a receipt, and knows what was deposited, misses something.
fn client_misses(scene: &Scene, reader: &Reader) -> bool {
    scene.receipts.iter().any(|held| {
        let index = held.index();
        let same = reader.receipt(index).ok().flatten().is_some_and(|now| {
            let leaf = now.disclosure().leaf_hash();
            leaf == held.disclosure().leaf_hash() && now.path().verify(index, &leaf, now.checkpoint().head()).is_ok()
        });
        let grown = reader.root(held.checkpoint().head().size).is_ok_and(|root| root == held.checkpoint().head().root);
        !same || !grown || !is_looked_up(reader, held)
    })
}

fn is_looked_up(reader: &Reader, held: &notarium::ledger::Receipt) -> bool {
    let index = held.index();
    let statement = held.disclosure().entry().unwrap().statement().unwrap();
    let by_id = reader.by_statement(&statement.id()).is_ok_and(|found| found == Some(index));
    let key = statement.public_key().unwrap();
    let by_key = reader.by_submitter(key, None, 1000).is_ok_and(|found| found.contains(&index));
    let Body::Evidence(evidence) = statement.body() else { return by_id && by_key };
    let print = &evidence.fingerprint;
    let by_digest = reader.by_sha256(print.sha256(), None, 10).is_ok_and(|found| found == [index])
        && reader.by_sm3(print.sm3(), None, 10).is_ok_and(|found| found == [index]);
    let is_known = reader.same_evidence(print, 0..u64::MAX, 10).is_ok_and(|same| same.entries == [index]);
    let continues = evidence.continues.as_ref();
    let by_link = continues.is_none_or(|id| reader.by_continued(id, None, 10).is_ok_and(|found| found == [index]));
    by_id && by_key && by_digest && is_known && by_link
}

/// Whether a server with this folder does not start.
pub(super) fn does_not_start(directory: &Path) -> bool {
    let mut command = Command::new(env!("CARGO_BIN_EXE_notarium"));
    command.arg("serve").arg(directory).args(["--listen", "127.0.0.1:0", "--log", "off", "--least-free-mib", "0"]);
    let mut child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    let stdout = child.stdout.take().unwrap();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut line).unwrap();
    let _ = child.kill();
    let status = child.wait().unwrap();
    line.is_empty() && status.code() == Some(2)
}

/// Whether a receipt does not verify under the policy file of this folder.
pub(super) fn policy_fails(scene: &Scene, directory: &Path) -> bool {
    let Ok(bytes) = std::fs::read(directory.join("policy")) else { return true };
    let Ok(policy) = Policy::parse(bytes) else { return true };
    let receipt = scene.receipts[2].as_str().as_bytes();
    let report = verify_receipt(Inputs { policy: Some(&policy), ..Inputs::new(receipt) });
    report.check(Step::Log).is_none_or(|check| check.outcome != Outcome::Passed)
}
