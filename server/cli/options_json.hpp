#pragma once

#include <string>

#include "server/cli/options.hpp"

namespace rollcall::server {

/// The options in effect, as one JSON object: a member for each, by the name of its flag. Times are
/// in seconds. `given` says where each comes from that is not at its default. No secret is in it.
std::string json_of(const Options& options);

}  // namespace rollcall::server
