#include "protocol/request.hpp"

namespace rollcall::protocol {
namespace {

struct ResourceRow {
  Resource resource;
  const char* allow;
};

constexpr ResourceRow resources[] = {
    {Resource::users, "POST, OPTIONS"},     {Resource::user, "GET, HEAD, OPTIONS"},
    {Resource::live, "GET, HEAD, OPTIONS"}, {Resource::ready, "GET, HEAD, OPTIONS"},
    {Resource::server, "OPTIONS"},
};

const char* allowed(Resource resource) noexcept {
  for (const ResourceRow& row : resources) {
    if (row.resource == resource) return row.allow;
  }
  return nullptr;
}

Action action(const Request& request) noexcept {
  if (request.method == Method::options) return Action::describe;
  const bool reads = request.method == Method::get || request.method == Method::head;
  switch (request.target.resource) {
    case Resource::users:
      return request.method == Method::post ? Action::create_user : Action::refuse;
    case Resource::user:
      return reads ? Action::find_user : Action::refuse;
    case Resource::live:
      return reads ? Action::live : Action::refuse;
    case Resource::ready:
      return reads ? Action::ready : Action::refuse;
    default:
      return Action::refuse;
  }
}

}  // namespace

Route route(const Request& request) noexcept {
  const char* const allow = allowed(request.target.resource);
  if (allow == nullptr) return {Action::refuse, Problem::not_found, ""};
  if (request.method == Method::unknown) return {Action::refuse, Problem::unknown_method, ""};
  const Action wanted = action(request);
  if (wanted == Action::refuse) return {wanted, Problem::method_not_allowed, allow};
  if (request.bad_expectation) return {Action::refuse, Problem::expectation_failed, ""};
  if (wanted == Action::create_user && !request.json_content) {
    return {Action::refuse, Problem::unsupported_media_type, ""};
  }
  return {wanted, Problem::not_found, allow};
}

}  // namespace rollcall::protocol
