#pragma once

#include <chrono>

#include "server/cli/settings.hpp"

/// What the settings say of how much is too much. All throw UsageError.
namespace rollcall::server {

/// How long writes may wait for the store; 0 is any time.
std::chrono::milliseconds queue_delay_of(const Settings& settings);

}  // namespace rollcall::server
