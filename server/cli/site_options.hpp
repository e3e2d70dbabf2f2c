#pragma once

#include "protocol/http/site.hpp"
#include "server/cli/settings.hpp"

namespace rollcall::server {

/// What the settings say of how clients reach the server. Throws UsageError.
protocol::Site site_of(const Settings& settings);

}  // namespace rollcall::server
