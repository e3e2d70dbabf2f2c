#pragma once

#include <chrono>
#include <string_view>

namespace rollcall::server {

/// From now on, whatever ends the program unforeseen, on any thread (memory that is not there, an
/// exception that nobody takes), says so in one line on standard error and ends it at once with 1.
/// What was acknowledged is on disk by then. Called once, first.
void install_last_words() noexcept;

/// If the process has not ended by then, it says that the disk does not respond, and ends with 1:
/// a disk that hangs must not hold up a stop. Called once.
void end_if_hung_after(std::chrono::seconds time) noexcept;

/// Writes `line` to standard error, unless nobody reads that: waits for no more than a moment.
/// Async-signal-safe.
void write_last_line(std::string_view line) noexcept;

}  // namespace rollcall::server
