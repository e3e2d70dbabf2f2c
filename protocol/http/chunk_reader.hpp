#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rollcall::protocol {

/// Cuts a body in the chunked coding (RFC 9112, section 7.1) into what Beast can parse at a time,
/// so that the outcome does not depend on where the body is cut, and bounds what is not data. The
/// grammar is Beast's to check. One object a body; keeps nothing of the text.
class ChunkReader {
 public:
  enum class Next : std::uint8_t {
    need_more,  ///< Call again with these octets and at least one more behind them.
    frame,      ///< A size line, with the line end of the chunk before it; of the last chunk with
                ///< its trailers and the empty line behind them.
    data,       ///< Octets of a chunk.
    malformed,
    too_large,  ///< Chunk extensions or trailers beyond their limits.
  };
  struct Step {
    Next next;
    std::size_t octets = 0;  ///< How many of those given, for frame and data.
  };

  /// What `bytes`, at least one, begin with. They are what Beast has not been given yet.
  Step next(std::string_view bytes) noexcept;
  /// Beast has read a size line. False if there are more chunk extensions now than
  /// max_chunk_extension_octets.
  bool begin_chunk(std::uint64_t octets, std::size_t extension_octets) noexcept;
  /// Beast has read `octets` of the chunk.
  void take(std::size_t octets) noexcept { rest_ -= octets; }

 private:
  std::uint64_t rest_ = 0;  ///< Octets of the chunk that are still to come.
  std::uint16_t extension_octets_ = 0;
  bool begun_ = false;
};

}  // namespace rollcall::protocol
