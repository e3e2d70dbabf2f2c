#include <cstdint>

#include "tests/fuzz/check_user_json.hpp"

/// The JSON text of a user must mean the same however it is cut, to Boost.JSON's DOM, and in the
/// answer.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  rollcall::fuzz::check_user_json({reinterpret_cast<const char*>(data), size});
  return 0;
}
