#include <boost/config.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "protocol/http/site.hpp"
#include "server/ops/access_recorder.hpp"
#include "storage/local/memory_store.hpp"
#include "tests/support/driven_server.hpp"

namespace {

/// What is counted, apart from what comes before it.
BOOST_NOINLINE void create_from_each(rollcall::tests::DrivenServer& server,
                                     const std::string& create) {
  for (rollcall::tests::MemorySocket& each : server.sockets()) {
    each.forget_sent();
    each.arrive(create);
  }
  server.take_turn();
}

}  // namespace

/// Creates as many users as its first argument says, a multiple of 64, from 64 connections that
/// each have a request in flight, over a network in memory: what script/count-instructions counts.
/// Each further argument is a field line of every request; --log: each answer is for the access
/// log, and the peer is a trusted proxy; --full-log: the same, but nobody reads that.
int main(int argc, char** argv) {
  using namespace rollcall;
  constexpr long connections = 64;
  const long creates = argc >= 2 ? std::strtol(argv[1], nullptr, 10) : 0;
  std::string fields;
  protocol::Site site;
  const auto log = std::make_unique<server::AccessRecorder>(
      server::LogSettings{.access = server::AccessLogging::all});
  for (int i = 2; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--full-log") {
      while (log->ring().add() != nullptr) continue;
    }
    if (argument == "--log" || argument == "--full-log") {
      site.notes_callers = site.trusts_peer = true;
    } else {
      fields.append(argument) += "\r\n";
    }
  }
  const std::string create =
      "POST /users HTTP/1.1\r\nHost: localhost:3000\r\nContent-Type: application/json\r\n"
      "Content-Length: 72\r\n" +
      fields +
      "\r\n"
      "{\"last-name\": \"Meere\", \"first-name\": \"John\", \"email\": \"johnm@gmail.com\"}";
  storage::MemoryStore store;
  tests::DrivenServer server(store, {}, site.notes_callers ? log.get() : nullptr,
                             site.notes_callers ? &site : nullptr);
  for (long i = 0; i < connections; ++i) server.connect();
  for (long i = 0; i < creates; i += connections) create_from_each(server, create);
  std::printf("%llu\n", static_cast<unsigned long long>(store.size()));
  return static_cast<long>(store.size()) == creates ? 0 : 1;
}
