#include "storage/status.hpp"

#include <boost/test/unit_test.hpp>

namespace rollcall::storage {

BOOST_AUTO_TEST_SUITE(status)

BOOST_AUTO_TEST_CASE(a_status_says_whether_it_is_done_refused_or_not_done) {
  for (const Status each : {Status::ok, Status::replayed}) {
    BOOST_TEST((outcome_of(each) == Outcome::done));
  }
  for (const Status each : {Status::not_found, Status::condition_failed, Status::email_taken,
                            Status::key_reused, Status::key_in_flight, Status::ids_exhausted}) {
    BOOST_TEST((outcome_of(each) == Outcome::refused));
  }
  for (const Status each : {Status::disk_full, Status::io_error, Status::sync_failed, Status::busy,
                            Status::queue_full, Status::changed_elsewhere, Status::file_replaced,
                            Status::out_of_memory, Status::cancelled, Status::unavailable}) {
    BOOST_TEST((outcome_of(each) == Outcome::not_done));
  }
  BOOST_TEST((outcome_of(Status::unknown) == Outcome::unknown));
}

BOOST_AUTO_TEST_CASE(only_what_a_restart_has_to_mend_is_lasting) {
  for (int i = 0; i < static_cast<int>(status_count); ++i) {
    const auto each = static_cast<Status>(i);
    const bool lasting = each == Status::sync_failed || each == Status::changed_elsewhere ||
                         each == Status::file_replaced;
    BOOST_TEST(is_lasting(each) == lasting, i);
    if (lasting) BOOST_TEST((outcome_of(each) == Outcome::not_done));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
