#include "protocol/import/imported_user.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <utility>

#include "protocol/json/member_text.hpp"
#include "protocol/limits.hpp"
#include "storage/limits.hpp"

namespace rollcall::protocol {
namespace {

namespace json = boost::json;

constexpr std::string_view id_pointer = "/id";

std::string_view pointer_of(std::size_t place) noexcept {
  return place == id_member ? id_pointer : member_pointers[place].view();
}

/// How other programs spell the name of each member: in camel case, and as its column.
constexpr auto usual_spellings = [] {
  std::array<std::array<MemberText, 2>, member_count> spellings;
  for (std::size_t i = 0; i < member_count; ++i) {
    bool word_begins = false;
    for (const char c : storage::user_members[i].name) {
      if (c != '-') {
        const char spelled[] = {word_begins ? static_cast<char>(c - 'a' + 'A') : c};
        spellings[i][0].add(std::string_view(spelled, 1));
      }
      word_begins = c == '-';
    }
    spellings[i][1].add(storage::user_members[i].column);
  }
  return spellings;
}();

/// The number that `text` spells in canonical decimal digits, or 0.
storage::UserId canonical_number(std::string_view text) noexcept {
  storage::UserId value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  const bool good = error == std::errc() && rest == end && text.front() != '0';
  return good ? value : 0;
}

}  // namespace

bool ElementReader::read_line(std::string_view line) {
  json::error_code error;
  json::parse_options options;
  options.max_depth = max_document_depth;
  const json::value element =
      json::parse(json::string_view(line.data(), line.size()), error, {}, options);
  if (!error) return read(element);
  id_ = 0;
  has_id_ = false;
  largest_id_.reset();
  errors_ = {{"", "is not valid JSON in UTF-8"}};
  return false;
}

bool ElementReader::read(const json::value& element) {
  id_ = 0;
  has_id_ = false;
  largest_id_.reset();
  errors_.clear();
  const json::object* const object = element.if_object();
  if (object == nullptr) {
    errors_.push_back({"", "must be a JSON object"});
    return false;
  }
  if (read_largest_id(*object)) return false;
  Members members{};
  read_members(*object, members);
  for (std::size_t i = 0; i < member_count; ++i) {
    const json::value* const value = members[i];
    const bool lacks =
        value == nullptr || value->is_null() || (value->is_string() && value->get_string().empty());
    if (!lacks || defaults_[i].empty()) continue;
    made_[i] = defaults_[i];
    members[i] = &made_[i];
  }
  if (members[id_member] != nullptr) read_id(*members[id_member]);
  return judge(members);
}

bool ElementReader::read_largest_id(const json::object& object) {
  if (object.size() != 1 || object.begin()->key() != json::string_view(largest_id_name)) {
    return false;
  }
  const json::value& value = object.begin()->value();
  read_id(value);
  has_id_ = false;
  const storage::UserId id = std::exchange(id_, 0);
  if (id != 0 || (value.is_int64() && value.get_int64() == 0)) largest_id_ = id;
  return largest_id_.has_value();
}

void ElementReader::set(Members& members, std::size_t place, const json::value& value) {
  if (members[place] != nullptr) {
    errors_.push_back({pointer_of(place), "comes from more than one member of the object"});
  } else {
    members[place] = &value;
  }
}

void ElementReader::read_members(const json::object& object, Members& members) {
  for (const json::key_value_pair& each : object) {
    const std::string_view name(each.key().data(), each.key().size());
    const auto meaning = names_.find(name);
    if (!meaning) {
      note_unknown(name);
      continue;
    }
    const json::string* const text = each.value().if_string();
    if (!meaning->behind_space || text == nullptr) {
      set(members, meaning->place, each.value());
      if (meaning->behind_space) set(members, *meaning->behind_space, each.value());
      continue;
    }
    const SplitText parts = split_at_last_space({text->data(), text->size()});
    const auto take = [&](std::size_t place, std::string_view part) {
      if (part.empty()) return;
      json::value made(json::string_view(part.data(), part.size()));
      if (members[place] == nullptr) made_[place] = std::move(made);
      set(members, place, made_[place]);
    };
    take(meaning->place, parts.before);
    take(*meaning->behind_space, parts.behind);
  }
}

void ElementReader::read_id(const json::value& value) {
  has_id_ = true;
  if (const json::string* const text = value.if_string()) {
    if (!text->empty()) id_ = canonical_number({text->data(), text->size()});
  } else if (value.is_int64() && value.get_int64() > 0) {
    id_ = static_cast<storage::UserId>(value.get_int64());
  }
  static_assert(storage::min_user_id == 1);
  if (id_ > storage::max_user_id) id_ = 0;
}

bool ElementReader::judge(const Members& members) {
  json_ = "{";
  for (std::size_t i = 0; i < member_count; ++i) {
    if (members[i] == nullptr) continue;
    if (json_.size() > 1) json_ += ',';
    json_.append("\"").append(storage::user_members[i].name).append("\":");
    // For a value that is not a string, any number does: the reader refuses both alike.
    json_ += members[i]->is_string() ? json::serialize(members[i]->get_string()) : "0";
  }
  json_ += '}';
  reader_.reset();
  reader_.take(json_, true);
  const auto outcome = reader_.finish();
  if (!outcome.ok && outcome.problem == Problem::invalid_user) {
    for (std::size_t i = 0; i < member_count; ++i) {
      if (reader_.faults()[i] != Fault::none) errors_.push_back(describe(i, reader_.faults()[i]));
    }
  }
  return outcome.ok && errors_.empty();
}

void ElementReader::note_unknown(std::string_view name) {
  unmapped_.add(name);
  for (std::size_t i = 0; i < member_count; ++i) {
    for (std::size_t k = 0; k < 2; ++k) {
      seen_[i][k] = seen_[i][k] || name == usual_spellings[i][k].view();
    }
  }
}

std::vector<std::string> ElementReader::hints() const {
  std::vector<std::string> hints;
  for (std::size_t i = 0; i < member_count; ++i) {
    for (std::size_t k = 0; k < 2; ++k) {
      if (!seen_[i][k]) continue;
      std::string hint(usual_spellings[i][k].view());
      hints.push_back(hint.append("=").append(storage::user_members[i].name));
    }
  }
  return hints;
}

}  // namespace rollcall::protocol
