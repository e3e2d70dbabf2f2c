#pragma once

#include <boost/program_options/options_description.hpp>
#include <string>

#include "server/cli/settings.hpp"
#include "server/ops/log_settings.hpp"

namespace rollcall::server {

/// Adds the options of the log to the help.
void describe_log(boost::program_options::options_description& options);

/// What the settings say of the log. Throws UsageError.
LogSettings log_of(const Settings& settings);

/// The values of --access-log and --log-client.
std::string text_of_access(const LogSettings& log);
std::string text_of(LoggedClient client);

}  // namespace rollcall::server
