#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <filesystem>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "storage/postgres/limits.hpp"
#include "storage/postgres/link.hpp"
#include "storage/postgres/race.hpp"
#include "tests/postgres/cluster.hpp"
#include "tests/storage/store_contract.hpp"
#include "tests/support/temporary_directory.hpp"

/// To which host a connection is made, and when.
namespace rollcall::storage::postgres {
namespace {

const std::atomic<bool> never{false};

/// Answers as it is told to before it is asked. A name that it was told nothing of hangs until the
/// end, or for so long that whoever waits for it fails.
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
    told->ended.wait_for(std::chrono::seconds(10));
    return Resolver::Found{};
  }};
};

Resolver::Found wait_for(Resolver& resolver, const std::string& name, Clock::time_point now) {
  for (;;) {
    if (const auto found = resolver.find(name, now)) return *found;
    std::this_thread::yield();
  }
}

/// An address in a file system that takes connections and never answers, as a host whose programs
/// are stopped.
struct SilentHost {
  SilentHost() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::snprintf(address.sun_path, sizeof address.sun_path, "%s/.s.PGSQL.5432",
                  directory.path().c_str());
    BOOST_REQUIRE(::bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    BOOST_REQUIRE(::listen(descriptor, 64) == 0);
  }
  ~SilentHost() { ::close(descriptor); }
  /// `url`, with this host before that of it.
  std::string before(std::string url) const {
    return url.insert(url.find('@') + 1, tests::host_of(directory.path()) + ",");
  }

  const tests::TemporaryDirectory directory;
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
};

}  // namespace

BOOST_AUTO_TEST_SUITE(connecting)

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

BOOST_AUTO_TEST_CASE(each_host_says_why_it_is_not_reached) {
  Names names;
  names.told->answers["h"] = {{}, "no such name"};
  const SilentHost silent;
  const auto errors_of = [&](const std::string& url, std::chrono::milliseconds time) {
    Race race(url, {}, Clock::now() + time, never, names.resolver);
    BOOST_TEST(race.run() == nullptr);
    return race.errors();
  };
  const std::string both =
      errors_of("postgresql://u@h,%2Fnowhere,%2Felsewhere/x", std::chrono::seconds(4));
  const std::size_t first = both.find("; "), second = both.rfind("; ");
  BOOST_TEST(both.starts_with("no such name; "), both);
  BOOST_TEST(first < second, both);
  BOOST_TEST(both.find("/nowhere/") < second, both);
  BOOST_TEST(both.find("/elsewhere/") > second, both);
  BOOST_TEST(both.find("/elsewhere/") != both.npos, both);
  const std::string late =
      errors_of(silent.before("postgresql://u@%2Fnowhere,hangs/x"), std::chrono::milliseconds(200));
  BOOST_TEST(late.starts_with("no answer in time; no answer in time; "), late);
  BOOST_TEST(late.find("/nowhere/") != late.npos, late);
}

BOOST_AUTO_TEST_CASE(the_database_is_to_notice_soon_that_this_end_is_gone_unless_it_is_told_when) {
  const std::string url = tests::shared_cluster().url(tests::shared_cluster().new_schema());
  const auto told = [&](const std::string& more) {
    std::string error;
    const auto made = Connection::open(url + more, {}, Clock::now() + connect_time, never, error);
    BOOST_REQUIRE_MESSAGE(made, error);
    const Result set = made->run(
        "SELECT string_agg(name, ' ' ORDER BY name), $1::int8 FROM pg_settings WHERE name LIKE "
        "'tcp%' AND source = 'session'",
        Parameters().add(0));
    return std::string(set.text(0, 0));
  };
  const std::string others = "tcp_keepalives_count tcp_keepalives_idle tcp_keepalives_interval";
  BOOST_TEST(told("") == others + " tcp_user_timeout");
  BOOST_TEST(told("%20-ctcp_user_timeout%3D9000") == others);
}

BOOST_AUTO_TEST_CASE(if_one_host_is_asked_for_no_other_one_is_tried) {
  Race race(tests::shared_cluster().url("public"),
            {.only = hosts_of("postgresql://u@%2Fnowhere/x").at(0)},
            Clock::now() + std::chrono::seconds(4), never);
  BOOST_TEST(race.run() == nullptr);
  BOOST_TEST(race.errors().find("/nowhere/") != std::string::npos, race.errors());
}

