#include <cstdint>
#include <cstring>
#include <memory>

#include "tests/fuzz/check_user_json.hpp"

/// user_json with a bug planted on purpose: for some users it writes one octet beyond a buffer.
/// Fuzzing that does not find this finds nothing, so script/fuzz checks it first.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rollcall;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  fuzz::check_user_json(input);
  protocol::UserReader reader;
  if (!fuzz::read_pieces(reader, {fuzz::bytes_of(input)}).ok) return 0;
  const std::string_view name = reader.user().last_name;
  constexpr std::size_t room = 8;
  const auto copy = std::make_unique<char[]>(room);
  std::memcpy(copy.get(), name.data(), std::min(name.size(), room + 1));
  return copy[room - 1] == 1 ? 1 : 0;
}
