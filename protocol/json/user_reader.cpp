#include "protocol/json/user_reader.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse_options.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/json/email.hpp"
#include "protocol/json/member_text.hpp"
#include "protocol/limits.hpp"
#include "protocol/text.hpp"
#include "storage/short_copy.hpp"

namespace rollcall::protocol {
namespace {

namespace json = boost::json;

constexpr std::size_t unknown_member = member_count;
constexpr std::size_t longest_name = [] {
  std::size_t longest = 0;
  for (const auto& each : storage::user_members) longest = std::max(longest, each.name.size());
  return longest;
}();

/// Unknown names that a body may have before the list of their hashes needs more heap.
constexpr std::size_t usual_unknown_names = 64;

json::parse_options options() {
  json::parse_options chosen;
  chosen.max_depth = max_json_depth;
  return chosen;
}

/// FNV-1a, 64 bits (RFC draft-eastlake-fnv): two names of one client that collide cost only that
/// client a refusal, so it need not be keyed.
class NameHash {
 public:
  void add(std::string_view text) noexcept {
    for (const char c : text) {
      value_ = (value_ ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    }
  }
  std::uint64_t value() const noexcept { return value_; }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325ULL;
};

/// What a member's value is, so far.
enum class Value : std::uint8_t { absent, null, other, string, long_string };

struct Member {
  std::uint16_t begin = 0;  ///< In the texts of all.
  std::uint16_t size = 0;
  Value value = Value::absent;
};
static_assert(storage::max_user_octets < 65'536);

}  // namespace

class UserReader::Impl {
 public:
  Impl() { unknown_names_.reserve(usual_unknown_names); }

  void reset() noexcept {
    parser_.reset();
    members_ = {};
    faults_ = {};
    unknown_names_.clear();
    name_ = {};
    name_octets_ = 0;
    text_octets_ = 0;
    depth_ = 0;
    current_ = unknown_member;
    is_object_ = is_whole_ = duplicate_ = failed_ = skipping_exponent_ = muted_ = false;
  }

  void take(std::string_view piece, bool is_last) {
    while (!failed_ && !piece.empty()) {
      if (skipping_exponent_) {
        const auto digits = std::min(piece.find_first_not_of("0123456789"), piece.size());
        piece.remove_prefix(digits);
        if (piece.empty()) return;
        skipping_exponent_ = false;
        // To the fresh parser these would go on with its own number.
        failed_ = piece.front() == '.' || piece.front() == 'e' || piece.front() == 'E';
        if (failed_) return;
      }
      json::error_code error;
      const std::size_t size = parser_.write_some(!is_last, piece.data(), piece.size(), error);
      if (!error) {
        failed_ = size < piece.size();
        return;
      }
      failed_ = error != json::error::exponent_overflow;
      if (failed_) return;
      restart_behind_number();
      piece.remove_prefix(size);
    }
  }

  Outcome finish(Content content) {
    json::error_code error;
    // Of an object or an array that is closed the parser has nothing more to say.
    if (!failed_ && !is_whole_ && !parser_.done()) parser_.write_some(false, "", 0, error);
    // A number that is the whole text: see restart_behind_number(), with nothing to go on to.
    if (error == json::error::exponent_overflow && depth_ == 0) error = {};
    if (failed_ || error) return {false, Problem::not_json};
    if (!is_object_) return {false, Problem::not_an_object};
    if (duplicate_ || repeats_unknown_name()) return {false, Problem::duplicate_member};
    bool good = true;
    for (std::size_t i = 0; i < member_count; ++i) {
      faults_[i] = fault(i, content);
      good = good && faults_[i] == Fault::none;
    }
    return {good, Problem::invalid_user};
  }

  storage::UserView user() const noexcept {
    storage::UserView user;
    storage::for_each_member([&](auto index) { user[index] = text(index); });
    return user;
  }
  storage::MemberSet members() const noexcept {
    storage::MemberSet set = 0;
    for (std::size_t i = 0; i < member_count; ++i) {
      if (members_[i].value != Value::absent) set = static_cast<storage::MemberSet>(set | 1U << i);
    }
    return set;
  }
  const std::array<Fault, member_count>& faults() const noexcept { return faults_; }