BOOST_AUTO_TEST_CASE(a_host_that_is_silent_does_not_delay_one_that_comes_back) {
  const SilentHost silent;
  const tests::TemporaryDirectory later;
  std::filesystem::permissions(later.path(), std::filesystem::perms::all);
  const std::string url =
      silent.before("postgresql://rollcall@" + tests::host_of(later.path()) + "/postgres");
  const std::atomic<bool> never{false};
  Race race(url, {}, Clock::now() + std::chrono::seconds(20), never);
  std::thread host([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    std::filesystem::create_symlink(tests::shared_cluster().directory() + "/.s.PGSQL.5432",
                                    later.file(".s.PGSQL.5432"));
  });
  const auto made = race.run();
  host.join();
  BOOST_REQUIRE_MESSAGE(made, race.errors());
  BOOST_TEST((made->host() == hosts_of(url).at(1)));
}

BOOST_AUTO_TEST_CASE(a_connection_over_which_nothing_was_committed_is_not_made_again_at_once) {
  Waker waker;
  Link link(
      tests::shared_cluster().url("public"), [](Connection&, std::string&) { return true; }, waker);
  Clock::time_point now = Clock::now();
  const auto connect = [&] {
    for (link.step(now); !link.is_up(); link.step(now)) std::this_thread::yield();
  };
  const auto stays_away = [&] {
    link.step(now);
    return !link.is_up() && link.has_left();
  };
  connect();
  link.lose("", now);
  BOOST_TEST(stays_away());
  now += min_retry;
  connect();
  link.lose("", now);
  now += min_retry;
  BOOST_TEST(stays_away());
  now += min_retry;
  connect();
  Script script;
  script.add("SELECT 1");
  link.send(script);
  Link::Reply reply = Link::Reply::none;
  while (reply == Link::Reply::none) {
    link.ready();
    reply = link.collect();
  }
  BOOST_TEST((reply == Link::Reply::committed));
  link.lose("", now);
  connect();
}

BOOST_AUTO_TEST_CASE(what_is_under_way_to_a_host_that_the_writes_leave_is_known_to_be_lost) {
  Waker waker;
  Link link(
      tests::shared_cluster().url("public"), [](Connection&, std::string&) { return true; }, waker);
  Clock::time_point now = Clock::now();
  for (link.step(now); !link.is_up(); link.step(now)) std::this_thread::yield();
  Script script;
  script.add("SELECT pg_sleep(30)");
  link.send(script);
  link.keep_to(hosts_of("postgresql://%2Fnowhere/x").at(0));
  BOOST_TEST((link.collect() == Link::Reply::none));
  link.step(now);
  BOOST_TEST(!link.is_up());
  BOOST_TEST((link.collect() == Link::Reply::lost));
  BOOST_TEST((link.collect() == Link::Reply::none));
}

/// As after a failover that has left the old primary running.
BOOST_AUTO_TEST_CASE(what_is_read_comes_from_the_server_that_has_the_writes) {
  tests::PostgresCluster other;
  const std::string schema = tests::shared_cluster().new_schema();
  other.query("CREATE SCHEMA " + schema);
  std::string error;
  for (const tests::PostgresCluster* const each : {&tests::shared_cluster(), &other}) {
    open_store(each->url(schema), {}, {})->close(error);
  }
  const std::string first = tests::shared_cluster().url(schema);
  const std::string second = other.url(schema);
  std::string both = first;
  const std::size_t host = second.find('@') + 1;
  both.insert(both.find("/postgres?"), "," + second.substr(host, second.find("/postgres?") - host));
  // All connections go to the second.
  tests::shared_cluster().kill();
  const auto store = open_store(both, {}, {});
  UserRecord user;
  const UserId old = create(*store, {"A"})[0].id;
  BOOST_TEST((find(*store, old, user) == Status::ok));
  tests::shared_cluster().start();
  // The connection for writes is lost there, and is made to the first.
  other.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'rollcall' "
      "AND query LIKE '%fence%'");
  WriteOperation created = create(*store, {"B"})[0];
  // It may have been sent to the second before its connection was lost.
  while (created.status == Status::unknown) created = create(*store, {"B"})[0];
  BOOST_TEST((created.status == Status::ok), static_cast<int>(created.status));
  const Status found = find(*store, created.id, user);
  BOOST_TEST((found == Status::ok), static_cast<int>(found));
  BOOST_TEST(user.view().last_name == "B");
  store->close(error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::storage::postgres
