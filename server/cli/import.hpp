#pragma once

namespace rollcall::server {

/// Runs `rollcall import`: imports a file's users into a store. `argv[0]` is the command's name.
/// Prints every message itself and returns the program's exit code. Main thread.
int run_import(int argc, const char* const* argv);

}  // namespace rollcall::server
