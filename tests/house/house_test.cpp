#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/house/sources.hpp"

/// The rules of the house (CONTRIBUTING.md). Each is a function that lists what breaks it in a
/// file.
namespace rollcall::tests {
namespace {

namespace fs = std::filesystem;

using Rule = std::function<std::vector<std::string>(const File&)>;

/// A line that holds one of `texts` breaks the rule in files under `folder`.
Rule forbid(std::string folder, std::vector<std::string> texts) {
  return [folder = std::move(folder), texts = std::move(texts)](const File& file) {
    std::vector<std::string> broken;
    if (!file.path.starts_with(folder)) return broken;
    for (const std::string& line : lines(file.text)) {
      const bool bad = std::any_of(texts.begin(), texts.end(), [&](const std::string& each) {
        return line.find(each) != line.npos;
      });
      if (bad) broken.push_back(file.path + ": " + line);
    }
    return broken;
  };
}

std::vector<std::string> check_size(const File& file) {
  const std::size_t limit = file.path.ends_with(".hpp") ? 220 : 380;
  const std::vector<std::string> all = lines(file.text);
  std::vector<std::string> broken;
  if (all.size() > limit)
    broken.push_back(file.path + " has more lines than " + std::to_string(limit));
  for (const std::string& line : all) {
    // Counts columns, not octets: a continuation octet of UTF-8 takes no column.
    const auto columns = std::count_if(line.begin(), line.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    });
    if (columns > 100) broken.push_back(file.path + " is wider than 100 columns: " + line);
  }
  return broken;
}

/// What a mutex guards is written down and checked by clang (script/lint), so no mutex is bare.
std::vector<std::string> check_mutex(const File& file) {
  if (file.path == "storage/mutex.hpp") return {};
  std::vector<std::string> broken;
  for (const char* folder : {"storage/", "protocol/", "server/"}) {
    const Rule rule =
        forbid(folder, {"#include <shared_mutex>", "#include <condition_variable>", "std::mutex",
                        "std::shared_mutex", "std::recursive_mutex", "std::timed_mutex"});
    for (const std::string& each : rule(file)) broken.push_back(each);
  }
  return broken;
}

std::vector<std::string> check_sqlite(const File& file) {
  const bool allowed = (file.path.starts_with("storage/") && file.path.ends_with(".cpp")) ||
                       file.path.starts_with("tests/");
  return allowed ? std::vector<std::string>{} : forbid("", {"#include <sqlite3.h>"})(file);
}

/// PostgreSQL's library is known to the sources of one room.
std::vector<std::string> check_libpq(const File& file) {
  const bool allowed =
      (file.path.starts_with("storage/postgres/") && file.path.ends_with(".cpp")) ||
      file.path.starts_with("tests/");
  return allowed ? std::vector<std::string>{} : forbid("", {"#include <libpq-fe.h>"})(file);
}

/// What the sources of a room may include: rooms, and single headers. A room that has no row, or
/// an include that is in neither, breaks the rule. `storage/` <- `protocol/` <- `server/`.
const std::map<std::string, std::set<std::string>> rooms{
    {"storage", {"storage"}},
    {"storage/local", {"storage", "storage/local"}},
    {"storage/sqlite", {"storage", "storage/sqlite", "storage/local/journal.hpp"}},
    {"storage/postgres", {"storage", "storage/postgres"}},
    {"protocol", {"storage", "protocol", "protocol/http", "protocol/json"}},
    {"protocol/http", {"storage", "protocol", "protocol/http"}},
    {"protocol/json", {"storage", "protocol", "protocol/http/body_sink.hpp", "protocol/json"}},
    {"protocol/import", {"storage", "protocol", "protocol/json", "protocol/import"}},
    {"server",
     {"storage", "protocol", "protocol/http", "protocol/json", "server", "server/connection",
      "server/ops", "server/cli/options.hpp", "server/cli/options_json.hpp",
      "server/cli/load_progress.hpp"}},
    {"server/connection",
     {"storage", "protocol", "protocol/http", "protocol/json", "server/connection",
      "server/admission.hpp", "server/buffers.hpp", "server/clock.hpp", "server/http_date.hpp",
      "server/limits.hpp", "server/ops/health.hpp", "server/overload.hpp", "server/pool.hpp"}},
    {"server/ops",
     {"storage", "protocol", "protocol/http", "server/connection/answer_observer.hpp",
      "server/connection/tally.hpp", "server/connection/close_reason.hpp",
      "server/connection/status_problem.hpp", "server/clock.hpp", "server/limits.hpp",
      "server/ops"}},
    {"server/cli",
     {"storage", "protocol", "protocol/http", "protocol/json", "protocol/import", "server",
      "server/connection/trusted_proxies.hpp", "server/ops/log.hpp", "server/ops/log_settings.hpp",
      "server/cli"}},
};

/// Sources that join rooms, and what only they may include in addition.
const std::map<std::string, std::set<std::string>> joints{
    {"storage/open_store.cpp", {"storage/local", "storage/sqlite", "storage/postgres"}},
    {"storage/offline_file.hpp", {"storage/local", "storage/sqlite"}},
    {"storage/offline_file.cpp", {"storage/local", "storage/sqlite"}},
    {"storage/offline_store.cpp", {"storage/postgres"}},
    {"storage/migrate.cpp", {"storage/sqlite", "storage/postgres"}},
    {"server/main.cpp", {"server/cli"}},
};

std::vector<std::string> check_room(const File& file) {
  std::vector<std::string> broken;
  const std::string room = fs::path(file.path).parent_path().string();
  const std::string top = room.substr(0, room.find('/'));
  if (top != "storage" && top != "protocol" && top != "server") return broken;
  const auto row = rooms.find(room);
  const auto joint = joints.find(file.path);
  const auto allows = [](const auto& found, const auto& map, const std::string& header) {
    return found != map.end() && (found->second.contains(header) ||
                                  found->second.contains(fs::path(header).parent_path().string()));
  };
  for (const std::string& line : lines(file.text)) {
    if (!line.starts_with("#include \"")) continue;
    const std::string header = line.substr(10, line.find('"', 10) - 10);
    if (header.find('/') == header.npos) continue;
    if (!allows(row, rooms, header) && !allows(joint, joints, header)) {
      broken.push_back(file.path + " may not include " + header);
    }
  }
  return broken;
}

/// Octets cross a socket in one place, so that what comes between, such as TLS, has one place too.
std::vector<std::string> check_socket_calls(const File& file) {
  std::vector<std::string> broken;
  if (!file.path.starts_with("server/") ||
      file.path.starts_with("server/connection/plain_transport.")) {
    return broken;
  }
  // The descriptors of files and of the epoll set are closed where they are opened.
  const bool closes = file.path == "server/ready_set.cpp" ||
                      file.path == "server/ops/log_output.cpp" ||
                      file.path.starts_with("server/cli/");
  const auto calls = [](const std::string& line, const std::string& name) {
    const std::size_t at = line.find("::" + name + "(");
    // Behind a name it is a member of ours.
    return at != line.npos &&
           (at == 0 || std::isalnum(static_cast<unsigned char>(line[at - 1])) == 0);
  };
  for (const std::string& line : lines(file.text)) {
    for (const char* const name : {"recv", "send", "sendmsg", "shutdown", "close"}) {
      if (closes && std::string(name) == "close") continue;
      if (calls(line, name)) broken.push_back(file.path + ": " + line);
    }
  }
  return broken;
}

const std::vector<Rule>& rules() {
  const std::string include = "#include ";
  static const std::vector<Rule> all{
      forbid("storage/",
             {include + "<boost/asio", include + "<boost/beast", include + "<boost/json"}),
      // What a store has to say goes to storage/events.hpp.
      forbid("storage/", {"stderr", "stdout", "std::cerr", "std::cout", "printf(", "puts("}),
      forbid("protocol/", {include + "<boost/asio", include + "<thread>", include + "<mutex>",
                           include + "<chrono>", include + "<sys/socket.h>"}),
      // In two pieces, so that this file does not break its own rule.
      forbid("", {"TO"
                  "DO",
                  "FIX"
                  "ME",
                  "HA"
                  "CK"}),
      check_room,
      check_size,
      check_socket_calls,
      check_sqlite,
      check_libpq,
      check_mutex,
  };
  return all;
}

std::vector<std::string> broken_by(const File& file) {
  std::vector<std::string> all;
  for (const Rule& rule : rules()) {
    for (const std::string& each : rule(file)) all.push_back(each);
  }
  return all;
}

/// The tests that sources under `folder` define, as suite/name.
std::set<std::string> tests_in(const std::string& folder) {
  std::set<std::string> names;
  const auto name_in = [](const std::string& line) {
    const std::size_t begin = line.find('(') + 1;
    return line.substr(begin, line.find_first_of(",)") - begin);
  };
  for (const File& file : sources()) {
    if (!file.path.starts_with(folder)) continue;
    std::string suite;
    for (const std::string& line : lines(file.text)) {
      if (line.starts_with("BOOST_AUTO_TEST_SUITE(")) suite = name_in(line);
      if (line.starts_with("BOOST_AUTO_TEST_CASE(") ||
          line.starts_with("BOOST_FIXTURE_TEST_CASE(")) {
        names.insert(suite + "/" + name_in(line));
      }
    }
  }
  return names;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(house)

BOOST_AUTO_TEST_CASE(every_source_keeps_the_rules) {
  const std::vector<File> files = sources();
  BOOST_TEST(files.size() > 50U);
  for (const File& file : files) {
    for (const std::string& each : broken_by(file)) BOOST_ERROR(each);
  }
}

BOOST_AUTO_TEST_CASE(each_rule_is_seen_to_be_broken) {
  for (const File& file : {File{"storage/a.cpp", "#include \"protocol/answer.hpp\"\n"},
                           File{"storage/a.cpp", "#include \"server/server.hpp\"\n"},
                           File{"storage/local/a.cpp", "#include \"storage/sqlite/batch.hpp\"\n"},
                           File{"storage/sqlite/a.cpp", "#include \"storage/local/scans.hpp\"\n"},
                           File{"storage/sqlite/a.hpp", "#include \"storage/local/table.hpp\"\n"},
                           File{"storage/a.hpp", "#include \"storage/local/table.hpp\"\n"},
                           File{"storage/new/a.hpp", "#include \"storage/user.hpp\"\n"},
                           File{"protocol/http/a.cpp", "#include \"protocol/json/writer.hpp\"\n"},
                           File{"protocol/json/a.cpp", "#include \"protocol/http/target.hpp\"\n"},
                           File{"server/server.cpp", "#include \"server/cli/import.hpp\"\n"},
                           File{"server/connection/a.cpp", "#include \"server/cli/options.hpp\"\n"},
                           File{"server/connection/a.cpp", "#include \"server/io_thread.hpp\"\n"},
                           File{"storage/a.cpp", "#include \"tests/support/client.hpp\"\n"},
                           File{"storage/a.cpp", "  std::fputs(text, out);\n"},
                           File{"storage/a.cpp", "  std::cerr << text;\n"},
                           File{"storage/a.hpp", "  std::mutex mutex_;\n"},
                           File{"server/a.hpp", "  std::shared_mutex mutex_;\n"},
                           File{"storage/a.hpp", "#include <boost/json.hpp>\n"},
                           File{"storage/a.hpp", "#include <sqlite3.h>\n"},
                           File{"storage/postgres/a.hpp", "#include <libpq-fe.h>\n"},
                           File{"storage/sqlite/a.cpp", "#include <libpq-fe.h>\n"},
                           File{"storage/postgres/a.cpp", "#include \"storage/local/table.hpp\"\n"},
                           File{"protocol/a.hpp", "#include \"server/server.hpp\"\n"},
                           File{"protocol/a.cpp", "#include <thread>\n"},
                           File{"server/a.cpp", "#include <sqlite3.h>\n"},
                           File{"server/connection/a.cpp", "  ::send(socket_, a, b, 0);\n"},
                           File{"server/server.cpp", "  ::close(socket);\n"},
                           File{"server/a.cpp",
                                "// TO"
                                "DO: later\n"},
                           File{"server/a.cpp", std::string(101, 'x') + "\n"},
                           File{"server/a.hpp", std::string(221, '\n')},
                           File{"server/a.cpp", std::string(381, '\n')}}) {
    BOOST_TEST(broken_by(file).size() == 1U, file.path << ": " << file.text.substr(0, 60));
  }
  BOOST_TEST(broken_by({"server/a.cpp", std::string(100, 'x') + "\n"}).empty());
}

/// Sources without a test file of the same name, and the file that tests them.
const std::map<std::string, std::string> tested_elsewhere{
    {"storage/local/local_store.cpp", "tests/storage/store_contract_test.cpp"},
    {"storage/local/memory_store.cpp", "tests/storage/store_contract_test.cpp"},
    {"storage/open_store.cpp", "tests/storage/store_contract_test.cpp"},
    {"storage/offline_file.cpp", "tests/storage/offline_store_test.cpp"},
    {"storage/sqlite/partial_file.cpp", "tests/storage/sqlite/backup_test.cpp"},
    {"storage/sqlite/header.cpp", "tests/storage/sqlite/open_test.cpp"},
    {"storage/sqlite/wal.cpp", "tests/storage/sqlite/check_test.cpp"},
    {"storage/events.cpp", "tests/storage/local/group_commit_test.cpp"},
    {"storage/local/decider.cpp", "tests/storage/store_rules_test.cpp"},
    {"storage/digest.cpp", "tests/storage/version_test.cpp"},
    {"storage/local/table_shard.cpp", "tests/storage/local/table_test.cpp"},
    {"protocol/json/line_answer.cpp", "tests/protocol/json/user_lines_test.cpp"},
    {"protocol/json/problem_json.cpp", "tests/protocol/answer_test.cpp"},
    {"protocol/json/fault.cpp", "tests/protocol/json/user_reader_test.cpp"},
    {"protocol/http/head_reader.cpp", "tests/protocol/http/request_parser_test.cpp"},
    {"protocol/http/field_value.cpp", "tests/protocol/http/request_parser_test.cpp"},
    {"protocol/json/writer.cpp", "tests/protocol/answer_test.cpp"},
    {"storage/sqlite/load.cpp", "tests/storage/sqlite/open_test.cpp"},
    {"storage/sqlite/database.cpp", "tests/storage/sqlite/journal_test.cpp"},
    {"storage/decision.cpp", "tests/storage/store_update_test.cpp"},
    {"storage/migrate.cpp", "tests/postgres/offline_users_test.cpp"},
    {"server/cli/migrate.cpp", "tests/postgres/offline_users_test.cpp"},
    {"storage/postgres/connection.cpp", "tests/postgres/opening_test.cpp"},
    {"storage/postgres/lane.cpp", "tests/postgres/opening_test.cpp"},
    {"storage/postgres/schema.cpp", "tests/postgres/opening_test.cpp"},
    {"storage/postgres/postgres_store.cpp", "tests/postgres/opening_test.cpp"},
    {"storage/postgres/writer.cpp", "tests/postgres/faults_test.cpp"},
    {"storage/postgres/writer_replies.cpp", "tests/postgres/faults_test.cpp"},
    {"storage/postgres/link.cpp", "tests/postgres/connecting_test.cpp"},
    {"storage/postgres/race.cpp", "tests/postgres/connecting_test.cpp"},
    {"storage/postgres/hosts.cpp", "tests/postgres/connecting_test.cpp"},
    {"storage/postgres/resolver.cpp", "tests/postgres/connecting_test.cpp"},
    {"storage/postgres/waker.cpp", "tests/postgres/faults_test.cpp"},
    {"storage/postgres/loop.cpp", "tests/postgres/faults_test.cpp"},
    {"storage/postgres/write_batch.cpp", "tests/storage/store_model_test.cpp"},
    {"storage/postgres/write_script.cpp", "tests/storage/store_model_test.cpp"},
    {"storage/postgres/write_outcome.cpp", "tests/storage/store_model_test.cpp"},
    {"storage/postgres/sql.cpp", "tests/storage/store_model_test.cpp"},
    {"storage/postgres/looked.cpp", "tests/storage/store_model_test.cpp"},
    {"storage/postgres/list_sql.cpp", "tests/storage/store_listing_test.cpp"},
    {"storage/postgres/lister.cpp", "tests/storage/store_listing_test.cpp"},
    {"storage/postgres/user_columns.cpp", "tests/storage/store_listing_test.cpp"},
    {"storage/postgres/downloads.cpp", "tests/storage/store_listing_test.cpp"},
    {"storage/postgres/finder.cpp", "tests/storage/store_contract_test.cpp"},
    {"server/connection/connection_input.cpp", "tests/server/connection/connection_test.cpp"},
    {"server/connection/connection_streams.cpp", "tests/server/connection/connection_test.cpp"},
    {"server/ops/admin_listener.cpp", "tests/wire/admin_test.cpp"},
    {"server/ops/side_listener.cpp", "tests/wire/admin_test.cpp"},
    {"server/cli/backup.cpp", "tests/wire/backup_test.cpp"},
    {"server/cli/check.cpp", "tests/wire/check_test.cpp"},
    {"server/cli/export.cpp", "tests/wire/import_test.cpp"},
    {"server/cli/import.cpp", "tests/wire/import_test.cpp"},
    {"server/cli/input_file.cpp", "tests/wire/import_test.cpp"},
    {"server/proxy_gate.cpp", "tests/wire/proxy_protocol_test.cpp"},
    {"server/listener.cpp", "tests/wire/limits_test.cpp"},
    {"server/listeners.cpp", "tests/wire/activation_test.cpp"},
    {"server/connection/answering.cpp", "tests/driven/answers_test.cpp"},
    {"server/cli/site_options.cpp", "tests/server/cli/options_test.cpp"},
    {"server/cli/load_progress.cpp", "tests/wire/start_test.cpp"},
    {"server/server.cpp", "tests/wire/stop_test.cpp"},
    {"server/server_accepting.cpp", "tests/wire/overload_test.cpp"},
};

BOOST_AUTO_TEST_CASE(every_source_of_a_library_has_its_test) {
  const fs::path top(ROLLCALL_SOURCE_DIR);
  for (const File& file : sources()) {
    const fs::path path(file.path);
    const std::string folder = path.begin()->string();
    // Each of those needs a database.
    const std::string room =
        file.path.starts_with("storage/postgres/") ? "postgres" : path.parent_path().string();
    const bool is_library = folder != "tests" && folder != "loadtest" && path.stem() != "main";
    if (path.extension() != ".cpp" || !is_library) continue;
    const auto elsewhere = tested_elsewhere.find(file.path);
    const std::string test = elsewhere != tested_elsewhere.end()
                                 ? elsewhere->second
                                 : "tests/" + room + "/" + path.stem().string() + "_test.cpp";
    BOOST_TEST(fs::exists(top / test), file.path << " has no " << test);
  }
}

BOOST_AUTO_TEST_CASE(every_row_of_docs_http_names_a_test_and_every_http_test_has_a_row) {
  std::ifstream stream(fs::path(ROLLCALL_SOURCE_DIR) / "docs/http.md");
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const std::set<std::string> all = tests_in("tests/");
  std::set<std::string> named;
  for (const std::string& line : lines(text)) {
    if (!line.starts_with("| ") || line.starts_with("| message") || line.starts_with("| ---")) {
      continue;
    }
    const std::size_t begin = line.rfind("| ", line.size() - 3) + 2;
    const std::string name = line.substr(begin, line.size() - 2 - begin);
    BOOST_TEST(all.contains(name), line);
    named.insert(name);
  }
  for (const std::string& name : tests_in("tests/http/")) {
    BOOST_TEST(named.contains(name), name << " has no row");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
