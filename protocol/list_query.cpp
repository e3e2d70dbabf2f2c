#include "protocol/list_query.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "protocol/http/percent_encoding.hpp"
#include "protocol/http/target.hpp"
#include "protocol/json/member_text.hpp"
#include "protocol/text.hpp"
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
constexpr std::string_view bad_limit = "must be an integer from 1 to 1000";
constexpr std::string_view bad_id = "must be an integer from 1 to 9007199254740991";
constexpr std::string_view bad_number = "must be an integer from 0 to 9007199254740991";
static_assert(max_search_values == 8 && max_member_values == 64 && max_asked_ids == 1'000,
              "the details below say so");
static_assert(max_asked_ids <= max_listed_users, "all fit in one page");
constexpr std::string_view too_many_ids =
    "may appear at most 1000 times: ask for the other ids in another request";
constexpr std::string_view too_many_searches = "may appear at most 8 times";
constexpr std::string_view too_many_values =
    "exceeds the limit of 64 values for all members together";
constexpr std::string_view bad_text = "must be percent-encoded UTF-8";

/// Calls `take(name, value, piece)` for each parameter, none of them decoded.
template <class Take>
void for_each_parameter(std::string_view query, const Take& take) {
  for (std::size_t begin = 0; begin < query.size();) {
    const std::size_t end = std::min(query.find('&', begin), query.size());
    const std::string_view piece = query.substr(begin, end - begin);
    begin = end + 1;
    if (piece.empty()) continue;
    const std::size_t equals = std::min(piece.find('='), piece.size());
    take(piece.substr(0, equals), piece.substr(std::min(equals + 1, piece.size())), piece);
  }
}

/// Decodes application/x-www-form-urlencoded. Every `%` in `text` starts a complete escape.
std::string decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  while (!text.empty()) {
    const bool escaped = text.front() == '%';
    const char octet = escaped ? decode_escape(text).value_or('%') : text.front();
    decoded += octet == '+' && !escaped ? ' ' : octet;
    text.remove_prefix(std::min(escaped ? escape_octets : 1, text.size()));
  }
  return decoded;
}

std::optional<std::uint64_t> to_integer(std::string_view text, std::uint64_t least,
                                        std::uint64_t most) noexcept {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end || value < least || value > most) return std::nullopt;
  return value;
}

/// `piece` of a query as a URI may have it: what was sent raw becomes escapes.
void append_to_uri(std::string& query, std::string_view piece) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : piece) {
    if (is_in_uri_query(c)) {
      query += c;
      continue;
    }
    const auto octet = static_cast<unsigned char>(c);
    query.append("%").append(1, digits[octet >> 4U]).append(1, digits[octet & 15U]);
  }
}

/// jQuery and others append it, with a time, so that no cache answers.
bool is_cache_buster(std::string_view name) noexcept { return name == "_"; }

/// At most max_echoed_octets of it, cut between two characters.
std::string echo(std::string name) {
  if (!storage::is_utf8(name)) return "?";
  if (name.size() > max_echoed_octets) {
    std::size_t size = max_echoed_octets;
    while (size > 0 && (static_cast<unsigned char>(name[size]) & 0xc0) == 0x80) --size;
    name.resize(size);
  }
  return name;
}

/// Takes the parameters one by one, then builds the request from them.
class Reader {
 public:
  void take(std::string_view raw_name, std::string_view raw_value) {
    const std::string name = decode(raw_name);
    if (is_cache_buster(name)) return;
    std::string value = decode(raw_value);
    if (!storage::is_utf8(value)) return error(name, bad_text);
    if (take_filter(name, value)) return;
    for (std::size_t i = 0; i < singles.size(); ++i) {
      if (name != singles[i]) continue;
      if (given_[i]) return error(name, "appears twice: send it once");
      given_[i] = std::move(value);
      return;
    }
    error(name, "is not a known parameter");
  }

  ListQuery finish() {
    read_order();
    read_paging();
    return std::move(query_);
  }

 private:
  enum Single : std::size_t { limit, after, underscore_limit, page, start, end, sort, order };
  static constexpr std::array<std::string_view, 8> singles{"limit",  "after", "_limit", "_page",
                                                           "_start", "_end",  "_sort",  "_order"};

