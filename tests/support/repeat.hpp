#pragma once

#include <cstddef>
#include <string>

namespace rollcall::tests {

/// `text`, `count` times.
inline std::string repeat(const std::string& text, std::size_t count) {
  std::string all;
  all.reserve(text.size() * count);
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

}  // namespace rollcall::tests
