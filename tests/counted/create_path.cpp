#include <cstdio>
#include <cstdlib>
#include <string>

#include "storage/local/memory_store.hpp"
#include "tests/support/driven_server.hpp"

/// Creates as many users as its first argument says, a multiple of 64, from 64 connections that
/// each have a request in flight, over a network in memory: what script/count-instructions counts.
/// Each further argument is a field line of every request.
int main(int argc, char** argv) {
  using namespace rollcall;
  constexpr long connections = 64;
  const long creates = argc >= 2 ? std::strtol(argv[1], nullptr, 10) : 0;
  std::string fields;
  for (int i = 2; i < argc; ++i) fields.append(argv[i]) += "\r\n";
  const std::string create =
      "POST /users HTTP/1.1\r\nHost: localhost:3000\r\nContent-Type: application/json\r\n"
      "Content-Length: 72\r\n" +
      fields +
      "\r\n"
      "{\"last-name\": \"Meere\", \"first-name\": \"John\", \"email\": \"johnm@gmail.com\"}";
  storage::MemoryStore store;
  tests::DrivenServer server(store);
  for (long i = 0; i < connections; ++i) server.connect();
  for (long i = 0; i < creates; i += connections) {
    for (tests::MemorySocket& each : server.sockets()) {
      each.forget_sent();
      each.arrive(create);
    }
    server.take_turn();
  }
  std::printf("%llu\n", static_cast<unsigned long long>(store.size()));
  return static_cast<long>(store.size()) == creates ? 0 : 1;
}
