#pragma once

#include <array>
#include <string>
#include <string_view>

#include "protocol/constant_text.hpp"
#include "storage/member.hpp"

/// The texts that name the members of a user, made of storage::user_members by the compiler.
namespace rollcall::protocol {

inline constexpr std::size_t max_member_text_octets = 64;
using MemberText = ConstantText<max_member_text_octets>;

/// For each member its RFC 6901 pointer: "/email". The table's names need no escape there.
inline constexpr auto member_pointers = [] {
  std::array<MemberText, storage::member_count> pointers;
  for (std::size_t i = 0; i < pointers.size(); ++i) {
    pointers[i].add("/").add(storage::user_members[i].name);
  }
  return pointers;
}();

/// For each member what stands before its value in a user's JSON: `{"last-name":`, then
/// `,"first-name":` and so on.
inline constexpr auto member_prefixes = [] {
  std::array<MemberText, storage::member_count> prefixes;
  for (std::size_t i = 0; i < prefixes.size(); ++i) {
    prefixes[i].add(i == 0 ? "{\"" : ",\"").add(storage::user_members[i].name).add("\":");
  }
  return prefixes;
}();

/// The names in a sentence: "last-name, first-name" + `last` + "email".
constexpr auto member_list(std::string_view last) {
  ConstantText<max_member_text_octets * storage::member_count> list;
  for (std::size_t i = 0; i < storage::member_count; ++i) {
    list.add(i == 0 ? "" : i + 1 == storage::member_count ? last : ", ");
    list.add(storage::user_members[i].name);
  }
  return list;
}

/// The place of the member of that name; member_count if there is none.
constexpr std::size_t member_named(std::string_view name) noexcept {
  std::size_t found = storage::member_count;
  storage::for_each_member([&](auto index) {
    // With a constant size, a comparison takes two or three instructions.
    constexpr std::string_view wanted = storage::user_members[index].name;
    const bool same =
        name.size() == wanted.size() &&
        std::char_traits<char>::compare(name.data(), wanted.data(), wanted.size()) == 0;
    if (same) found = index;
  });
  return found;
}

}  // namespace rollcall::protocol
