#pragma once

#include <cstdint>
#include <string>

namespace rollcall::server {

/// 1234567 as 1,234,567.
std::string grouped(std::uint64_t value);
/// "1 user", "1,234 users".
std::string users_text(std::uint64_t count);

}  // namespace rollcall::server
