//! The command `notarium`: calls the command line and exits with its code.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    notarium::cli::run(std::env::args_os())
}
