#include <atomic>
#include <boost/test/unit_test.hpp>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "storage/postgres/limits.hpp"
#include "storage/postgres/race.hpp"
#include "tests/postgres/cluster.hpp"

/// Names of hosts, whose look-ups may hang.
namespace rollcall::storage::postgres {
namespace {

const std::atomic<bool> never{false};

/// Answers as it is told to before it is asked. A name that it was told nothing of hangs until the
/// end.
struct Names {
  struct Told {
    std::map<std::string, Resolver::Found> answers{};
    std::promise<void> end{};
    std::shared_future<void> ended = end.get_future().share();
  };
  ~Names() { told->end.set_value(); }

  // A look-up may outlive the rest.
  const std::shared_ptr<Told> told = std::make_shared<Told>();
  Resolver resolver{[told = told](const std::string& name) {
    const auto found = told->answers.find(name);
    if (found != told->answers.end()) return found->second;
    told->ended.wait();
    return Resolver::Found{};
  }};
};

Resolver::Found wait_for(Resolver& resolver, const std::string& name, Clock::time_point now) {
  for (;;) {
    if (const auto found = resolver.find(name, now)) return *found;
    std::this_thread::yield();
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(resolving)

BOOST_AUTO_TEST_CASE(a_name_that_hangs_holds_up_no_other) {
  Names names;
  names.told->answers["h"] = {{"192.0.2.1"}, ""};
  const Clock::time_point now = Clock::now();
  BOOST_TEST(!names.resolver.find("hangs", now));
  BOOST_TEST(wait_for(names.resolver, "h", now).addresses.at(0) == "192.0.2.1");
  BOOST_TEST(!names.resolver.find("hangs", now));
}

BOOST_AUTO_TEST_CASE(addresses_are_looked_up_anew_and_stay_known_when_that_fails) {
  const auto times = std::make_shared<std::atomic<int>>(0);
  Resolver resolver([times](const std::string&) {
    const int time = ++*times;
    return time < 3 ? Resolver::Found{{"192.0.2." + std::to_string(time)}, ""}
                    : Resolver::Found{{}, "away"};
  });
  const auto address_at = [&](Clock::time_point now) {
    return wait_for(resolver, "h", now).addresses.at(0);
  };
  const Clock::time_point now = Clock::now();
  BOOST_TEST(address_at(now) == "192.0.2.1");
  BOOST_TEST(address_at(now) == "192.0.2.1");
  BOOST_TEST(*times == 1);
  while (address_at(Clock::now() + name_lifetime) != "192.0.2.2") std::this_thread::yield();
  // Once one more begins, the one before it is over.
  while (*times < 5) address_at(Clock::now() + name_lifetime);
  BOOST_TEST(address_at(now) == "192.0.2.2");
}

BOOST_AUTO_TEST_CASE(a_host_whose_name_hangs_does_not_delay_another_one) {
  Names names;
  std::string url = tests::shared_cluster().url("public");
  url.insert(url.find('@') + 1, "hangs,");
  const Clock::time_point begun = Clock::now();
  Race race(url, {}, begun + std::chrono::seconds(4), never, names.resolver);
  BOOST_TEST(race.run() != nullptr);
  BOOST_TEST((Clock::now() - begun < std::chrono::seconds(2)));
}

BOOST_AUTO_TEST_CASE(a_host_that_did_not_answer_is_tried_after_the_others_and_alone_at_once) {
  Names names;
  const std::string url = tests::shared_cluster().url("public");
  const auto time_to_connect = [&](const std::string& to, const Route& route) {
    const Clock::time_point begun = Clock::now();
    Race race(to, route, begun + std::chrono::seconds(4), never, names.resolver);
    BOOST_TEST(race.run() != nullptr);
    return Clock::now() - begun;
  };
  std::string hanging = url;
  hanging.insert(url.find('@') + 1, "hangs,");
  const Host host = hosts_of(hanging).at(1);
  BOOST_TEST((time_to_connect(hanging, {.last = host}) >= head_start));
  BOOST_TEST((time_to_connect(url, {.last = hosts_of(url).at(0)}) < head_start));
  BOOST_TEST((time_to_connect(hanging, {.only = host}) < head_start));
}

BOOST_AUTO_TEST_CASE(a_name_that_is_not_found_is_said) {
  Names names;
  names.told->answers["h"] = {{}, "no such name"};
  Race race("postgresql://u@h/x", {}, Clock::now() + std::chrono::seconds(4), never,
            names.resolver);
  BOOST_TEST(race.run() == nullptr);
  BOOST_TEST(race.errors() == "no such name");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage::postgres
