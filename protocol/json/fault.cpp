#include "protocol/json/fault.hpp"

#include "protocol/json/member_text.hpp"

namespace rollcall::protocol {
namespace {

constexpr auto too_long_details = [] {
  std::array<MemberText, member_count> details;
  for (std::size_t i = 0; i < member_count; ++i) {
    const storage::MemberRow& row = storage::user_members[i];
    details[i].add("must be at most ").add(row.limit);
    details[i].add(row.unit == storage::Unit::octets ? " octets of UTF-8" : " characters");
  }
  return details;
}();

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
        return "must not be only white space or invisible characters";
      case Fault::too_long:
        return too_long_details[index].view();
      case Fault::control_character:
        return "must not contain control characters (U+0000 to U+001F, U+007F)";
      case Fault::not_an_address:
        return "must be an e-mail address, such as johnm@example.com";
      case Fault::none:
        break;
    }
    return {};
  }();
  return {member_pointers[index].view(), detail};
}

}  // namespace rollcall::protocol
