#include "storage/local/sorted_page.hpp"

#include <algorithm>

namespace rollcall::storage {
namespace {

/// To make a key of small texts and to compare it, in the unit of Matcher::cost().
constexpr std::size_t key_cost = 100;
/// To put a key into the heap.
constexpr std::size_t keep_cost = 2'000;

/// Bits that are set in what is to descend: complements come in reverse order.
char complement_if(bool descending) noexcept { return descending ? '\xff' : '\0'; }

constexpr std::size_t id_octets = sizeof(UserId);

}  // namespace

SortedPage::SortedPage(const ListRequest& request)
    : request_(request), capacity_(static_cast<std::size_t>(request.skip) + request.limit) {}

/// Keys compare octet by octet as the users do. A text ends with NUL, which none has in it: what
/// another begins with comes before that one.
std::string_view SortedPage::key_of(UserId id, const UserView& user) noexcept {
  char* at = key_.data();
  for (const SortKey& each : request_.order) {
    const char mask = complement_if(each.descending);
    const std::string_view text = user[each.member];
    at = std::transform(text.begin(), text.end(), at,
                        [mask](char c) { return static_cast<char>(c ^ mask); });
    *at++ = mask;
  }
  const char mask = complement_if(request_.descending);
  for (std::size_t shift = 8 * id_octets; shift > 0;) {
    shift -= 8;
    *at++ = static_cast<char>(static_cast<char>(id >> shift & 0xff) ^ mask);
  }
  return {key_.data(), static_cast<std::size_t>(at - key_.data())};
}

void SortedPage::begin_behind(UserId id, const UserView& user) { after_ = key_of(id, user); }

std::size_t SortedPage::offer(UserId id, const UserView& user) {
  const std::string_view key = key_of(id, user);
  const std::size_t cost = key_cost + key.size();
  if (key <= after_) return cost;
  ++behind_;
  if (keys_.size() < capacity_) {
    keys_.emplace_back(key);
  } else {
    if (capacity_ == 0 || key >= keys_.front()) return cost;
    std::pop_heap(keys_.begin(), keys_.end());
    keys_.back() = key;
  }
  std::push_heap(keys_.begin(), keys_.end());
  heap_size_ = keys_.size();
  return cost + keep_cost;
}

/// What is popped off the heap is its greatest, so the page fills from its end.
bool SortedPage::order_one() {
  if (heap_size_ <= request_.skip) return false;
  std::pop_heap(keys_.begin(), keys_.begin() + static_cast<std::ptrdiff_t>(heap_size_));
  --heap_size_;
  return true;
}

std::size_t SortedPage::size() const noexcept {
  return keys_.size() > request_.skip ? keys_.size() - static_cast<std::size_t>(request_.skip) : 0;
}

UserId SortedPage::id(std::size_t index) const noexcept {
  const std::string& key = keys_[static_cast<std::size_t>(request_.skip) + index];
  UserId id = 0;
  for (std::size_t i = key.size() - id_octets; i < key.size(); ++i) {
    const char octet = static_cast<char>(key[i] ^ complement_if(request_.descending));
    id = id << 8U | static_cast<unsigned char>(octet);
  }
  return id;
}

}  // namespace rollcall::storage
