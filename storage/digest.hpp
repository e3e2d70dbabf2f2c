#pragma once

#include <cstdint>
#include <string_view>

namespace rollcall::storage {

/// 64 bits of `text` that depend on `seed`: by folded 64-bit multiplication, eight octets a step
/// (the principle of MUM: V. Makarov, 2016). Two texts have the same with a chance of 2^-64, for
/// who does not know the seed. Not to be used where a secret is to be kept.
std::uint64_t digest(std::uint64_t seed, std::string_view text) noexcept;

/// The product's halves, folded: what digest() is made of.
inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ using Product = unsigned __int128;
  const Product product = static_cast<Product>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

/// 128 bits of texts, under a seed that chance gives it: texts are taken for equal if these are.
class TextDigester {
 public:
  struct Digest {
    std::uint64_t low;
    std::uint64_t high;
    friend bool operator==(const Digest&, const Digest&) = default;
  };
  struct Hash {
    using is_avalanching = void;  ///< For Boost.Unordered: its bits need no more mixing.
    std::size_t operator()(const Digest& value) const noexcept { return value.low; }
  };

  TextDigester();
  Digest operator()(std::string_view text) const noexcept {
    return {digest(seeds_[0], text), digest(seeds_[1], text)};
  }

 private:
  std::uint64_t seeds_[2];
};

}  // namespace rollcall::storage
