#include "storage/local/arena.hpp"

namespace rollcall::storage {

std::optional<Arena::Place> Arena::add(const UserView& user) {
  const std::size_t size = PackedUser::octets(user);
  if (chunk_octets - used_ < size && !start_chunk()) return std::nullopt;
  const Place place = current_ << chunk_bits | static_cast<Place>(used_);
  PackedUser::write(at(place), user);
  used_ += size;
  return place;
}

UserView Arena::view(Place place) const noexcept { return PackedUser::read(at(place)); }

bool Arena::overwrite(Place place, const UserView& user) noexcept {
  if (view(place).octets() != user.octets()) return false;
  PackedUser::write(at(place), user);
  return true;
}

void Arena::release(Place place) noexcept {
  note_dead(chunk_of(place), PackedUser::octets(view(place)));
}

void Arena::note_dead(std::uint32_t chunk, std::size_t octets) noexcept {
  std::uint32_t& dead = chunks_[chunk].dead;
  const bool was_wasteful = dead > chunk_octets / 2 && chunk != current_;
  dead += static_cast<std::uint32_t>(octets);
  if (chunk != current_ && !was_wasteful && dead > chunk_octets / 2) wasteful_.push_back(chunk);
}

bool Arena::start_chunk() {
  static_assert(PackedUser::max_octets < chunk_octets);
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
