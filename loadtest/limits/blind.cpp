/// The limit of a server that stores nothing: one recv, one send, and the request is not parsed.

#include "loadtest/limits/epoll_loop.hpp"

namespace rollcall::loadtest {
namespace {

class Blind {
 public:
  bool read_ready(int socket) {
    const ssize_t received = ::recv(socket, buffer_.data(), buffer_.size(), 0);
    return received > 0 ? send_answer(socket) : is_open(received);
  }

  void end_turn() {}

 private:
  std::array<char, receive_octets> buffer_;
};

}  // namespace
}  // namespace rollcall::loadtest

int main(int argc, char** argv) {
  using namespace rollcall::loadtest;
  const Options options = parse_options(argc, argv, false, "blind [--port N]");
  Blind blind;
  serve(options.port, blind);
}
