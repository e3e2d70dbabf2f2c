#pragma once

#include <cstdint>

#include "protocol/http/request.hpp"
#include "protocol/problem.hpp"
#include "storage/user.hpp"

namespace rollcall::protocol {

/// What the path of a target names.
enum class Resource : std::uint8_t {
  unknown,  ///< Nothing here (404).
  users,    ///< /users
  user,     ///< /users/{id}
  server,   ///< * (OPTIONS only)
  live,     ///< /livez: the process answers.
  ready,    ///< /readyz: writes are taken.
  api,      ///< /openapi.json
  root,     ///< /
};

/// A resource, and for Resource::user which one.
struct Named {
  Resource resource = Resource::unknown;
  storage::UserId id = 0;
};

/// What a decoded path names. An id is decimal digits without a leading zero, from 1 to
/// max_user_id; anything else is Resource::unknown.
Named name_resource(std::string_view path) noexcept;

/// What is to be done for a request.
enum class Action : std::uint8_t {
  create_user,
  create_users,  ///< From a stream.
  list_users,
  export_users,  ///< All of them, as a stream.
  not_modified,  ///< A listing or an export whose If-None-Match is `*` (304).
  find_user,
  replace_user,
  patch_user,
  remove_user,
  live,
  ready,
  describe_api,  ///< The OpenAPI document.
  describe,      ///< OPTIONS.
  preflight,     ///< OPTIONS, by which a browser asks what a page may send.
  welcome,       ///< What is served here, for a program.
  welcome_page,  ///< The same for a person.
  refuse,
};

/// The body is read, as a user or a part of one.
constexpr bool takes_user(Action action) noexcept {
  return action == Action::create_user || action == Action::replace_user ||
         action == Action::patch_user;
}

/// Asks how the server is: it is answered truly whatever else is refused.
constexpr bool is_probe(Action action) noexcept {
  return action == Action::live || action == Action::ready || action == Action::welcome ||
         action == Action::welcome_page;
}

/// A request's route.
struct Route {
  Action action = Action::refuse;
  Problem problem = Problem::not_found;  ///< For Action::refuse.
  const char* fields = "";  ///< Field lines that the answer to a refusal or to OPTIONS has, such as
                            ///< Allow; each begins with a line end.
  storage::UserId id = 0;   ///< The user that the target names, for actions on one user.
  Resource resource = Resource::unknown;  ///< What the target names, refused or not.
};

/// Where a request goes: a pure function of its head. Order of refusals: 404, 501, 405, 417, 406,
/// 400, 412, 415. Throws std::bad_alloc only.
Route route(const Request& request);

}  // namespace rollcall::protocol
