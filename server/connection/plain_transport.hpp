#pragma once

#include "server/connection/transport.hpp"

namespace rollcall::server {

/// A socket, as it is. Owns it.
class PlainTransport final : public Transport {
 public:
  /// `socket` is connected and non-blocking.
  explicit PlainTransport(int socket) noexcept : socket_(socket) {}
  ~PlainTransport() override { close(Close::deliver); }

  int descriptor() const noexcept override { return socket_; }
  std::optional<IpAddress> peer() const noexcept override;
  std::chrono::milliseconds octets_age() const noexcept override;
  Readiness on_ready(std::uint32_t events) noexcept override;
  Result read(char* into, std::size_t room) noexcept override;
  Result write(std::string_view octets) noexcept override;
  void shutdown() noexcept override;
  bool is_delivered() const noexcept override;
  void close(Close how) noexcept override;

 private:
  int socket_;
  bool ending_ = false;  ///< An end of input was announced: it must be read until it is there.
};

}  // namespace rollcall::server
