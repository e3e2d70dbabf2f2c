#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/limits.hpp"
#include "storage/list.hpp"
#include "storage/member.hpp"

namespace rollcall::storage {

/// Finds the page of a listing in the order of members: is offered every user that is meant, in any
/// order, and keeps the first `skip` + `limit` of them, as a heap of what they are ordered by. That
/// takes max_octets at most, and a tenth of it for users as they are. One thread.
class SortedPage {
 public:
  /// The request has an order, and must outlive it.
  explicit SortedPage(const ListRequest& request);

  /// Only users behind this one count from now on.
  void begin_behind(UserId id, const UserView& user);
  /// What it took, in the unit of Matcher::cost(). Throws std::bad_alloc.
  std::size_t offer(UserId id, const UserView& user);

  /// When every user was offered: brings one more user to its place on the page. False when all
  /// are.
  bool order_one();
  /// What that takes, in the same unit.
  static constexpr std::size_t order_cost = 2'000;
  /// When all are in their places: the ids of the page, in order.
  std::size_t size() const noexcept;
  UserId id(std::size_t index) const noexcept;
  /// There are users behind the page.
  bool more() const noexcept { return behind_ > capacity_; }

  static constexpr std::size_t max_key_octets =
      max_user_octets + member_count + sizeof(std::uint64_t);
  static constexpr std::size_t max_octets = (max_sorted_skip + max_listed_users) * max_key_octets;

 private:
  std::string_view key_of(UserId id, const UserView& user) noexcept;

  const ListRequest& request_;
  const std::size_t capacity_;
  std::array<char, max_key_octets> key_;
  std::string after_;              ///< A key, or empty.
  std::vector<std::string> keys_;  ///< A heap with the greatest at its top.
  std::size_t heap_size_ = 0;      ///< Behind it, keys in their order.
  std::uint64_t behind_ = 0;       ///< Users offered that lie behind `after_`.
};

}  // namespace rollcall::storage
