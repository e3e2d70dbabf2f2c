#pragma once

#include <cstddef>
#include <cstdint>

namespace rollcall::server {

/// Why a connection was closed.
enum class CloseReason : std::uint8_t {
  client,                ///< Its client closed it, and everything was answered.
  done,                  ///< We did, behind the last answer or because of a stop.
  reset,                 ///< It broke.
  idle_timeout,          ///< Timeouts::idle
  write_timeout,         ///< Timeouts::write
  made_room,             ///< It was idle, and another needed its place.
  crowded_out,           ///< Its client had left more unread than others could spare.
  broken_off,            ///< A stream could not go on, and nothing else would tell its client.
  cut,                   ///< The stop had waited long enough.
  bad_proxy_header,      ///< It did not begin with the PROXY header that its proxy owes.
  proxy_header_timeout,  ///< The header did not come in time, or others needed its place.
  moved,                 ///< It was not: another thread has it now.
};
inline constexpr std::size_t close_reason_count = static_cast<std::size_t>(CloseReason::moved);

/// What a connection does.
enum class Activity : std::uint8_t {
  idle,       ///< Nothing.
  reading,    ///< Some of a request has come.
  answering,  ///< A request is being worked on.
  uploading,  ///< A stream of users is coming in.
  writing,    ///< Its client has not read all of an answer.
  closing,    ///< Its last answer is written.
};
inline constexpr std::size_t activity_count = static_cast<std::size_t>(Activity::closing) + 1;

}  // namespace rollcall::server
