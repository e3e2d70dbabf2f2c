#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace rollcall::server {

/// The name of an enumerator, as the compiler writes it in the name of this function.
template <auto value>
constexpr std::string_view enumerator_name() noexcept {
  // g++: "... [with auto value = a::B::c; std::string_view = ...]"; clang: "... [value = a::B::c]".
  constexpr std::string_view function = __PRETTY_FUNCTION__;
  constexpr std::string_view before = "value = ";
  constexpr std::size_t begin = function.find(before) + before.size();
  constexpr std::string_view name =
      function.substr(begin, function.find_first_of(";]", begin) - begin);
  return name.substr(name.rfind(':') + 1);
}

/// Those of an enumeration whose values are 0 to `count` - 1: a label for each without a table that
/// somebody has to keep up.
template <class Enumeration, std::size_t count>
constexpr std::array<std::string_view, count> names_of() noexcept {
  return []<std::size_t... values>(std::index_sequence<values...>) {
    return std::array{enumerator_name<static_cast<Enumeration>(values)>()...};
  }
  (std::make_index_sequence<count>());
}

}  // namespace rollcall::server
