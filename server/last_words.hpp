#pragma once

namespace rollcall::server {

/// From now on, whatever ends the program unforeseen, on any thread (memory that is not there, an
/// exception that nobody takes), says so in one line on standard error and ends it at once with 1.
/// What was acknowledged is on disk by then. Called once, first.
void install_last_words() noexcept;

}  // namespace rollcall::server
