#include "server/listeners.hpp"

#include <boost/system/system_error.hpp>
#include <stdexcept>

#include "server/ops/given_sockets.hpp"

namespace rollcall::server {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

struct Making {
  asio::io_context& context;
  Log& log;
  const Listener::Taker& taker;
  Sockets made;

  void take(const GivenSocket& given) {
    if (given.name == "admin") return take(given, made.admin);
    if (given.name == "agent") return take(given, made.agent);
    made.api.push_back(std::make_unique<Listener>(context, given.descriptor, log, taker));
  }

  static void take(const GivenSocket& given, std::optional<int>& place) {
    if (place) {
      throw std::runtime_error("LISTEN_FDNAMES calls two sockets '" + given.name +
                               "': give one of that name");
    }
    if (is_file(given)) {
      throw std::runtime_error("the socket that LISTEN_FDNAMES calls '" + given.name +
                               "' is a file: give an address and a port");
    }
    place = given.descriptor;
  }

  void bind_file(const SocketFile& file) {
    try {
      made.api.push_back(std::make_unique<Listener>(context, file, log, taker));
    } catch (const boost::system::system_error& failure) {
      std::string why = failure.code().message() + ": choose another path with --listen";
      if (failure.code() == asio::error::address_in_use) {
        why = "another program or another --listen has it; choose another path";
      } else if (failure.code() == boost::system::errc::file_exists) {
        why = "there is a file that is not a socket; choose another path";
      }
      throw std::runtime_error("can't listen on unix:" + file.path + ": " + why);
    }
  }

  void bind(const ListenAddress& address) {
    boost::system::error_code error;
    tcp::resolver resolver(context);
    const auto found =
        resolver.resolve(address.host, std::to_string(address.port),
                         tcp::resolver::passive | tcp::resolver::numeric_service, error);
    if (error) {
      throw std::runtime_error("can't listen on " + address.host + ":" +
                               std::to_string(address.port) + ": " + error.message() +
                               ": give this host's name or a numeric address with --listen");
    }
    for (const auto& entry : found) {
      try {
        made.api.push_back(std::make_unique<Listener>(context, entry.endpoint(), log, taker));
      } catch (const boost::system::system_error& failure) {
        throw std::runtime_error("can't listen on " + text(entry.endpoint()) + ": " +
                                 listen_advice(failure.code()));
      }
    }
  }
};

}  // namespace

std::string listen_advice(const boost::system::error_code& error) {
  if (error == asio::error::address_in_use) {
    return "the address is in use by another program or another --listen; choose another port";
  }
  return error.message() + ": choose another address with --listen";
}

Sockets make_sockets(asio::io_context& context, const Options& options, Log& log,
                     const Listener::Taker& taker) {
  Making making{context, log, taker, {}};
  for (const GivenSocket& each : take_given_sockets()) making.take(each);
  if (!making.made.api.empty()) return std::move(making.made);
  for (const ListenAddress& each : options.listen) {
    if (each.path.empty()) {
      making.bind(each);
    } else {
      making.bind_file({each.path, options.socket_mode});
    }
  }
  return std::move(making.made);
}

}  // namespace rollcall::server
