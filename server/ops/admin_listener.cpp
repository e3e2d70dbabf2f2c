#include "server/ops/admin_listener.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "server/limits.hpp"

namespace rollcall::server {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

/// One client's connection, kept by the handlers of what it waits for.
class AdminListener::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(AdminDesk& desk, tcp::socket socket, SideListener::Place place)
      : desk_(desk), place_(std::move(place)), stream_(std::move(socket)) {}

  void read() {
    parser_.emplace();
    parser_->header_limit(max_admin_request_octets);
    parser_->body_limit(max_admin_request_octets);
    stream_.expires_after(admin_timeout);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](beast::error_code error, std::size_t) {
                       self->on_read(error);
                     });
  }

 private:
  void on_read(beast::error_code error) {
    const bool refused =
        error && error.category() == http::make_error_code(http::error{}).category();
    if (error == http::error::end_of_stream || (error && !refused)) return;
    const auto& request = parser_->get();
    AdminAnswer answer{.status = 400, .body = "Not a valid HTTP request, or too large.\n"};
    if (!error) {
      answer = answer_admin({request.method_string(), request.target(),
                             request.find(http::field::origin) != request.end(), request.body()},
                            desk_);
    }
    response_ = {};
    response_.version(11);
    response_.result(answer.status);
    response_.set(http::field::content_type, answer.content_type);
    response_.set(http::field::cache_control, "no-store");
    if (!answer.allow.empty()) response_.set(http::field::allow, answer.allow);
    response_.body() = std::move(answer.body);
    response_.keep_alive(!error && request.keep_alive());
    response_.prepare_payload();
    // The length is that of the answer to a GET.
    if (!error && request.method() == http::verb::head) response_.body().clear();
    write();
  }

  void write() {
    stream_.expires_after(admin_timeout);
    http::async_write(stream_, response_,
                      [self = shared_from_this()](beast::error_code error, std::size_t) {
                        if (error) return;
                        if (self->response_.keep_alive()) return self->read();
                        beast::error_code ignored;
                        self->stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
                      });
  }

  AdminDesk& desk_;
  const SideListener::Place place_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_{2 * max_admin_request_octets};
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
};

AdminListener::AdminListener(const SideListener::Where& where, AdminDesk& desk)
    : listener_(where, [&desk](tcp::socket socket, SideListener::Place place) {
        std::make_shared<Connection>(desk, std::move(socket), std::move(place))->read();
      }) {}

}  // namespace rollcall::server
