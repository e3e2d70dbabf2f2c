#include "server/cli/options.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <map>

#include "tests/support/temporary_directory.hpp"

namespace rollcall::server {
namespace {

using Variables = std::map<std::string, std::string>;

std::variant<Options, EarlyExit> parse(std::vector<const char*> words, Variables variables = {}) {
  words.insert(words.begin(), "rollcall");
  return parse_options(static_cast<int>(words.size()), words.data(),
                       [&](const std::string& name) -> std::optional<std::string> {
                         const auto found = variables.find(name);
                         if (found == variables.end()) return std::nullopt;
                         return found->second;
                       });
}

Options good(const std::vector<const char*>& words, const Variables& variables = {}) {
  const auto parsed = parse(words, variables);
  const auto* const early = std::get_if<EarlyExit>(&parsed);
  BOOST_REQUIRE_MESSAGE(early == nullptr, (early == nullptr ? "" : early->err));
  return std::get<Options>(parsed);
}

/// The one line printed for a mistake.
std::string mistake(const std::vector<const char*>& words, const Variables& variables = {}) {
  const auto parsed = parse(words, variables);
  const auto* const early = std::get_if<EarlyExit>(&parsed);
  BOOST_REQUIRE(early != nullptr);
  BOOST_TEST(early->code == 2);
  BOOST_TEST(early->out.empty());
  BOOST_TEST(early->err.starts_with("rollcall: "));
  BOOST_TEST(early->err.find('\n') == early->err.size() - 1);
  return early->err;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(options)

BOOST_AUTO_TEST_CASE(without_any_it_serves_port_3000_of_this_host_from_a_durable_store) {
  const Options options = good({});
  BOOST_TEST((options.listen == std::vector<ListenAddress>{{"127.0.0.1", 3000}}));
  BOOST_TEST(options.store == "sqlite:rollcall.db");
  BOOST_TEST(options.threads >= 1U);
}

BOOST_AUTO_TEST_CASE(the_admin_listener_is_beside_the_server_elsewhere_or_off) {
  BOOST_TEST(std::holds_alternative<AdminBeside>(good({}).admin_listen));
  BOOST_TEST(std::holds_alternative<AdminOff>(good({"--admin-listen", "off"}).admin_listen));
  BOOST_TEST(
      (std::get<ListenAddress>(good({}, {{"ROLLCALL_ADMIN_LISTEN", "[::1]:9"}}).admin_listen) ==
       ListenAddress{"::1", 9}));
  BOOST_TEST(!good({}).agent_listen.has_value());
  BOOST_TEST(!good({"--agent-listen", "off"}).agent_listen.has_value());
  BOOST_TEST((good({"--agent-listen", "[::1]:9"}).agent_listen == ListenAddress{"::1", 9}));
  BOOST_TEST(mistake({"--agent-listen", "unix:/x"}).find("off or HOST:PORT") != std::string::npos);
  BOOST_TEST(mistake({"--admin-listen", "on"}).find("off or HOST:PORT") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(who_commits_is_chosen_by_the_load_or_by_an_option) {
  using storage::CommitBy;
  BOOST_TEST((good({"--threads", "1"}).store_options.commit_by == CommitBy::load));
  BOOST_TEST((good({"--threads", "2"}).store_options.commit_by == CommitBy::load));
  BOOST_TEST((good({"--commit", "auto"}).store_options.commit_by == CommitBy::load));
  BOOST_TEST(
      (good({"--threads", "1", "--commit", "thread"}).store_options.commit_by == CommitBy::thread));
  BOOST_TEST((good({"--threads", "2"}, {{"ROLLCALL_COMMIT", "turn"}}).store_options.commit_by ==
              CommitBy::turn));
}

BOOST_AUTO_TEST_CASE(a_flag_beats_the_environment_which_beats_the_file_which_beats_the_default) {
  const tests::TemporaryDirectory directory;
  const std::string file = directory.file("rollcall.conf");
  std::ofstream(file) << "# a comment\nstore = memory:\nthreads = 3\nlisten = [::1]:1\n";
  const char* const path = file.c_str();
  BOOST_TEST(good({"--config", path}).threads == 3U);
  BOOST_TEST(good({}, {{"ROLLCALL_CONFIG", file}}).threads == 3U);
  BOOST_TEST(good({"--config", path}, {{"ROLLCALL_THREADS", "4"}}).threads == 4U);
  BOOST_TEST(good({"--config", path, "--threads", "5"}, {{"ROLLCALL_THREADS", "4"}}).threads == 5U);
  BOOST_TEST(good({"--threads=5"}, {{"ROLLCALL_THREADS", "4"}}).threads == 5U);
  BOOST_TEST((good({"--config", path}).listen == std::vector<ListenAddress>{{"::1", 1}}));
}

BOOST_AUTO_TEST_CASE(several_addresses_come_by_several_flags_or_in_one_variable) {
  const std::vector<ListenAddress> both{{"127.0.0.1", 0}, {"::1", 65535}};
  BOOST_TEST((good({"--listen", "127.0.0.1:0", "--listen", "[::1]:65535"}).listen == both));
  BOOST_TEST((good({}, {{"ROLLCALL_LISTEN", "127.0.0.1:0, [::1]:65535"}}).listen == both));
}

BOOST_AUTO_TEST_CASE(ports_go_from_0_to_65535) {
  BOOST_TEST(parse_listen_address("h:65534")->port == 65'534);
  BOOST_TEST(parse_listen_address("h:65535")->port == 65'535);
  for (const char* text : {"h:65536", "h:-1", "h:", "h", ":80", "", "h:8x", "::1:80", "h:+1"}) {
    BOOST_TEST(!parse_listen_address(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(threads_go_from_1_to_64) {
  BOOST_TEST(good({"--threads", "1"}).threads == 1U);
  BOOST_TEST(good({"--threads", "63"}).threads == 63U);
  BOOST_TEST(good({"--threads", "64"}).threads == 64U);
  BOOST_TEST(good({"--threads", "64"}).least_threads == 1U);
  BOOST_TEST(good({"--threads", "2-3"}).least_threads == 2U);
  BOOST_TEST(good({"--threads", "2-3"}).threads == 3U);
  BOOST_TEST(good({"--threads", "64-64"}).least_threads == 64U);
  BOOST_TEST(mistake({"--threads", "3-2"}).find("LEAST-MOST") != std::string::npos);
  for (const char* text : {"0", "65", "-1", "", "2x", "many", "2-", "0-2", "2-65", "1-2-3"}) {
    BOOST_TEST(mistake({"--threads", text}).find("1 to 64") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(connections_go_from_1_to_a_million) {
  BOOST_TEST(good({}).connections == default_connections);
  BOOST_TEST(good({"--max-connections", "1"}).connections == 1U);
  BOOST_TEST(good({}, {{"ROLLCALL_MAX_CONNECTIONS", "999999"}}).connections == 999'999U);
  BOOST_TEST(good({"--max-connections", "1000000"}).connections == 1'000'000U);
  for (const char* text : {"0", "1000001", "-1", "", "1.5"}) {
    BOOST_TEST(mistake({"--max-connections", text}).find("1 to 1000000") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(timeouts_are_seconds_from_a_tenth_to_a_day) {
  using std::chrono::milliseconds;
  const Timeouts usual = good({}).timeouts;
  BOOST_TEST((usual.header == milliseconds(10'000) && usual.body == milliseconds(30'000)));
  BOOST_TEST((usual.write == milliseconds(30'000) && usual.idle == milliseconds(75'000)));
  const Timeouts set =
      good({"--header-timeout", "1", "--body-timeout", "2.5", "--write-timeout", "0.1"},
           {{"ROLLCALL_IDLE_TIMEOUT", "86400"}})
          .timeouts;
  BOOST_TEST((set.header == milliseconds(1'000) && set.body == milliseconds(2'500)));
  BOOST_TEST((set.write == milliseconds(100) && set.idle == milliseconds(86'400'000)));
  for (const char* name :
       {"--header-timeout", "--body-timeout", "--write-timeout", "--idle-timeout"}) {
    for (const char* text : {"0.099", "86400.001", "-1", "", "1s", "nan", "inf", "1e3"}) {
      BOOST_TEST(mistake({name, text}).find("0.1 to 86400") != std::string::npos, text);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_drain_delay_is_up_to_five_minutes) {
  using std::chrono::milliseconds;
  BOOST_TEST((good({}).drain_delay == milliseconds(1'000)));
  BOOST_TEST((good({"--drain-delay", "0"}).drain_delay == milliseconds(0)));
  BOOST_TEST((good({"--drain-delay", "299.999"}).drain_delay == milliseconds(299'999)));
  BOOST_TEST((good({}, {{"ROLLCALL_DRAIN_DELAY", "300"}}).drain_delay == milliseconds(300'000)));
  for (const char* text : {"-0.001", "300.001", "", "1s"}) {
    BOOST_TEST(mistake({"--drain-delay", text}).find("0 to 300") != std::string::npos, text);
  }
}

BOOST_AUTO_TEST_CASE(a_socket_file_has_a_path_of_up_to_107_octets_and_a_mode) {
  const auto path = [](std::size_t octets) { return "unix:" + std::string(octets, 'p'); };
  BOOST_TEST((parse_listen_address("unix:/run/a:b") == ListenAddress{"", 0, "/run/a:b"}));
  BOOST_TEST(parse_listen_address(path(max_socket_path_octets - 1)).has_value());
  BOOST_TEST(parse_listen_address(path(max_socket_path_octets)).has_value());
  BOOST_TEST(!parse_listen_address(path(max_socket_path_octets + 1)).has_value());
  BOOST_TEST(!parse_listen_address("unix:").has_value());
  BOOST_TEST(mistake({"--admin-listen", "unix:/run/a"}).find("HOST:PORT") != std::string::npos);
  BOOST_TEST(mistake({"--listen", "unix:"}).find("unix:PATH") != std::string::npos);
  BOOST_TEST(good({}).socket_mode == 0660U);
  BOOST_TEST(good({"--socket-mode", "0"}).socket_mode == 0U);
  BOOST_TEST(good({"--socket-mode", "0776"}).socket_mode == 0776U);
  BOOST_TEST(good({}, {{"ROLLCALL_SOCKET_MODE", "777"}}).socket_mode == 0777U);
  for (const char* text : {"1000", "8", "-1", "", "u=rw"}) {
    BOOST_TEST(mistake({"--socket-mode", text}).find("octal") != std::string::npos, text);
  }
}

BOOST_AUTO_TEST_CASE(every_mistake_is_one_line_that_names_what_is_wrong) {
  BOOST_TEST(mistake({"--no-such"}).find("no-such") != std::string::npos);
  BOOST_TEST(mistake({"stray"}).find("stray") != std::string::npos);
  BOOST_TEST(mistake({"--store"}).find("store") != std::string::npos);
  BOOST_TEST(mistake({"--thr", "1"}).find("thr") != std::string::npos);
  BOOST_TEST(mistake({"--store", "a", "--store", "b"}).find("twice") != std::string::npos);
  BOOST_TEST(mistake({"--commit", "later"}).find("turn") != std::string::npos);
  BOOST_TEST(mistake({"--listen", "3000"}).find("HOST:PORT") != std::string::npos);
  BOOST_TEST(mistake({"--config", "/no/such"}).find("/no/such") != std::string::npos);
  BOOST_TEST(mistake({"--config", "/"}).find("can't read /:") != std::string::npos);
  BOOST_TEST(mistake({}, {{"ROLLCALL_CONFIG", "/no/such"}}).find("/no/such") != std::string::npos);
  const tests::TemporaryDirectory directory;
  std::ofstream(directory.file("bad")) << "colour = red\n";
  BOOST_TEST(mistake({"--config", directory.file("bad").c_str()}).find("colour") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(help_and_version_go_to_standard_output_and_exit_0) {
  const auto help = std::get<EarlyExit>(parse({"--help"}));
  BOOST_TEST(help.code == 0);
  for (const char* word : {"--listen", "--store", "--threads", "--commit", "--config", "--version",
                           "ROLLCALL_", "curl", "Exit codes", "SIGTERM"}) {
    BOOST_TEST(help.out.find(word) != std::string::npos, word);
  }
  const auto version = std::get<EarlyExit>(parse({"--version"}));
  BOOST_TEST(version.out == "rollcall " ROLLCALL_VERSION "\n");
}

BOOST_AUTO_TEST_CASE(unique_email_is_a_flag_and_a_yes_or_no) {
  BOOST_TEST(!good({}).store_options.rules.unique_email);
  BOOST_TEST(good({"--unique-email"}).store_options.rules.unique_email);
  BOOST_TEST(good({"--unique-email", "--threads", "1"}).store_options.rules.unique_email);
  BOOST_TEST(good({"--unique-email=yes"}).store_options.rules.unique_email);
  BOOST_TEST(!good({"--unique-email=no"}, {{"ROLLCALL_UNIQUE_EMAIL", "yes"}})
                  .store_options.rules.unique_email);
  BOOST_TEST(good({}, {{"ROLLCALL_UNIQUE_EMAIL", "yes"}}).store_options.rules.unique_email);
}

BOOST_AUTO_TEST_CASE(a_choice_is_made_in_any_of_the_usual_words) {
  for (const char* text : {"yes", "Yes", "TRUE", "true", "On", "1"}) {
    BOOST_TEST(good({}, {{"ROLLCALL_UNIQUE_EMAIL", text}}).store_options.rules.unique_email, text);
  }
  for (const char* text : {"no", "NO", "False", "oFF", "0"}) {
    BOOST_TEST(!good({}, {{"ROLLCALL_UNIQUE_EMAIL", text}}).store_options.rules.unique_email, text);
  }
  for (const char* text : {"y", "2", "yes ", "truth"}) {
    BOOST_TEST(mistake({}, {{"ROLLCALL_UNIQUE_EMAIL", text}}) ==
               "rollcall: ROLLCALL_UNIQUE_EMAIL must be yes or no (or true, false, on, off, 1, 0), "
               "not '" +
                   std::string(text) + "'\n");
  }
}

BOOST_AUTO_TEST_CASE(a_mistake_names_the_place_where_it_was_made) {
  const auto wrong_threads = [](const std::string& origin) {
    return "rollcall: " + origin + " must be a number from 1 to 64, not '99'\n";
  };
  BOOST_TEST(mistake({"--threads", "99"}) == wrong_threads("--threads"));
  BOOST_TEST(mistake({}, {{"ROLLCALL_THREADS", "99"}}) == wrong_threads("ROLLCALL_THREADS"));
  const tests::TemporaryDirectory directory;
  const std::string path = directory.file("c");
  const auto with = [&](const char* text) {
    std::ofstream(path) << text;
    return mistake({"--config", path.c_str()});
  };
  BOOST_TEST(with("# a comment\n\nthreads = 99\n") == wrong_threads(path + ":3: threads"));
  BOOST_TEST(with("commit = turn\nno-such = 1\n").starts_with("rollcall: " + path + ":2: "));
  BOOST_TEST(with("just text\n").starts_with("rollcall: " + path + ":1: "));
  BOOST_TEST(with("store = memory:\nstore = memory:\n") ==
             "rollcall: " + path + ":2: store appears twice: give it once\n");
  BOOST_TEST(with("[server]\nthreads = 2\n") ==
             "rollcall: " + path + ":1: sections are not supported\n");
  BOOST_TEST(mistake({}, {{"ROLLCALL_LISTEN", "127.0.0.1:1,nowhere"}})
                 .starts_with("rollcall: ROLLCALL_LISTEN must be HOST:PORT"));
}

BOOST_AUTO_TEST_CASE(keys_have_a_lifetime_and_a_number) {
  const storage::KeyRules rules =
      good({"--idempotency-lifetime", "60", "--max-idempotency-keys", "5"})
          .store_options.rules.keys;
  BOOST_TEST(rules.lifetime.count() == 60);
  BOOST_TEST(rules.most == 5U);
  BOOST_TEST(good({}).store_options.rules.keys.lifetime.count() == 86'400);
}

BOOST_AUTO_TEST_CASE(origins_of_pages_are_a_list_and_none_is_allowed_without_it) {
  BOOST_TEST(good({}).site.plain());
  const Options two =
      good({"--cors-origin", "https://a.example", "--cors-origin=http://localhost:5173"});
  BOOST_TEST(two.site.cors.find("https://a.example") == 1U);
  BOOST_TEST(two.site.cors.find("http://localhost:5173") == 2U);
  const Options listed =
      good({}, {{"ROLLCALL_CORS_ORIGIN", "https://a.example, https://b.example"}});
  BOOST_TEST(listed.site.cors.find("https://b.example") == 2U);
  BOOST_TEST(good({"--cors-origin", "*"}).site.cors.on());
  BOOST_TEST(mistake({"--cors-origin", "https://a.example/"}).find("slash") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_address_that_clients_use_is_a_base_path_and_the_proxies_that_are_trusted) {
  BOOST_TEST(good({}).proxies.site.proxies.empty());
  BOOST_TEST(good({"--base-path", "/api/v1/"}).site.base_path == "/api/v1");
  BOOST_TEST(good({"--base-path", "/"}).site.plain());
  const Options options = good({"--trusted-proxy", "10.0.0.0/8", "--base-path=/a"},
                               {{"ROLLCALL_CORS_ORIGIN", "https://a.example"}});
  BOOST_TEST(options.proxies.site.proxies.size() == 1U);
  BOOST_TEST(options.proxies.site.trusts_peer);
  BOOST_TEST(!options.site.trusts_peer);
  BOOST_TEST(options.proxies.site.base_path == "/a");
  BOOST_TEST(options.proxies.site.cors.on());
  BOOST_TEST(good({}, {{"ROLLCALL_TRUSTED_PROXY", "::1, 127.0.0.1"}}).proxies.site.proxies.size() ==
             2U);
  for (const char* path : {"api", "//x", "/a/../b", "/a b"}) {
    BOOST_TEST(mistake({"--base-path", path}).find("--base-path must be") != std::string::npos);
  }
  BOOST_TEST(mistake({"--trusted-proxy", "10.0.0.1/8"}).find("--trusted-proxy must be") !=
             std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
