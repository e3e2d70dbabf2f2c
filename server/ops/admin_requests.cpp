#include "server/ops/admin_requests.hpp"

#include <algorithm>
#include <array>

#include "server/ops/exposition.hpp"
#include "server/ops/health.hpp"

namespace rollcall::server {
namespace {

AdminAnswer live(AdminDesk&) { return {.body = "live\n"}; }

AdminAnswer ready(AdminDesk& desk) {
  const Health& health = desk.health();
  const bool is_ready = health.state() == Health::State::ready;
  return {.status = is_ready ? 200U : 503U, .body = std::string(health.reason()) + "\n"};
}

AdminAnswer metrics(AdminDesk& desk) {
  return {.content_type = Exposition::content_type, .body = desk.metrics()};
}

AdminAnswer config(AdminDesk& desk) {
  return {.content_type = "application/json", .body = desk.config() + "\n"};
}

AdminAnswer drain(AdminDesk& desk) {
  desk.drain();
  return {.body = std::string(desk.health().reason()) + "\n"};
}

AdminAnswer resume(AdminDesk& desk) {
  desk.resume();
  return {.status = 202, .body = "See /readyz.\n"};
}

AdminAnswer index(AdminDesk&);

struct Row {
  std::string_view path;
  bool acts;  ///< By POST. The others only tell, by GET or HEAD.
  AdminAnswer (*answer)(AdminDesk&);
  const char* about;
};

constexpr std::array rows{
    Row{"/", false, index, "this list"},
    Row{"/livez", false, live, "the process answers"},
    Row{"/readyz", false, ready, "200 while traffic is welcome, otherwise 503 and why not"},
    Row{"/metrics", false, metrics, "metrics in Prometheus' text format"},
    Row{"/config", false, config, "the options in effect"},
    Row{"/drain", true, drain, "POST: /readyz says 503 from now on"},
    Row{"/resume", true, resume, "POST: no longer"},
};

AdminAnswer index(AdminDesk&) {
  std::string body;
  for (const Row& each : rows) body.append(each.path).append("  ").append(each.about) += '\n';
  return {.body = std::move(body)};
}

}  // namespace

AdminAnswer answer_admin(const AdminRequest& request, AdminDesk& desk) {
  const std::string_view path = request.target.substr(0, request.target.find('?'));
  const auto* const row =
      std::find_if(rows.begin(), rows.end(), [path](const Row& each) { return each.path == path; });
  if (row == rows.end()) {
    return {.status = 404, .body = "Nothing here. GET / lists what the admin listener has.\n"};
  }
  const bool tells = request.method == "GET" || request.method == "HEAD";
  const bool fits = row->acts ? request.method == "POST" : tells;
  if (!fits) {
    return {.status = 405,
            .allow = row->acts ? "POST" : "GET, HEAD",
            .body = row->acts ? "Use POST.\n" : "Use GET.\n"};
  }
  // Any page that an operator visits could send it.
  if (row->acts && request.from_page) {
    return {.status = 403, .body = "Pages can't do this: use curl.\n"};
  }
  return row->answer(desk);
}

}  // namespace rollcall::server
