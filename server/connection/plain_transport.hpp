#pragma once

#include <memory>
#include <optional>

#include "server/connection/transport.hpp"

namespace rollcall::server {

/// A socket, as it is. Owns it.
class PlainTransport final : public Transport {
 public:
  /// `socket` is connected and non-blocking.
  explicit PlainTransport(int socket) noexcept : socket_(socket) {}
  ~PlainTransport() override { close(Close::deliver); }

  int descriptor() const noexcept override { return socket_; }
  /// The kernel is asked once.
  std::optional<IpAddress> peer() const noexcept override;
  std::chrono::milliseconds octets_age() const noexcept override;
  /// A proxy says that it speaks for `peer`, who counts from now on.
  void set_peer(const IpAddress& peer);
  Readiness on_ready(std::uint32_t events) noexcept override;
  Result read(char* into, std::size_t room) noexcept override;
  /// As read(), but what it brings is there to be read again.
  Result peek(char* into, std::size_t room) noexcept;
  Result write(std::string_view octets) noexcept override;
  void shutdown() noexcept override;
  bool is_delivered() const noexcept override;
  void close(Close how) noexcept override;

 private:
  Result receive(char* into, std::size_t room, int flags) noexcept;

  mutable std::unique_ptr<std::optional<IpAddress>> peer_;  ///< Null until it is known.
  int socket_;
  bool ending_ = false;  ///< An end of input was announced: it must be read until it is there.
};

}  // namespace rollcall::server
