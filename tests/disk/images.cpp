#include <algorithm>
#include <filesystem>

#include "tests/disk/disk_state.hpp"

/// What is left of the files when the power is lost, or the process is killed.
namespace rollcall::tests::disk {
namespace {

namespace fs = std::filesystem;

/// A change with only some of its sectors; the sectors are those of the file.
void apply_torn(std::string& content, const Change& change, Random& random) {
  if (!change.octets) return apply(content, change);
  const std::string& octets = *change.octets;
  for (std::size_t done = 0; done < octets.size();) {
    const std::size_t at = change.at + done;
    const std::size_t size = std::min(octets.size() - done, sector_octets - at % sector_octets);
    if (random() % 2 == 0) apply(content, {at, octets.substr(done, size)});
    done += size;
  }
}

/// The file after a loss of power; null if its name is not there.
std::optional<std::string> after_loss(const File& file, Random& random) {
  if (file.removed && random() % 2 == 0) return std::nullopt;
  if (!file.name_is_synced) {
    switch (random() % 3) {
      case 0:
        return file.ghost;
      case 1:
        return std::nullopt;
      default:
        break;
    }
  }
  std::string content = file.synced;
  const std::uint64_t how = random() % 5;
  const std::size_t first = file.since.empty() ? 0 : random() % (file.since.size() + 1);
  for (std::size_t i = 0; i < file.since.size(); ++i) {
    const bool whole = how == 1 || (how == 2 && i < first) || (how == 3 && random() % 2 == 0);
    if (whole) apply(content, file.since[i]);
    if (how == 4) apply_torn(content, file.since[i], random);
  }
  return content;
}

bool is_in(const std::string& path, const std::string& directory) {
  return fs::path(path).parent_path() == fs::path(directory);
}

}  // namespace

void lose_power(const std::string& from, const std::string& to, Random& random) {
  State& now = state();
  const std::lock_guard lock(now.mutex);
  for (const auto& [path, file] : now.files) {
    if (!is_in(path, from)) continue;
    const std::optional<std::string> content = after_loss(file, random);
    if (!content) continue;
    std::ofstream(fs::path(to) / fs::path(path).filename(), std::ios::binary) << *content;
  }
}

void kill(const std::string& from, const std::string& to) {
  for (const auto& entry : fs::directory_iterator(from)) {
    if (!entry.is_regular_file() || entry.path().extension() == ".db-shm") continue;
    std::ofstream(fs::path(to) / entry.path().filename(), std::ios::binary)
        << read_file(entry.path().string());
  }
}

}  // namespace rollcall::tests::disk
