#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/http/forwarded_client.hpp"
#include "protocol/limits.hpp"

namespace rollcall::protocol {

/// Whether `text` may be a request's id: 1 to max_request_id_octets, visible ASCII without
/// quotation marks, commas, semicolons and backslashes. So it needs no escape anywhere.
bool is_request_id(std::string_view text) noexcept;

/// The trace id of a traceparent (W3C Trace Context, section 3.2.2.3): 32 digits.
using TraceId = std::array<char, 32>;

/// That of `value`, a whole field. Strict for version 00; of a later one what is behind its flags
/// is ignored (section 3.2.4). Nothing if it is malformed, or if one of its ids has only zeros.
std::optional<TraceId> read_trace_parent(std::string_view value) noexcept;

/// Who sent a request and what it is called, as its fields say. Only a request with such fields has
/// one, unless Site::notes_callers. It is kept for the next ones: begin() makes it that of another
/// request. Not initialized further than it must be: make it with std::make_unique_for_overwrite().
class Caller {
 public:
  /// Of another request, of which nothing is known yet.
  void begin() noexcept {
    forwarded = {};
    is_noted = false;
    octets_in = 0;
    client.reset();
    ids_ = traces_ = size_ = 0;
    trace_.reset();
  }
  /// An X-Request-Id. Two of them are none.
  void take_request_id(std::string_view value) noexcept {
    size_ = ids_++ == 0 && is_request_id(value) ? static_cast<std::uint8_t>(value.size()) : 0;
    std::copy_n(value.begin(), size_, id_.begin());
  }
  /// A traceparent. Two of them are none.
  void take_trace_parent(std::string_view value) noexcept {
    trace_ = traces_++ == 0 ? read_trace_parent(value) : std::nullopt;
  }
  /// Gives it an id, which is_request_id().
  void set_id(std::string_view id) noexcept {
    size_ = static_cast<std::uint8_t>(id.size());
    std::copy_n(id.begin(), size_, id_.begin());
  }

  /// Empty if it has none.
  std::string_view id() const noexcept { return {id_.data(), size_}; }
  const std::optional<TraceId>& trace() const noexcept { return trace_; }

  ForwardedClient forwarded;        ///< Of a peer that is trusted.
  bool is_noted = false;            ///< The access log will have its answer.
  std::uint64_t octets_in = 0;      ///< Of the request, as far as it was read.
  std::optional<IpAddress> client;  ///< With Site::notes_callers: as far as it is known.

 private:
  std::uint8_t ids_ = 0;
  std::uint8_t traces_ = 0;
  std::uint8_t size_ = 0;
  std::array<char, max_request_id_octets> id_;
  std::optional<TraceId> trace_;

  static_assert(max_request_id_octets < 256);
};

/// The field line with which an answer repeats an id, with a line end before it: octets beside it.
inline constexpr std::string_view request_id_field = "\r\nX-Request-Id: ";

}  // namespace rollcall::protocol
