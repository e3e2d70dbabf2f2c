#pragma once

#include <string>
#include <string_view>

#include "server/ops/log_settings.hpp"

namespace rollcall::server {

class Health;

/// What the admin listener is asked for. Called on its thread, also while the store is loaded and
/// while I/O threads hang.
class AdminDesk {
 public:
  virtual const Health& health() const = 0;
  /// The page of metrics, in Exposition's format.
  virtual std::string metrics() const = 0;
  /// The options in effect, as JSON. No secret is in it.
  virtual std::string config() const = 0;
  /// New traffic should go elsewhere.
  virtual void drain() = 0;
  /// It may come again, soon, unless the server stops.
  virtual void resume() = 0;
  virtual LogLevel log_level() const = 0;
  virtual void set_log_level(LogLevel level) = 0;

 protected:
  ~AdminDesk() = default;
};

/// A request, as far as it matters.
struct AdminRequest {
  std::string_view method;
  std::string_view target;
  bool from_page = false;  ///< It has an Origin field: a browser sends it for a page.
  std::string_view body{};
};

struct AdminAnswer {
  unsigned status = 200;
  const char* content_type = "text/plain; charset=utf-8";
  std::string allow{};  ///< The Allow field, if status is 405.
  std::string body{};
};

/// GET and HEAD of /livez, /readyz, /metrics, /config, /log-level and /, PUT of /log-level, POST of
/// /drain and /resume. A query is ignored.
AdminAnswer answer_admin(const AdminRequest& request, AdminDesk& desk);

}  // namespace rollcall::server
