#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "storage/operation.hpp"
#include "storage/user.hpp"

namespace rollcall::storage {

/// What a comparison or an order looks at: a member by its place in user_members, or the id.
inline constexpr std::size_t id_subject = member_count;

/// How a user's text is to compare with another. Up to at_least octet by octet, or as numbers if it
/// is the id; from there on as a search does, the id by its decimal digits.
enum class Relation : std::uint8_t {
  differs,
  less,
  at_most,
  greater,
  at_least,
  contains,
  begins_with,
  ends_with,
  same_letters,  ///< Equal, but for what a search ignores.
};

struct Comparison {
  Relation relation = Relation::differs;
  std::string text;  ///< Not for the id up to Relation::at_least.
  UserId id = 0;     ///< For that.

  bool operator==(const Comparison&) const = default;
};

/// One of the comparisons must hold.
struct Requirement {
  std::size_t subject = id_subject;
  std::vector<Comparison> any;

  bool operator==(const Requirement&) const = default;
};

/// Which users are meant: plain data, for each store to look up in its own way. An empty list asks
/// for nothing; of any other list one element must hold, of `requirements` each.
struct UserFilter {
  std::vector<UserId> ids;
  /// By the place of a member in user_members: its text is equal to one of these, octet by octet;
  /// an address, in a store whose addresses are unique, by its EmailKey.
  std::array<std::vector<std::string>, member_count> texts;
  /// One is part of some member's text or of the id's decimal digits, whatever the case of
  /// letters and the composition of characters.
  std::vector<std::string> substrings;
  std::vector<Requirement> requirements;

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

/// Users are ordered by a member's text, octet by octet, which is the order of code points.
struct SortKey {
  std::size_t member = 0;  ///< By its place in user_members.
  bool descending = false;

  bool operator==(const SortKey&) const = default;
};

/// What to list: of the users that `filter` means, in the order asked for, those from number
/// `skip` on, at most `limit`.
struct ListRequest {
  UserFilter filter;
  std::vector<SortKey> order;  ///< The first counts most; what is equal by all is in order of ids.
  bool descending = false;     ///< Of the ids.
  UserId after = 0;            ///< Only users behind this one in the order asked for; 0: all.
  std::uint64_t skip = 0;      ///< Counted among those behind `after`; at most max_sorted_skip if
                               ///< there is an `order`.
  std::size_t limit = 0;       ///< At most max_listed_users.
};

/// One listing. Its status is not_found if there is an `order`, and no user `after` whose place
/// could be known.
struct ListOperation : Operation {
  ListRequest request;  ///< In.
  /// In, also while it is under way: perhaps nobody waits for it any more, so others go first.
  bool deferred = false;
  UserList users;           ///< Out.
  std::uint64_t total = 0;  ///< Out: how many users the filter means, whatever `after` says.
  bool more = false;        ///< Out: there are users behind the last one listed.
};

/// A store's place in an export.
class ExportCursor {
 public:
  virtual ~ExportCursor() = default;
};

/// Every user as of the moment of the first call, by rising id, in pieces. Ends with it. Its status
/// is queue_full if there are max_snapshots, or if too much changed before it was read.
struct ExportOperation : Operation {
  std::unique_ptr<ExportCursor> cursor;  ///< The store's; null before the first call.
  UserList users;                        ///< Out: the next piece, perhaps an empty one.
  bool end = false;                      ///< Out: there is nothing behind it.
};

}  // namespace rollcall::storage
