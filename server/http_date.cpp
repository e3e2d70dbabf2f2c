#include "server/http_date.hpp"

#include <algorithm>
#include <cstdio>

namespace rollcall::server {

void HttpDate::set(std::time_t now) noexcept {
  if (now == now_) return;
  now_ = now;
  // Not strftime: its names follow the locale.
  static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 80> line;
  std::snprintf(line.data(), line.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT", days[utc.tm_wday],
                utc.tm_mday, months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
                utc.tm_sec);
  std::copy_n(line.begin(), size, text_.begin());
}

}  // namespace rollcall::server
