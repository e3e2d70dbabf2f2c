#include "server/cli/open_error.hpp"

#include <string_view>
#include <system_error>

#include "server/cli/count_text.hpp"

namespace rollcall::server {
namespace {

using Reason = storage::OpenFailure::Reason;

/// Octets of a URL that an error repeats.
constexpr std::size_t max_told_octets = 64;
constexpr const char* other_file = "name another file with --store";
constexpr const char* look_then_restore =
    "look at it with rollcall check, then move it away and run rollcall restore with a backup";

std::string errno_text(int code) { return std::generic_category().message(code); }

std::string shared_emails(const storage::OpenFailure& failure) {
  // By their ids: addresses are personal data.
  std::string text = failure.path + " has users with the same e-mail address:";
  std::string_view separator = " ";
  for (const auto& ids : failure.ids) {
    text.append(separator).append("ids");
    for (const storage::UserId id : ids) text += " " + std::to_string(id);
    separator = "; ";
  }
  return text + ": change them, or start without --unique-email";
}

/// As one word of a command for sh.
std::string shell_word(std::string_view text) {
  std::string word = "'";
  for (const char each : text) {
    if (each == '\'') {
      word += "'\\''";
    } else {
      word += each;
    }
  }
  return word + "'";
}

std::string changed_rows(const storage::OpenFailure& failure) {
  std::string ids;
  for (const auto& list : failure.ids) {
    for (const storage::UserId id : list) {
      ids.append(ids.empty() ? "" : ", ").append(std::to_string(id));
    }
  }
  const std::string& path = failure.path;
  return path + " has " + std::to_string(failure.found) +
         " users that are not what was written, such as ids " + ids +
         ": restore a backup, or look at them and, to keep them as they are, run: sqlite3 " +
         shell_word(path) + " 'UPDATE users SET checksum = NULL WHERE id IN (" + ids + ")'";
}

/// Ids of users that are lost must not be given to others.
std::string cut_command(const std::string& data, const storage::WalDamage& wal) {
  return "truncate -s " + std::to_string(wal.cut_octets) + " " + shell_word(data + "-wal") +
         " && rm " + shell_word(data + "-shm") + " && sqlite3 " + shell_word(data) +
         " 'UPDATE high_water SET id = max(id, coalesce((SELECT max(id) FROM users), 0)) + " +
         std::to_string(wal.lost_ids) + "'";
}

std::string describe_damage(const std::string& data, const storage::WalDamage& wal) {
  std::string line = data + "-wal is damaged: " + std::to_string(wal.readable) + " of " +
                     std::to_string(wal.frames) + " frames can be read";
  if (wal.in_data_file) {
    return line + ", but the data file has them all: move the WAL away, run: mv " +
           shell_word(data + "-wal") + " " + shell_word(data + "-wal.damaged") + " && rm " +
           shell_word(data + "-shm");
  }
  line += ", and users in the others were acknowledged: copy " + data +
          "* to another place, then restore a backup (without -wal and -shm files)";
  if (wal.can_be_cut) {
    line += ", or, to go on without those users, run: " + cut_command(data, wal);
  }
  return line;
}

std::string describe_database(const storage::OpenFailure& failure) {
  const std::string& path = failure.path;
  switch (failure.reason) {
    case Reason::not_a_file_store:
      return path +
             " is a database, and this command works on a file: docs/scale.md says what to use "
             "instead";
    case Reason::without_postgres:
      return path +
             " needs a build with PostgreSQL's library: run script/bootstrap and "
             "build again";
    case Reason::database_not_reached:
      return path + " can't be reached: " + failure.detail;
    case Reason::database_settings:
      return path + " is not safe to keep users in: " + failure.detail;
    case Reason::no_tables:
      return path + " has no users, and no tables for them: is it the right database and schema?";
    case Reason::emails_are_unique:
      return path +
             " keeps e-mail addresses unique, for all its instances: start with "
             "--unique-email, or stop them all and drop the index users_email_key";
    default:
      return path + " refused what the store needs: " + failure.detail;
  }
}

std::string describe_wal(const storage::OpenFailure& failure) {
  const std::string& path = failure.path;
  switch (failure.reason) {
    case Reason::wal_damaged:
      return describe_damage(path, failure.wal);
    case Reason::wal_without_data:
      return path + " is missing or empty, but its WAL has " + std::to_string(failure.found) +
             " frames: put the data file back, or, to begin a new store, run: mv " +
             shell_word(failure.detail) + " " + shell_word(failure.detail + ".orphan");
    case Reason::wal_behind:
      return path + " is open in another program, and its WAL has fewer frames (" +
             std::to_string(failure.found) + ") than that program knows of (" +
             std::to_string(failure.known) + "): end it, then start again";
    case Reason::wal_not_read:
      return path + " can't be read: " + errno_text(failure.code);
    default:
      return path + " is on a file system that can't do a WAL (journal mode " + failure.detail +
             "): " + other_file;
  }
}

/// What is wrong with the file or directory itself.
std::string describe_place(const storage::OpenFailure& failure) {
  const std::string& path = failure.path;
  switch (failure.reason) {
    case Reason::uri:
      return path.substr(0, max_told_octets) +
             " is a URI: give the path of a file (if its name begins with 'file:', put ./ before)";
    case Reason::network_file_system:
      return path + " is on a network file system (" + failure.detail +
             "), which can lose users: name a file on a local disk with --store";
    case Reason::no_file:
      return path + " does not exist: " + other_file;
    case Reason::empty_file:
      return path + " is empty: " + other_file;
    case Reason::no_directory:
      return "the directory " + path + " does not exist: create it, or " + other_file;
    case Reason::directory_not_writable:
      return "the directory " + path + " is not writable: change its mode, or " + other_file;
    case Reason::not_a_file:
      return path + " is not a regular file: " + other_file;
    case Reason::file_not_opened:
      return path + " can't be opened: " + errno_text(failure.code) + ": change its mode, or " +
             other_file;
    case Reason::in_use:
      return path + " is being served by another process: stop that one, or " + other_file;
    case Reason::being_read:
      return path + " is being read by another rollcall command: try again when that ends";
    case Reason::not_locked:
      return path + " can't be locked: " + errno_text(failure.code);
    default:
      return path + " can't be opened";
  }
}

}  // namespace

std::string describe(const storage::StoreOpenError& error) {
  const storage::OpenFailure& failure = error.failure();
  const std::string& path = failure.path;
  switch (failure.reason) {
    case Reason::unknown_store:
      return "unknown store '" + path.substr(0, max_told_octets) +
             "': give memory:, sqlite:PATH or postgresql://HOST/NAME with --store";
    case Reason::not_durable:
      return "memory: is gone when its server ends: give --store sqlite:PATH";
    case Reason::not_sqlite:
      return path + " is not a SQLite database: " + other_file;
    case Reason::other_program:
      return path + " is a database of another program: " + other_file;
    case Reason::newer_schema:
      return path + " has schema " + std::to_string(failure.found) +
             ", newer than this program's " + std::to_string(failure.known) +
             ": use the rollcall that wrote it, or a newer one";
    case Reason::other_definition:
      return path + ": " + failure.detail + " has an unexpected definition: restore a backup";
    case Reason::damaged:
      return path + " is damaged (" + failure.detail + "): " + look_then_restore;
    case Reason::changed_rows:
      return changed_rows(failure);
    case Reason::too_many_users:
      if (failure.known > 0) {
        return path + " does not fit into memory: it takes more than " +
               grouped(static_cast<std::uint64_t>(failure.found)) +
               " octets, and --max-memory allows " +
               grouped(static_cast<std::uint64_t>(failure.known)) +
               ": use a machine or a cgroup with more, and raise --max-memory";
      }
      return path + " has more users than fit into memory: use a machine with more";
    case Reason::not_read:
      return path + " can't be read: " + failure.detail;
    case Reason::not_written:
      return path + " can't be written: " + failure.detail;
    case Reason::upgrade_not_copied:
      return "the data file has an older schema, and the copy that is kept before an upgrade can't "
             "be written: " +
             path + ": " + failure.detail + ": make room";
    case Reason::no_wal:
    case Reason::wal_not_read:
    case Reason::wal_damaged:
    case Reason::wal_without_data:
    case Reason::wal_behind:
      return describe_wal(failure);
    case Reason::changed_meanwhile:
      return "another program wrote to " + path + " while it was opened: start again";
    case Reason::shared_emails:
      return shared_emails(failure);
    case Reason::not_a_file_store:
    case Reason::without_postgres:
    case Reason::database_not_reached:
    case Reason::database_failed:
    case Reason::database_settings:
    case Reason::no_tables:
    case Reason::emails_are_unique:
      return describe_database(failure);
    default:
      return describe_place(failure);
  }
}

}  // namespace rollcall::server
