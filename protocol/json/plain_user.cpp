#include "protocol/json/plain_user.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "storage/limits.hpp"

namespace rollcall::protocol {
namespace {

constexpr std::size_t max_plain_octets = storage::max_email_octets;
static_assert(max_plain_octets <= storage::max_name_code_points);

constexpr std::uint64_t each(unsigned char octet) { return 0x0101010101010101U * octet; }

/// Goes through a text from its beginning.
class Scanner {
 public:
  explicit Scanner(std::string_view text) noexcept
      : at_(text.data()), end_(text.data() + text.size()) {}

  bool at_end() const noexcept { return at_ == end_; }

  void skip_white_space() noexcept {
    // Most often there is none, and one comparison tells.
    while (at_ != end_ && static_cast<unsigned char>(*at_) <= ' ' &&
           (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) {
      ++at_;
    }
  }

  bool take(char expected) noexcept {
    if (at_ == end_ || *at_ != expected) return false;
    ++at_;
    return true;
  }

  bool take(std::string_view expected) noexcept {
    if (static_cast<std::size_t>(end_ - at_) < expected.size() ||
        std::memcmp(at_, expected.data(), expected.size()) != 0) {
      return false;
    }
    at_ += expected.size();
    return true;
  }

  /// `expected` between white space.
  bool take_token(char expected) noexcept {
    skip_white_space();
    const bool taken = take(expected);
    skip_white_space();
    return taken;
  }

  /// The rest of a string, behind its opening quotation mark, and the closing one.
  bool take_string(std::string_view& text) noexcept {
    const char* const begin = at_;
    at_ = find_special(at_);
    text = {begin, static_cast<std::size_t>(at_ - begin)};
    return take('"');
  }

 private:
  /// The first octet that is no printable ASCII, or a quotation mark or a reverse solidus; or the
  /// end. Eight octets at a time, of which the lowest that is marked is so rightly.
  const char* find_special(const char* at) const noexcept {
    static_assert(std::endian::native == std::endian::little);
    constexpr std::uint64_t high_bits = each(0x80);
    const auto has_zero = [](std::uint64_t word) { return (word - each(1)) & ~word; };
    for (; end_ - at >= 8; at += 8) {
      std::uint64_t word;
      std::memcpy(&word, at, sizeof word);
      const std::uint64_t marked = (has_zero(word ^ each('"')) | has_zero(word ^ each('\\')) |
                                    ((word - each(0x20)) & ~word) | word | (word + each(1))) &
                                   high_bits;
      if (marked != 0) return at + std::countr_zero(marked) / 8;
    }
    while (at != end_ && *at >= 0x20 && *at < 0x7f && *at != '"' && *at != '\\') ++at;
    return at;
  }

  const char* at_;
  const char* const end_;
};

/// Takes a member's name and tells where its text belongs; null if it is none of the three.
std::string_view* take_name(Scanner& scanner, storage::UserView& user) noexcept {
  using namespace std::string_view_literals;
  if (scanner.take("\"last-name\""sv)) return &user.last_name;
  if (scanner.take("\"first-name\""sv)) return &user.first_name;
  if (scanner.take("\"email\""sv)) return &user.email;
  return nullptr;
}

}  // namespace

bool read_plain_user(std::string_view text, storage::UserView& user) noexcept {
  user = {};
  Scanner scanner(text);
  if (!scanner.take_token('{')) return false;
  for (int members = 1;; ++members) {
    std::string_view* const member = take_name(scanner, user);
    if (member == nullptr || !member->empty()) return false;
    std::string_view value;
    if (!scanner.take_token(':') || !scanner.take('"') || !scanner.take_string(value) ||
        value.empty() || value.front() == ' ' || value.size() > max_plain_octets) {
      return false;
    }
    *member = value;
    // Each of them not empty, and none twice: three are all three.
    if (members == 3) break;
    if (!scanner.take_token(',')) return false;
  }
  return scanner.take_token('}') && scanner.at_end();
}

}  // namespace rollcall::protocol
