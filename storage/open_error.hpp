#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "storage/user.hpp"

namespace rollcall::storage {

/// What is wrong with a WAL.
struct WalDamage {
  std::uint64_t readable = 0;  ///< Frames from the first on that SQLite can reach.
  std::uint64_t frames = 0;    ///< Frames that there are, or were.
  bool in_data_file = false;   ///< The data file has all of them.
  /// The data file has none of what can't be read, so the WAL may be cut behind what can.
  bool can_be_cut = false;
  std::uint64_t cut_octets = 0;  ///< Where to cut.
  std::uint64_t lost_ids = 0;    ///< The most ids that may be lost by that.
};

/// Why a store can't be opened: facts only. What to tell a person, and what to do next, is for the
/// program to say (server/cli/open_error.hpp).
struct OpenFailure {
  enum class Reason : std::uint8_t {
    unknown_store,           ///< `path` is no store's URL.
    not_durable,             ///< The store keeps nothing: it can't be opened offline.
    no_file,                 ///< The file does not exist and is not to be created.
    empty_file,              ///< The file is empty and is not to be made a store.
    no_directory,            ///< The directory `path` does not exist, or is not a directory.
    directory_not_writable,  ///< SQLite creates files of its own in the directory `path`.
    not_a_file,              ///< Not a regular file.
    file_not_opened,         ///< open(2) failed with the errno `code`.
    in_use,                  ///< Another process has the file.
    being_read,              ///< Another process reads the file, and no server may start meanwhile.
    not_locked,              ///< flock(2) failed with the errno `code`.
    not_sqlite,              ///< Not a SQLite database.
    other_program,           ///< A SQLite database of another program.
    newer_schema,            ///< Its schema is `found`, newer than `known`.
    other_definition,        ///< Its table or trigger `detail` is not the one of its schema.
    damaged,                 ///< By what `detail` says.
    changed_rows,          ///< `found` users are not what was written: those of `ids`, 20 at most.
    too_many_users,        ///< They do not fit into memory. If `known` is not 0: they take more
                           ///< than `found` octets, and the process may have `known`.
    not_read,              ///< SQLite failed with `detail`.
    not_written,           ///< SQLite failed with `detail`.
    upgrade_not_copied,    ///< The schema is old, and `path`, to be a copy of the file before it
                           ///< is upgraded, can't be written: `detail`.
    no_wal,                ///< There can be no WAL beside the file: its journal mode is `detail`.
    wal_not_read,          ///< Reading the WAL `path` failed with the errno `code`.
    wal_damaged,           ///< As `wal` says: users would be lost. `path` is the real name of
                           ///< the data file.
    wal_without_data,      ///< The file is missing or empty, but its WAL `detail` has `found`
                           ///< frames.
    wal_behind,            ///< Its WAL has `found` frames, and another program that has the file
                           ///< open knows of `known`.
    changed_meanwhile,     ///< Another program wrote to the file while it was opened.
    uri,                   ///< `path` is what SQLite takes for a URI.
    network_file_system,   ///< `path` is on one, called `detail`.
    shared_emails,         ///< Addresses must be unique, and the users of each of `ids` share one.
    not_a_file_store,      ///< What is asked for works on a file, and `path` is a database.
    without_postgres,      ///< This program was built without PostgreSQL's library.
    database_not_reached,  ///< Connecting to the database `path` failed: `detail`.
    database_failed,       ///< The database refused what opening needs: `detail`.
    database_settings,     ///< The database would lose users, or alter them: `detail`.
    no_tables,             ///< The database has no tables, and none are to be made.
    emails_are_unique,     ///< Other instances keep addresses unique, and this one is not to.
  };

  Reason reason = Reason::unknown_store;
  std::string path{};    ///< The file, unless the reason says otherwise.
  std::string detail{};  ///< One line; nothing of what users contain.
  int code = 0;
  std::int64_t found = 0;
  std::int64_t known = 0;
  std::vector<std::vector<UserId>> ids{};
  WalDamage wal{};
};

/// What opening a store throws. No existing file has been changed then.
class StoreOpenError final : public std::exception {
 public:
  explicit StoreOpenError(OpenFailure failure) noexcept : failure_(std::move(failure)) {}
  const OpenFailure& failure() const noexcept { return failure_; }
  const char* what() const noexcept override { return "the store can't be opened"; }

 private:
  OpenFailure failure_;
};

}  // namespace rollcall::storage
