#pragma once

#include <boost/program_options/options_description.hpp>
#include <chrono>

#include "server/cli/settings.hpp"

/// How long batches to a database may be held back.
namespace rollcall::server {

void describe_linger(boost::program_options::options_description& options);

/// 0 is not at all. Throws UsageError.
std::chrono::milliseconds max_linger_of(const Settings& settings);

}  // namespace rollcall::server
