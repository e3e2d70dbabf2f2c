/// Hostile or careless clients for script/bench-hostile. Each attacks 127.0.0.1 and prints the
/// result in one line. One that holds connections keeps them until standard input ends.

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr const char* usage =
    "usage: hostile idle|unread|malformed PORT COUNT\n"
    "  idle       COUNT connections, each with one answered create, then silence\n"
    "  unread     COUNT connections that send reads without end and never read an answer\n"
    "  malformed  COUNT malformed requests, each on its own connection\n";

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "hostile: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

int connect_to(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (socket < 0 || ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    fail("connect");
  }
  return socket;
}

void send_all(int socket, std::string_view octets) {
  while (!octets.empty()) {
    const ssize_t sent = ::send(socket, octets.data(), octets.size(), MSG_NOSIGNAL);
    // The server may have refused and closed already, as it should.
    if (sent < 0) return;
    octets.remove_prefix(static_cast<std::size_t>(sent));
  }
}

/// The server's answer until it closes the connection or has sent `least` octets.
std::string receive(int socket, std::size_t least) {
  std::string all;
  std::array<char, 4'096> buffer;
  while (all.size() < least) {
    const ssize_t size = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (size <= 0) break;
    all.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return all;
}

void wait_for_the_end() {
  std::fflush(stdout);
  char octet;
  while (::read(STDIN_FILENO, &octet, 1) > 0) {
  }
}

const std::string user =
    R"({"last-name": "Meere", "first-name": "John", "email": "johnm@gmail.com"})";

std::string create() {
  return "POST /users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(user.size()) + "\r\n\r\n" + user;
}

void idle(std::uint16_t port, std::size_t count) {
  std::vector<int> sockets;
  std::size_t created = 0;
  for (std::size_t i = 0; i < count; ++i) {
    sockets.push_back(connect_to(port));
    send_all(sockets.back(), create());
    if (receive(sockets.back(), 1).starts_with("HTTP/1.1 201 ")) ++created;
  }
  std::printf("idle: %zu connections, %zu answered with 201\n", count, created);
  wait_for_the_end();
}

void unread(std::uint16_t port, std::size_t count) {
  std::string reads;
  for (int i = 0; i < 100; ++i) reads += "GET /users/1 HTTP/1.1\r\nHost: x\r\n\r\n";
  std::size_t taken = 0;
  std::vector<int> sockets;
  for (std::size_t i = 0; i < count; ++i) {
    const int socket = connect_to(port);
    sockets.push_back(socket);
    ::fcntl(socket, F_SETFL, O_NONBLOCK);
    // Sends until the server has read nothing for a second.
    pollfd writable{socket, POLLOUT, 0};
    while (::poll(&writable, 1, 1'000) > 0 && (writable.revents & POLLOUT) != 0) {
      const ssize_t sent = ::send(socket, reads.data(), reads.size(), MSG_NOSIGNAL);
      if (sent > 0) taken += static_cast<std::size_t>(sent);
    }
  }
  std::printf("unread: %zu connections, %zu octets of requests taken\n", count, taken);
  wait_for_the_end();
}

void malformed(std::uint16_t port, std::size_t count) {
  const std::vector<std::string> requests{
      "NONSENSE\r\n\r\n",
      std::string("\x16\x03\x01\x02\x00", 5),
      "GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
      "POST /users HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
      "POST /users HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
      "GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(20'000, 'a') + "\r\n\r\n",
      "GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET / HTTP/7.0\r\nHost: x\r\n\r\n"};
  std::size_t refused = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const int socket = connect_to(port);
    send_all(socket, requests[i % requests.size()]);
    ::shutdown(socket, SHUT_WR);
    const std::string answer = receive(socket, 1 << 20);
    const bool close = answer.find("\r\nConnection: close\r\n") != answer.npos;
    if (close && (answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.1 5"))) ++refused;
    ::close(socket);
  }
  std::printf("malformed: %zu requests, %zu refused with 4xx or 5xx and closed\n", count, refused);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc == 4 ? argv[1] : "";
  const auto port = static_cast<std::uint16_t>(argc == 4 ? std::strtoul(argv[2], nullptr, 10) : 0);
  const std::size_t count = argc == 4 ? std::strtoul(argv[3], nullptr, 10) : 0;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (what == "idle") {
    idle(port, count);
  } else if (what == "unread") {
    unread(port, count);
  } else if (what == "malformed") {
    malformed(port, count);
  } else {
    std::fputs(usage, stderr);
    return 2;
  }
  return 0;
}
