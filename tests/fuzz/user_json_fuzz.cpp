#include <cstdint>

#include "tests/fuzz/check_user_json.hpp"

/// The JSON text of a user: the same however it is cut, the same as Boost.JSON's DOM sees it, and
/// the same in the answer.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  rollcall::fuzz::check_user_json({reinterpret_cast<const char*>(data), size});
  return 0;
}
