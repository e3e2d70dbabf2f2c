#pragma once

#include <string_view>

namespace rollcall::server {

/// From now on, whatever ends the program unforeseen, on any thread (memory that is not there, an
/// exception that nobody takes), says so in one line on standard error and ends it at once with 1.
/// What was acknowledged is on disk by then. Called once, first.
void install_last_words() noexcept;

/// Writes `line` to standard error, unless nobody reads that: waits for no more than a moment.
/// Async-signal-safe.
void write_last_line(std::string_view line) noexcept;

}  // namespace rollcall::server
