#pragma once

#include "protocol/http/site.hpp"
#include "server/cli/settings.hpp"
#include "server/connection/trusted_proxies.hpp"

namespace rollcall::server {

/// What the settings say of how clients reach the server. Throws UsageError.
protocol::Site site_of(const Settings& settings);

/// The proxies that they trust, whose requests have what `site` has besides. Throws UsageError.
TrustedProxies proxies_of(const Settings& settings, const protocol::Site& site);

}  // namespace rollcall::server
