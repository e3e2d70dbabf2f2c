#include "server/ops/memory_watch.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace rollcall::server {
namespace {

/// Version 1 has a number that no machine has for none.
constexpr std::uint64_t no_limit = std::uint64_t{1} << 60;

std::optional<std::uint64_t> number_in(const std::string& path) {
  std::ifstream file(path);
  std::uint64_t value = 0;
  // Version 2 has the word `max` for none.
  if (!(file >> value) || value >= no_limit) return std::nullopt;
  return value;
}

/// The smallest of the file `name` in `top` + `group` and in each folder above, up to `top`.
std::optional<std::uint64_t> smallest(const std::string& top, std::string group,
                                      const std::string& name) {
  std::optional<std::uint64_t> least;
  for (;;) {
    while (group.ends_with('/')) group.pop_back();
    if (const auto value = number_in(top + group + "/" + name)) {
      least = std::min(least.value_or(*value), *value);
    }
    if (group.empty()) return least;
    group.resize(group.rfind('/') == group.npos ? 0 : group.rfind('/'));
  }
}

}  // namespace

std::optional<std::uint64_t> memory_of_group(const std::string& root) {
  std::optional<std::uint64_t> least;
  std::ifstream groups(root + "/proc/self/cgroup");
  // `0::GROUP` of version 2, `NUMBER:CONTROLLER[,CONTROLLER]...:GROUP` of version 1.
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == line.npos || second == line.npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const std::string group = line.substr(second + 1);
    std::optional<std::uint64_t> found;
    if (line.starts_with("0::")) {
      found = smallest(root + "/sys/fs/cgroup", group, "memory.max");
    } else if (controllers.find(",memory,") != controllers.npos) {
      found = smallest(root + "/sys/fs/cgroup/memory", group, "memory.limit_in_bytes");
    }
    if (found) least = std::min(least.value_or(*found), *found);
  }
  return least;
}

std::uint64_t resident_octets() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  if (!(file >> all >> resident)) return 0;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

MemoryWatch::Change MemoryWatch::look(std::uint64_t resident) noexcept {
  if (most_ == 0) return Change::none;
  const bool was_full = is_full();
  const bool full = resident > (was_full ? most_ - most_ / 32 : most_);
  full_.store(full, std::memory_order_relaxed);
  if (full == was_full) return Change::none;
  return full ? Change::full : Change::has_room;
}

void look_at_memory(MemoryWatch& watch, Log& log) {
  if (watch.most() == 0) return;
  const std::uint64_t resident = resident_octets();
  switch (watch.look(resident)) {
    case MemoryWatch::Change::none:
      return;
    case MemoryWatch::Change::full:
      log.say(LogLevel::warning,
              "memory limit reached: %llu octets of %llu (--max-memory); creates get 503",
              static_cast<unsigned long long>(resident),
              static_cast<unsigned long long>(watch.most()));
      return;
    case MemoryWatch::Change::has_room:
      log.say(LogLevel::warning, "memory is below its limit; users are created again");
  }
}

}  // namespace rollcall::server
