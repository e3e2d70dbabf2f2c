#include "server/connection/upload_results.hpp"

#include <boost/test/unit_test.hpp>
#include <random>
#include <utility>
#include <vector>

namespace rollcall::server {
namespace {

using protocol::Fault;
using protocol::Problem;

/// A line as it was told, and as it comes out.
struct Fate {
  std::uint64_t line;
  storage::UserId id;
  UploadResults::Refusal refusal;
  friend bool operator==(const Fate&, const Fate&) = default;
};

std::vector<Fate> read(const UploadResults& results) {
  std::vector<Fate> fates;
  UploadResults::Reader reader(results);
  for (UploadResults::Run run; reader.next(run);) {
    for (std::uint64_t i = 0; i < run.count; ++i) {
      fates.push_back({run.line_of(i), run.id == 0 ? 0 : run.id + i, run.refusal});
    }
  }
  return fates;
}

void tell(UploadResults& results, const Fate& fate) {
  fate.id == 0 ? results.refused(fate.line, fate.refusal) : results.created(fate.line, fate.id);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(upload_results)

BOOST_AUTO_TEST_CASE(neighbours_are_one_run_however_many_they_are) {
  std::size_t all = 0;
  UploadResults results(all);
  for (std::uint64_t i = 0; i < 1'000'000; ++i) results.created(1 + i, 77 + i);
  BOOST_TEST(results.runs() == 1U);
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    results.refused(1'000'001 + i, {Problem::email_taken, {}});
  }
  BOOST_TEST(results.runs() == 2U);
  results.created(1'001'001, 1'000'077);
  BOOST_TEST(results.runs() == 3U);
  // Somebody else got an id between.
  results.created(1'001'002, 1'000'079);
  BOOST_TEST(results.runs() == 4U);
  BOOST_TEST(results.users() == 1'000'002U);
  BOOST_TEST(results.refusals() == 1'000U);
  BOOST_TEST(results.octets() < 30U);
  BOOST_TEST(read(results).size() == 1'001'002U);
}

BOOST_AUTO_TEST_CASE(blank_lines_at_equal_distances_cost_nothing) {
  struct Pattern {
    std::uint64_t together;
    std::uint64_t blank;
  };
  for (const Pattern pattern : {Pattern{1, 1}, {1, 300}, {3, 1}, {200, 2}}) {
    std::size_t all = 0;
    UploadResults results(all);
    std::vector<Fate> told;
    for (std::uint64_t i = 0; i < 2'000; ++i) {
      const std::uint64_t line = 7 + i + i / pattern.together * pattern.blank;
      told.push_back({line, 77 + i, {}});
      if (i >= 1'000) told.back() = {line, 0, {Problem::not_json, {}}};
      tell(results, told.back());
    }
    BOOST_TEST(results.runs() == 2U);
    BOOST_TEST(results.octets() < 20U);
    BOOST_TEST((read(results) == told));
  }
}

BOOST_AUTO_TEST_CASE(blank_lines_anywhere_end_one_run_each_at_most) {
  std::mt19937_64 random(19);
  for (int round = 0; round < 200; ++round) {
    std::size_t all = 0;
    UploadResults results(all);
    std::vector<Fate> told;
    std::uint64_t line = 0;
    std::uint64_t most_runs = 1;
    for (storage::UserId id = 1; id <= 100; ++id) {
      const std::uint64_t blank = random() % 3 == 0 ? 1 + random() % 2 : 0;
      if (id > 1 && blank > 0) ++most_runs;
      line += 1 + blank;
      told.push_back({line, id, {}});
      tell(results, told.back());
    }
    BOOST_TEST(results.runs() <= most_runs);
    BOOST_TEST((read(results) == told));
  }
}

BOOST_AUTO_TEST_CASE(many_that_are_told_together_are_as_if_told_one_by_one) {
  std::size_t all = 0;
  UploadResults together(all);
  UploadResults singly(all);
  together.created(1, 10, 1'000);
  together.created(1'001, 1'010, 5);
  together.created(1'010, 1'015, 2);
  // More than have come between blank lines.
  together.created(1'016, 1'017, 2'000);
  for (std::uint64_t i = 0; i < 1'005; ++i) singly.created(1 + i, 10 + i);
  for (std::uint64_t i = 0; i < 2; ++i) singly.created(1'010 + i, 1'015 + i);
  for (std::uint64_t i = 0; i < 2'000; ++i) singly.created(1'016 + i, 1'017 + i);
  BOOST_TEST(together.runs() == 2U);
  BOOST_TEST(singly.runs() == 2U);
  BOOST_TEST(together.users() == singly.users());
  BOOST_TEST((read(together) == read(singly)));
}

BOOST_AUTO_TEST_CASE(what_was_told_comes_out_whatever_it_was) {
  std::mt19937_64 random(16);
  for (int round = 0; round < 200; ++round) {
    std::size_t all = 0;
    UploadResults results(all);
    std::vector<Fate> told;
    std::uint64_t line = 0;
    storage::UserId id = 0;
    for (int i = 0; i < 100; ++i) {
      line += random() % 4 == 0 ? 1 + random() % (std::uint64_t{1} << random() % 50) : 1;
      if (random() % 3 == 0) {
        const Problem problem = random() % 2 == 0 ? Problem::invalid_user : Problem::not_json;
        told.push_back({line, 0, {problem, {}}});
        if (problem == Problem::invalid_user)
          told.back().refusal.faults[random() % 3] = Fault::blank;
      } else {
        id = random() % 2 == 0 ? id + 1 : 1 + random() % storage::max_user_id;
        told.push_back({line, id, {}});
      }
      tell(results, told.back());
    }
    BOOST_TEST(results.octets() == all);
    BOOST_TEST((read(results) == told));
    const UploadResults moved(std::move(results));
    BOOST_TEST((read(moved) == told));
    BOOST_TEST(moved.octets() == all);
  }
}

BOOST_AUTO_TEST_CASE(the_octets_of_all_go_with_them) {
  std::size_t all = 0;
  {
    UploadResults results(all);
    for (std::uint64_t i = 0; i < 100; ++i) results.created(i + 1, 2 * i + 1);
    BOOST_TEST(all > 100U);
    UploadResults other(std::move(results));
    BOOST_TEST(other.octets() == all);
  }
  BOOST_TEST(all == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
