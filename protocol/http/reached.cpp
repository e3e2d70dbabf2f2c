#include "protocol/http/reached.hpp"

#include "protocol/http/field_value.hpp"
#include "protocol/http/letters.hpp"
#include "protocol/http/target.hpp"
#include "protocol/limits.hpp"

namespace rollcall::protocol {
namespace {

bool may_be_repeated(std::string_view host) noexcept {
  return !host.empty() && host.size() <= max_host_octets && is_host(host);
}

}  // namespace

bool is_prefix(std::string_view text) noexcept {
  if (text.size() > max_prefix_octets || !text.starts_with('/') || !is_path(text)) return false;
  while (!text.empty()) {
    text.remove_prefix(1);
    const std::string_view segment = text.substr(0, text.find('/'));
    if (segment.empty() || segment == "." || segment == "..") return false;
    text.remove_prefix(segment.size());
  }
  return true;
}

void Reached::take_host(std::string_view host) {
  if (host_.empty() && may_be_repeated(host)) host_ = host;
}

void Reached::take_forwarded(Part part, std::string_view value) {
  std::string_view last = trim(value.substr(value.rfind(',') + 1));
  switch (part) {
    case Part::scheme:
      scheme_ = equals(last, "https") ? "https" : equals(last, "http") ? "http" : "";
      break;
    case Part::host:
      forwarded_host_ = may_be_repeated(last) ? last : "";
      break;
    case Part::prefix:
      if (last.ends_with('/')) last.remove_suffix(1);
      prefix_ = is_prefix(last) ? last : "";
      break;
  }
}

std::string Reached::origin(bool trusted) const {
  const std::string& host = forwarded_host_.empty() ? host_ : forwarded_host_;
  // Who terminates TLS must say so: a link to the wrong scheme is worse than a relative one.
  const std::string scheme = trusted ? scheme_ : "http";
  return scheme.empty() || host.empty() ? "" : scheme + "://" + host;
}

}  // namespace rollcall::protocol
