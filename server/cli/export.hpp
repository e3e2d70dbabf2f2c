#pragma once

namespace rollcall::server {

/// Runs `rollcall export`: writes every user to standard output. `argv[0]` is the command's name.
/// Prints every message itself and returns the program's exit code. Main thread.
int run_export(int argc, const char* const* argv);

}  // namespace rollcall::server
