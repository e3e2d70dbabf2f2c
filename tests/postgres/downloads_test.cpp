#include <poll.h>
#include <signal.h>

#include <boost/test/unit_test.hpp>
#include <string>

#include "storage/postgres/downloads.hpp"
#include "storage/postgres/limits.hpp"
#include "tests/postgres/instances.hpp"
#include "tests/storage/store_contract.hpp"

/// Downloads beside what a store shows of them: their clock is the test's.
namespace rollcall::storage::postgres {
namespace {

/// A download as the loop drives it.
struct Driven {
  explicit Driven(const std::string& url) : download(url, waker) {}

  void ask(ExportOperation& piece, Clock::time_point now) {
    download.next({&piece, &inbox, now});
    download.step(now);
  }
  /// Until the piece has come.
  void wait() {
    while (!download.is_idle()) {
      pollfd one = download.link().wanted();
      ::poll(&one, 1, 10);
      download.link().ready();
      download.step(Clock::now());
    }
  }

  RecordingOwner owner;
  Outbox outbox;
  Inbox inbox{owner, outbox};
  Waker waker;
  Download download;
};

/// The session that has a snapshot does nothing while this lives.
class StoppedSession {
 public:
  StoppedSession()
      : process_(std::stoi(tests::shared_cluster().query(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'rollcall' AND state = "
            "'idle in transaction'"))) {
    ::kill(process_, SIGSTOP);
  }
  ~StoppedSession() { ::kill(process_, SIGCONT); }
  StoppedSession(const StoppedSession&) = delete;
  StoppedSession& operator=(const StoppedSession&) = delete;

 private:
  const int process_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(downloads)

BOOST_AUTO_TEST_CASE(a_download_whose_database_falls_silent_ends_when_its_time_is_over) {
  Instances instances(1);
  create(*instances.all[0], std::vector<std::string>(users_a_piece + 1, "A"));
  Driven driven(instances.url);
  ExportOperation piece;
  driven.ask(piece, Clock::now());
  driven.wait();
  BOOST_TEST((piece.status == Status::ok));
  BOOST_TEST(piece.users.size() == users_a_piece);
  BOOST_TEST(!piece.end);
  const StoppedSession stopped;
  const Clock::time_point asked = Clock::now();
  driven.ask(piece, asked);
  constexpr auto limit = max_list_time + max_wait;
  driven.download.link().ready();
  driven.download.step(asked + limit);
  BOOST_TEST(!driven.download.is_idle());
  driven.download.step(asked + limit + std::chrono::milliseconds(1));
  BOOST_TEST(driven.download.is_idle());
  BOOST_TEST((piece.status == Status::io_error));
  // Its snapshot is let go, and nobody gets the rest of another one.
  BOOST_TEST(!driven.download.link().is_up());
  driven.ask(piece, Clock::now());
  BOOST_TEST(driven.download.is_idle());
  BOOST_TEST((piece.status == Status::io_error));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage::postgres
