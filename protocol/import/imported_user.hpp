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

/// Users of other programs' files (json-server's) as users of ours.
namespace rollcall::protocol {

/// Members of a user, and the id behind them.
inline constexpr std::size_t id_member = member_count;
inline constexpr std::size_t import_member_count = member_count + 1;

/// Which name in a file stands for which member.
class MemberNames {
 public:
  MemberNames();

  /// `name` stands for `member` from now on, and for nothing else; what stood for it still does.
  /// False, and nothing changes, if `member` is neither a member of a user nor id, or if `name` is
  /// empty or was added before. Throws std::bad_alloc.
  bool add(const std::string& name, std::string_view member);
  /// The place of the member that `name` stands for, id_member for the id; nothing if none.
  std::optional<std::size_t> find(std::string_view name) const noexcept;

 private:
  std::map<std::string, std::size_t, std::less<>> names_;
  std::vector<std::string> added_;
};

/// Takes the elements of a file, one by one. What is a good user is decided by UserReader, as for
/// POST /users. Not thread-safe. Throws std::bad_alloc only.
class ElementReader {
 public:
  explicit ElementReader(MemberNames names) : names_(std::move(names)) {}

  /// What `element` is; ends what the call before gave out. True if it is a user but for its id.
  bool read(const boost::json::value& element);
  /// As read(), of one line of NDJSON. At its end, what is no JSON is told as an error.
  bool read_line(std::string_view line);

  /// After true: the texts, valid until the next call.
  storage::UserView user() const noexcept { return reader_.user(); }
  /// The id, an integer or the canonical decimal digits of one, from min_user_id to max_user_id;
  /// 0 if there is none that can be kept.
  storage::UserId id() const noexcept { return id_; }
  /// There is an id, of whatever kind.
  bool has_id() const noexcept { return has_id_; }
  /// What is wrong with it, but for the id. Constants, nothing of the file's.
  const std::vector<MemberError>& errors() const noexcept { return errors_; }

  /// What to give to --map for names that were seen, but stood for nothing: `lastName=last-name`
  /// and the like, all elements taken together.
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
  std::vector<MemberError> errors_;
  /// Of the other usual spellings of each member's name, those that were seen.
  std::array<std::array<bool, 2>, member_count> seen_{};
};

}  // namespace rollcall::protocol
