#include "storage/table.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <new>
#include <string_view>
#include <vector>

namespace rollcall::storage {
namespace {

constexpr std::size_t slots_a_page = 256;
constexpr unsigned chunk_bits = 18;
constexpr std::size_t chunk_octets = std::size_t{1} << chunk_bits;
constexpr std::size_t max_chunks = std::size_t{1} << (32 - chunk_bits);

constexpr unsigned name_bits = 11;
constexpr unsigned name_mask = (1U << name_bits) - 1;

static_assert(sizeof(std::uint32_t) + max_user_octets < chunk_octets);

/// A place in an arena plus one; 0 is no user.
using Slot = std::uint32_t;

struct Page {
  std::uint64_t number;
  std::unique_ptr<std::array<Slot, slots_a_page>> slots;
};

}  // namespace

class alignas(64) Table::Shard {
 public:
  bool insert(std::uint64_t row, const UserView& user) {
    const std::lock_guard lock(mutex_);
    // The slot before the record: what throws must leave nothing behind.
    Slot& slot = make_slot(row);
    const std::size_t size = sizeof(std::uint32_t) + user.octets();
    if (!make_room(size)) return false;
    slot = static_cast<Slot>((chunks_.size() - 1) << chunk_bits | chunk_used_) + 1;
    char* at = chunks_.back().get() + chunk_used_;
    const auto lengths =
        static_cast<std::uint32_t>(user.last_name.size() | user.first_name.size() << name_bits |
                                   user.email.size() << 2 * name_bits);
    std::memcpy(at, &lengths, sizeof lengths);
    user.copy_to(at + sizeof lengths);
    chunk_used_ += size;
    ++size_;
    return true;
  }

  bool find(std::uint64_t row, UserRecord& user) const {
    const std::lock_guard lock(mutex_);
    const std::size_t index = lower_bound(row / slots_a_page);
    if (index == pages_.size() || pages_[index].number != row / slots_a_page) return false;
    const Slot slot = (*pages_[index].slots)[row % slots_a_page];
    if (slot == 0) return false;
    user.assign(view(slot - 1));
    return true;
  }

  /// The smallest row in use that is not below `row`, or no_row.
  std::uint64_t next_row(std::uint64_t row) const {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = lower_bound(row / slots_a_page); i < pages_.size(); ++i) {
      const std::uint64_t first = pages_[i].number * slots_a_page;
      const auto begin = pages_[i].slots->begin();
      const auto from = begin + static_cast<std::ptrdiff_t>(row > first ? row - first : 0);
      const auto found =
          std::find_if(from, pages_[i].slots->end(), [](Slot slot) { return slot != 0; });
      if (found != pages_[i].slots->end()) {
        return first + static_cast<std::uint64_t>(found - begin);
      }
    }
    return no_row;
  }

  std::uint64_t size() const {
    const std::lock_guard lock(mutex_);
    return size_;
  }

  static constexpr std::uint64_t no_row = ~std::uint64_t{0};

 private:
  /// The index of the first page whose number is not below `number`.
  std::size_t lower_bound(std::uint64_t number) const {
    if (pages_.empty() || number > pages_.back().number) return pages_.size();
    // Ids are dense as a rule, and then this is the page.
    if (number >= pages_.front().number) {
      const std::uint64_t guess = number - pages_.front().number;
      if (guess < pages_.size() && pages_[guess].number == number) return guess;
    }
    const auto found = std::lower_bound(
        pages_.begin(), pages_.end(), number,
        [](const Page& page, std::uint64_t wanted) { return page.number < wanted; });
    return static_cast<std::size_t>(found - pages_.begin());
  }

  Slot& make_slot(std::uint64_t row) {
    const std::uint64_t number = row / slots_a_page;
    const std::size_t index = lower_bound(number);
    if (index == pages_.size() || pages_[index].number != number) {
      pages_.insert(pages_.begin() + static_cast<std::ptrdiff_t>(index),
                    Page{number, std::make_unique<std::array<Slot, slots_a_page>>()});
    }
    return (*pages_[index].slots)[row % slots_a_page];
  }

  bool make_room(std::size_t size) {
    if (!chunks_.empty() && chunk_octets - chunk_used_ >= size) return true;
    if (chunks_.size() == max_chunks) return false;
    // Not zeroed: what is not used is not resident.
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(chunk_octets));
    chunk_used_ = 0;
    return true;
  }

  UserView view(std::uint32_t place) const {
    const char* at = chunks_[place >> chunk_bits].get() + (place & (chunk_octets - 1));
    std::uint32_t lengths;
    std::memcpy(&lengths, at, sizeof lengths);
    at += sizeof lengths;
    const std::size_t last = lengths & name_mask;
    const std::size_t first = lengths >> name_bits & name_mask;
    const std::size_t email = lengths >> 2 * name_bits;
    return {{at, last}, {at + last, first}, {at + last + first, email}};
  }

  mutable std::mutex mutex_;
  std::vector<Page> pages_;
  std::vector<std::unique_ptr<char[]>> chunks_;
  std::size_t chunk_used_ = 0;
  std::uint64_t size_ = 0;
};

Table::Table() : shards_(std::make_unique<std::array<Shard, shard_count>>()) {}
Table::~Table() = default;

bool Table::insert(UserId id, const UserView& user) noexcept {
  try {
    return (*shards_)[id % shard_count].insert(id / shard_count, user);
  } catch (const std::bad_alloc&) {
    return false;
  }
}

bool Table::find(UserId id, UserRecord& user) const noexcept {
  return (*shards_)[id % shard_count].find(id / shard_count, user);
}

UserId Table::next_id(UserId after) const noexcept {
  UserId smallest = 0;
  for (std::size_t i = 0; i < shard_count; ++i) {
    const std::uint64_t from = after / shard_count + (i <= after % shard_count ? 1 : 0);
    const std::uint64_t row = (*shards_)[i].next_row(from);
    if (row == Shard::no_row) continue;
    const UserId id = row * shard_count + i;
    if (smallest == 0 || id < smallest) smallest = id;
  }
  return smallest;
}

std::uint64_t Table::size() const noexcept {
  std::uint64_t sum = 0;
  for (const Shard& shard : *shards_) sum += shard.size();
  return sum;
}

}  // namespace rollcall::storage
