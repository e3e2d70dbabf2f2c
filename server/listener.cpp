#include "server/listener.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "server/accept_limits.hpp"

namespace rollcall::server {
namespace {

using Local = boost::asio::local::stream_protocol;

/// The fate of a connection that was in the queue, as accept(2) has them: the next one may do.
bool is_of_one_connection(int error) noexcept {
  switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPERM:
    case EPROTO:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
      return true;
    default:
      return false;
  }
}

/// Nobody listens on the socket file at `path` any more. Throws if it is not a socket.
bool is_left_over(boost::asio::io_context& context, const std::string& path) {
  struct stat about {};
  if (::lstat(path.c_str(), &about) == 0 && !S_ISSOCK(about.st_mode)) {
    throw boost::system::system_error(
        boost::system::errc::make_error_code(boost::system::errc::file_exists));
  }
  boost::system::error_code error;
  Local::socket(context).connect(Local::endpoint(path), error);
  return error == boost::asio::error::connection_refused;
}

}  // namespace

std::string text(const boost::asio::ip::tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  const std::string port = std::to_string(endpoint.port());
  return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + port;
}

Listener::Listener(boost::asio::io_context& context, Origin origin, Log& log, Taker taker)
    : acceptor_(context.get_executor()),
      pause_(context.get_executor()),
      origin_(origin),
      log_(log),
      taker_(std::move(taker)),
      pace_(taker_.most_wait) {}

Listener::Listener(boost::asio::io_context& context, const boost::asio::ip::tcp::endpoint& endpoint,
                   Log& log, Taker taker)
    : Listener(context, Origin::bound, log, std::move(taker)) {
  acceptor_.open(endpoint.protocol());
  acceptor_.set_option(boost::asio::socket_base::reuse_address(true));
  if (endpoint.address().is_v6()) acceptor_.set_option(boost::asio::ip::v6_only(true));
  set_options();
  acceptor_.bind(endpoint);
}

Listener::Listener(boost::asio::io_context& context, const SocketFile& file, Log& log, Taker taker)
    : Listener(context, Origin::listening, log, std::move(taker)) {
  acceptor_.open(Local());
  bind_file(context, file);
  // Another program that is given the same path sees by this that it is taken.
  acceptor_.listen(listen_backlog);
}

Listener::Listener(boost::asio::io_context& context, int descriptor, Log& log, Taker taker)
    : Listener(context, Origin::given, log, std::move(taker)) {
  // The family is only asked for when sockets are made of it.
  acceptor_.assign(boost::asio::ip::tcp::v4(), descriptor);
  set_options();
}

Listener::~Listener() {
  struct stat about {};
  if (!own_file_ || ::lstat(own_file_->path.c_str(), &about) != 0) return;
  // Another server may have taken the path over by now.
  if (about.st_dev != own_file_->device || about.st_ino != own_file_->inode) return;
  ::unlink(own_file_->path.c_str());
}

void Listener::bind_file(boost::asio::io_context& context, const SocketFile& file) {
  // Nobody is to connect before the mode is set.
  const mode_t before = ::umask(0777);
  boost::system::error_code error;
  acceptor_.bind(Local::endpoint(file.path), error);
  ::umask(before);
  if (error == boost::asio::error::address_in_use && is_left_over(context, file.path)) {
    ::unlink(file.path.c_str());
    ::umask(0777);
    acceptor_.bind(Local::endpoint(file.path), error);
    ::umask(before);
  }
  struct stat about {};
  if (!error &&
      (::chmod(file.path.c_str(), file.mode) != 0 || ::lstat(file.path.c_str(), &about) != 0)) {
    error.assign(errno, boost::system::system_category());
  }
  if (error) throw boost::system::system_error(error);
  own_file_ = {file.path, about.st_dev, about.st_ino};
}

/// Accepted sockets have it too. Otherwise the kernel takes megabytes for a slow reader and then
/// nothing for long, which looks like one that reads nothing.
void Listener::set_options() {
  const int unsent = max_kernel_unsent_octets;
  ::setsockopt(acceptor_.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
}

void Listener::listen() {
  if (origin_ == Origin::bound) acceptor_.listen(listen_backlog);
  acceptor_.non_blocking(true);
  wait();
}

void Listener::close() {
  if (origin_ != Origin::given) accept_all();
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

std::string Listener::name() const {
  const auto bound = acceptor_.local_endpoint();
  if (bound.data()->sa_family == AF_UNIX) {
    Local::endpoint file;
    std::memcpy(file.data(), bound.data(), bound.size());
    file.resize(bound.size());
    return "unix:" + file.path();
  }
  return text(address());
}

boost::asio::ip::tcp::endpoint Listener::address() const {
  boost::asio::ip::tcp::endpoint address;
  const auto bound = acceptor_.local_endpoint();
  if (bound.data()->sa_family == AF_UNIX) return address;
  address.resize(bound.size());
  std::memcpy(address.data(), bound.data(), bound.size());
  return address;
}

void Listener::wait() {
  acceptor_.async_wait(boost::asio::socket_base::wait_read,
                       [this](boost::system::error_code error) {
                         if (!error && acceptor_.is_open()) look();
                       });
}

void Listener::look() {
  pace_.begin(taker_.load(), system_clock().now());
  int cause = 0;
  while (cause == 0 && pace_.takes_another()) cause = accept_one();
  // Who waits for a descriptor does not wait for a thread that can't keep up.
  if (cause != 0) pace_.emptied();
  const std::chrono::milliseconds pause = pace_.end();
  if (cause == 0 || cause == EAGAIN) return pause.count() == 0 ? wait() : look_after(pause);
  // A descriptor for one is missing for the next connection too. They stay in the queue, so waiting
  // for the socket would spin (accept(2)).
  tell(cause);
  look_after(accept_pause);
}

/// Until there is none, or until something is missing.
void Listener::accept_all() {
  pace_.begin_last();
  while (accept_one() == 0) {
  }
}

/// 0; EAGAIN if there is none; or errno, which says what is missing.
int Listener::accept_one() {
  const int socket =
      ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (socket < 0) return is_of_one_connection(errno) ? 0 : errno;
  auto transport = std::make_unique<PlainTransport>(socket);
  const bool asks = pace_.asks_age();
  if (!pace_.took(asks ? transport->octets_age() : std::chrono::milliseconds(0))) {
    transport->close(Transport::Close::discard);
    taker_.dropped();
    return 0;
  }
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  taker_.take(std::move(transport));
  return 0;
}

void Listener::tell(int cause) {
  if (!failed_.is_due(system_clock().now())) return;
  log_.say(LogLevel::error, "can't accept connections: %s; trying again",
           std::generic_category().message(cause).c_str());
}

void Listener::look_after(std::chrono::milliseconds pause) {
  pause_.expires_after(pause);
  pause_.async_wait([this](boost::system::error_code error) {
    if (!error && acceptor_.is_open()) look();
  });
}

}  // namespace rollcall::server
