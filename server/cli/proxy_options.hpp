#pragma once

#include <boost/program_options/options_description.hpp>
#include <string>

#include "server/cli/settings.hpp"
#include "server/proxy_rules.hpp"

namespace rollcall::server {

/// Adds the options of the PROXY protocol to the help.
void describe_proxy_protocol(boost::program_options::options_description& options);

/// What the settings say of it. Throws UsageError.
ProxyRules proxy_rules_of(const Settings& settings);

/// The value of --proxy-protocol.
std::string text_of(const ProxyRules& rules);

}  // namespace rollcall::server
