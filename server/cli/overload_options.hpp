#pragma once

#include <boost/program_options/options_description.hpp>
#include <chrono>

#include "server/cli/options.hpp"
#include "server/cli/settings.hpp"

/// What the settings say of how much is too much. All throw UsageError.
namespace rollcall::server {

void describe_overload(boost::program_options::options_description& options);

/// How long writes may wait for the store; 0 is any time.
std::chrono::milliseconds queue_delay_of(const Settings& settings);

/// How much memory the process may have.
MaxMemory max_memory_of(const Settings& settings);

}  // namespace rollcall::server
