#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string>

/// A disk that loses power and fails on demand: a SQLite VFS over the default one, registered as
/// the default before main(), so that a whole store runs on it through open_store(). Files are
/// real, and hold what a crash of the process would leave; beside each, the disk keeps what was
/// synced and every change since. Syncs don't reach the real disk. Only one test at a time uses it.
namespace rollcall::tests::disk {

using Random = std::mt19937_64;

/// What a fault can hit.
enum class Call : std::uint8_t { open, read, write, sync, truncate, shared_memory };
enum class Target : std::uint8_t { data, log };

struct Fault {
  Call call = Call::write;
  Target target = Target::log;
  std::uint64_t nth = 1;  ///< The call of this kind, from 1, that fails.
  int code = 0;           ///< What SQLite is told, such as SQLITE_IOERR_WRITE.
  bool lasting = false;   ///< Every later call of this kind fails too, until heal().
  bool half = false;      ///< A write: the whole sectors of its first half reach the file.
};

/// How this disk breaks its promises, to show that a test would notice.
enum class Lie : std::uint8_t {
  none,
  no_sync,    ///< A sync does nothing.
  late_sync,  ///< A sync takes effect only with the next one of any file.
};

/// Forgets every file, fault and hook, and tells the truth again.
void reset();
void lie(Lie how);

void fail(const Fault& fault);
/// Calls that failed because of fail().
std::uint64_t faults_hit();
void heal();

/// Writes, syncs, truncations and removals so far.
std::uint64_t changes();
/// `act` is called once, before the change with this number (counted as changes() does) is made.
void before_change(std::uint64_t number, std::function<void()> act);

/// What is on disk if power is lost now: copies of the files of directory `from` that were opened,
/// in directory `to`, each with what was synced and some of the changes since: by chance none, all,
/// the first few, or any subset of their sectors of 512 octets.
void lose_power(const std::string& from, const std::string& to, Random& random);
/// What a process that is killed now leaves: the files of `from` as they are.
void kill(const std::string& from, const std::string& to);

}  // namespace rollcall::tests::disk
