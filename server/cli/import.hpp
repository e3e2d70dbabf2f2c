#pragma once

namespace rollcall::server {

/// `rollcall import`: takes the users of a file into a store. `argv[0]` is the command's name. The
/// exit code of the program, everything said. Main thread.
int run_import(int argc, const char* const* argv);

}  // namespace rollcall::server
