#include "server/ops/admin_requests.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "server/ops/health.hpp"
#include "storage/local/memory_store.hpp"

namespace rollcall::server {
namespace {

struct Desk : AdminDesk {
  const Health& health() const override { return state; }
  std::string metrics() const override { return "up 1\n"; }
  std::string config() const override { return "{}"; }
  void drain() override { state.drain(); }
  void resume() override { state.resume(); }
  LogLevel log_level() const override { return level; }
  void set_log_level(LogLevel wanted) override { level = wanted; }

  AdminAnswer ask(std::string_view method, std::string_view target, bool from_page = false,
                  std::string_view body = {}) {
    return answer_admin({method, target, from_page, body}, *this);
  }

  storage::MemoryStore store;
  Health state;
  LogLevel level = LogLevel::info;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(admin_requests, Desk)

BOOST_AUTO_TEST_CASE(each_path_tells_what_it_is_for) {
  BOOST_TEST(ask("GET", "/livez").body == "live\n");
  BOOST_TEST(ask("GET", "/metrics").body == "up 1\n");
  BOOST_TEST(std::string(ask("GET", "/metrics").content_type).starts_with("text/plain; version="));
  BOOST_TEST(ask("GET", "/metrics?name[]=a").body == "up 1\n");
  BOOST_TEST(std::string(ask("GET", "/config").content_type) == "application/json");
  BOOST_TEST(ask("HEAD", "/config").body == "{}\n");
  for (const char* path :
       {"/livez", "/readyz", "/metrics", "/config", "/log-level", "/drain", "/resume"}) {
    BOOST_TEST(ask("GET", "/").body.find(path) != std::string::npos, path);
  }
}

BOOST_AUTO_TEST_CASE(readyz_says_why_not) {
  BOOST_TEST(ask("GET", "/readyz").status == 503U);
  BOOST_TEST(ask("GET", "/livez").status == 200U);
  state.serve(store);
  BOOST_TEST(ask("GET", "/readyz").status == 200U);
  BOOST_TEST(ask("GET", "/readyz").body == "ready\n");
}

BOOST_AUTO_TEST_CASE(drain_and_resume_turn_traffic_away_and_let_it_come_again) {
  state.serve(store);
  BOOST_TEST(ask("POST", "/drain").status == 200U);
  BOOST_TEST((state.state() == Health::State::draining));
  BOOST_TEST(ask("GET", "/readyz").status == 503U);
  BOOST_TEST(ask("POST", "/resume").status == 202U);
  BOOST_TEST((state.state() == Health::State::ready));
}

BOOST_AUTO_TEST_CASE(a_page_in_a_browser_drains_nothing) {
  state.serve(store);
  BOOST_TEST(ask("POST", "/drain", true).status == 403U);
  BOOST_TEST((state.state() == Health::State::ready));
  BOOST_TEST(ask("GET", "/metrics", true).status == 200U);
}

BOOST_AUTO_TEST_CASE(the_level_of_the_log_is_told_and_set) {
  BOOST_TEST(ask("GET", "/log-level").body == "info\n");
  for (const char* name : {"error", "warning", "info", "debug"}) {
    BOOST_TEST(ask("PUT", "/log-level", false, name).body == std::string(name) + "\n");
    BOOST_TEST((name_of(level) == name));
  }
  BOOST_TEST(ask("PUT", "/log-level", false, "warning\r\n").status == 200U);
  BOOST_TEST((level == LogLevel::warning));
}

BOOST_AUTO_TEST_CASE(what_is_not_a_level_and_what_a_page_asks_for_changes_nothing) {
  for (const char* name : {"", "\n", "Debug", "debug ", "debugging", "all"}) {
    BOOST_TEST(ask("PUT", "/log-level", false, name).status == 400U, name);
  }
  BOOST_TEST(ask("PUT", "/log-level", true, "debug").status == 403U);
  BOOST_TEST((level == LogLevel::info));
}

BOOST_AUTO_TEST_CASE(another_method_is_told_which_one_to_use) {
  for (const char* path : {"/", "/livez", "/readyz", "/metrics", "/config"}) {
    BOOST_TEST(ask("POST", path).status == 405U, path);
    BOOST_TEST(ask("DELETE", path).allow == "GET, HEAD");
  }
  for (const char* path : {"/drain", "/resume"}) {
    BOOST_TEST(ask("GET", path).status == 405U, path);
    BOOST_TEST(ask("GET", path).allow == "POST");
  }
  BOOST_TEST(ask("POST", "/log-level").status == 405U);
  BOOST_TEST(ask("POST", "/log-level").allow == "GET, HEAD, PUT");
  BOOST_TEST(ask("GET", "/users").status == 404U);
  BOOST_TEST(ask("GET", "").status == 404U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
