#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/list.hpp"

namespace rollcall::protocol {

/// Octets of a parameter's name that an error repeats at most.
inline constexpr std::size_t max_echoed_octets = 64;
/// Bad parameters that one answer lists at most.
inline constexpr std::size_t max_query_errors = 16;

/// Values of `q` in one query. Each is searched for in every user.
inline constexpr std::size_t max_search_values = 8;
/// Values of `id` in one query. All those users come in one page unless the query sets its size.
/// Ids of up to four digits fit that many times into max_target_octets.
inline constexpr std::size_t max_asked_ids = 1'000;
/// Values of all members together in one query.
inline constexpr std::size_t max_member_values = 64;

/// A bad parameter and what to send instead.
struct QueryError {
  std::string parameter;    ///< Decoded, valid UTF-8, cut at max_echoed_octets.
  std::string_view detail;  ///< A constant.
};

/// How a request chooses a page of a listing.
enum class Paging : std::uint8_t {
  keyset,  ///< limit and after
  page,    ///< _page and _limit, as in json-server
  window,  ///< _start and _end, or _limit alone, as in json-server
};

/// The parsed query of GET /users.
struct ListQuery {
  storage::ListRequest request;
  Paging paging = Paging::keyset;
  std::uint64_t page = 1;          ///< For Paging::page.
  std::vector<QueryError> errors;  ///< If not empty, ignore all else.
};

/// Parses the text after the question mark as application/x-www-form-urlencoded. The target parser
/// must have found it well-formed (RFC 3986, section 3.4). A member's name filters by its exact
/// value or, if it is repeated, by any of them. Unknown, malformed and contradictory parameters are
/// errors, but `_`, with which clients keep caches from answering, is ignored.
ListQuery parse_list_query(std::string_view query);

/// One error for each parameter but `_`, for a resource that accepts none.
std::vector<QueryError> refuse_parameters(std::string_view query);

/// `query` with name=value in place of every parameter `name`, for a link to another page (RFC
/// 8288). Keeps everything else as sent, but for octets that no URI may have: they become escapes.
std::string with_parameter(std::string_view query, std::string_view name, std::uint64_t value);
/// `query` without every parameter `name`.
std::string without_parameter(std::string_view query, std::string_view name);

}  // namespace rollcall::protocol
