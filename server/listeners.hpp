#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/system/error_code.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/cli/options.hpp"
#include "server/listener.hpp"

namespace rollcall::server {

using Listeners = std::vector<std::unique_ptr<Listener>>;

/// Where the program listens.
struct Sockets {
  Listeners api;
  // Descriptors that were given for the other listeners; none if the options decide.
  std::optional<int> admin;
  std::optional<int> agent;
};

/// The sockets that the program was given. If none of them is for the API, those of
/// Options::listen, which are bound. `log` must outlive them. Throws std::runtime_error with one
/// line for a person.
Sockets make_sockets(boost::asio::io_context& context, const Options& options, Log& log,
                     const Listener::Taker& taker);

/// What went wrong with a port, and what to do.
std::string listen_advice(const boost::system::error_code& error);

}  // namespace rollcall::server
