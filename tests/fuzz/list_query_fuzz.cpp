#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/http/target.hpp"
#include "protocol/list_query.hpp"
#include "protocol/query_parameters.hpp"
#include "storage/limits.hpp"
#include "storage/utf8.hpp"
#include "tests/support/finding.hpp"

namespace rollcall::fuzz {
namespace {

using tests::require;

void check_bounds(const protocol::ListQuery& query) {
  require(query.errors.size() <= protocol::max_query_errors, "too many errors");
  for (const protocol::QueryError& each : query.errors) {
    require(each.parameter.size() <= protocol::max_echoed_octets, "an echo is too long");
    require(storage::is_utf8(each.parameter), "an echo is not UTF-8");
    require(!each.detail.empty(), "an error says nothing");
    require(each.detail.size() <= protocol::max_query_detail_octets, "a detail is too long");
  }
  if (!query.errors.empty()) return;
  const storage::ListRequest& request = query.request;
  require(request.limit <= storage::max_listed_users, "a limit is too large");
  require(protocol::can_skip(request.order, request.skip), "an order skips too many");
  require(request.after <= storage::max_user_id, "an id is too large");
  const storage::UserFilter& filter = request.filter;
  require(filter.substrings.size() <= protocol::max_search_values, "too many searches");
  require(filter.ids.size() <= protocol::max_asked_ids, "too many ids");
  std::size_t values = 0;
  for (const auto& each : filter.texts) values += each.size();
  for (const auto& each : filter.requirements) values += each.any.size();
  require(values <= protocol::max_member_values, "too many values");
}

/// The link to the next page must be a valid target that asks for the same, except where it begins.
void check_link(const protocol::ListQuery& query, std::string_view text) {
  if (!query.errors.empty() || query.paging != protocol::Paging::keyset) return;
  const std::string link = protocol::with_parameter(text, "after", 17);
  require(protocol::parse_target("/users?" + link).well_formed, "a link is not a valid target");
  const protocol::ListQuery next = protocol::parse_list_query(link);
  require(next.errors.empty() && next.request.after == 17, "a link can't be followed");
  require(next.request.limit == query.request.limit &&
              next.request.descending == query.request.descending &&
              next.request.order == query.request.order &&
              next.request.filter == query.request.filter,
          "a link asks for something else");
}

}  // namespace
}  // namespace rollcall::fuzz

/// The query of a listing that the target parser has accepted.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rollcall;
  const std::string text = "/users?" + std::string(reinterpret_cast<const char*>(data), size);
  const protocol::Target target = protocol::parse_target(text);
  if (!target.well_formed) return 0;
  const protocol::ListQuery query = protocol::parse_list_query(target.query);
  fuzz::check_bounds(query);
  fuzz::check_link(query, target.query);
  return 0;
}