 private:
  /// Boost.JSON's events (boost/json/basic_parser.hpp).
  struct Handler {
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);

    explicit Handler(Impl* owner) noexcept : impl(owner) {}

    bool on_document_begin(json::error_code&) { return true; }
    bool on_document_end(json::error_code&) { return true; }
    bool on_array_begin(json::error_code&) { return impl->open(false); }
    bool on_array_end(std::size_t, json::error_code&) { return impl->close(); }
    bool on_object_begin(json::error_code&) { return impl->open(true); }
    bool on_object_end(std::size_t, json::error_code&) { return impl->close(); }
    bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
      return impl->string_part({part.data(), part.size()});
    }
    bool on_string(json::string_view part, std::size_t, json::error_code&) {
      return impl->string_part({part.data(), part.size()});
    }
    bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
      return impl->name_part({part.data(), part.size()});
    }
    bool on_key(json::string_view part, std::size_t, json::error_code&) {
      return impl->name_end({part.data(), part.size()});
    }
    bool on_number_part(json::string_view, json::error_code&) { return true; }
    bool on_int64(std::int64_t, json::string_view, json::error_code&) { return true; }
    bool on_uint64(std::uint64_t, json::string_view, json::error_code&) { return true; }
    bool on_double(double, json::string_view, json::error_code&) { return true; }
    bool on_bool(bool, json::error_code&) { return true; }
    bool on_null(json::error_code&) { return impl->null(); }
    bool on_comment_part(json::string_view, json::error_code&) { return true; }
    bool on_comment(json::string_view, json::error_code&) { return true; }

    Impl* impl;
  };

  bool repeats_unknown_name() noexcept {
    if (unknown_names_.size() < 2) return false;
    std::sort(unknown_names_.begin(), unknown_names_.end());
    return std::adjacent_find(unknown_names_.begin(), unknown_names_.end()) != unknown_names_.end();
  }

  bool open(bool object) noexcept {
    if (muted_) return true;
    current_ = unknown_member;
    if (depth_ == 0) is_object_ = object;
    const std::uint64_t bit = std::uint64_t{1} << depth_;
    objects_ = object ? objects_ | bit : objects_ & ~bit;
    ++depth_;
    return true;
  }

  bool close() noexcept {
    --depth_;
    is_whole_ = depth_ == 0;
    return true;
  }

  bool at_member() const noexcept { return depth_ == 1 && is_object_ && !muted_; }

  bool null() noexcept {
    if (current_ != unknown_member) members_[current_].value = Value::null;
    return true;
  }

  bool string_part(std::string_view part) noexcept {
    if (current_ == unknown_member) return true;
    Member& member = members_[current_];
    if (member.value == Value::other) {
      member.value = Value::string;
      member.begin = static_cast<std::uint16_t>(text_octets_);
    }
    // A member that occurs twice shares one limit, so text_ has room for all.
    const std::size_t size = member.size + part.size();
    if (size > storage::user_members[current_].max_octets()) {
      member.value = Value::long_string;
      return true;
    }
    storage::copy_short(text_.data() + text_octets_, part);
    text_octets_ += part.size();
    member.size = static_cast<std::uint16_t>(size);
    return true;
  }

  bool name_part(std::string_view part) noexcept {
    if (!at_member()) return true;
    const std::size_t room = longest_name - std::min(longest_name, name_octets_);
    std::copy_n(part.begin(), std::min(room, part.size()),
                name_text_.begin() + static_cast<std::ptrdiff_t>(longest_name - room));
    name_octets_ += part.size();
    name_.add(part);
    return true;
  }

  bool name_end(std::string_view part) {
    if (!at_member()) return true;
    // In one piece, as nearly always, it is looked at where it lies.
    current_ = name_octets_ == 0 ? member_named(part) : unknown_member;
    if (current_ == unknown_member) current_ = member_named_in_pieces(part);
    if (current_ == unknown_member) return true;
    if (members_[current_].value != Value::absent) duplicate_ = true;
    members_[current_].value = Value::other;
    return true;
  }

