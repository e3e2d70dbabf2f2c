#pragma once

#include <string>

#include "server/ops/access_record.hpp"
#include "server/ops/log_line.hpp"

namespace rollcall::server {

/// Appends the line of `record`, whose answer ended at `time`: the method and the route, never the
/// target; what is not known is left out. In LogFormat::text `name=value` with spaces between.
void append_access_line(std::string& into, const LogStyle& style, LoggedClient client,
                        const AccessRecord& record, WallTime time);

}  // namespace rollcall::server
