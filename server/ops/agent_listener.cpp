#include "server/ops/agent_listener.hpp"

#include <array>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <memory>
#include <utility>

#include "server/limits.hpp"

namespace rollcall::server {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

std::string agent_line(Health::State state, std::uint64_t useful_connections) {
  switch (state) {
    case Health::State::starting:
      break;
    case Health::State::draining:
      return "drain\n";
    case Health::State::store_refuses_writes:
    case Health::State::store_hung:
      return "down\n";
    case Health::State::ready:
      return "up ready maxconn:" + std::to_string(useful_connections) + "\n";
  }
  return "";
}

/// Kept by the handlers of what it waits for.
class AgentListener::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, SideListener::Place place, std::string line)
      : place_(std::move(place)), stream_(std::move(socket)), line_(std::move(line)) {}

  void tell() {
    stream_.expires_after(agent_timeout);
    asio::async_write(stream_, asio::buffer(line_),
                      [self = shared_from_this()](beast::error_code error, std::size_t) {
                        if (error) return;
                        beast::error_code ignored;
                        self->stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
                        self->read();
                      });
  }

 private:
  /// What it sends is of no interest, but left unread it would reset the connection.
  void read() {
    stream_.async_read_some(asio::buffer(dropped_),
                            [self = shared_from_this()](beast::error_code error, std::size_t) {
                              if (!error) self->read();
                            });
  }

  const SideListener::Place place_;
  beast::tcp_stream stream_;
  const std::string line_;
  std::array<char, 256> dropped_;
};

AgentListener::AgentListener(const SideListener::Where& where, Line line)
    : line_(std::move(line)),
      listener_(where, [this](tcp::socket socket, SideListener::Place place) {
        std::make_shared<Connection>(std::move(socket), std::move(place), line_())->tell();
      }) {}

}  // namespace rollcall::server
