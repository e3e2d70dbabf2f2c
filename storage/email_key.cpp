#include "storage/email_key.hpp"

#include <idn2.h>
#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>

namespace rollcall::storage {
namespace {

struct Free {
  void operator()(void* memory) const noexcept { std::free(memory); }
};

char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// `text` composed (NFC), and with `more` options.
std::string normalize(std::string_view text, int more) {
  utf8proc_uint8_t* mapped = nullptr;
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | more);
  const utf8proc_ssize_t octets =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &mapped, options);
  const std::unique_ptr<utf8proc_uint8_t, Free> owner(mapped);
  // Valid UTF-8 has no other reason to fail.
  if (octets < 0) throw std::bad_alloc();
  return {reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(octets)};
}

std::string domain_key(const std::string& domain) {
  char* ascii = nullptr;
  const int code = idn2_to_ascii_8z(domain.c_str(), &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<char, Free> owner(ascii);
  if (code == IDN2_MALLOC) throw std::bad_alloc();
  // No name of the DNS, but maybe one of a private network.
  if (code != IDN2_OK) return normalize(domain, UTF8PROC_CASEFOLD);
  return ascii;
}

}  // namespace

std::string_view EmailKey::operator()(std::string_view email) {
  unsigned char seen = 0;
  const auto end = std::transform(email.begin(), email.end(), ascii_.begin(), [&](char c) {
    seen |= static_cast<unsigned char>(c);
    return to_lower(c);
  });
  if (seen < 0x80) return {ascii_.data(), static_cast<std::size_t>(end - ascii_.begin())};
  const std::size_t at = std::min(email.find('@'), email.size());
  other_ = normalize(email.substr(0, at), 0) + '@' +
           domain_key(std::string(email.substr(std::min(at + 1, email.size()))));
  std::transform(other_.begin(), other_.end(), other_.begin(), to_lower);
  return other_;
}

}  // namespace rollcall::storage
