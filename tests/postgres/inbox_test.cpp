#include "storage/postgres/inbox.hpp"

#include <boost/test/unit_test.hpp>

namespace rollcall::storage::postgres {

BOOST_AUTO_TEST_SUITE(inbox)

BOOST_AUTO_TEST_CASE(a_session_is_woken_once_for_all_that_was_finished_for_it) {
  struct Owner final : SessionOwner {
    void completed(WriteOperation&) noexcept override { ++told; }
    void completed(FindOperation&) noexcept override { ++told; }
    void completed(ListOperation&) noexcept override {}
    void completed(ExportOperation&) noexcept override {}
    void wake() noexcept override { ++wakes; }
    int told = 0;
    int wakes = 0;
  } owner;
  Outbox outbox;
  Inbox inbox(owner, outbox);
  WriteOperation write;
  FindOperation find;
  for (int i = 0; i < 3; ++i) inbox.put(write);
  inbox.put(find);
  BOOST_TEST(owner.wakes == 0);
  BOOST_TEST(inbox.take() == 0U);
  outbox.hand_over();
  outbox.hand_over();
  BOOST_TEST(owner.wakes == 1);
  inbox.put(write);
  outbox.hand_over();
  BOOST_TEST(owner.wakes == 1);
  BOOST_TEST(inbox.take() == 4U);
  inbox.tell();
  BOOST_TEST(owner.told == 5);
  inbox.put(write);
  outbox.hand_over();
  BOOST_TEST(owner.wakes == 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage::postgres
