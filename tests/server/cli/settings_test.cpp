#include "server/cli/settings.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "tests/support/temporary_directory.hpp"

namespace rollcall::server {
namespace {

using Texts = std::vector<std::string>;

Settings from_text(const std::string& text) {
  const tests::TemporaryDirectory directory;
  std::ofstream(directory.file("c")) << text;
  return settings_from_file(directory.file("c"));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(settings)

BOOST_AUTO_TEST_CASE(an_empty_variable_counts_as_not_set) {
  const Settings settings =
      settings_from_environment([](const std::string& name) -> std::optional<std::string> {
        if (name == "ROLLCALL_STORE") return "memory:";
        if (name == "ROLLCALL_LISTEN") return "a:1, b:2,c:3";
        if (name == "ROLLCALL_THREADS") return std::nullopt;
        return "";
      });
  BOOST_REQUIRE(settings.size() == 2U);
  BOOST_TEST((settings.at("store").texts == Texts{"memory:"}));
  BOOST_TEST(settings.at("store").origin == "ROLLCALL_STORE");
  BOOST_TEST((settings.at("listen").texts == Texts{"a:1", "b:2", "c:3"}));
}

BOOST_AUTO_TEST_CASE(a_file_may_come_from_windows) {
  const Settings settings = from_text(
      "\xef\xbb\xbfstore = memory:\r\n\r\n# threads = 2\r\nthreads = 3\r\nlisten = [::1]:80\r\n"
      "listen = 127.0.0.1:81");
  BOOST_TEST(settings.size() == 3U);
  BOOST_TEST((settings.at("store").texts == Texts{"memory:"}));
  BOOST_TEST((settings.at("threads").texts == Texts{"3"}));
  BOOST_TEST((settings.at("listen").texts == Texts{"[::1]:80", "127.0.0.1:81"}));
  BOOST_TEST(settings.at("threads").origin.ends_with("c:4: threads"));
}

BOOST_AUTO_TEST_CASE(an_empty_file_sets_nothing) {
  BOOST_TEST(from_text("").empty());
  BOOST_TEST(from_text("\n \n# a comment\n").empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
