#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tests/fuzz/cuts.hpp"
#include "tests/protocol/parse_pieces.hpp"
#include "tests/support/finding.hpp"

/// The outcome of one message must not depend on where it is cut.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rollcall;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const protocol::Parsed whole = protocol::parse_pieces({fuzz::bytes_of(input)});
  tests::require(protocol::parse_pieces(fuzz::cut(input)) == whole, "a cut makes a difference");
  tests::require(protocol::parse_pieces(fuzz::octets(input)) == whole,
                 "octet by octet makes a difference");
  return 0;
}
