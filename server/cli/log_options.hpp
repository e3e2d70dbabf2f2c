#pragma once

#include <boost/program_options/options_description.hpp>

#include "server/cli/settings.hpp"
#include "server/ops/log_settings.hpp"

namespace rollcall::server {

/// Adds the options of the log to the help.
void describe_log(boost::program_options::options_description& options);

/// What the settings say of the log. Throws UsageError.
LogSettings log_of(const Settings& settings);

}  // namespace rollcall::server
