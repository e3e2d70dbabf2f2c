/// The contract in a textbook way: Beast's asynchronous server example, with Boost.JSON's values
/// for the body and a map for the users. One io_context, one thread.
///
///     beast PORT

#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <boost/json.hpp>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace json = boost::json;
using tcp = asio::ip::tcp;

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;
using Users = std::unordered_map<std::int64_t, json::object>;

constexpr std::string_view collection = "/users";
constexpr std::string_view item_prefix = "/users/";

/// The three members of a user, without an id; nothing if the body is not a user.
std::optional<json::object> read_user(const std::string& body) {
  boost::system::error_code error;
  const json::value value = json::parse(body, error);
  if (error || !value.is_object()) return std::nullopt;
  json::object user;
  for (const char* name : {"last-name", "first-name", "email"}) {
    const json::value* member = value.as_object().if_contains(name);
    if (member == nullptr || !member->is_string() || member->as_string().empty()) {
      return std::nullopt;
    }
    user[name] = *member;
  }
  if (user["email"].as_string().find('@') == json::string::npos) return std::nullopt;
  return user;
}

Response make_response(const Request& request, http::status status, std::string body) {
  Response response{status, request.version()};
  response.set(http::field::content_type, "application/json");
  response.keep_alive(request.keep_alive());
  response.body() = std::move(body);
  response.prepare_payload();
  return response;
}

Response create(const Request& request, Users& users) {
  std::optional<json::object> user;
  if (request[http::field::content_type] == "application/json") user = read_user(request.body());
  if (!user) return make_response(request, http::status::bad_request, "{}");
  const auto id = static_cast<std::int64_t>(users.size()) + 1;
  (*user)["id"] = id;
  Response response = make_response(request, http::status::created, json::serialize(*user));
  response.set(http::field::location, std::string(item_prefix) + std::to_string(id));
  users.emplace(id, *std::move(user));
  return response;
}

Response show(const Request& request, const Users& users, std::string_view digits) {
  std::int64_t id = 0;
  const char* end = digits.data() + digits.size();
  const auto [last, error] = std::from_chars(digits.data(), end, id);
  const auto found = error == std::errc{} && last == end ? users.find(id) : users.end();
  if (found == users.end()) return make_response(request, http::status::not_found, "{}");
  return make_response(request, http::status::ok, json::serialize(found->second));
}

Response answer(const Request& request, Users& users) {
  const std::string_view target(request.target().data(), request.target().size());
  if (request.method() == http::verb::post && target == collection) return create(request, users);
  if (request.method() == http::verb::get && target.starts_with(item_prefix)) {
    return show(request, users, target.substr(item_prefix.size()));
  }
  return make_response(request, http::status::not_found, "{}");
}

/// One connection: reads a request, writes its answer, and repeats until the client closes it.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, Users& users) : stream_(std::move(socket)), users_(users) {}

  void read() {
    request_ = {};
    http::async_read(stream_, buffer_, request_,
                     [self = shared_from_this()](beast::error_code error, std::size_t) {
                       if (!error) self->write();
                     });
  }

 private:
  void write() {
    response_ = answer(request_, users_);
    http::async_write(stream_, response_,
                      [self = shared_from_this()](beast::error_code error, std::size_t) {
                        if (!error && self->response_.keep_alive()) self->read();
                      });
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  Request request_;
  Response response_;
  Users& users_;
};

void accept(tcp::acceptor& acceptor, Users& users) {
  acceptor.async_accept([&](beast::error_code error, tcp::socket socket) {
    if (!error) {
      socket.set_option(tcp::no_delay(true), error);
      std::make_shared<Session>(std::move(socket), users)->read();
    }
    accept(acceptor, users);
  });
}

}  // namespace

int main(int argc, char** argv) try {
  const int port = argc > 1 ? std::atoi(argv[1]) : 0;
  asio::io_context context{1};
  asio::signal_set signals(context, SIGTERM, SIGINT);
  signals.async_wait([&](beast::error_code, int) { context.stop(); });
  const tcp::endpoint loopback{asio::ip::address_v4::loopback(),
                               static_cast<asio::ip::port_type>(port)};
  tcp::acceptor acceptor(context, loopback);
  Users users;
  accept(acceptor, users);
  std::printf("ready http://127.0.0.1:%d\n", static_cast<int>(acceptor.local_endpoint().port()));
  std::fflush(stdout);
  context.run();
} catch (const std::exception& error) {
  std::fprintf(stderr, "beast: %s\n", error.what());
  return EXIT_FAILURE;
}
