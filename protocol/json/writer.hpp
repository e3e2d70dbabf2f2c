#pragma once

#include <boost/config.hpp>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "protocol/text.hpp"
#include "storage/short_copy.hpp"
#include "storage/user.hpp"

/// What answers are written with.
namespace rollcall::protocol {

/// Writes into room that was reserved before; the callers know the bound.
class Writer {
 public:
  explicit Writer(char* at) noexcept : at_(at) {}

  Writer& text(std::string_view text) noexcept {
    at_ = storage::copy_short(at_, text);
    return *this;
  }

  /// A text of which the compiler knows that it has `octets` octets.
  template <std::size_t octets>
  Writer& fixed_text(std::string_view text) noexcept {
    std::memcpy(at_, text.data(), octets);
    at_ += octets;
    return *this;
  }

  Writer& number(std::uint64_t value) noexcept {
    at_ = std::to_chars(at_, at_ + 20, value).ptr;
    return *this;
  }

  /// As a JSON string, quoted and escaped, line breaks too (find_line_break()); not more than six
  /// octets for each of its own. `plain`: it is known that nothing needs an escape.
  Writer& json(std::string_view text, bool plain) {
    if (plain) {
      *at_++ = '"';
      this->text(text);
      *at_++ = '"';
      return *this;
    }
    return escaped(text);
  }

  char* at() const noexcept { return at_; }

 private:
  BOOST_NOINLINE Writer& escaped(std::string_view text);

  char* at_;
};

/// A number's decimal digits.
class Digits {
 public:
  explicit Digits(std::uint64_t value) noexcept
      : end_(std::to_chars(digits_, digits_ + sizeof digits_, value).ptr) {}
  std::string_view text() const noexcept {
    return {digits_, static_cast<std::size_t>(end_ - digits_)};
  }

 private:
  char digits_[20];
  const char* end_;
};

/// At most how many octets write_user_json() writes.
constexpr std::size_t max_user_json_octets(std::size_t text_octets) noexcept {
  // Around the texts: names with their punctuation, quotation marks, and the id.
  std::size_t around = std::string_view(R"(,"id":})").size() + 20;
  for (const storage::MemberRow& each : storage::user_members) around += each.name.size() + 6;
  return 6 * text_octets + around;
}

/// The user as JSON, members in the order of the contract.
void write_user_json(Writer& writer, std::string_view id, const storage::UserView& user);

}  // namespace rollcall::protocol
