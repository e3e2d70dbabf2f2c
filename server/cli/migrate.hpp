#pragma once

namespace rollcall::server {

/// The command `rollcall migrate`; `argv[0]` is "migrate". Prints to standard output what version
/// the tables have. Returns the exit code.
int run_migrate(int argc, const char* const* argv);

}  // namespace rollcall::server
