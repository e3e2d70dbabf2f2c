#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/system/error_code.hpp>
#include <memory>
#include <string>
#include <vector>

#include "server/cli/options.hpp"
#include "server/listener.hpp"

namespace rollcall::server {

using Listeners = std::vector<std::unique_ptr<Listener>>;

/// The sockets that the program was given, or if it was given none, those of Options::listen, which
/// are bound. `log` must outlive them. Throws std::runtime_error with one line for a person.
Listeners make_listeners(boost::asio::io_context& context, const Options& options, Log& log,
                         const Listener::OnAccept& on_accept);

/// What went wrong with a port, and what to do.
std::string listen_advice(const boost::system::error_code& error);

}  // namespace rollcall::server
