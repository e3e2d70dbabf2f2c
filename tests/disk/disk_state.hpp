#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tests/disk/simulated_disk.hpp"

/// What the simulated disk knows: its files, and what is to fail.
namespace rollcall::tests::disk {

/// What a disk writes whole or not at all.
constexpr std::size_t sector_octets = 512;

/// A change that was not synced: octets at an offset, or a new size.
struct Change {
  std::size_t at;
  std::optional<std::string> octets;  ///< Null: the file is `at` octets long from now on.
};

struct File {
  std::string synced;
  std::vector<Change> since;
  bool name_is_synced = true;
  bool removed = false;  ///< The name is gone, but its directory was not synced.
  /// An earlier file of this name, whose removal was not synced.
  std::optional<std::string> ghost;
};

struct State {
  std::mutex mutex;
  std::map<std::string, File> files;
  Lie lie = Lie::none;
  std::optional<std::string> late;  ///< Synced by a lie: takes effect with the next sync.
  std::optional<Fault> fault;
  std::uint64_t calls = 0;  ///< Of the fault's kind.
  std::uint64_t hit = 0;
  std::uint64_t changes = 0;
  std::uint64_t hook_at = 0;
  std::function<void()> hook;
};

inline State& state() {
  static State only;
  return only;
}

inline std::string read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

inline void apply(std::string& content, const Change& change) {
  if (!change.octets) {
    content.resize(change.at);
    return;
  }
  if (content.size() < change.at + change.octets->size()) {
    content.resize(change.at + change.octets->size());
  }
  content.replace(change.at, change.octets->size(), *change.octets);
}

inline void apply_all(File& file) {
  for (const Change& each : file.since) apply(file.synced, each);
  file.since.clear();
}

}  // namespace rollcall::tests::disk
