#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/disk/simulated_disk.hpp"

/// Random histories of a durable store on a simulated disk, each step held against a model. What a
/// step does depends on its own seed only, so that a history from which steps were taken out still
/// means the same.
namespace rollcall::tests::disk {

struct Step {
  enum class Kind : std::uint8_t {
    small_batch,  ///< A few writes of every verb, some with a key, or lines of an
                  ///< upload with one.
    large_batch,  ///< Creates of some 100 pages.
    huge_batch,   ///< Creates that fill the log to a checkpoint, and SQLite's page cache.
    retry,        ///< Creates whose keys were used before.
    open_reader,  ///< Another program reads, and keeps its snapshot.
    close_reader,
    restart,     ///< An orderly stop and a start.
    kill,        ///< The process ends at once, or within a batch; a start.
    lose_power,  ///< As kill, but what was not synced may be lost.
    fail_sync,   ///< The next sync of the log or of the data file fails.
    fail_write,  ///< Writes fail, now or a few later: disk full, or an I/O error.
    fail_truncate,
    heal,  ///< Nothing fails any more.
  };
  static constexpr int kinds = 13;

  Kind kind;
  std::uint64_t seed;
};

using Steps = std::vector<Step>;

struct History {
  int checkpoint_frames;  ///< Few, so that checkpoints come between any two steps, or as usual.
  Steps steps;
};

/// The history that `seed` stands for.
History make_history(std::uint64_t seed);

/// Lives it on an empty disk, and ends in a loss of power. What was acknowledged and is not there,
/// or is there and was refused, or what else must not be: one line; nothing if all is well.
std::optional<std::string> live(const History& history, Lie lie = Lie::none);

/// The fewest of its steps with which it still ends badly.
History shrink(History history, const std::function<bool(const History&)>& is_bad);

/// For a person: each step by its name and seed.
std::string text_of(const History& history);

}  // namespace rollcall::tests::disk
