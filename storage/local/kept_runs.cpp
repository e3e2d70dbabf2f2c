#include "storage/local/kept_runs.hpp"

#include <algorithm>

namespace rollcall::storage {
namespace {

/// Runs have no line in common, so that they are in the order of their ends too.
std::uint64_t end_of(const UploadRuns::Kept& kept) noexcept {
  return kept.run.line + kept.run.count;
}

}  // namespace

UploadRuns KeptRuns::share(std::int64_t since) {
  UploadRuns::Blocks shared;
  shared.reserve(blocks_.size());
  for (Slot& each : blocks_) {
    each.shared = true;
    shared.push_back(each.runs);
  }
  return {std::move(shared), since};
}

KeptRuns::Place KeptRuns::find(std::uint64_t line) const noexcept {
  const auto block = std::partition_point(blocks_.begin(), blocks_.end(), [&](const Slot& each) {
    return end_of(each.runs->back()) <= line;
  });
  if (block == blocks_.end()) return {blocks_.size(), 0};
  const Block& runs = *block->runs;
  const auto run = std::partition_point(runs.begin(), runs.end(),
                                        [&](const Kept& each) { return end_of(each) <= line; });
  return {static_cast<std::size_t>(block - blocks_.begin()),
          static_cast<std::size_t>(run - runs.begin())};
}

KeptRuns::Block& KeptRuns::own(std::size_t block) {
  Slot& slot = blocks_[block];
  if (slot.shared) slot = {std::make_shared<Block>(*slot.runs)};
  return *slot.runs;
}

void KeptRuns::erase(const Place& place) {
  if (blocks_[place.block].runs->size() == 1) {
    blocks_.erase(blocks_.begin() + static_cast<std::ptrdiff_t>(place.block));
    return;
  }
  Block& runs = own(place.block);
  runs.erase(runs.begin() + static_cast<std::ptrdiff_t>(place.at));
}

void KeptRuns::remove_lines(std::uint64_t line, std::uint64_t count) {
  for (;;) {
    const Place first = find(line);
    if (is_end(first) || at(first).run.line >= line + count) return;
    erase(first);
  }
}

void KeptRuns::insert(const Kept& run) {
  remove_lines(run.run.line, run.run.count);
  newest_ = std::max(newest_, run.created_at);
  Place place = find(run.run.line);
  const bool behind_all = is_end(place);
  if (behind_all && (blocks_.empty() || blocks_.back().runs->size() >= max_block_runs)) {
    blocks_.push_back({std::make_shared<Block>()});
    blocks_.back().runs->push_back(run);
    return;
  }
  if (behind_all) place = {blocks_.size() - 1, blocks_.back().runs->size()};
  Block& runs = own(place.block);
  runs.insert(runs.begin() + static_cast<std::ptrdiff_t>(place.at), run);
  if (runs.size() <= max_block_runs) return;
  const auto middle = runs.begin() + static_cast<std::ptrdiff_t>(runs.size() / 2);
  const Slot second{std::make_shared<Block>(middle, runs.end())};
  runs.erase(middle, runs.end());
  blocks_.insert(blocks_.begin() + static_cast<std::ptrdiff_t>(place.block) + 1, second);
}

bool KeptRuns::extend(std::uint64_t line, const Kept& more) {
  const Place place = find(line);
  if (is_end(place)) return false;
  const Kept& before = at(place);
  const bool goes_on = before.run.line == line && end_of(before) == more.run.line &&
                       before.run.id + before.run.count == more.run.id &&
                       before.created_at == more.created_at;
  if (!goes_on) return false;
  remove_lines(more.run.line, more.run.count);
  Kept& one = own(place.block)[place.at];
  one.run.count += more.run.count;
  one.run.digest += more.run.digest;
  one.number = more.number;
  return true;
}

void KeptRuns::erase(std::uint64_t line, std::uint64_t number) {
  const Place place = find(line);
  if (is_end(place) || at(place).run.line != line || at(place).number != number) return;
  erase(place);
}

}  // namespace rollcall::storage
