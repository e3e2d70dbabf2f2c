#pragma once

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "server/cli/open_error.hpp"
#include "storage/local/table.hpp"
#include "storage/local/table_sink.hpp"
#include "storage/sqlite/journal.hpp"
#include "storage/sqlite/wal_format.hpp"
#include "tests/storage/faulty_vfs.hpp"
#include "tests/support/temporary_directory.hpp"

/// The files of a store, as a process leaves them that was killed, and what may happen to them.
namespace rollcall::storage {

/// A journal, and the table it was loaded into.
struct OpenedJournal {
  explicit OpenedJournal(const std::string& path, const char* vfs = FaultyVfs::name) {
    TableSink sink(table);
    journal = SqliteJournal::open(path, sink, report, {}, vfs);
  }

  /// Commits `count` users of `octets` each, with the next ids, in one transaction.
  Status commit(std::size_t count = 1, std::size_t octets = 100) {
    const std::string name(octets / 2, 'n');
    std::vector<WriteOperation> operations(count);
    for (std::size_t i = 0; i < count; ++i) {
      operations[i].id = last_id + 1 + i;
      operations[i].user = {name, name, "a@b.c"};
      operations[i].next = i + 1 < count ? &operations[i + 1] : nullptr;
    }
    const Status status = journal->commit(operations.data(), {});
    if (status == Status::ok) last_id += count;
    return status;
  }

  Table table;
  OpenReport report;
  std::unique_ptr<SqliteJournal> journal;
  UserId last_id = 0;
};

inline std::string read_file(const std::string& path) {
  std::ostringstream octets;
  octets << std::ifstream(path, std::ios::binary).rdbuf();
  return octets.str();
}

/// Makes a new file: when an old one is overwritten, ext4 writes it to disk at once.
inline void write_file(const std::string& path, const std::string& octets) {
  std::filesystem::remove(path);
  std::ofstream(path, std::ios::binary) << octets;
}

/// Opens the store at `path` in a process of its own, which is killed when it has done `act`.
inline void in_killed_process(const std::string& path,
                              const std::function<void(OpenedJournal&)>& act) {
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      OpenedJournal opened(path);
      opened.last_id = opened.report.last_id;
      act(opened);
      ::_exit(0);
    } catch (...) {
      ::_exit(1);
    }
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  BOOST_REQUIRE(status == 0);
}

/// A process that reads the store at `path` from begin() to end(). To be made while this process
/// does not have the store open: SQLite does not survive a fork.
class OtherReader {
 public:
  explicit OtherReader(const std::string& path) {
    BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, sockets_) == 0);
    child_ = ::fork();
    if (child_ != 0) return;
    char octet = 0;
    if (::read(sockets_[1], &octet, 1) != 1) ::_exit(1);
    int code = -1;
    SqliteDatabase database(path, SqliteDatabase::Access::read_only, nullptr, code);
    database.execute("BEGIN; SELECT count(*) FROM users");
    if (::write(sockets_[1], "r", 1) != 1) ::_exit(1);
    for (;;) ::pause();
  }
  ~OtherReader() { end(); }
  OtherReader(const OtherReader&) = delete;
  OtherReader& operator=(const OtherReader&) = delete;

  void begin() const {
    char octet = 0;
    BOOST_REQUIRE(::write(sockets_[0], "b", 1) == 1);
    BOOST_REQUIRE(::read(sockets_[0], &octet, 1) == 1);
  }

  void end() {
    if (child_ < 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    for (const int each : sockets_) ::close(each);
    child_ = -1;
  }

 private:
  pid_t child_ = -1;
  int sockets_[2] = {-1, -1};
};

struct StoreFiles {
  static constexpr std::size_t frame_octets = frame_header_octets + default_page_octets;

  tests::TemporaryDirectory directory;
  std::string path = directory.file("a.db");
  std::string wal = path + "-wal";
  std::string shm = path + "-shm";

  /// `users` are in the data file; then a process commits each of `transactions`, that many users,
  /// and is killed.
  void leave(std::size_t users, const std::vector<std::size_t>& transactions) const {
    if (users > 0) {
      OpenedJournal opened(path);
      BOOST_REQUIRE((opened.commit(users) == Status::ok));
      std::string error;
      BOOST_REQUIRE(opened.journal->close(error));
    }
    in_killed_process(path, [&](OpenedJournal& opened) {
      for (const std::size_t each : transactions) {
        if (opened.commit(each) != Status::ok) throw std::runtime_error("commit");
      }
    });
  }

  static void flip_bit(const std::string& file, std::size_t octet) {
    std::string octets = read_file(file);
    BOOST_REQUIRE(octet < octets.size());
    octets[octet] = static_cast<char>(octets[octet] ^ 1);
    write_file(file, octets);
  }
  /// Where the frame begins; the first is 1.
  static std::size_t frame(std::size_t number) {
    return wal_header_octets + (number - 1) * frame_octets;
  }

  std::map<std::string, std::string> snapshot() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
      files[entry.path().filename()] = read_file(entry.path());
    }
    return files;
  }

  /// Copies the files as they are to another store: what a crash now would leave.
  void crash_into(const StoreFiles& other) const {
    write_file(other.path, read_file(path));
    write_file(other.wal, read_file(wal));
  }

  OpenReport open() const { return OpenedJournal(path).report; }

  /// Why the store is refused; every file is as it was.
  std::string refusal() const {
    const auto before = snapshot();
    std::string message;
    try {
      open();
    } catch (const StoreOpenError& error) {
      message = server::describe(error);
    }
    BOOST_TEST(!message.empty());
    BOOST_TEST(message.find('\n') == message.npos);
    BOOST_TEST((snapshot() == before));
    return message;
  }
};

}  // namespace rollcall::storage
