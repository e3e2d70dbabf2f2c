#pragma once

#include "server/ops/admin_requests.hpp"
#include "server/ops/side_listener.hpp"

namespace rollcall::server {

/// Serves AdminDesk over HTTP. Each request has admin_timeout to come and to be read.
class AdminListener {
 public:
  using Endpoint = SideListener::Endpoint;

  /// See SideListener. `desk` must outlive this.
  AdminListener(const SideListener::Where& where, AdminDesk& desk);

  Endpoint endpoint() const noexcept { return listener_.endpoint(); }

 private:
  class Connection;

  SideListener listener_;
};

}  // namespace rollcall::server
