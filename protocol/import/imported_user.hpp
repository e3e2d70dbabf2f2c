#pragma once

#include <array>
#include <boost/json/value.hpp>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/import/member_names.hpp"
#include "protocol/json/fault.hpp"
#include "protocol/json/user_reader.hpp"
#include "storage/user.hpp"

/// Turns users in files of other programs (json-server) into users of ours.
namespace rollcall::protocol {

/// What an export carries besides its users, if the largest id ever given out is nobody's any more:
/// {"largest-id": 17}, as a line of NDJSON, or as the member "rollcall" of a JSON object.
inline constexpr std::string_view largest_id_name = "largest-id";
inline constexpr std::string_view export_member_name = "rollcall";

/// What a member gets that is missing, null or empty in a file; by place, empty for none.
using MemberDefaults = std::array<std::string, member_count>;

/// Reads the elements of a file one by one. UserReader decides whether a user is valid, as for
/// POST /users. Not thread-safe. Throws std::bad_alloc only.
class ElementReader {
 public:
  explicit ElementReader(MemberNames names, MemberDefaults defaults = {})
      : names_(std::move(names)), defaults_(std::move(defaults)) {}

  /// Reads `element` and invalidates the results of the last call. True if it is a valid user,
  /// whatever its id.
  bool read(const boost::json::value& element);
  /// Like read(), for one line of NDJSON. Malformed JSON is an error in errors().
  bool read_line(std::string_view line);

  /// After read() returned true: the texts, valid until the next call.
  storage::UserView user() const noexcept { return reader_.user(); }
  /// The id, given as an integer or its canonical decimal digits, from min_user_id to max_user_id;
  /// 0 if there is no usable one.
  storage::UserId id() const noexcept { return id_; }
  /// The element has an id, usable or not.
  bool has_id() const noexcept { return has_id_; }
  /// The element is not a user but has only the member largest_id_name: its value, 0 if no id was
  /// ever given out.
  std::optional<storage::UserId> largest_id() const noexcept { return largest_id_; }
  /// The faults of the element, except those of its id. Constants; nothing from the file.
  const std::vector<MemberError>& errors() const noexcept { return errors_; }

  /// The names in any element so far that no member was read from.
  const UnmappedNames& unmapped() const noexcept { return unmapped_; }

  /// Values for --map for unmapped names seen in any element so far, such as `lastName=last-name`.
  std::vector<std::string> hints() const;

 private:
  /// By the place of the member, id_member for the id; null for one that is not there.
  using Members = std::array<const boost::json::value*, import_member_count>;

  void read_id(const boost::json::value& value);
  bool read_largest_id(const boost::json::object& object);
  void read_members(const boost::json::object& object, Members& members);
  void set(Members& members, std::size_t place, const boost::json::value& value);
  bool judge(const Members& members);
  void note_unknown(std::string_view name);

  MemberNames names_;
  MemberDefaults defaults_;
  /// What the file does not have as a value of its own: parts of a text, and defaults.
  std::array<boost::json::value, member_count> made_;
  UnmappedNames unmapped_;
  UserReader reader_;
  std::string json_;
  storage::UserId id_ = 0;
  bool has_id_ = false;
  std::optional<storage::UserId> largest_id_;
  std::vector<MemberError> errors_;
  /// Of the other usual spellings of each member's name, those that were seen.
  std::array<std::array<bool, 2>, member_count> seen_{};
};

}  // namespace rollcall::protocol
