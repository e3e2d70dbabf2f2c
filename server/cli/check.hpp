#pragma once

#include <string>

#include "storage/check.hpp"

namespace rollcall::server {

/// Runs `rollcall check`. `argv[0]` is the command's name. Prints every message itself and returns
/// the program's exit code. Main thread.
int run_check(int argc, const char* const* argv);

/// What `report` says of the file at `path`, as lines for a person. Throws std::bad_alloc.
std::string describe(const std::string& path, const storage::CheckReport& report);

}  // namespace rollcall::server
