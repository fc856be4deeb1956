//! Where passphrases come from: the environment, a file, or a person at a terminal.
//!
//! None is ever taken from the command line itself, where every user of the machine could read it.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, anyhow};
use zeroize::Zeroizing;

use super::output::{Output, WithHint, hinted_by};
use super::private_memory;
use crate::crypto::SigningKey;
use crate::keyfile::{self, KeyFileError, Passphrase};

const VARIABLE: &str = "NOTARIUM_PASSPHRASE";
const FILE_HINT: &str = "--passphrase-file names a text file with the passphrase on one line";

/// The options of a command that opens a key.
#[derive(clap::Args, Debug)]
pub(super) struct Source {
    #[arg(
        long,
        value_name = "FILE",
        env = "NOTARIUM_PASSPHRASE_FILE",
        help = "File that holds the key's passphrase; otherwise NOTARIUM_PASSPHRASE or a prompt"
    )]
    passphrase_file: Option<PathBuf>,
}

impl Source {
    /// Opens a key file, warns when others may read it, asks for its passphrase only when it has one. From here on the process
    /// leaves no core dump.
    pub(super) fn open_key(&self, path: &Path, output: &Output) -> anyhow::Result<SigningKey> {
        private_memory::keep(output);
        let mut refused = None;
        let opened = keyfile::read(path, || match self.find(path) {
            Ok(passphrase) => passphrase,
            Err(error) => {
                refused = Some(error);
                None
            }
        });
        if let Some(error) = refused {
            return Err(error);
        }
        let unlocked = opened.map_err(hinted_by(KeyFileError::hint))?;
        if let Some(mode) = unlocked.exposed.filter(|_| !is_credential(path)) {
            output.warn(format_args!(
                "key file {} can be read or written by others (mode {mode:03o}); `chmod 600` it",
                path.display()
            ));
        }
        Ok(unlocked.key)
    }

    /// The passphrase that a new key shall have: from the file or the environment, or asked for twice when `ask` is set. From
    /// here on the process leaves no core dump.
    pub(super) fn for_new_key(&self, ask: bool, output: &Output) -> anyhow::Result<Option<Passphrase>> {
        private_memory::keep(output);
        if let Some(passphrase) = self.given()? {
            return Ok(Some(passphrase));
        }
        if !ask {
            return Ok(None);
        }
        if !io::stdin().is_terminal() {
            return Err(anyhow!("there is no terminal to ask for a passphrase"))
                .hint(format!("set {VARIABLE}, or give --passphrase-file FILE"));
        }
        let first = prompt("Passphrase for the new key: ")?;
        if first != prompt("The same again: ")? {
            return Err(anyhow!("the two passphrases differ; nothing was written"))
                .hint("run the command again, and type the same twice");
        }
        Ok(Some(first))
    }

    fn find(&self, path: &Path) -> anyhow::Result<Option<Passphrase>> {
        match self.given()? {
            Some(passphrase) => Ok(Some(passphrase)),
            None if io::stdin().is_terminal() => prompt(&format!("Passphrase of {}: ", path.display())).map(Some),
            None => Ok(None),
        }
    }

    fn given(&self) -> anyhow::Result<Option<Passphrase>> {
        if let Some(path) = &self.passphrase_file {
            let text = fs::read_to_string(path)
                .map(Zeroizing::new)
                .with_context(|| format!("cannot read passphrase file {}", path.display()))
                .hint(FILE_HINT)?;
            let line = text.strip_suffix('\n').unwrap_or(&text);
            let line = line.strip_suffix('\r').unwrap_or(line);
            return match Passphrase::new(Zeroizing::new(line.to_owned())) {
                Some(passphrase) => Ok(Some(passphrase)),
                None => Err(anyhow!("passphrase file {} is empty", path.display())).hint(FILE_HINT),
            };
        }
        match env::var(VARIABLE) {
            Ok(text) => match Passphrase::new(Zeroizing::new(text)) {
                Some(passphrase) => Ok(Some(passphrase)),
                None => Err(anyhow!("{VARIABLE} is set but empty")).hint("unset it, or give it a value"),
            },
            Err(env::VarError::NotPresent) => Ok(None),
            Err(env::VarError::NotUnicode(_)) => {
                Err(anyhow!("{VARIABLE} is not UTF-8")).hint("a passphrase is text; set it in UTF-8, or unset it")
            }
        }
    }
}

/// Whether a file is a credential that systemd has given to this service alone. Its mode is then that of an access list, and
/// seems to let a group read it (systemd.exec(5), "CREDENTIALS").
fn is_credential(path: &Path) -> bool {
    env::var_os("CREDENTIALS_DIRECTORY").is_some_and(|folder| path.parent() == Some(Path::new(&folder)))
}

fn prompt(words: &str) -> anyhow::Result<Passphrase> {
    let typed = rpassword::prompt_password(words)
        .context("cannot read a passphrase from the terminal")
        .hint(format!("set {VARIABLE}, or give --passphrase-file FILE"))?;
    Passphrase::new(Zeroizing::new(typed))
        .ok_or_else(|| anyhow!("the passphrase is empty"))
        .hint("run the command again; an empty one would protect nothing")
}
