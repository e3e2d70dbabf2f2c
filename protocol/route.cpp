#include "protocol/route.hpp"

#include <charconv>
#include <string_view>

#include "protocol/list_query.hpp"

namespace rollcall::protocol {
namespace {

struct ResourceRow {
  Resource resource;
  const char* allow;    ///< The 405's fields.
  const char* options;  ///< Those of the answer to OPTIONS.
};

// Accept-Post: W3C Linked Data Platform, section 7.1; Accept-Patch: RFC 5789, section 3.1.
constexpr const char* accept_post = "\r\nAccept-Post: application/json, application/x-ndjson";
constexpr const char* accept_patch =
    "\r\nAccept-Patch: application/merge-patch+json, application/json";
constexpr const char* accept_put = "\r\nAccept: application/json";
constexpr const char* allow_reads = "\r\nAllow: GET, HEAD, OPTIONS";

constexpr ResourceRow resources[] = {
    {Resource::users, "\r\nAllow: GET, HEAD, POST, OPTIONS",
     "\r\nAllow: GET, HEAD, POST, OPTIONS"
     "\r\nAccept-Post: application/json, application/x-ndjson"},
    {Resource::user, "\r\nAllow: GET, HEAD, PUT, PATCH, DELETE, OPTIONS",
     "\r\nAllow: GET, HEAD, PUT, PATCH, DELETE, OPTIONS"
     "\r\nAccept-Patch: application/merge-patch+json, application/json"},
    {Resource::live, allow_reads, allow_reads},
    {Resource::ready, allow_reads, allow_reads},
    {Resource::api, allow_reads, allow_reads},
    {Resource::root, allow_reads, allow_reads},
    {Resource::server, "\r\nAllow: OPTIONS", "\r\nAllow: OPTIONS"},
};

const ResourceRow* find(Resource resource) noexcept {
  for (const ResourceRow& row : resources) {
    if (row.resource == resource) return &row;
  }
  return nullptr;
}

Action user_action(Method method) noexcept {
  switch (method) {
    case Method::get:
    case Method::head:
      return Action::find_user;
    case Method::put:
      return Action::replace_user;
    case Method::patch:
      return Action::patch_user;
    case Method::delete_:
      return Action::remove_user;
    default:
      return Action::refuse;
  }
}

Action welcome(const Request& request) noexcept {
  return request.accepted.prefers_json_to_html() ? Action::welcome : Action::welcome_page;
}

Action action(const Request& request, Resource resource) noexcept {
  if (request.method == Method::options) {
    // A balancer's check by OPTIONS may want 200, and what it says helps who sends it by hand.
    return resource == Resource::root ? welcome(request) : Action::describe;
  }
  const bool reads = request.method == Method::get || request.method == Method::head;
  switch (resource) {
    case Resource::users:
      if (request.method == Method::post) {
        const bool stream = request.media_type == MediaType::ndjson;
        return stream ? Action::create_users : Action::create_user;
      }
      if (!reads) return Action::refuse;
      return request.accepted.json_or_lines() == Accepted::Choice::second ? Action::export_users
                                                                          : Action::list_users;
    case Resource::user:
      return user_action(request.method);
    case Resource::live:
      return reads ? Action::live : Action::refuse;
    case Resource::ready:
      return reads ? Action::ready : Action::refuse;
    case Resource::api:
      return reads ? Action::describe_api : Action::refuse;
    case Resource::root:
      return reads ? welcome(request) : Action::refuse;
    default:
      return Action::refuse;
  }
}

/// Users are read, and Accept refuses every type that they can be sent as. What has one type only,
/// such as a probe's answer, is sent as that, and so is the answer to a change, which must not fail
/// for how it is told (RFC 9110, section 12.5.1, allows both).
bool accepts_nothing(const Accepted& accepted, Action wanted) noexcept {
  if (wanted == Action::find_user) return !accepted.takes_json();
  return wanted == Action::list_users && accepted.json_or_lines() == Accepted::Choice::neither;
}

/// Idempotency-Key is for what changes something.
bool may_have_key(Action action) noexcept {
  return takes_user(action) || action == Action::create_users || action == Action::remove_user;
}

/// What the 415 names, or null if the body is of a type that the action takes.
const char* wanted_type(Action action, MediaType type) noexcept {
  if (!takes_user(action) || type == MediaType::json) return nullptr;
  if (action == Action::patch_user) {
    return type == MediaType::merge_patch ? nullptr : accept_patch;
  }
  return action == Action::create_user ? accept_post : accept_put;
}

/// What names users, and is more than a question for what there is (RFC 9110, section 13.2.1).
bool is_conditional(Action action, Resource resource) noexcept {
  return action != Action::describe && (resource == Resource::user || resource == Resource::users);
}

/// What becomes of a request for the collection of users because of its condition. The collection
/// is there and has no entity tag (RFC 9110, sections 13.1.1 and 13.1.2). Of one user, the store
/// tells.
enum class Outcome : std::uint8_t { as_without, condition_failed, not_modified };

/// A condition counts only if the answer without it would be a success (RFC 9110, section 13.2.1).
bool has_good_query(Action action, const Request& request) {
  if (action == Action::list_users) return parse_list_query(request.query).errors.empty();
  return action != Action::export_users || refuse_parameters(request.query).empty();
}

Outcome outcome_on_collection(Action action, const Request& request) {
  const storage::Condition& condition = *request.condition;
  const bool listed = !condition.match.absent() && !condition.match.any();
  const bool none = condition.none_match.any();
  if ((!listed && !none) || !has_good_query(action, request)) return Outcome::as_without;
  if (listed || request.method == Method::post) return Outcome::condition_failed;
  return Outcome::not_modified;
}

Route decide(const Request& request, const Named& named) {
  // Whatever the path: the page is to see the answer to what it asks for then, a 404 for one.
  if (request.preflight) return {Action::preflight};
  const ResourceRow* const resource = find(named.resource);
  if (resource == nullptr) return {Action::refuse, Problem::not_found, ""};
  if (request.method == Method::unknown) return {Action::refuse, Problem::unknown_method, ""};
  if (request.method == Method::miscased) return {Action::refuse, Problem::miscased_method, ""};
  const Action wanted = action(request, named.resource);
  if (wanted == Action::refuse) return {wanted, Problem::method_not_allowed, resource->allow};
  if (request.bad_expectation) return {Action::refuse, Problem::expectation_failed, ""};
  if (accepts_nothing(request.accepted, wanted)) {
    return {Action::refuse, Problem::not_acceptable, "\r\nVary: Accept"};
  }
  if (request.bad_key && may_have_key(wanted)) {
    return {Action::refuse, Problem::bad_key, ""};
  }
  if (request.is_part && wanted == Action::replace_user) {
    return {Action::refuse, Problem::partial_put, ""};
  }
  if (is_conditional(wanted, named.resource)) {
    if (request.bad_condition) return {Action::refuse, Problem::bad_condition, ""};
    if (request.condition && named.resource == Resource::users) {
      const Outcome outcome = outcome_on_collection(wanted, request);
      if (outcome == Outcome::condition_failed) {
        return {Action::refuse, Problem::condition_failed, ""};
      }
      if (outcome == Outcome::not_modified) return {Action::not_modified};
    }
  }
  if (const char* const fields = wanted_type(wanted, request.media_type)) {
    return {Action::refuse, Problem::unsupported_media_type, fields};
  }
  if (request.is_coded && (takes_user(wanted) || wanted == Action::create_users)) {
    return {Action::refuse, Problem::unsupported_coding, "\r\nAccept-Encoding: identity"};
  }
  const bool described = request.method == Method::options;
  return {wanted, Problem::not_found, described ? resource->options : "", named.id};
}

}  // namespace

Named name_resource(std::string_view path) noexcept {
  constexpr std::string_view users = "/users";
  if (path == users) return {Resource::users};
  if (path.starts_with("/users/")) {
    const std::string_view digits = path.substr(users.size() + 1);
    storage::UserId id = 0;
    const char* const end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, id);
    const bool whole = error == std::errc() && rest == end && digits.front() != '0';
    return whole && id <= storage::max_user_id ? Named{Resource::user, id} : Named{};
  }
  if (path == "/livez") return {Resource::live};
  if (path == "/readyz") return {Resource::ready};
  if (path == "/openapi.json") return {Resource::api};
  if (path == "*") return {Resource::server};
  if (path == "/") return {Resource::root};
  return {};
}

Route route(const Request& request) {
  const Named named = name_resource(request.target.path.text());
  Route decided = decide(request, named);
  decided.resource = named.resource;
  return decided;
}

}  // namespace rollcall::protocol
