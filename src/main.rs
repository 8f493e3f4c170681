//! The server's program; see `gabarit --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    gabarit::server::cli::run()
}
