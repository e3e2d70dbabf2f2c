#include "storage/local/arena.hpp"

#include <cstring>

namespace rollcall::storage {
namespace {

constexpr unsigned name_bits = 11;
constexpr unsigned name_mask = (1U << name_bits) - 1;

/// The three lengths of a user, which stand before its texts.
using Lengths = std::uint32_t;

Lengths pack(const UserView& user) noexcept {
  return static_cast<Lengths>(user.last_name.size() | user.first_name.size() << name_bits |
                              user.email.size() << 2 * name_bits);
}

}  // namespace

std::optional<Arena::Place> Arena::add(const UserView& user) {
  const std::size_t size = sizeof(Lengths) + user.octets();
  if (chunk_octets - used_ < size && !start_chunk()) return std::nullopt;
  const Place place = current_ << chunk_bits | static_cast<Place>(used_);
  const Lengths lengths = pack(user);
  char* const to = at(place);
  std::memcpy(to, &lengths, sizeof lengths);
  user.copy_to(to + sizeof lengths);
  used_ += size;
  return place;
}

UserView Arena::view(Place place) const noexcept {
  const char* from = at(place);
  Lengths lengths;
  std::memcpy(&lengths, from, sizeof lengths);
  from += sizeof lengths;
  const std::size_t last = lengths & name_mask;
  const std::size_t first = lengths >> name_bits & name_mask;
  const std::size_t email = lengths >> 2 * name_bits;
  return {{from, last}, {from + last, first}, {from + last + first, email}};
}

bool Arena::overwrite(Place place, const UserView& user) noexcept {
  if (view(place).octets() != user.octets()) return false;
  const Lengths lengths = pack(user);
  char* const to = at(place);
  std::memcpy(to, &lengths, sizeof lengths);
  user.copy_to(to + sizeof lengths);
  return true;
}

void Arena::release(Place place) noexcept {
  note_dead(chunk_of(place), sizeof(Lengths) + view(place).octets());
}

void Arena::note_dead(std::uint32_t chunk, std::size_t octets) noexcept {
  std::uint32_t& dead = chunks_[chunk].dead;
  const bool was_wasteful = dead > chunk_octets / 2 && chunk != current_;
  dead += static_cast<std::uint32_t>(octets);
  if (chunk != current_ && !was_wasteful && dead > chunk_octets / 2) wasteful_.push_back(chunk);
}

bool Arena::start_chunk() {
  static_assert(sizeof(Lengths) + max_user_octets < chunk_octets);
  const bool first = chunks_.empty();
  if (free_.empty()) {
    if (chunks_.size() == max_chunks) return false;
    free_.reserve(chunks_.size() + 1);
    wasteful_.reserve(chunks_.size() + 1);
    chunks_.emplace_back();
    free_.push_back(static_cast<std::uint32_t>(chunks_.size() - 1));
  }
  // Not zeroed: what is not used is not resident.
  chunks_[free_.back()].octets = std::make_unique_for_overwrite<char[]>(chunk_octets);
  const std::uint32_t full = current_;
  const std::size_t unused = chunk_octets - used_;
  current_ = free_.back();
  free_.pop_back();
  used_ = 0;
  if (!first) {
    // It was the current one, which is never told to be wasteful.
    const std::size_t dead = chunks_[full].dead + unused;
    chunks_[full].dead = 0;
    note_dead(full, dead);
  }
  return true;
}

std::optional<std::uint32_t> Arena::take_wasteful() {
  if (wasteful_.empty()) return std::nullopt;
  const std::uint32_t chunk = wasteful_.back();
  wasteful_.pop_back();
  return chunk;
}

void Arena::free(std::uint32_t chunk) noexcept {
  chunks_[chunk].octets.reset();
  chunks_[chunk].dead = 0;
  free_.push_back(chunk);
}

}  // namespace rollcall::storage
