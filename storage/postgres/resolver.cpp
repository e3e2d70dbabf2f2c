#include "storage/postgres/resolver.hpp"

#include <netdb.h>

#include <array>
#include <map>
#include <system_error>
#include <thread>
#include <utility>

#include "storage/mutex.hpp"
#include "storage/postgres/limits.hpp"

namespace rollcall::storage::postgres {
namespace {

Resolver::Found ask_system(const std::string& name) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* first = nullptr;
  if (const int failure = ::getaddrinfo(name.c_str(), nullptr, &hints, &first); failure != 0) {
    return {{}, "can't find the address of a host: " + std::string(::gai_strerror(failure))};
  }
  Resolver::Found found;
  for (const addrinfo* each = first; each != nullptr; each = each->ai_next) {
    std::array<char, NI_MAXHOST> digits{};
    if (::getnameinfo(each->ai_addr, each->ai_addrlen, digits.data(), digits.size(), nullptr, 0,
                      NI_NUMERICHOST) == 0) {
      found.addresses.emplace_back(digits.data());
    }
  }
  ::freeaddrinfo(first);
  if (found.addresses.empty()) found.error = "a host has no address";
  return found;
}

}  // namespace

struct Resolver::State {
  struct Entry {
    Found found;
    bool known = false;
    bool under_way = false;
    Clock::time_point since{};
  };

  explicit State(LookUp given) : look_up(std::move(given)) {}
  void note(const std::string& name, Found found) {
    const MutexLock lock(mutex);
    Entry& entry = entries[name];
    // A resolver that is away has not taken the addresses away.
    if (entry.found.addresses.empty() || !found.addresses.empty()) entry.found = std::move(found);
    entry.known = true;
    entry.under_way = false;
    entry.since = Clock::now();
  }

  const LookUp look_up;
  Mutex mutex;
  std::map<std::string, Entry> entries ROLLCALL_GUARDED_BY(mutex);
};

Resolver::Resolver(LookUp look_up) : state_(std::make_shared<State>(std::move(look_up))) {}

std::optional<Resolver::Found> Resolver::find(const std::string& name, Clock::time_point now) {
  const MutexLock lock(state_->mutex);
  State::Entry& entry = state_->entries[name];
  if (!entry.under_way && (!entry.known || now - entry.since >= name_lifetime)) {
    try {
      std::thread([state = state_, name] { state->note(name, state->look_up(name)); }).detach();
      entry.under_way = true;
    } catch (const std::system_error&) {
      // There is no room for a thread now: the next time.
    }
  }
  if (!entry.known) return std::nullopt;
  return entry.found;
}

Resolver& Resolver::of_system() {
  static Resolver all(ask_system);
  return all;
}

}  // namespace rollcall::storage::postgres
