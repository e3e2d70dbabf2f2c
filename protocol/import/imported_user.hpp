#pragma once

#include <array>
#include <boost/json/value.hpp>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/json/fault.hpp"
#include "protocol/json/user_reader.hpp"
#include "storage/user.hpp"

/// Turns users in files of other programs (json-server) into users of ours.
namespace rollcall::protocol {

/// The members of a user, followed by the id.
inline constexpr std::size_t id_member = member_count;
inline constexpr std::size_t import_member_count = member_count + 1;

/// What an export carries besides its users, if the largest id ever given out is nobody's any more:
/// {"largest-id": 17}, as a line of NDJSON, or as the member "rollcall" of a JSON object.
inline constexpr std::string_view largest_id_name = "largest-id";
inline constexpr std::string_view export_member_name = "rollcall";

/// Maps names in a file to members.
class MemberNames {
 public:
  MemberNames();

  /// Maps `name` to `member` from now on, and to nothing else. Other names of `member` stay mapped.
  /// Returns false and changes nothing if `member` is neither a member of a user nor id, or if
  /// `name` is empty or was added before. Throws std::bad_alloc.
  bool add(const std::string& name, std::string_view member);
  /// The index of the member that `name` means, id_member for the id; nothing if unknown.
  std::optional<std::size_t> find(std::string_view name) const noexcept;

 private:
  std::map<std::string, std::size_t, std::less<>> names_;
  std::vector<std::string> added_;
};

/// Reads the elements of a file one by one. UserReader decides whether a user is valid, as for
/// POST /users. Not thread-safe. Throws std::bad_alloc only.
class ElementReader {
 public:
  explicit ElementReader(MemberNames names) : names_(std::move(names)) {}

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
  /// The element is not a user but has only the member largest_id_name: its value; otherwise 0.
  storage::UserId largest_id() const noexcept { return largest_id_; }
  /// The faults of the element, except those of its id. Constants; nothing from the file.
  const std::vector<MemberError>& errors() const noexcept { return errors_; }

  /// Values for --map for unmapped names seen in any element so far, such as `lastName=last-name`.
  std::vector<std::string> hints() const;

 private:
  /// By the place of the member, id_member for the id; null for one that is not there.
  using Members = std::array<const boost::json::value*, import_member_count>;

  void read_id(const boost::json::value& value);
  bool judge(const Members& members);
  void note_unknown(std::string_view name) noexcept;

  MemberNames names_;
  UserReader reader_;
  std::string json_;
  storage::UserId id_ = 0;
  bool has_id_ = false;
  storage::UserId largest_id_ = 0;
  std::vector<MemberError> errors_;
  /// Of the other usual spellings of each member's name, those that were seen.
  std::array<std::array<bool, 2>, member_count> seen_{};
};

}  // namespace rollcall::protocol
