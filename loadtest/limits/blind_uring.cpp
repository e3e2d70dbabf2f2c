/// The limit of a server that stores nothing, by io_uring instead of epoll: as blind.cpp, which it
/// is compared with. Everything that io_uring offers for it is used: one accept and one recv a
/// connection that go on by themselves (multishot), buffers that the kernel picks from a ring,
/// sends that report only failure, completions that are handled when this thread asks for them, a
/// registered ring. It needs Linux 6.1.

#include <liburing.h>
#include <poll.h>
#include <sys/mman.h>

#include <cstdlib>

#include "loadtest/limits/epoll_loop.hpp"

namespace rollcall::loadtest {
namespace {

constexpr unsigned submissions = 4'096;
constexpr unsigned completions = 16'384;
/// Of the ring of buffers, a power of two: more than completions of one turn.
constexpr unsigned buffers = 4'096;
constexpr unsigned buffer_octets = 1'024;
constexpr int buffer_group = 0;

/// What a completion is of; the socket is in the upper half of its user data.
enum class Kind : std::uint32_t { accept, stop, receive, send };

std::uint64_t user_data(Kind kind, int socket) {
  return static_cast<std::uint64_t>(socket) << 32 | static_cast<std::uint64_t>(kind);
}

[[noreturn]] void fail_by(int error, std::string_view what) {
  errno = -error;
  fail(what);
}

class BlindUring {
 public:
  BlindUring(int stop, int listener) : listener_(listener) {
    io_uring_params params{};
    params.flags = IORING_SETUP_CQSIZE | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_COOP_TASKRUN |
                   IORING_SETUP_DEFER_TASKRUN;
    params.cq_entries = completions;
    const int error = ::io_uring_queue_init_params(submissions, &ring_, &params);
    if (error < 0) fail_by(error, "io_uring_setup");
    ::io_uring_register_ring_fd(&ring_);
    make_buffers();
    io_uring_sqe* const poll = entry();
    ::io_uring_prep_poll_add(poll, stop, POLLIN);
    poll->user_data = user_data(Kind::stop, stop);
    accept();
  }

  /// Returns when `stop` is readable.
  void run() {
    for (;;) {
      const int error = ::io_uring_submit_and_wait(&ring_, 1);
      if (error < 0 && error != -EINTR) fail_by(error, "io_uring_enter");
      io_uring_cqe* cqe = nullptr;
      unsigned head = 0;
      unsigned seen = 0;
      io_uring_for_each_cqe(&ring_, head, cqe) {
        if (!handle(*cqe)) return;
        ++seen;
      }
      ::io_uring_cq_advance(&ring_, seen);
    }
  }

 private:
  void make_buffers() {
    constexpr std::size_t octets = buffers * sizeof(io_uring_buf);
    void* const memory =
        ::mmap(nullptr, octets, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
    if (memory == MAP_FAILED) fail("mmap");
    buffer_ring_ = static_cast<io_uring_buf_ring*>(memory);
    io_uring_buf_reg registration{};
    registration.ring_addr = reinterpret_cast<std::uint64_t>(memory);
    registration.ring_entries = buffers;
    registration.bgid = buffer_group;
    const int error = ::io_uring_register_buf_ring(&ring_, &registration, 0);
    if (error < 0) fail_by(error, "io_uring_register");
    ::io_uring_buf_ring_init(buffer_ring_);
    for (unsigned i = 0; i < buffers; ++i) give_back(i);
  }

  void give_back(unsigned buffer) {
    ::io_uring_buf_ring_add(buffer_ring_, octets_[buffer].data(), buffer_octets,
                            static_cast<unsigned short>(buffer), ::io_uring_buf_ring_mask(buffers),
                            0);
    ::io_uring_buf_ring_advance(buffer_ring_, 1);
  }

  io_uring_sqe* entry() {
    io_uring_sqe* sqe = ::io_uring_get_sqe(&ring_);
    if (sqe == nullptr) {
      ::io_uring_submit(&ring_);
      sqe = ::io_uring_get_sqe(&ring_);
    }
    if (sqe == nullptr) fail("io_uring_get_sqe");
    return sqe;
  }

  void accept() {
    io_uring_sqe* const sqe = entry();
    ::io_uring_prep_multishot_accept(sqe, listener_, nullptr, nullptr, SOCK_CLOEXEC);
    sqe->user_data = user_data(Kind::accept, listener_);
  }

  void receive(int socket) {
    io_uring_sqe* const sqe = entry();
    ::io_uring_prep_recv_multishot(sqe, socket, nullptr, 0, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->buf_group = buffer_group;
    sqe->user_data = user_data(Kind::receive, socket);
  }

  void send(int socket) {
    io_uring_sqe* const sqe = entry();
    ::io_uring_prep_send(sqe, socket, created_answer.data(), created_answer.size(), MSG_NOSIGNAL);
    sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
    sqe->user_data = user_data(Kind::send, socket);
  }

  /// False when the program is to end.
  bool handle(const io_uring_cqe& cqe) {
    const auto socket = static_cast<int>(cqe.user_data >> 32);
    const bool goes_on = (cqe.flags & IORING_CQE_F_MORE) != 0;
    switch (static_cast<Kind>(cqe.user_data & 0xffffffff)) {
      case Kind::stop:
        return false;
      case Kind::accept:
        if (cqe.res >= 0) receive(cqe.res);
        if (!goes_on) accept();
        return true;
      case Kind::receive:
        if (cqe.res > 0) {
          send(socket);
          give_back(cqe.flags >> IORING_CQE_BUFFER_SHIFT);
        }
        if (cqe.res == -ENOBUFS || (cqe.res > 0 && !goes_on)) {
          receive(socket);
        } else if (cqe.res <= 0) {
          ::close(socket);
        }
        return true;
      case Kind::send:
        return true;  // It failed, and so will the recv, which closes.
    }
    return true;
  }

  const int listener_;
  io_uring ring_{};
  io_uring_buf_ring* buffer_ring_ = nullptr;
  std::array<std::array<char, buffer_octets>, buffers> octets_;
};

}  // namespace
}  // namespace rollcall::loadtest

int main(int argc, char** argv) {
  using namespace rollcall::loadtest;
  const Options options = parse_options(argc, argv, false, "blind_uring [--port N]");
  const int stop = watch_stop_signals();
  const int listener = listen_on_loopback(options.port);
  static BlindUring server(stop, listener);
  server.run();
}
