#include "protocol/import/imported_user.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "protocol/limits.hpp"
#include "storage/limits.hpp"

namespace rollcall::protocol {
namespace {

namespace json = boost::json;

constexpr std::string_view member_names[] = {"last-name", "first-name", "email", "id"};
constexpr std::string_view member_pointers[] = {"/last-name", "/first-name", "/email", "/id"};

struct Hint {
  std::string_view name;
  std::string_view member;
};
constexpr Hint usual_names[] = {{"lastName", "last-name"},
                                {"last_name", "last-name"},
                                {"firstName", "first-name"},
                                {"first_name", "first-name"}};

/// The number that `text` spells in canonical decimal digits, or 0.
storage::UserId canonical_number(std::string_view text) noexcept {
  storage::UserId value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  const bool good = error == std::errc() && rest == end && text.front() != '0';
  return good ? value : 0;
}

}  // namespace

MemberNames::MemberNames() {
  for (std::size_t i = 0; i < import_member_count; ++i) names_.emplace(member_names[i], i);
}

bool MemberNames::add(const std::string& name, std::string_view member) {
  const auto* const found = std::find(std::begin(member_names), std::end(member_names), member);
  if (found == std::end(member_names) || name.empty()) return false;
  if (std::find(added_.begin(), added_.end(), name) != added_.end()) return false;
  added_.push_back(name);
  names_[name] = static_cast<std::size_t>(found - std::begin(member_names));
  return true;
}

std::optional<std::size_t> MemberNames::find(std::string_view name) const noexcept {
  const auto found = names_.find(name);
  if (found == names_.end()) return std::nullopt;
  return found->second;
}

bool ElementReader::read_line(std::string_view line) {
  json::error_code error;
  json::parse_options options;
  options.max_depth = max_document_depth;
  const json::value element =
      json::parse(json::string_view(line.data(), line.size()), error, {}, options);
  if (!error) return read(element);
  id_ = 0;
  has_id_ = false;
  errors_ = {{"", "is not valid JSON in UTF-8"}};
  return false;
}

bool ElementReader::read(const json::value& element) {
  id_ = 0;
  has_id_ = false;
  errors_.clear();
  const json::object* const object = element.if_object();
  if (object == nullptr) {
    errors_.push_back({"", "must be a JSON object"});
    return false;
  }
  std::array<const json::value*, import_member_count> members{};
  for (const json::key_value_pair& each : *object) {
    const std::string_view name(each.key().data(), each.key().size());
    const auto place = names_.find(name);
    if (!place) {
      note_unknown(name);
    } else if (members[*place] != nullptr) {
      errors_.push_back({member_pointers[*place], "comes from more than one member of the object"});
    } else {
      members[*place] = &each.value();
    }
  }
  if (members[id_member] != nullptr) read_id(*members[id_member]);
  return judge({members[0], members[1], members[2]});
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

bool ElementReader::judge(const std::array<const json::value*, member_count>& members) {
  json_ = "{";
  for (std::size_t i = 0; i < member_count; ++i) {
    if (members[i] == nullptr) continue;
    if (json_.size() > 1) json_ += ',';
    json_.append("\"").append(member_names[i]).append("\":");
    // For a value that is not a string, any number does: the reader refuses both alike.
    json_ += members[i]->is_string() ? json::serialize(members[i]->get_string()) : "0";
  }
  json_ += '}';
  reader_.reset();
  reader_.read(json_);
  const auto outcome = reader_.finish();
  if (!outcome.ok && outcome.problem == Problem::invalid_user) {
    for (std::size_t i = 0; i < member_count; ++i) {
      if (reader_.faults()[i] != Fault::none) errors_.push_back(describe(i, reader_.faults()[i]));
    }
  }
  return outcome.ok && errors_.empty();
}

void ElementReader::note_unknown(std::string_view name) noexcept {
  for (std::size_t i = 0; i < hint_count; ++i) seen_[i] = seen_[i] || name == usual_names[i].name;
}

std::vector<std::string> ElementReader::hints() const {
  static_assert(std::size(usual_names) == hint_count);
  std::vector<std::string> hints;
  for (std::size_t i = 0; i < hint_count; ++i) {
    if (!seen_[i]) continue;
    hints.push_back(std::string(usual_names[i].name) + "=" + std::string(usual_names[i].member));
  }
  return hints;
}

}  // namespace rollcall::protocol
