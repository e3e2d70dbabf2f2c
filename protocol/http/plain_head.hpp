#pragma once

#include <cstddef>
#include <string_view>

#include "protocol/http/request.hpp"
#include "protocol/http/target.hpp"

namespace rollcall::protocol {

/// A request's head of the plain form, understood.
struct PlainHead {
  Target target;  ///< With a view into the text.
  Method method = Method::unknown;
  MediaType media_type = MediaType::other;
  Accepted accepted;
  std::size_t content_length = 0;  ///< At most max_body_octets.
  std::size_t octets = 0;          ///< Of the head, with the empty line behind it.
};

/// Whether `bytes` begin with a whole head of the plain form, which nearly every client and
/// balancer sends: one of our methods, a well-formed target, HTTP/1.1; one good Host, at most one
/// Content-Type and one Content-Length, and other fields that mean nothing here, all in printable
/// ASCII, within the limits below. False says nothing but that it is not this form.
bool read_plain_head(std::string_view bytes, PlainHead& head) noexcept;

/// A longer head is not looked at: one that never ends must not be read again and again.
inline constexpr std::size_t max_plain_head_octets = 2'048;
inline constexpr std::size_t max_plain_fields = 32;

}  // namespace rollcall::protocol
