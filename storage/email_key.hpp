#pragma once

#include <array>
#include <string>
#include <string_view>

#include "storage/limits.hpp"

namespace rollcall::storage {

/// Brings e-mail addresses into the form in which they are compared: two are the same mailbox for
/// mail systems if the forms are equal. In the domain case does not count, and a label of letters
/// beyond ASCII is the same as its A-label (IDNA2008, RFC 5890; UTS #46, non-transitional). In the
/// local part the case of ASCII letters does not count, and equivalent sequences of code points are
/// one (Unicode's NFC; RFC 6532, section 3.1). One thread at a time.
class EmailKey {
 public:
  /// The form of `email`, which is valid UTF-8 within its limit. Valid until the next call. An
  /// address of ASCII letters allocates nothing; of others std::bad_alloc may be thrown.
  std::string_view operator()(std::string_view email);

 private:
  std::array<char, max_email_octets> ascii_;
  std::string other_;
};

}  // namespace rollcall::storage