  bool take_filter(const std::string& name, std::string& value) {
    storage::UserFilter& filter = query_.request.filter;
    if (const std::size_t member = member_named(name); member != storage::member_count) {
      take_member(name, value, filter.texts[member]);
    } else if (name == "q") {
      if (++search_values_ > max_search_values) {
        if (search_values_ == max_search_values + 1) error(name, too_many_searches);
        return true;
      }
      std::transform(value.begin(), value.end(), value.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
      });
      filter.substrings.emplace_back(std::move(value));
    } else if (name == "id") {
      take_id(value);
    } else {
      return false;
    }
    return true;
  }

  void take_member(const std::string& name, std::string& value, std::vector<std::string>& values) {
    if (++member_values_ <= max_member_values) return values.push_back(std::move(value));
    if (member_values_ == max_member_values + 1) error(name, too_many_values);
  }

  void take_id(const std::string& value) {
    if (++asked_ids_ > max_asked_ids) {
      if (asked_ids_ == max_asked_ids + 1) error("id", too_many_ids);
      return;
    }
    const auto id = to_integer(value, storage::min_user_id, storage::max_user_id);
    id ? query_.request.filter.ids.push_back(*id) : error("id", bad_id);
  }

  void read_order() {
    if (given_[sort] && *given_[sort] != "id")
      error("_sort", "must be id, the only supported sort key");
    if (!given_[order]) return;
    const std::string& value = *given_[order];
    const auto is = [&](std::string_view lower) {
      return std::equal(value.begin(), value.end(), lower.begin(), lower.end(),
                        [](char c, char wanted) { return (c | 0x20) == wanted; });
    };
    query_.request.descending = is("desc");
    if (!is("desc") && !is("asc")) error("_order", "must be asc or desc");
  }

  /// Users that are asked for by id all come, unless the query says how many it wants.
  std::size_t users_without_limit() const noexcept {
    return asked_ids_ > 0 ? max_asked_ids : default_limit;
  }

  void read_paging() {
    const bool pages = given_[page].has_value();
    const bool window = given_[start] || given_[end];
    const bool keyset = given_[limit] || given_[after];
    for (const Single each : {page, start, end, underscore_limit}) {
      if (keyset && given_[each]) error(singles[each], "can't be combined with limit or after");
    }
    for (const Single each : {start, end}) {
      if (pages && given_[each]) error(singles[each], "can't be combined with _page");
    }
    if (given_[end] && given_[underscore_limit]) error("_limit", "can't be combined with _end");
    if (pages) return read_page();
    if (window || given_[underscore_limit]) return read_window();
    query_.request.limit = integer(limit, 1, max_listed_users, users_without_limit(), bad_limit);
    query_.request.after = integer(after, 0, storage::max_user_id, 0, bad_number);
  }

  void read_page() {
    query_.paging = Paging::page;
    const std::uint64_t size =
        integer(underscore_limit, 1, max_listed_users, default_page_limit, bad_limit);
    query_.page = integer(page, 1, max_skip / max_listed_users, 1,
                          "must be an integer from 1 to 9007199254740");
    query_.request.limit = size;
    query_.request.skip = (query_.page - 1) * size;
  }

  void read_window() {
    query_.paging = Paging::window;
    const std::uint64_t first = integer(start, 0, max_skip, 0, bad_number);
    query_.request.skip = first;
    query_.request.limit =
        integer(underscore_limit, 1, max_listed_users, users_without_limit(), bad_limit);
    if (!given_[end]) return;
    const std::uint64_t behind = integer(end, 0, max_skip, 0, bad_number);
    if (!query_.errors.empty()) return;
    if (behind < first || behind - first > max_listed_users) {
      return error("_end", "must be between _start and _start + 1000");
    }
    query_.request.limit = behind - first;
  }

  std::uint64_t integer(Single which, std::uint64_t least, std::uint64_t most,
                        std::uint64_t otherwise, std::string_view detail) {
    if (!given_[which]) return otherwise;
    const auto value = to_integer(*given_[which], least, most);
    if (!value) error(singles[which], detail);
    return value.value_or(otherwise);
  }

  void error(std::string_view name, std::string_view detail) {
    if (query_.errors.size() == max_query_errors) return;
    query_.errors.push_back({echo(std::string(name)), detail});
  }

  ListQuery query_;
  std::size_t search_values_ = 0;
  std::size_t member_values_ = 0;
  std::size_t asked_ids_ = 0;
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

std::vector<QueryError> refuse_parameters(std::string_view query) {
  std::vector<QueryError> errors;
  for_each_parameter(query, [&](std::string_view name, std::string_view, std::string_view) {
    if (errors.size() == max_query_errors || is_cache_buster(decode(name))) return;
    errors.push_back(
        {echo(decode(name)), "is not supported with application/x-ndjson, which sends every user"});
  });
  return errors;
}

std::string without_parameter(std::string_view query, std::string_view name) {
  std::string kept;
  for_each_parameter(query,
                     [&](std::string_view raw_name, std::string_view, std::string_view piece) {
                       if (decode(raw_name) == name) return;
                       if (!kept.empty()) kept += '&';
                       append_to_uri(kept, piece);
                     });
  return kept;
}

std::string with_parameter(std::string_view query, std::string_view name, std::uint64_t value) {
  std::string link = without_parameter(query, name);
  if (!link.empty()) link += '&';
  return link.append(name).append("=").append(std::to_string(value));
}

}  // namespace rollcall::protocol
