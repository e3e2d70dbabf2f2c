#include "server/ops/side_listener.hpp"

#include <boost/asio/ip/v6_only.hpp>
#include <new>
#include <utility>

#include "server/limits.hpp"

namespace rollcall::server {

namespace asio = boost::asio;
using asio::ip::tcp;

SideListener::SideListener(const Where& where, OnAccept on_accept)
    : on_accept_(std::move(on_accept)), context_(1), acceptor_(context_), pause_(context_) {
  open(where);
  endpoint_ = acceptor_.local_endpoint();
  accept();
  thread_ = std::thread([this] { run(); });
}

void SideListener::open(const Where& where) {
  if (const int* const given = std::get_if<int>(&where)) {
    // The family is only asked for when sockets are made of it.
    return acceptor_.assign(tcp::v4(), *given);
  }
  const Endpoint& endpoint = std::get<Endpoint>(where);
  acceptor_.open(endpoint.protocol());
  acceptor_.set_option(asio::socket_base::reuse_address(true));
  if (endpoint.address().is_v6()) acceptor_.set_option(asio::ip::v6_only(true));
  acceptor_.bind(endpoint);
  acceptor_.listen(static_cast<int>(max_admin_connections));
}

/// Without memory a connection is lost, and nothing else: least of all the server.
void SideListener::run() {
  for (;;) {
    try {
      context_.run();
      return;
    } catch (const std::bad_alloc&) {
    }
  }
}

SideListener::~SideListener() {
  context_.stop();
  thread_.join();
}

void SideListener::accept() {
  acceptor_.async_accept([this](boost::system::error_code error, tcp::socket socket) {
    // Without a descriptor the next one would fail at once.
    error ? pause() : accept();
    if (error || connections_ >= max_admin_connections) return;
    ++connections_;
    on_accept_(std::move(socket), Place(this, [this](void*) { --connections_; }));
  });
}

void SideListener::pause() {
  pause_.expires_after(accept_pause);
  pause_.async_wait([this](boost::system::error_code error) {
    if (!error) accept();
  });
}

}  // namespace rollcall::server
