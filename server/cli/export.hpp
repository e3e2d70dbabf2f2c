#pragma once

namespace rollcall::server {

/// `rollcall export`: every user of a store to standard output. `argv[0]` is the command's name.
/// The exit code of the program, everything said. Main thread.
int run_export(int argc, const char* const* argv);

}  // namespace rollcall::server
