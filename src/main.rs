//! The command `notarium`: calls the command line and exits with its code.

use std::process::ExitCode;

fn main() -> ExitCode {
    notarium::cli::run(std::env::args_os())
}
