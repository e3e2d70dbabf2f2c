#include "protocol/list_filter.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

#include "protocol/json/member_text.hpp"
#include "protocol/query_parameters.hpp"
#include "storage/limits.hpp"

namespace rollcall::protocol {

using storage::Comparison;
using storage::Relation;

enum class FilterReader::Operator : std::uint8_t {
  equal,
  in,
  differs,
  less,
  at_most,
  greater,
  at_least,
  like,
  contains,
  begins_with,
  ends_with
};

/// An operator by its name in json-server: 0.17 writes it behind an underscore, 1.0 behind a colon.
struct FilterReader::OperatorRow {
  std::string_view name;
  Operator what;
  Relation relation;  ///< If the operator has just one.
};

namespace {

using storage::max_listed_users;

static_assert(max_search_values == 8 && max_member_values == 64 && max_asked_ids == 1'000,
              "the details below say so");
static_assert(max_asked_ids <= max_listed_users, "all fit in one page");
constexpr std::string_view bad_id = "must be an integer from 1 to 9007199254740991";
constexpr std::string_view bad_number = "must be an integer from 0 to 9007199254740991";
constexpr std::string_view too_many_ids =
    "may appear at most 1000 times: ask for the other ids in another request";
constexpr std::string_view too_many_searches = "may appear at most 8 times";
constexpr std::string_view too_many_values =
    "exceeds the limit of 64 values for all members together";
constexpr std::string_view bad_operator =
    "has an unknown operator: use ne, lt, lte, gt, gte, in, like, contains, startsWith or endsWith";
constexpr std::string_view bad_pattern =
    "supports ^ at the start, $ at the end and a backslash before a sign, but no other regular "
    "expression: for a text as it is, use contains instead of like";

/// Reads the regular expressions that are a text, perhaps at the start or the end of the member.
/// A full stop stands for itself.
std::optional<Comparison> read_pattern(std::string_view pattern) {
  const bool begins = pattern.starts_with('^');
  if (begins) pattern.remove_prefix(1);
  std::string text;
  bool ends = false;
  while (!pattern.empty()) {
    const char c = pattern.front();
    pattern.remove_prefix(1);
    if (c == '$' && pattern.empty()) {
      ends = true;
    } else if (c == '\\') {
      // Behind a backslash, letters and digits mean something else than themselves.
      if (pattern.empty() || std::isalnum(static_cast<unsigned char>(pattern.front())) != 0) {
        return std::nullopt;
      }
      text += pattern.front();
      pattern.remove_prefix(1);
    } else if (std::string_view("^$*+?()[]{}|").find(c) != std::string_view::npos) {
      return std::nullopt;
    } else {
      text += c;
    }
  }
  const Relation either = begins ? Relation::begins_with : Relation::ends_with;
  const Relation relation = begins && ends ? Relation::same_letters : either;
  return Comparison{begins || ends ? relation : Relation::contains, std::move(text), 0};
}

bool compares_numbers(Relation relation) noexcept { return relation <= Relation::at_least; }

}  // namespace

bool FilterReader::take(const std::string& name, std::string& value) {
  using enum Operator;
  static constexpr OperatorRow rows[] = {
      {"eq", equal, {}},
      {"in", in, {}},
      {"ne", differs, Relation::differs},
      {"lt", less, Relation::less},
      {"lte", at_most, Relation::at_most},
      {"gt", greater, Relation::greater},
      {"gte", at_least, Relation::at_least},
      {"like", like, {}},
      {"contains", contains, Relation::contains},
      {"startsWith", begins_with, Relation::begins_with},
      {"endsWith", ends_with, Relation::ends_with},
  };
  if (name == "q") return search(value), true;
  const std::size_t end = std::min(name.find_last_of("_:"), name.size());
  const std::string subject_name = name.substr(0, end);
  const std::size_t subject =
      subject_name == "id" ? storage::id_subject : member_named(subject_name);
  if (subject == storage::member_count && subject_name != "id") return false;
  const std::string_view word =
      end == name.size() ? std::string_view("eq") : std::string_view(name).substr(end + 1);
  const auto* const row = std::find_if(std::begin(rows), std::end(rows),
                                       [&](const OperatorRow& each) { return each.name == word; });
  if (row == std::end(rows)) {
    errors_.add(name, bad_operator);
  } else if (row->what == in) {
    take_any(name, subject, value);
  } else if (row->what == equal) {
    subject == storage::id_subject ? take_id(value) : take_text(name, subject, value);
  } else {
    compare(name, subject, *row, value);
  }
  return true;
}

void FilterReader::search(std::string& value) {
  if (++search_values_ <= max_search_values) {
    filter_.substrings.push_back(std::move(value));
  } else if (search_values_ == max_search_values + 1) {
    errors_.add("q", too_many_searches);
  }
}

void FilterReader::take_id(std::string_view value) {
  if (++asked_ids_ > max_asked_ids) {
    if (asked_ids_ == max_asked_ids + 1) errors_.add("id", too_many_ids);
    return;
  }
  const auto id = to_integer(value, storage::min_user_id, storage::max_user_id);
  id ? filter_.ids.push_back(*id) : errors_.add("id", bad_id);
}

void FilterReader::take_text(const std::string& name, std::size_t member, std::string_view value) {
  if (has_room(name)) filter_.texts[member].emplace_back(value);
}

/// Values with commas between them.
void FilterReader::take_any(const std::string& name, std::size_t subject, std::string_view values) {
  for (std::size_t begin = 0; begin <= values.size();) {
    const std::size_t end = std::min(values.find(',', begin), values.size());
    const std::string_view value = values.substr(begin, end - begin);
    subject == storage::id_subject ? take_id(value) : take_text(name, subject, value);
    begin = end + 1;
  }
}

void FilterReader::compare(const std::string& name, std::size_t subject, const OperatorRow& row,
                           std::string& value) {
  if (!has_room(name)) return;
  Comparison comparison{row.relation, {}, 0};
  if (row.what == Operator::like) {
    std::optional<Comparison> pattern = read_pattern(value);
    if (!pattern) return errors_.add(name, bad_pattern);
    comparison = std::move(*pattern);
  } else if (subject == storage::id_subject && compares_numbers(row.relation)) {
    const auto number = to_integer(value, 0, storage::max_user_id);
    if (!number) return errors_.add(name, bad_number);
    comparison.id = *number;
  } else {
    comparison.text = std::move(value);
  }
  auto& all = filter_.requirements;
  const auto [place, is_new] = places_.try_emplace({subject, row.what}, all.size());
  // Of several that must differ, each must; of several of another kind, one must hold.
  if (is_new || row.what == Operator::differs) {
    all.push_back({subject, {std::move(comparison)}});
  } else {
    all[place->second].any.push_back(std::move(comparison));
  }
}

bool FilterReader::has_room(const std::string& name) {
  if (++member_values_ == max_member_values + 1) errors_.add(name, too_many_values);
  return member_values_ <= max_member_values;
}

}  // namespace rollcall::protocol
