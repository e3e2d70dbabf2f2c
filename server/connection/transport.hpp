#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "server/clock.hpp"
#include "server/connection/trusted_proxies.hpp"

namespace rollcall::server {

/// What the ready set saw, in a connection's terms.
struct Readiness {
  bool readable;      ///< read() may bring something.
  bool writable;      ///< write() may take something.
  bool ending;        ///< The peer has announced its end: what read() brings may be the last of it.
  bool gone = false;  ///< And in the other direction too: nothing that is written arrives.
};

/// The way to a peer: the only place where octets cross a socket. One thread. After broken, or
/// after close(), only close() and the destructor may be called.
class Transport {
 public:
  enum class Outcome : std::uint8_t {
    again,   ///< Some octets; another call may bring or take more.
    wait,    ///< Perhaps some octets. No more for now: the ready set tells when to try again.
    ended,   ///< Of read(): the peer sends no more.
    broken,  ///< The peer is gone.
  };
  struct Result {
    std::size_t octets;
    Outcome outcome;
  };
  /// What becomes of octets that the peer has not received yet.
  enum class Close : std::uint8_t {
    deliver,  ///< They still go out, and then the end.
    discard,  ///< They are dropped, and the peer sees a reset.
  };

  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  /// Closes what is open, as Close::deliver.
  virtual ~Transport() = default;

  /// The descriptor that the ready set watches, always for reading and for writing; negative once
  /// it is closed.
  virtual int descriptor() const noexcept = 0;
  /// The peer's address, if it has one that is an IP address.
  virtual std::optional<IpAddress> peer() const noexcept { return std::nullopt; }
  /// How long ago the peer's latest octets came, whether they are read or not; 0 if that is not
  /// known.
  virtual std::chrono::milliseconds octets_age() const noexcept { return {}; }
  /// What `events` (epoll's) mean here.
  virtual Readiness on_ready(std::uint32_t events) noexcept = 0;
  /// Reads at most `room` octets, which is not 0.
  virtual Result read(char* into, std::size_t room) noexcept = 0;
  /// Writes as many of `octets`, which are not empty, as are taken now.
  virtual Result write(std::string_view octets) noexcept = 0;
  /// We send no more: the peer sees an end behind what was written.
  virtual void shutdown() noexcept = 0;
  /// The peer has received all that was written, and the end if there was a shutdown().
  virtual bool is_delivered() const noexcept = 0;
  virtual void close(Close how) noexcept = 0;

  /// A connection that gives it to another thread says since when nothing has been under way; it is
  /// null in a new one.
  void set_idle_since(Clock::time_point since) noexcept { idle_since_ = since; }
  std::optional<Clock::time_point> idle_since() const noexcept { return idle_since_; }

 private:
  std::optional<Clock::time_point> idle_since_;
};

}  // namespace rollcall::server
