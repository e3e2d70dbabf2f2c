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

constexpr std::string_view id_name = "id";
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

MemberNames::MemberNames() {
  for (std::size_t i = 0; i < member_count; ++i) names_.emplace(storage::user_members[i].name, i);
  names_.emplace(id_name, id_member);
}

bool MemberNames::add(const std::string& name, std::string_view member) {
  static_assert(id_member == member_count);
  const std::size_t place = member_named(member);
  if ((place == id_member && member != id_name) || name.empty()) return false;
  if (std::find(added_.begin(), added_.end(), name) != added_.end()) return false;
  added_.push_back(name);
  names_[name] = place;
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
  largest_id_ = 0;
  errors_ = {{"", "is not valid JSON in UTF-8"}};
  return false;
}

bool ElementReader::read(const json::value& element) {
  id_ = 0;
  has_id_ = false;
  largest_id_ = 0;
  errors_.clear();
  const json::object* const object = element.if_object();
  if (object == nullptr) {
    errors_.push_back({"", "must be a JSON object"});
    return false;
  }
  if (object->size() == 1 && object->begin()->key() == json::string_view(largest_id_name)) {
    read_id(object->begin()->value());
    has_id_ = false;
    largest_id_ = std::exchange(id_, 0);
    if (largest_id_ != 0) return false;
  }
  Members members{};
  for (const json::key_value_pair& each : *object) {
    const std::string_view name(each.key().data(), each.key().size());
    const auto place = names_.find(name);
    if (!place) {
      note_unknown(name);
    } else if (members[*place] != nullptr) {
      errors_.push_back({pointer_of(*place), "comes from more than one member of the object"});
    } else {
      members[*place] = &each.value();
    }
  }
  if (members[id_member] != nullptr) read_id(*members[id_member]);
  return judge(members);
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

void ElementReader::note_unknown(std::string_view name) noexcept {
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
