#include "protocol/list_query.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "protocol/json/member_text.hpp"
#include "protocol/query_parameters.hpp"
#include "storage/limits.hpp"
#include "storage/utf8.hpp"

namespace rollcall::protocol {
namespace {

using storage::max_listed_users;

constexpr std::size_t default_limit = 100;
/// json-server's default when a request has _page and no _limit.
constexpr std::size_t default_page_limit = 10;
/// The most users that _start or _page may skip: there are no more ids than this.
constexpr std::uint64_t max_skip = storage::max_user_id;

static_assert(max_listed_users == 1'000, "the details below say so");
constexpr std::string_view bad_limit =
    "must be an integer from 1 to 1000: for more users follow Link, for every user send Accept: "
    "application/x-ndjson, for their number alone send HEAD";
constexpr std::string_view bad_number = "must be an integer from 0 to 9007199254740991";
constexpr std::string_view bad_text = "must be UTF-8, percent-encoded";
constexpr std::string_view bad_sort =
    "must be up to 4 of id, last-name, first-name and email, with commas between them and - before "
    "one that is to descend";
constexpr std::string_view bad_order =
    "must be asc or desc, or one of them for each key of _sort, with commas between them";
static_assert(storage::max_sorted_skip == 10'000, "the detail below says so");
constexpr std::string_view too_deep =
    "may skip at most 10000 users in the order of a member: page with limit and after instead, "
    "where after is the id of the last user so far";

/// What json-server, or what grew around it, knows and what to use here instead.
constexpr std::pair<std::string_view, std::string_view> unsupported[] = {
    {"_embed", "is not supported: users have no related resources"},
    {"_expand", "is not supported: users have no related resources"},
    {"_where", "is not supported: send each condition as a parameter, such as email:contains"},
    {"callback", "is not supported: pages of other origins use CORS instead of JSONP"},
};

/// jQuery and others append it, with a time, so that no cache answers.
bool is_cache_buster(std::string_view name) noexcept { return name == "_"; }

/// Calls `take(text)` for each text between commas.
template <class Take>
void for_each_between_commas(std::string_view list, const Take& take) {
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    take(list.substr(begin, end - begin));
    begin = end + 1;
  }
}

/// Takes the parameters one by one, then builds the request from them.
class Reader {
 public:
  void take(std::string_view raw_name, std::string_view raw_value) {
    const std::string name = decode_parameter(raw_name);
    if (is_cache_buster(name)) return;
    std::string value = decode_parameter(raw_value);
    if (!storage::is_utf8(value)) return errors_.add(name, bad_text);
    if (filter_.take(name, value)) return;
    for (std::size_t i = 0; i < singles.size(); ++i) {
      if (name != singles[i]) continue;
      if (given_[i]) return errors_.add(name, "appears twice: send it once");
      given_[i] = std::move(value);
      return;
    }
    const auto* const row = std::find_if(std::begin(unsupported), std::end(unsupported),
                                         [&](const auto& each) { return each.first == name; });
    errors_.add(name, row == std::end(unsupported) ? "is not a known parameter" : row->second);
  }

  ListQuery finish() {
    read_sort();
    read_paging();
    query_.errors = errors_.take();
    return std::move(query_);
  }

 private:
  enum Single : std::size_t {
    limit,
    after,
    underscore_limit,
    page,
    per_page,
    start,
    end,
    sort,
    order
  };
  static constexpr std::array<std::string_view, 9> singles{
      "limit", "after", "_limit", "_page", "_per_page", "_start", "_end", "_sort", "_order"};

  /// An empty value is none: forms send what was left blank.
  std::string_view given(Single which) const noexcept {
    return given_[which] ? std::string_view(*given_[which]) : std::string_view();
  }

  void read_sort() {
    std::vector<bool> descends;
    const bool minus = given(sort).find('-') == 0 || given(sort).find(",-") != std::string::npos;
    if (!given(order).empty()) {
      if (minus) return errors_.add("_order", "can't be combined with a _sort that has - in it");
      if (!read_directions(descends)) return errors_.add("_order", bad_order);
    }
    if (given(sort).empty()) {
      query_.request.descending = !descends.empty() && descends.front();
      return;
    }
    std::size_t count = 0;
    bool known = true;
    for_each_between_commas(given(sort), [&](std::string_view key) {
      bool descending = count < descends.size() && descends[count];
      if (key.starts_with('-')) {
        descending = true;
        key.remove_prefix(1);
      }
      known = known && ++count <= max_sort_keys && add_key(key, descending);
    });
    if (!known) errors_.add("_sort", bad_sort);
  }

  /// What is behind the id, which no two users share, orders nothing.
  bool add_key(std::string_view name, bool descending) {
    const std::size_t member = member_named(name);
    if (member == storage::member_count && name != "id") return false;
    if (by_id_) return true;
    if (name == "id") {
      by_id_ = true;
      query_.request.descending = descending;
      return true;
    }
    auto& keys = query_.request.order;
    const bool again = std::any_of(keys.begin(), keys.end(), [&](const storage::SortKey& each) {
      return each.member == member;
    });
    if (!again) keys.push_back({member, descending});
    return true;
  }

  bool read_directions(std::vector<bool>& descends) const {
    const auto is = [](std::string_view value, std::string_view lower) {
      return std::equal(value.begin(), value.end(), lower.begin(), lower.end(),
                        [](char c, char wanted) { return (c | 0x20) == wanted; });
    };
    bool good = true;
    for_each_between_commas(given(order), [&](std::string_view value) {
      descends.push_back(is(value, "desc"));
      good = good && (descends.back() || is(value, "asc"));
    });
    return good && descends.size() <= max_sort_keys;
  }

  /// Users that are asked for by id all come, unless the query says how many it wants.
  std::size_t users_without_limit() const noexcept {
    return filter_.asked_for_ids() ? max_asked_ids : default_limit;
  }

  void read_paging() {
    const bool pages = given_[page] || given_[per_page];
    const bool window = given_[start] || given_[end];
    const bool keyset = given_[limit] || given_[after];
    for (const Single each : {page, per_page, start, end, underscore_limit}) {
      if (keyset && given_[each]) {
        errors_.add(singles[each], "can't be combined with limit or after");
      }
    }
    for (const Single each : {start, end}) {
      if (pages && given_[each]) errors_.add(singles[each], "can't be combined with _page");
    }
    if (given_[per_page] && given_[underscore_limit]) {
      errors_.add("_limit", "can't be combined with _per_page");
    }
    if (given_[end] && given_[underscore_limit]) {
      errors_.add("_limit", "can't be combined with _end");
    }
    if (pages) return read_page();
    if (window || given_[underscore_limit]) return read_window();
    query_.request.limit = integer(limit, 1, max_listed_users, users_without_limit(), bad_limit);
    query_.request.after = integer(after, 0, storage::max_user_id, 0, bad_number);
  }

  void read_page() {
    query_.paging = Paging::page;
    const Single size_name = given_[per_page] ? per_page : underscore_limit;
    const std::uint64_t size =
        integer(size_name, 1, max_listed_users, default_page_limit, bad_limit);
    query_.page = integer(page, 1, max_skip / max_listed_users, 1,
                          "must be an integer from 1 to 9007199254740");
    query_.request.limit = size;
    set_skip(page, (query_.page - 1) * size);
  }

  void read_window() {
    query_.paging = Paging::window;
    const std::uint64_t first = integer(start, 0, max_skip, 0, bad_number);
    set_skip(start, first);
    query_.request.limit =
        integer(underscore_limit, 1, max_listed_users, users_without_limit(), bad_limit);
    if (!given_[end]) return;
    const std::uint64_t behind = integer(end, 0, max_skip, 0, bad_number);
    if (!errors_.empty()) return;
    if (behind < first || behind - first > max_listed_users) {
      return errors_.add("_end", "must be between _start and _start + 1000");
    }
    query_.request.limit = behind - first;
  }

  void set_skip(Single by, std::uint64_t skip) {
    query_.request.skip = skip;
    if (!can_skip(query_.request.order, skip)) errors_.add(singles[by], too_deep);
  }

  std::uint64_t integer(Single which, std::uint64_t least, std::uint64_t most,
                        std::uint64_t otherwise, std::string_view detail) {
    if (!given_[which]) return otherwise;
    const auto value = to_integer(*given_[which], least, most);
    if (!value) errors_.add(singles[which], detail);
    return value.value_or(otherwise);
  }

  ListQuery query_;
  QueryErrors errors_;
  FilterReader filter_{query_.request.filter, errors_};
  bool by_id_ = false;
  std::array<std::optional<std::string>, singles.size()> given_;
};

}  // namespace

ListQuery parse_list_query(std::string_view query) {
  Reader reader;
  for_each_parameter(query, [&](std::string_view name, std::string_view value, std::string_view) {
    reader.take(name, value);
  });
  return reader.finish();
}

bool can_skip(const std::vector<storage::SortKey>& order, std::uint64_t skip) noexcept {
  return order.empty() || skip <= storage::max_sorted_skip;
}

std::vector<QueryError> refuse_parameters(std::string_view query) {
  QueryErrors errors;
  for_each_parameter(query, [&](std::string_view raw_name, std::string_view, std::string_view) {
    const std::string name = decode_parameter(raw_name);
    if (is_cache_buster(name)) return;
    errors.add(name, "is not supported with application/x-ndjson, which sends every user");
  });
  return errors.take();
}

std::vector<QueryError> after_is_gone() {
  QueryErrors errors;
  errors.add("after",
             "must be the id of a user, so that its place in the order is known: begin "
             "again, or go on behind another user");
  return errors.take();
}

}  // namespace rollcall::protocol