  /// The member whose name ends with `part`; any other is noted among the unknown ones.
  std::size_t member_named_in_pieces(std::string_view part) {
    name_part(part);
    const std::size_t member = name_octets_ <= longest_name
                                   ? member_named({name_text_.data(), name_octets_})
                                   : unknown_member;
    if (member == unknown_member) unknown_names_.push_back(name_.value());
    name_ = {};
    name_octets_ = 0;
    return member;
  }

  std::string_view text(std::size_t index) const noexcept {
    return {text_.data() + members_[index].begin, members_[index].size};
  }

  static Fault fault_without_text(Value value, Content content) noexcept {
    const bool patch = content == Content::patch;
    switch (value) {
      case Value::absent:
        return patch ? Fault::none : Fault::missing;
      case Value::null:
        return patch ? Fault::missing : Fault::not_a_string;
      case Value::long_string:
        return Fault::too_long;
      default:
        return Fault::not_a_string;
    }
  }

  Fault fault(std::size_t index, Content content) const noexcept {
    const Member& member = members_[index];
    if (member.value != Value::string) return fault_without_text(member.value, content);
    const std::string_view value = text(index);
    if (value.empty()) return Fault::empty;
    const storage::MemberRow& row = storage::user_members[index];
    const bool is_address = row.kind == storage::TextKind::email_address;
    if (is_address && is_email_address(value)) return Fault::none;
    if (!is_address && value.front() != ' ' && value.size() <= row.limit &&
        is_printable_ascii(value)) {
      return Fault::none;
    }
    if (has_control_character(value)) return Fault::control_character;
    if (is_blank(value)) return Fault::blank;
    if (is_address) return Fault::not_an_address;
    if (row.unit == storage::Unit::octets) return Fault::none;
    return count_code_points(value) > row.limit ? Fault::too_long : Fault::none;
  }

  /// Boost.JSON refuses an exponent of ten digits, which RFC 8259 allows and which is nothing to
  /// us. So the parser begins anew, is brought to the same depth with a harmless number in the
  /// place of this one, and goes on behind its digits. Nothing is allocated: a body may hold
  /// thousands of such numbers.
  void restart_behind_number() {
    constexpr std::string_view object = "{\"\":";
    std::array<char, max_json_depth * object.size() + 1> prefix;
    char* end = prefix.data();
    for (unsigned i = 0; i < depth_; ++i) {
      const std::string_view opening = (objects_ >> i & 1) != 0 ? object : "[";
      end = std::copy(opening.begin(), opening.end(), end);
    }
    *end++ = '0';
    parser_.reset();
    muted_ = true;
    json::error_code error;
    parser_.write_some(true, prefix.data(), static_cast<std::size_t>(end - prefix.data()), error);
    muted_ = false;
    skipping_exponent_ = true;
  }

  json::basic_parser<Handler> parser_{options(), this};
  std::array<Member, member_count> members_{};
  std::array<Fault, member_count> faults_{};
  std::vector<std::uint64_t> unknown_names_;
  NameHash name_;
  std::size_t name_octets_ = 0;
  std::size_t text_octets_ = 0;
  std::size_t current_ = unknown_member;  ///< Whose value is read; of a nested one none.
  std::uint64_t objects_ = 0;             ///< Bit i: level i is an object, not an array.
  unsigned depth_ = 0;
  bool is_object_ = false;
  bool is_whole_ = false;  ///< The object or array that is the text is closed.
  bool duplicate_ = false;
  bool failed_ = false;
  bool skipping_exponent_ = false;
  bool muted_ = false;
  std::array<char, longest_name> name_text_;
  std::array<char, storage::max_user_octets> text_;

  static_assert(max_json_depth < 64, "objects_ has a bit a level");
};

UserReader::UserReader() : impl_(std::make_unique<Impl>()) {}
UserReader::~UserReader() = default;

void UserReader::reset() noexcept { impl_->reset(); }
void UserReader::take(std::string_view piece, bool is_last) { impl_->take(piece, is_last); }
UserReader::Outcome UserReader::finish(Content content) { return impl_->finish(content); }
storage::UserView UserReader::user() const noexcept { return impl_->user(); }
storage::MemberSet UserReader::members() const noexcept { return impl_->members(); }
const std::array<Fault, member_count>& UserReader::faults() const noexcept {
  return impl_->faults();
}

}  // namespace rollcall::protocol
