#include "server/ops/admin_requests.hpp"

#include <algorithm>
#include <array>

#include "server/ops/exposition.hpp"
#include "server/ops/health.hpp"

namespace rollcall::server {
namespace {

using Request = AdminRequest;

AdminAnswer live(const Request&, AdminDesk&) { return {.body = "live\n"}; }

AdminAnswer ready(const Request&, AdminDesk& desk) {
  const Health& health = desk.health();
  const bool is_ready = health.state() == Health::State::ready;
  return {.status = is_ready ? 200U : 503U, .body = std::string(health.reason()) + "\n"};
}

AdminAnswer metrics(const Request&, AdminDesk& desk) {
  return {.content_type = Exposition::content_type, .body = desk.metrics()};
}

AdminAnswer config(const Request&, AdminDesk& desk) {
  return {.content_type = "application/json", .body = desk.config() + "\n"};
}

AdminAnswer drain(const Request&, AdminDesk& desk) {
  desk.drain();
  return {.body = std::string(desk.health().reason()) + "\n"};
}

AdminAnswer resume(const Request&, AdminDesk& desk) {
  desk.resume();
  return {.status = 202, .body = "See /readyz.\n"};
}

AdminAnswer log_level(const Request&, AdminDesk& desk) {
  return {.body = std::string(name_of(desk.log_level())) + "\n"};
}

AdminAnswer set_log_level(const Request& request, AdminDesk& desk) {
  // As an editor or echo ends it.
  const std::string_view name = request.body.substr(0, request.body.find_last_not_of("\r\n") + 1);
  const auto level = log_level_of(name);
  if (!level) return {.status = 400, .body = "Send error, warning, info or debug.\n"};
  desk.set_log_level(*level);
  return log_level(request, desk);
}

AdminAnswer index(const Request&, AdminDesk&);

using Answer = AdminAnswer (*)(const Request&, AdminDesk&);

struct Row {
  std::string_view path;
  Answer tells;             ///< GET and HEAD; null if it only acts.
  std::string_view method;  ///< By which it acts; empty if it only tells.
  Answer acts;
  const char* about;

  std::string allow() const {
    std::string methods = tells != nullptr ? "GET, HEAD" : "";
    if (!methods.empty() && !method.empty()) methods += ", ";
    return methods.append(method);
  }
};

constexpr std::array rows{
    Row{"/", index, "", nullptr, "this list"},
    Row{"/livez", live, "", nullptr, "the process answers"},
    Row{"/readyz", ready, "", nullptr, "200 while traffic is welcome, otherwise 503 and why not"},
    Row{"/metrics", metrics, "", nullptr, "metrics in Prometheus' text format"},
    Row{"/config", config, "", nullptr, "the options in effect"},
    Row{"/log-level", log_level, "PUT", set_log_level,
        "how much is logged; PUT: error, warning, info or debug from now on"},
    Row{"/drain", nullptr, "POST", drain, "POST: /readyz says 503 from now on"},
    Row{"/resume", nullptr, "POST", resume, "POST: no longer"},
};

AdminAnswer index(const Request&, AdminDesk&) {
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
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (reads && row->tells != nullptr) return row->tells(request, desk);
  if (row->acts == nullptr || request.method != row->method) {
    const std::string allow = row->allow();
    return {.status = 405, .allow = allow, .body = "Use " + allow + ".\n"};
  }
  // Any page that an operator visits could send it.
  if (request.from_page) return {.status = 403, .body = "Pages can't do this: use curl.\n"};
  return row->acts(request, desk);
}

}  // namespace rollcall::server
