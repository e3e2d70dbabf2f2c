#include <boost/test/unit_test.hpp>
#include <iostream>

#include "tests/disk/history.hpp"
#include "tests/support/settings.hpp"

namespace rollcall::tests::disk {
namespace {

/// How many histories; their seeds follow first_seed().
std::uint64_t histories() { return setting("ROLLCALL_TEST_HISTORIES", 200); }

/// Of a disk that lies, the histories until one shows it; 0 if none of `most` does.
std::uint64_t histories_until_caught(Lie lie, std::uint64_t most) {
  for (std::uint64_t i = 0; i < most; ++i) {
    if (live(make_history(first_seed() + i), lie)) return i + 1;
  }
  return 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(power_loss)

BOOST_AUTO_TEST_CASE(what_was_acknowledged_survives_and_what_was_refused_never_appears) {
  std::cout << histories() << " histories from " << first_seed() << " on" << std::endl;
  for (std::uint64_t i = 0; i < histories(); ++i) {
    const History history = make_history(first_seed() + i);
    const auto problem = live(history);
    if (!problem) continue;
    const History fewest =
        shrink(history, [](const History& some) { return live(some).has_value(); });
    const std::string still = live(fewest).value_or(*problem);
    BOOST_ERROR("seed " << first_seed() + i << ": " << *problem << "; made small: " << still << "\n"
                        << text_of(fewest));
    break;
  }
}

BOOST_AUTO_TEST_CASE(a_disk_that_does_not_sync_is_caught) {
  BOOST_TEST(histories_until_caught(Lie::no_sync, 100) > 0U);
}

BOOST_AUTO_TEST_CASE(a_sync_that_takes_effect_after_the_answer_is_caught) {
  BOOST_TEST(histories_until_caught(Lie::late_sync, 200) > 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests::disk
