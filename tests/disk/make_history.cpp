#include <string>
#include <utility>
#include <vector>

#include "storage/limits.hpp"
#include "tests/disk/history.hpp"

/// Which histories there are, and how one that ends badly is made small.
namespace rollcall::tests::disk {
namespace {

using Kind = Step::Kind;

std::uint64_t below(Random& random, std::uint64_t limit) { return random() % limit; }

struct Weight {
  Kind kind;
  unsigned share;
};

constexpr Weight weights[] = {
    {Kind::small_batch, 30}, {Kind::large_batch, 8}, {Kind::huge_batch, 3},
    {Kind::retry, 5},        {Kind::open_reader, 7}, {Kind::close_reader, 6},
    {Kind::restart, 5},      {Kind::kill, 6},        {Kind::lose_power, 14},
    {Kind::fail_sync, 5},    {Kind::fail_write, 5},  {Kind::fail_truncate, 2},
    {Kind::heal, 6},
};

constexpr const char* names[Step::kinds] = {
    "small_batch",  "large_batch",   "huge_batch", "retry",      "open_reader",
    "close_reader", "restart",       "kill",       "lose_power", "fail_sync",
    "fail_write",   "fail_truncate", "heal"};

/// Orders of events that real failures had, or that are close to them.
const std::vector<Kind> motifs[] = {
    // A sync fails while a reader keeps the log from being restarted; then a stop, a start.
    {Kind::small_batch, Kind::open_reader, Kind::fail_sync, Kind::small_batch, Kind::restart,
     Kind::small_batch, Kind::lose_power},
    // The disk is full within a batch, and has space again.
    {Kind::large_batch, Kind::fail_write, Kind::large_batch, Kind::small_batch, Kind::heal,
     Kind::small_batch, Kind::lose_power},
    // A reader stays while the log grows, and leaves.
    {Kind::open_reader, Kind::large_batch, Kind::large_batch, Kind::close_reader, Kind::small_batch,
     Kind::small_batch, Kind::lose_power},
    // What a crash left is copied, and the copying fails.
    {Kind::large_batch, Kind::kill, Kind::fail_sync, Kind::restart, Kind::small_batch, Kind::heal,
     Kind::small_batch, Kind::lose_power},
    {Kind::small_batch, Kind::fail_sync, Kind::small_batch, Kind::fail_truncate, Kind::kill,
     Kind::small_batch, Kind::retry, Kind::lose_power},
};

Kind random_kind(Random& random) {
  unsigned sum = 0;
  for (const Weight& each : weights) sum += each.share;
  std::uint64_t at = below(random, sum);
  const Weight* chosen = weights;
  while (at >= chosen->share) at -= chosen++->share;
  return chosen->kind;
}

}  // namespace

History make_history(std::uint64_t seed) {
  Random random(seed);
  constexpr int frames[] = {3, 12, storage::default_checkpoint_frames};
  History history{frames[below(random, 3)], {}};
  for (std::uint64_t parts = 1 + below(random, 3); parts > 0; --parts) {
    for (std::uint64_t more = below(random, 4); more > 0; --more) {
      history.steps.push_back({random_kind(random), random()});
    }
    for (const Kind kind : motifs[below(random, std::size(motifs))]) {
      if (below(random, 8) != 0) history.steps.push_back({kind, random()});
    }
  }
  history.steps.push_back({Kind::lose_power, random()});
  return history;
}

History shrink(History history, const std::function<bool(const History&)>& is_bad) {
  for (std::size_t size = history.steps.size() / 2; size > 0; size /= 2) {
    for (std::size_t at = 0; at + size <= history.steps.size();) {
      History fewer = history;
      const auto begin = fewer.steps.begin() + static_cast<std::ptrdiff_t>(at);
      fewer.steps.erase(begin, begin + static_cast<std::ptrdiff_t>(size));
      if (is_bad(fewer)) {
        history = std::move(fewer);
      } else {
        at += size;
      }
    }
  }
  return history;
}

std::string text_of(const History& history) {
  std::string text = "checkpoint_frames " + std::to_string(history.checkpoint_frames) + "\n";
  for (const Step& each : history.steps) {
    text += std::string(names[static_cast<int>(each.kind)]) + " " + std::to_string(each.seed);
    text += "\n";
  }
  return text;
}

}  // namespace rollcall::tests::disk
