#include "server/cli/export.hpp"

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <system_error>
#include <variant>

#include "protocol/http/output_buffer.hpp"
#include "protocol/import/imported_user.hpp"
#include "protocol/json/writer.hpp"
#include "server/cli/command_options.hpp"
#include "server/cli/load_progress.hpp"
#include "server/cli/open_error.hpp"
#include "server/store_events.hpp"
#include "storage/offline_store.hpp"

namespace rollcall::server {
namespace {

[[noreturn]] void fail_output() {
  throw std::runtime_error("can't write standard output: " +
                           std::generic_category().message(errno));
}

void write_out(protocol::OutputBuffer& buffer) {
  while (buffer.size() > 0) {
    const ssize_t size = ::write(STDOUT_FILENO, buffer.data(), buffer.size());
    if (size < 0 && errno != EINTR) fail_output();
    if (size > 0) buffer.consume(static_cast<std::size_t>(size));
  }
}

void append_user(protocol::OutputBuffer& buffer, storage::UserId id,
                 const storage::UserView& user) {
  buffer.reserve(protocol::max_user_json_octets(user.octets()));
  protocol::Writer writer(buffer.tail());
  protocol::write_user_json(writer, protocol::Digits(id).text(), user);
  buffer.commit(static_cast<std::size_t>(writer.at() - buffer.tail()));
}

/// The next import must not give out the id of a user who is gone.
void append_largest_id(protocol::OutputBuffer& buffer, storage::UserId id, bool json) {
  const std::string object =
      "{\"" + std::string(protocol::largest_id_name) + "\":" + std::to_string(id) + "}";
  buffer.append(json ? ",\"" + std::string(protocol::export_member_name) + "\":" + object
                     : object + "\n");
}

void write_users(storage::OfflineStore& store, FileFormat format) {
  const bool json = format == FileFormat::json;
  protocol::OutputBuffer buffer;
  if (json) buffer.append("{\"users\":[");
  storage::UserId last = 0;
  for (;;) {
    const storage::UserList& users = store.list_after(last);
    if (users.size() == 0) break;
    for (std::size_t i = 0; i < users.size(); ++i) {
      if (json) buffer.append(last == 0 ? "\n" : ",\n");
      last = users.id(i);
      append_user(buffer, last, users.user(i));
      if (!json) buffer.append("\n");
    }
    write_out(buffer);
  }
  if (json) buffer.append("\n]");
  // Also for an empty store: an empty file would look like one that was cut short.
  if (store.last_id() > last || last == 0) append_largest_id(buffer, store.last_id(), json);
  if (json) buffer.append("}\n");
  write_out(buffer);
  // Some file systems report a full disk only at this point.
  if (::close(STDOUT_FILENO) != 0) fail_output();
}

}  // namespace

int run_export(int argc, const char* const* argv) {
  const auto parsed = parse_export_options(argc, argv, environment);
  if (const auto* const early = std::get_if<EarlyExit>(&parsed)) {
    std::fputs(early->out.c_str(), stdout);
    std::fputs(early->err.c_str(), stderr);
    return early->code;
  }
  const auto& options = std::get<ExportOptions>(parsed);
  // If the reader is gone, write() reports it.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    LoadProgressLine line(storage::shown_store(options.store));
    PlainLog log;
    StoreEvents events(log);
    storage::OfflineStore store(
        options.store, storage::OfflineStore::Missing::refuse,
        [&line](std::uint64_t users) { line.show(users); }, events);
    if (store.unwritable()) {
      std::fprintf(stderr, "rollcall: reading only: %s\n",
                   describe(storage::StoreOpenError(*store.unwritable())).c_str());
    }
    write_users(store, options.format);
    std::string error;
    if (!store.close(error)) throw std::runtime_error("the store was not closed cleanly: " + error);
    return 0;
  } catch (const storage::StoreOpenError& error) {
    std::fprintf(stderr, "rollcall: %s\n", describe(error).c_str());
    return 1;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "rollcall: %s\n", failure.what());
    return 1;
  }
}

}  // namespace rollcall::server
