#include <atomic>
#include <boost/test/unit_test.hpp>
#include <thread>

#include "tests/postgres/cluster.hpp"
#include "tests/postgres/instances.hpp"
#include "tests/storage/store_contract.hpp"

/// Several instances with `?ids=ordered`.
namespace rollcall::storage {
namespace {

constexpr const char* ordered = "&ids=ordered";

/// Users whose last names were acknowledged with these ids. On any thread.
using Told = std::vector<std::pair<UserId, std::string>>;

void create_some(Store& store, int thread, int batches, std::size_t size, Told& told) {
  RecordingOwner owner;
  const auto session = store.open_session(owner);
  for (int batch = 0; batch < batches; ++batch) {
    std::deque<WriteOperation> operations(size);
    std::deque<std::string> names;
    for (WriteOperation& each : operations) {
      names.push_back(std::to_string(thread) + "-" + std::to_string(batch) + "-" +
                      std::to_string(names.size()));
      each.user = {names.back(), "F", "a@b.c"};
      session->write(each);
    }
    owner.written.clear();
    owner.turn_until(*session, size);
    for (std::size_t i = 0; i < size; ++i) {
      if (operations[i].status == Status::ok) told.emplace_back(operations[i].id, names[i]);
    }
  }
}

/// One thread per instance.
std::vector<Told> create_through_all(const Instances& instances, int batches, std::size_t size,
                                     const std::function<void()>& meanwhile) {
  std::vector<Told> told(instances.all.size());
  std::atomic<int> left = static_cast<int>(told.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < told.size(); ++i) {
    threads.emplace_back([&, i] {
      create_some(*instances.all[i], static_cast<int>(i), batches, size, told[i]);
      --left;
    });
  }
  while (left > 0) meanwhile();
  for (std::thread& each : threads) each.join();
  return told;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ordered_ids)

BOOST_AUTO_TEST_CASE(who_has_seen_an_id_never_sees_a_new_user_with_a_smaller_one) {
  const Instances instances(3, {}, ordered);
  // The largest id, and how many users there were, at some moments.
  std::vector<std::string> seen;
  create_through_all(instances, 60, 5, [&] {
    seen.push_back(instances.query("SELECT coalesce(max(id), 0), count(*) FROM users"));
  });
  BOOST_TEST(instances.query("SELECT count(*), max(id) FROM users") == "900|900\n");
  for (const std::string& each : seen) {
    const std::string id = each.substr(0, each.find('|'));
    BOOST_TEST(instances.query("SELECT " + id + ", count(*) FROM users WHERE id <= " + id) == each);
  }
}

BOOST_AUTO_TEST_CASE(the_ids_that_are_told_are_those_of_the_users_when_connections_are_lost) {
  const Instances instances(2, {}, ordered);
  const std::vector<Told> told = create_through_all(instances, 60, 20, [&] {
    tests::shared_cluster().query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
        "'rollcall'");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  });
  std::map<std::string, std::string> there;
  std::istringstream rows(instances.query("SELECT id, last_name FROM users"));
  for (std::string row; std::getline(rows, row);) {
    there[row.substr(0, row.find('|'))] = row.substr(row.find('|') + 1);
  }
  std::size_t count = 0;
  for (const Told& each : told) {
    count += each.size();
    for (const auto& [id, name] : each) BOOST_TEST(there[std::to_string(id)] == name);
  }
  BOOST_TEST(count > 0U);
  BOOST_TEST(instances.query("SELECT count(*) = count(DISTINCT last_name) FROM users") == "t\n");
}

BOOST_AUTO_TEST_CASE(a_database_that_has_gone_back_gives_no_id_twice) {
  const Instances instances(1, {}, ordered);
  Store& store = *instances.all[0];
  const UserId before = create(store, {"A", "B"})[1].id;
  // As a standby that lagged does.
  instances.query("UPDATE ids SET next = 1");
  BOOST_TEST(create(store, {"C"})[0].id > before);
}

BOOST_AUTO_TEST_CASE(ids_have_no_gaps_where_nothing_is_refused) {
  const Instances instances(2, {}, ordered);
  UserId last = 0;
  for (int i = 0; i < 10; ++i) {
    for (const WriteOperation& each : create(*instances.all[i % 2], {"A", "B", "C"})) {
      BOOST_TEST(each.id == ++last);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage
