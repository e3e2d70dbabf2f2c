#pragma once

#include <string>

#include "storage/backup.hpp"

namespace rollcall::server {

/// Run `rollcall backup` and `rollcall restore`. `argv[0]` is the command's name. They print every
/// message themselves and return the program's exit code. Main thread.
int run_backup(int argc, const char* const* argv);
int run_restore(int argc, const char* const* argv);

/// One line for a person: why there is no copy, and what to do. Throws std::bad_alloc.
std::string describe(const storage::CopyError& error);

}  // namespace rollcall::server
