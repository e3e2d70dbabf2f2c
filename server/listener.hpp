#pragma once

#include <sys/types.h>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "server/accept_pace.hpp"
#include "server/connection/plain_transport.hpp"
#include "server/notice.hpp"
#include "server/ops/log.hpp"

namespace rollcall::server {

/// The file of a Unix domain socket.
struct SocketFile {
  std::string path;
  mode_t mode;  ///< Permission bits: who may write to it may connect.
};

/// One listening socket. Hands each accepted connection on, with TCP_NODELAY. All calls, and the
/// handler's, on the io_context's thread.
class Listener {
 public:
  using Executor = boost::asio::io_context::executor_type;

  /// Who takes the connections.
  struct Taker {
    std::function<void(std::unique_ptr<PlainTransport>)> take;
    /// One was dropped, because it had waited for too long.
    std::function<void()> dropped;
    std::function<AcceptPace::Load()> load;
    std::chrono::milliseconds most_wait;  ///< See AcceptPace.
  };

  /// Binds, which reserves the address, but accepts no connections yet. `log` must outlive this.
  /// Throws boost::system::system_error.
  Listener(boost::asio::io_context& context, const boost::asio::ip::tcp::endpoint& endpoint,
           Log& log, Taker taker);
  /// As above. A file that is no longer listened on is replaced; `file_exists` means that it is not
  /// a socket. Clients wait from now on until listen(). The destructor removes the file.
  Listener(boost::asio::io_context& context, const SocketFile& file, Log& log, Taker taker);
  /// Takes over `descriptor`, which listens. Whoever opened it holds it, too.
  Listener(boost::asio::io_context& context, int descriptor, Log& log, Taker taker);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Accepts connections from now on. Throws boost::system::system_error.
  void listen();

  /// Accepts what has come until now and no more connections. What has come to a given socket stays
  /// in its queue, for who takes it next.
  void close();

  /// The address that is bound; of a file, the unspecified address and port 0.
  boost::asio::ip::tcp::endpoint address() const;
  /// What is bound, such as `127.0.0.1:3000`, with the port that the kernel chose for port 0, or
  /// `unix:PATH`.
  std::string name() const;

 private:
  enum class Origin : std::uint8_t { bound, listening, given };
  /// The file that was made, as the kernel knows it.
  struct OwnFile {
    std::string path;
    dev_t device;
    ino_t inode;
  };

  Listener(boost::asio::io_context& context, Origin origin, Log& log, Taker taker);
  void bind_file(boost::asio::io_context& context, const SocketFile& file);
  void set_options();
  void wait();
  void look();
  void accept_all();
  int accept_one();
  void tell(int cause);
  void look_after(std::chrono::milliseconds pause);

  boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol, Executor> acceptor_;
  boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                    boost::asio::wait_traits<std::chrono::steady_clock>, Executor>
      pause_;
  const Origin origin_;
  Log& log_;
  const Taker taker_;
  AcceptPace pace_;
  std::optional<OwnFile> own_file_;
  Notice failed_;
};

/// HOST:PORT, with an IPv6 address in brackets.
std::string text(const boost::asio::ip::tcp::endpoint& endpoint);

}  // namespace rollcall::server
