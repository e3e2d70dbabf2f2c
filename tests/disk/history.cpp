#include "tests/disk/history.hpp"

#include "tests/disk/life.hpp"

namespace rollcall::tests::disk {

std::optional<std::string> live(const History& history, Lie lie) {
  Life life(history.checkpoint_frames, lie);
  for (const Step& each : history.steps) {
    life.take(each);
    if (!life.problem().empty()) return life.problem();
  }
  return std::nullopt;
}

}  // namespace rollcall::tests::disk
