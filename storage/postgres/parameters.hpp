#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::storage::postgres {

/// One array of texts or integers in PostgreSQL's binary form. Keeps its memory when it is cleared.
class Array {
 public:
  enum class Of : std::uint32_t { integers = 20, texts = 25, octets = 17 };

  explicit Array(Of of) { clear(of); }
  void clear(Of of);
  void add(std::int64_t value);
  void add(std::string_view text);
  void add_null();
  std::size_t size() const noexcept { return count_; }
  /// With its header: what is sent. Valid until the array is changed.
  std::string_view octets() noexcept;

 private:
  std::uint32_t count_ = 0;
  std::string octets_;
};

/// The parameters of one statement, each in binary form. What is added as an array must stay as it
/// is until they are sent.
class Parameters {
 public:
  void clear() noexcept { all_.clear(); }
  Parameters& add(std::int64_t value);
  Parameters& add(std::string_view text);
  Parameters& add(Array& array);
  Parameters& add_null();
  std::size_t size() const noexcept { return all_.size(); }

  struct Value {
    std::uint32_t type = 0;        ///< The OID.
    std::string octets{};          ///< Of a value that is kept here.
    std::string_view elsewhere{};  ///< Of an array.
    bool null = false;
    bool here = true;

    std::string_view view() const noexcept { return here ? std::string_view(octets) : elsewhere; }
  };
  const std::vector<Value>& all() const noexcept { return all_; }

 private:
  std::vector<Value> all_;
};

/// `value` as eight octets, the most significant first, and back.
std::string integer_octets(std::int64_t value);
std::int64_t integer_of(std::string_view octets) noexcept;
/// What an array of integers has that came as a result; a null is left out.
std::vector<std::int64_t> integers_of(std::string_view octets);

}  // namespace rollcall::storage::postgres
