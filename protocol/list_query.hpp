#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/list_filter.hpp"
#include "protocol/query_error.hpp"
#include "storage/list.hpp"

namespace rollcall::protocol {

/// Keys of one _sort: each member, and the id.
inline constexpr std::size_t max_sort_keys = storage::member_count + 1;

/// How a request chooses a page of a listing.
enum class Paging : std::uint8_t {
  keyset,  ///< limit and after
  page,    ///< _page with _limit or _per_page, as in json-server
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
/// must have found it well-formed (RFC 3986, section 3.4). Filters are FilterReader's.
/// Unknown, malformed and contradictory parameters are
/// errors, but `_`, with which clients keep caches from answering, is ignored.
ListQuery parse_list_query(std::string_view query);

/// One error for each parameter but `_`, for a resource that accepts none.
std::vector<QueryError> refuse_parameters(std::string_view query);

/// False if a listing in this order can't skip so many users.
bool can_skip(const std::vector<storage::SortKey>& order, std::uint64_t skip) noexcept;

/// The error of a listing in the order of a member whose `after` names nobody.
std::vector<QueryError> after_is_gone();

}  // namespace rollcall::protocol
