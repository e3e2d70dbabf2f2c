#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/list.hpp"

namespace rollcall::protocol {

/// Octets of a parameter's name that an error repeats.
inline constexpr std::size_t max_echoed_octets = 64;
/// Bad parameters that one answer names.
inline constexpr std::size_t max_query_errors = 16;

/// Values of `q` that one query may have: each is searched for in every user.
inline constexpr std::size_t max_search_values = 8;
/// Values of the members, of all together, that one query may have.
inline constexpr std::size_t max_member_values = 64;

/// A bad parameter and what to send instead.
struct QueryError {
  std::string parameter;    ///< Decoded, valid UTF-8, cut at max_echoed_octets.
  std::string_view detail;  ///< A constant.
};

/// How the pages of a listing are asked for.
enum class Paging : std::uint8_t {
  keyset,  ///< limit and after
  page,    ///< _page and _limit, as json-server has it
  window,  ///< _start and _end, or _limit alone, as json-server has it
};

/// The query of GET /users, understood.
struct ListQuery {
  storage::ListRequest request;
  Paging paging = Paging::keyset;
  std::uint64_t page = 1;          ///< For Paging::page.
  std::vector<QueryError> errors;  ///< If there are any, nothing else counts.
};

/// Parses what is behind the question mark, which a target parser has found well-formed (RFC 3986,
/// section 3.4), as application/x-www-form-urlencoded. A member's name filters by its exact value,
/// given more than once by any of them; unknown, malformed and contradictory parameters are errors.
ListQuery parse_list_query(std::string_view query);

/// An error for each parameter: a resource that takes none.
std::vector<QueryError> refuse_parameters(std::string_view query);

/// `query` without the parameters `name`, and with name=value behind it: what a link to another
/// page has (RFC 8288), everything else being kept as it was sent.
std::string with_parameter(std::string_view query, std::string_view name, std::uint64_t value);
/// `query` without the parameters `name`.
std::string without_parameter(std::string_view query, std::string_view name);

}  // namespace rollcall::protocol
