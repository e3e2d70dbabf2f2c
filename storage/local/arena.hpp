#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "storage/user.hpp"

namespace rollcall::storage {

/// Packed users in chunks. The octets of a released user are dead until its chunk is freed. The
/// owner empties a chunk when more than half of it is dead, so that at most about half of all
/// octets are ever dead. Not thread-safe.
class Arena {
 public:
  /// Where a user's texts lie: 4 GiB can be told apart.
  using Place = std::uint32_t;

  /// Keeps a copy; nothing when there is no place left. Throws std::bad_alloc.
  std::optional<Place> add(const UserView& user);
  /// Adjacent texts, valid until the place is released or overwritten.
  UserView view(Place place) const noexcept;
  /// Puts another user there, if it takes as many octets; `user` must not lie in the arena.
  bool overwrite(Place place, const UserView& user) noexcept;
  void release(Place place) noexcept;

  /// A chunk worth emptying: the owner moves what it has there, by add() and release(), and frees
  /// it. Each is told once.
  std::optional<std::uint32_t> take_wasteful();
  static std::uint32_t chunk_of(Place place) noexcept { return place >> chunk_bits; }
  /// The chunk holds nothing that is in use.
  void free(std::uint32_t chunk) noexcept;

 private:
  static constexpr unsigned chunk_bits = 18;
  static constexpr std::size_t chunk_octets = std::size_t{1} << chunk_bits;
  static constexpr std::size_t max_chunks = std::size_t{1} << (32 - chunk_bits);

  struct Chunk {
    std::unique_ptr<char[]> octets;
    std::uint32_t dead = 0;
  };

  bool start_chunk();
  void note_dead(std::uint32_t chunk, std::size_t octets) noexcept;
  char* at(Place place) const noexcept {
    return chunks_[chunk_of(place)].octets.get() + (place & (chunk_octets - 1));
  }

  std::vector<Chunk> chunks_;
  std::vector<std::uint32_t> free_;      ///< Chunks without octets.
  std::vector<std::uint32_t> wasteful_;  ///< Has room for every chunk.
  std::uint32_t current_ = 0;            ///< The chunk that is being filled, if there is any.
  std::size_t used_ = chunk_octets;      ///< Of it.
};

}  // namespace rollcall::storage
