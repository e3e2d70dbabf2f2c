#include "protocol/http/chunk_reader.hpp"

#include <algorithm>

#include "protocol/http/percent_encoding.hpp"
#include "protocol/limits.hpp"

namespace rollcall::protocol {
namespace {

constexpr std::string_view line_end = "\r\n";

/// A size line, with the line end of the chunk before it: some digits, and extensions.
constexpr std::size_t max_size_line_octets = max_chunk_extension_octets + 64;
/// Trailers and the empty line behind them.
constexpr std::size_t max_section_octets = max_trailer_octets + line_end.size();

static_assert(max_chunk_extension_octets < 65'536);

using Next = ChunkReader::Next;
using Step = ChunkReader::Step;

Step wait_for_more(std::size_t have, std::size_t most) noexcept {
  return {have < most ? Next::need_more : Next::too_large};
}

/// The trailer section that `bytes` begin with (RFC 9112, section 7.1.2), to its empty line.
Step find_section(std::string_view bytes) noexcept {
  bytes = bytes.substr(0, max_section_octets);
  std::size_t begin = 0;
  for (std::size_t at; (at = bytes.find('\n', begin)) != bytes.npos; begin = at + 1) {
    if (at == begin || bytes[at - 1] != '\r') return {Next::malformed};
    if (at == begin + 1) return {Next::frame, at + 1};
  }
  return wait_for_more(bytes.size(), max_section_octets);
}

}  // namespace

Step ChunkReader::next(std::string_view bytes) noexcept {
  if (rest_ > 0) {
    return {Next::data, static_cast<std::size_t>(std::min<std::uint64_t>(rest_, bytes.size()))};
  }
  const std::size_t begin = begun_ ? line_end.size() : 0;
  if (begun_ && !bytes.starts_with(line_end.substr(0, bytes.size()))) return {Next::malformed};
  const std::string_view line = bytes.substr(0, max_size_line_octets);
  const std::size_t newline = line.find('\n', begin);
  if (newline == line.npos) return wait_for_more(line.size(), max_size_line_octets);
  const std::size_t size = newline + 1;
  const std::size_t nonzero = line.find_first_not_of('0', begin);
  // Beast takes a size off the limit of the body each time that it looks at a line that was cut,
  // and asserts that the last chunk's was not cut short: so it is given whole ones only.
  const bool last = nonzero > begin && hex_value(line[nonzero]) < 0;
  if (!last) return {Next::frame, size};
  Step section = find_section(bytes.substr(size));
  if (section.next == Next::frame) section.octets += size;
  return section;
}

bool ChunkReader::begin_chunk(std::uint64_t octets, std::size_t extension_octets) noexcept {
  begun_ = true;
  rest_ = octets;
  const std::size_t all = extension_octets_ + extension_octets;
  if (all > max_chunk_extension_octets) return false;
  extension_octets_ = static_cast<std::uint16_t>(all);
  return true;
}

}  // namespace rollcall::protocol
