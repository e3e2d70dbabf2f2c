#include "tests/support/client.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>

namespace rollcall::tests {

namespace asio = boost::asio;
namespace http = boost::beast::http;

Client::Client(std::uint16_t port, std::chrono::milliseconds patience) : socket_(context_) {
  socket_.connect({asio::ip::address_v4::loopback(), port});
  socket_.set_option(asio::ip::tcp::no_delay(true));
  const timeval time{patience.count() / 1'000, patience.count() % 1'000 * 1'000};
  ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
}

bool Client::send(std::string_view bytes) {
  boost::system::error_code error;
  asio::write(socket_, asio::buffer(bytes), error);
  return !error;
}

std::optional<Response> Client::receive(bool head) {
  http::response_parser<http::string_body> parser;
  parser.skip(head);
  // A download of many users is longer than the usual 8 MiB.
  parser.body_limit(boost::none);
  boost::system::error_code error;
  http::read(socket_, buffer_, parser, error);
  if (error) return std::nullopt;
  return parser.release();
}

std::optional<Response> Client::exchange(std::string_view request, bool head) {
  if (!send(request)) return std::nullopt;
  return receive(head);
}

void Client::finish() {
  boost::system::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

std::string Client::receive_some() {
  std::string octets(64 * 1'024, '\0');
  boost::system::error_code error;
  octets.resize(socket_.read_some(boost::asio::buffer(octets), error));
  return octets;
}

bool Client::at_end() {
  if (buffer_.size() > 0) return false;
  boost::system::error_code error;
  char octet;
  const std::size_t size = socket_.read_some(asio::buffer(&octet, 1), error);
  return size == 0 && (error == asio::error::eof || error == asio::error::connection_reset);
}

std::string create_request(std::string_view body, std::string_view more) {
  std::string request =
      "POST /users HTTP/1.1\r\nHost: localhost:3000\r\nContent-Type: application/json\r\n";
  request.append(more);
  request += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  request.append(body);
  return request;
}

std::string user_json(std::string_view last_name, std::string_view first_name,
                      std::string_view email) {
  std::string body = R"({"last-name": ")";
  body.append(last_name).append(R"(", "first-name": ")").append(first_name);
  return body.append(R"(", "email": ")").append(email).append("\"}");
}

}  // namespace rollcall::tests
