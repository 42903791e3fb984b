use std::process::ExitCode;

fn main() -> ExitCode {
    prodguard::cli::main(prodguard::server::run)
}
