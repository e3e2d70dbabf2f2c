#include "storage/local/kept_runs.hpp"

#include <boost/test/unit_test.hpp>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "tests/storage/runs_of.hpp"
#include "tests/support/allocation_counter.hpp"

namespace rollcall::storage {
namespace {

using Kept = KeptRuns::Kept;

/// Runs of one line each: line 2 is user 1, line 4 is user 2, and so on.
KeptRuns single_lines(std::size_t count) {
  KeptRuns runs;
  for (UserId id = 1; id <= count; ++id) runs.insert({{2 * id, 1, id, id}, id, 100});
  return runs;
}

/// How many of them are at one place in memory in both.
std::size_t in_common(UploadRuns one, UploadRuns other) {
  std::size_t common = 0;
  for (; !one.empty() && !other.empty(); one.pop(), other.pop()) {
    if (&one.front() == &other.front()) ++common;
  }
  return common;
}

/// The same, in a plain way.
struct Model {
  std::map<std::uint64_t, Kept> runs;

  void remove_lines(std::uint64_t line, std::uint64_t count) {
    std::erase_if(runs, [&](const auto& each) {
      return each.first < line + count && line < each.first + each.second.run.count;
    });
  }
  void insert(const Kept& run) {
    remove_lines(run.run.line, run.run.count);
    runs[run.run.line] = run;
  }
  bool extend(std::uint64_t line, const Kept& more) {
    const auto found = runs.find(line);
    if (found == runs.end() || line + found->second.run.count != more.run.line ||
        found->second.run.id + found->second.run.count != more.run.id ||
        found->second.created_at != more.created_at) {
      return false;
    }
    remove_lines(more.run.line, more.run.count);
    found->second.run.count += more.run.count;
    found->second.run.digest += more.run.digest;
    found->second.number = more.number;
    return true;
  }
  std::vector<UploadRun> since(std::int64_t time) const {
    std::vector<UploadRun> all;
    for (const auto& [line, each] : runs) {
      if (each.created_at >= time) all.push_back(each.run);
    }
    return all;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(kept_runs)

BOOST_AUTO_TEST_CASE(giving_them_copies_none) {
  KeptRuns runs = single_lines(10'000);
  BOOST_TEST(in_common(runs.share(0), runs.share(100)) == 10'000U);
  BOOST_TEST(runs.share(101).empty());
}

BOOST_AUTO_TEST_CASE(a_change_copies_one_block_of_those_that_were_given) {
  constexpr std::size_t most = KeptRuns::max_block_runs;
  for (const std::size_t count : {most - 1, most, most + 1, 10 * most}) {
    KeptRuns runs = single_lines(count);
    const UploadRuns given = runs.share(0);
    const UserId next = count + 1;
    BOOST_TEST(runs.extend(2 * count, {{2 * count + 1, 1, next, 1}, next, 100}));
    // Of those before the block of the last one.
    BOOST_TEST(in_common(given, runs.share(0)) == (count - 1) / most * most);
    BOOST_TEST(runs_of(given).back().count == 1U);
    BOOST_TEST(runs_of(runs.share(0)).back().count == 2U);
  }
}

BOOST_AUTO_TEST_CASE(a_block_that_nobody_else_has_is_changed_in_place) {
  KeptRuns runs = single_lines(10);
  (void)runs.share(0);
  BOOST_TEST(runs.extend(20, {{21, 1, 11, 1}, 11, 100}));
  const std::uint64_t before = tests::allocation_count();
  for (std::uint64_t line = 22; line < 100; ++line) {
    BOOST_REQUIRE(runs.extend(20, {{line, 1, line - 10, 1}, 11, 100}));
  }
  BOOST_TEST(tests::allocation_count() == before);
}

BOOST_AUTO_TEST_CASE(blocks_stay_small_although_runs_come_between_others) {
  constexpr std::size_t most = KeptRuns::max_block_runs;
  for (const std::size_t count : {most - 1, most, most + 1, 10 * most}) {
    KeptRuns runs;
    for (std::uint64_t line = count; line > 0; --line) runs.insert({{2 * line, 1, line, 1}, 1, 1});
    const UploadRuns given = runs.share(0);
    runs.erase(2, 1);
    runs.insert({{2, 1, 1, 1}, 1, 1});
    const std::size_t copied = count - in_common(given, runs.share(0));
    BOOST_TEST(copied <= most);
    BOOST_TEST((copied == count) == (count <= most));
  }
}

BOOST_AUTO_TEST_CASE(only_the_run_that_begins_with_the_line_is_made_longer) {
  KeptRuns runs;
  runs.insert({{5, 3, 10, 1}, 1, 100});
  const Kept more{{8, 1, 13, 1}, 2, 100};
  for (const std::uint64_t line : {1U, 4U, 6U, 7U, 8U}) BOOST_TEST(!runs.extend(line, more));
  BOOST_TEST(runs.extend(5, more));
  BOOST_TEST((runs_of(runs.share(0)) == std::vector<UploadRun>{{5, 4, 10, 2}}));
}

BOOST_AUTO_TEST_CASE(what_was_given_stays_as_it_was_whatever_is_done_then) {
  std::mt19937_64 random(22);
  KeptRuns runs;
  Model model;
  std::vector<std::pair<UploadRuns, std::vector<UploadRun>>> given;
  UserId id = 1;
  std::uint64_t latest = 0;
  std::int64_t time = 100;
  for (std::uint64_t number = 1; number <= 20'000; ++number) {
    time += random() % 8 == 0 ? 1 : 0;
    const std::uint64_t line = random() % 2 == 0 ? latest + 1 + random() % 3 : 1 + random() % 4'000;
    const Kept next{{line, 1 + random() % 4, id, number}, number, time};
    id += next.run.count + random() % 2;
    const bool goes_on = runs.extend(latest, next);
    BOOST_REQUIRE(goes_on == model.extend(latest, next));
    if (!goes_on) {
      runs.insert(next);
      model.insert(next);
      latest = line;
    }
    if (!model.runs.empty() && random() % 2 == 0) {
      const auto any = model.runs.lower_bound(random() % 4'000);
      const auto gone = any == model.runs.end() ? model.runs.begin() : any;
      // One that was kept anew, with another number, stays.
      runs.erase(gone->first, gone->second.number + 1);
      runs.erase(gone->first + 1, gone->second.number);
      runs.erase(gone->first, gone->second.number);
      model.runs.erase(gone);
    }
    BOOST_REQUIRE(runs.empty() == model.runs.empty());
    if (random() % 200 != 0) continue;
    const std::int64_t since = time - static_cast<std::int64_t>(random() % 500);
    given.emplace_back(runs.share(since), model.since(since));
  }
  BOOST_TEST(given.size() > 50U);
  for (const auto& [known, wanted] : given) BOOST_TEST((runs_of(known) == wanted));
}

BOOST_AUTO_TEST_CASE(there_is_one_since_the_newest_until_all_are_forgotten) {
  KeptRuns runs;
  BOOST_TEST(!runs.has_since(0));
  runs.insert({{1, 1, 1, 1}, 1, 100});
  runs.insert({{5, 1, 2, 1}, 2, 105});
  BOOST_TEST(runs.has_since(105));
  BOOST_TEST(!runs.has_since(106));
  runs.erase(1, 1);
  BOOST_TEST(runs.has_since(105));
  runs.erase(5, 2);
  BOOST_TEST(runs.empty());
  BOOST_TEST(!runs.has_since(0));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
