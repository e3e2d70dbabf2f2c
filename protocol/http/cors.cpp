#include "protocol/http/cors.hpp"

#include <algorithm>

#include "protocol/http/target.hpp"
#include "protocol/limits.hpp"

namespace rollcall::protocol {
namespace {

constexpr std::string_view vary = "\r\nVary: Origin";
/// What pages may read besides Cache-Control, Content-Length and Content-Type, which they always
/// may (Fetch standard, section 2.2.2).
constexpr std::string_view exposed =
    "\r\nAccess-Control-Expose-Headers: Accept, Accept-Encoding, Accept-Patch, Accept-Post, Allow, "
    "Date, ETag, Idempotency-Replayed, Link, Location, Preference-Applied, Retry-After, "
    "X-Request-Id, X-Total-Count";
/// What means nothing here does no harm. The wildcard does not cover Authorization, which a proxy
/// may want. Two hours are as long as Chromium remembers.
constexpr std::string_view preflight =
    "\r\nAccess-Control-Allow-Methods: GET, HEAD, POST, PUT, PATCH, DELETE"
    "\r\nAccess-Control-Allow-Headers: *, Authorization"
    "\r\nAccess-Control-Max-Age: 7200";

bool is_lower(std::string_view text) noexcept {
  return std::none_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// What is wrong with it, if anything.
std::optional<std::string_view> fault_of(std::string_view origin) noexcept {
  constexpr std::string_view shape =
      "must be * or an origin such as https://app.example.com or http://localhost:5173";
  const std::size_t colon = origin.find("://");
  if (origin.size() > max_origin_octets || colon == origin.npos || colon == 0) return shape;
  const std::string_view scheme = origin.substr(0, colon);
  const std::string_view host = origin.substr(colon + 3);
  const bool is_scheme = std::all_of(scheme.begin(), scheme.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  });
  if (host.find('/') != host.npos) return "must have no path, and no slash at its end";
  if (!is_lower(origin)) return "must be in lower case, as browsers send it";
  // A host may have one, but browsers look up none.
  const bool wild = host.find('*') != host.npos;
  if (!is_scheme || wild || host.empty() || host.front() == ':' || !is_host(host)) return shape;
  if ((scheme == "http" && host.ends_with(":80")) ||
      (scheme == "https" && host.ends_with(":443")) || host.ends_with(':')) {
    return "must leave out the port that its scheme implies, as browsers do";
  }
  return std::nullopt;
}

}  // namespace

Cors::Allowed Cors::allowed(std::string_view origin, std::string_view vary_field) {
  std::string fields = "\r\nAccess-Control-Allow-Origin: ";
  fields.append(origin).append(vary_field);
  return {std::string(origin), fields + std::string(exposed), fields + std::string(preflight)};
}

std::optional<std::string_view> Cors::allow(std::string_view origin) {
  if (origin == "*") {
    any_ = true;
    of_any_ = allowed(origin, "");
    max_octets_ = std::max(max_octets_, of_any_.fields.size());
    return std::nullopt;
  }
  if (const auto fault = fault_of(origin)) return fault;
  if (find(origin) != 0) return std::nullopt;
  static_assert(max_cors_origins == 32, "the message says so");
  if (origins_.size() == max_cors_origins) return "is one too many: 32 are allowed";
  origins_.push_back(allowed(origin, vary));
  max_octets_ = std::max(max_octets_, origins_.back().fields.size());
  return std::nullopt;
}

Cors::Origin Cors::find(std::string_view origin) const noexcept {
  for (std::size_t i = 0; i < origins_.size(); ++i) {
    if (origins_[i].origin == origin) return static_cast<Origin>(i + 1);
  }
  return 0;
}

std::string_view Cors::fields(Origin origin) const noexcept {
  if (any_) return of_any_.fields;
  return origin == 0 ? vary : std::string_view(origins_[origin - 1U].fields);
}

std::string_view Cors::preflight_fields(Origin origin) const noexcept {
  if (any_) return of_any_.preflight_fields;
  return origin == 0 ? vary : std::string_view(origins_[origin - 1U].preflight_fields);
}

}  // namespace rollcall::protocol
