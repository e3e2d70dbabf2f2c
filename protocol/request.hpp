#pragma once

#include <cstdint>

#include "protocol/problem.hpp"
#include "protocol/target.hpp"

namespace rollcall::protocol {

/// The methods that anything here answers to.
enum class Method : std::uint8_t {
  get,
  head,
  post,
  options,
  other,    ///< In IANA's registry, and not used by any resource of ours (405).
  unknown,  ///< In no registry that we know (501).
};

/// What is kept of a request's head: decisions, not text. No heap, no view.
struct Request {
  Target target;
  Method method = Method::unknown;
  bool http11 = false;
  bool keep_alive = false;        ///< The client lets the connection stay open.
  bool has_body = false;          ///< A body of at least one octet, or a chunked one, follows.
  bool json_content = false;      ///< Exactly one Content-Type, and it is application/json.
  bool expects_continue = false;  ///< Expect: 100-continue in HTTP/1.1.
  bool bad_expectation = false;   ///< Any other Expect (417).
};

/// What is to be done for a request.
enum class Action : std::uint8_t { create_user, find_user, live, ready, describe, refuse };

/// A request's route. For Action::refuse and the 405 in it, `allow` is what Allow is to list.
struct Route {
  Action action = Action::refuse;
  Problem problem = Problem::not_found;
  const char* allow = "";
};

/// Where a request goes: a pure function of its head. Order of refusals: 404, 501, 405, 417, 415.
Route route(const Request& request) noexcept;

}  // namespace rollcall::protocol
