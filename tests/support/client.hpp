#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rollcall::tests {

using Response = boost::beast::http::response<boost::beast::http::string_body>;

/// A blocking HTTP client for one connection to 127.0.0.1, which can also send any bytes. Gives up
/// on a server that is silent for `patience`.
class Client {
 public:
  /// Throws boost::system::system_error if nobody listens.
  explicit Client(std::uint16_t port,
                  std::chrono::milliseconds patience = std::chrono::seconds(20));

  /// Returns false if the connection is broken.
  bool send(std::string_view bytes);

  /// The next response, or nothing if the connection ends before it is whole. `head`: the answer to
  /// a HEAD request has no body, whatever its fields say.
  std::optional<Response> receive(bool head = false);

  std::optional<Response> exchange(std::string_view request, bool head = false);

  /// The octets that the server has sent, unparsed and at least one; empty at the end.
  std::string receive_some();

  /// Shuts down the sending side: no more requests follow.
  void finish();

  /// True if the server closes the connection now and there is nothing more to read.
  bool at_end();

 private:
  boost::asio::io_context context_;
  boost::asio::ip::tcp::socket socket_;
  boost::beast::flat_buffer buffer_;
};

/// A create of the contract, with `more` fields (each with its line end).
std::string create_request(std::string_view body, std::string_view more = {});

/// The body of a create.
std::string user_json(std::string_view last_name, std::string_view first_name,
                      std::string_view email);

}  // namespace rollcall::tests
