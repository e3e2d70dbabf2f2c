#include "protocol/json/fault.hpp"

#include "storage/limits.hpp"

namespace rollcall::protocol {
namespace {

constexpr std::string_view pointers[] = {"/last-name", "/first-name", "/email"};
constexpr std::size_t email_member = 2;

}  // namespace

MemberError describe(std::size_t index, Fault fault) noexcept {
  const auto detail = [&]() -> std::string_view {
    switch (fault) {
      case Fault::missing:
        return "is required";
      case Fault::not_a_string:
        return "must be a string";
      case Fault::empty:
        return "must not be empty";
      case Fault::blank:
        return "must not be only white space";
      case Fault::too_long:
        return index == email_member ? "must be at most 254 octets of UTF-8"
                                     : "must be at most 256 characters";
      case Fault::control_character:
        return "must not contain control characters (U+0000 to U+001F, U+007F)";
      case Fault::not_an_address:
        return "must be an e-mail address, such as johnm@example.com";
      case Fault::none:
        break;
    }
    return {};
  }();
  static_assert(storage::max_email_octets == 254 && storage::max_name_code_points == 256);
  return {pointers[index], detail};
}

}  // namespace rollcall::protocol
