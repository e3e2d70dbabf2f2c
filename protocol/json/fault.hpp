#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "storage/member.hpp"

namespace rollcall::protocol {

using storage::member_count;

/// What is wrong with a member of a user.
enum class Fault : std::uint8_t {
  none,
  missing,
  not_a_string,
  empty,
  blank,
  too_long,
  control_character,
  not_an_address,
};

/// The fault of each member, in the order of storage::user_members.
using Faults = std::array<Fault, member_count>;

/// A bad member: its place (RFC 6901) and what to send instead. Constants; nothing from the client.
struct MemberError {
  std::string_view pointer;
  std::string_view detail;
};

/// Describes to the client a `fault`, other than none, of the member at `index`, below
/// member_count. Any thread.
MemberError describe(std::size_t index, Fault fault) noexcept;

}  // namespace rollcall::protocol
