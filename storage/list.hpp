#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "storage/status.hpp"
#include "storage/user.hpp"

namespace rollcall::storage {

/// Which users are meant: plain data, for each store to look up in its own way. An empty list asks
/// for nothing; of any other list one element must hold.
struct UserFilter {
  std::vector<UserId> ids;
  /// By the place of a member in user_members: its text is equal to one of these, octet by octet.
  std::array<std::vector<std::string>, member_count> texts;
  /// One is part of some member's text or of the id's decimal digits, whatever the case of ASCII
  /// letters there. In lower case (ASCII) here.
  std::vector<std::string> substrings;

  std::vector<std::string>& operator[](Member member) noexcept { return texts[index_of(member)]; }
  const std::vector<std::string>& operator[](Member member) const noexcept {
    return texts[index_of(member)];
  }
  bool operator==(const UserFilter&) const = default;

  /// Every user is meant.
  bool all() const noexcept;
};

/// Packed users of a listing, one behind the other. Throws std::bad_alloc only.
class UserList {
 public:
  void append(UserId id, const UserView& user);
  std::size_t size() const noexcept { return entries_.size(); }
  /// Octets of the texts.
  std::size_t octets() const noexcept {
    return packed_.size() - entries_.size() * PackedUser::header_octets;
  }
  UserId id(std::size_t index) const noexcept { return entries_[index].id; }
  /// Valid until the next append.
  UserView user(std::size_t index) const noexcept {
    return PackedUser::read(packed_.data() + entries_[index].begin);
  }
  void clear() noexcept;

 private:
  struct Entry {
    UserId id;
    std::size_t begin;  ///< In packed_.
  };
  std::vector<Entry> entries_;
  std::vector<char> packed_;
};

/// What to list: of the users that `filter` means, in the order of their ids, those from number
/// `skip` on, at most `limit`.
struct ListRequest {
  UserFilter filter;
  bool descending = false;
  UserId after = 0;        ///< Only ids behind it in the order asked for; 0: all.
  std::uint64_t skip = 0;  ///< Counted among those behind `after`.
  std::size_t limit = 0;   ///< At most max_listed_users.
};

/// One listing.
struct ListOperation {
  ListRequest request;  ///< In.
  bool abandoned =
      false;  ///< In, also while it is under way: it is to end, and nobody looks at it.
  /// In, also while it is under way: perhaps nobody waits for it any more, so others go first.
  bool deferred = false;
  UserList users;              ///< Out.
  std::uint64_t total = 0;     ///< Out: how many users the filter means, whatever `after` says.
  bool more = false;           ///< Out: there are users behind the last one listed.
  Status status = Status::ok;  ///< Out.
};

/// A store's place in an export.
class ExportCursor {
 public:
  virtual ~ExportCursor() = default;
};

/// Every user as of the moment of the first call, by rising id, in pieces. Ends with it.
struct ExportOperation {
  std::unique_ptr<ExportCursor> cursor;  ///< The store's; null before the first call.
  UserList users;                        ///< Out: the next piece, perhaps an empty one.
  bool end = false;                      ///< Out: there is nothing behind it.
  Status status = Status::ok;            ///< Out: queue_full if there are max_snapshots, or if too
                                         ///< much changed before it was read.
};

}  // namespace rollcall::storage
