#include "server/cli/options.hpp"

#include <sched.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include "server/limits.hpp"

namespace rollcall::server {
namespace {

namespace po = boost::program_options;

constexpr int exit_usage = 2;

struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Every setting that a flag, the environment or a file can give. Values stay text until it is
/// clear which of them wins.
constexpr const char* settings[] = {"listen",
                                    "store",
                                    "threads",
                                    "commit",
                                    "max-connections",
                                    "header-timeout",
                                    "body-timeout",
                                    "write-timeout",
                                    "idle-timeout",
                                    "unique-email",
                                    "idempotency-lifetime",
                                    "max-idempotency-keys"};

constexpr const char* help_head =
    "rollcall - a users service: POST /users answers 201 once the user is on disk.\n"
    "\n"
    "Usage: rollcall [OPTION]...             serve (options below)\n"
    "       rollcall import FILE [OPTION]... import users from a file (rollcall import --help)\n"
    "       rollcall export [OPTION]...      export every user (rollcall export --help)\n"
    "       rollcall backup FILE [OPTION]... copy the store, also while it is served\n"
    "       rollcall restore FILE [OPTION].. make a store from a backup\n"
    "       rollcall check FILE              say what is in a data file, and whether it is whole\n"
    "\n"
    "Example:\n"
    "  rollcall --listen 127.0.0.1:3000 --store sqlite:rollcall.db\n"
    "  curl -X POST http://localhost:3000/users -H 'Content-Type: application/json' \\\n"
    "    -d '{\"last-name\": \"Meere\", \"first-name\": \"John\", \"email\": "
    "\"johnm@gmail.com\"}'\n"
    "\n";

constexpr const char* help_tail =
    "\n"
    "Every option except --help and --version can also be set in the environment "
    "(ROLLCALL_LISTEN,\n"
    "ROLLCALL_MAX_CONNECTIONS, ...). Every option except --config can also be a line `name = "
    "value`\n"
    "in the file that --config names. Flags override the environment, which overrides the file.\n"
    "\n"
    "SIGTERM or SIGINT: answers requests in flight, then exits 0 within 10 s. A second signal "
    "exits\n"
    "at once. Every user answered with 201 is on disk either way.\n"
    "\n"
    "Exit codes: 0 stopped cleanly; 1 could not start, or could not close the store; 2 bad "
    "option;\n"
    "128 + N ended by a second signal N.\n";

unsigned usable_processors() {
  cpu_set_t set;
  const int count = ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  return std::clamp(static_cast<unsigned>(count), min_io_threads, max_io_threads);
}

po::options_description describe() {
  po::options_description options("Options", 96);
  const std::string threads = "I/O threads, " + std::to_string(min_io_threads) + " to " +
                              std::to_string(max_io_threads) +
                              " (default: the number of processors available)";
  const std::string connections =
      "maximum number of open connections, " + std::to_string(min_connections) + " to " +
      std::to_string(max_connections) +
      "; further ones get 503 (default: " + std::to_string(default_connections) +
      ", or fewer if ulimit -n requires it)";
  using Texts = std::vector<std::string>;
  options.add_options()  //
      ("listen", po::value<Texts>()->value_name("HOST:PORT")->composing(),
       "address to listen on; may be repeated; port 0 picks a free port (default: "
       "127.0.0.1:3000)")  //
      ("store", po::value<Texts>()->value_name("URL"),
       "where to keep users: sqlite:PATH, a file on disk, or memory:, lost at exit (default: "
       "sqlite:rollcall.db)")                                            //
      ("threads", po::value<Texts>()->value_name("N"), threads.c_str())  //
      ("commit", po::value<Texts>()->value_name("WHO"),
       "who commits batches: turn, the I/O threads in turn, or thread, a dedicated thread "
       "(default: turn with one I/O thread, thread with more)")  //
      ("unique-email", po::value<Texts>()->value_name("yes|no")->implicit_value({"yes"}, "yes"),
       "refuse a second user with the same e-mail address, ignoring the case of ASCII letters "
       "(409; default: no)")  //
      ("idempotency-lifetime", po::value<Texts>()->value_name("SECONDS"),
       "how long an Idempotency-Key is remembered (default: 86400, one day)")  //
      ("max-idempotency-keys", po::value<Texts>()->value_name("N"),
       "maximum number of keys remembered; beyond it the oldest is dropped (default: 1000000)")  //
      ("max-connections", po::value<Texts>()->value_name("N"), connections.c_str())              //
      ("header-timeout", po::value<Texts>()->value_name("SECONDS"),
       "time limit for a request's header, from its first octet (408; default: 10)")  //
      ("body-timeout", po::value<Texts>()->value_name("SECONDS"),
       "time limit for a request's body, or for each line of a stream (408; default: 30)")  //
      ("write-timeout", po::value<Texts>()->value_name("SECONDS"),
       "disconnect a client that reads nothing for this long (default: 30)")  //
      ("idle-timeout", po::value<Texts>()->value_name("SECONDS"),
       "close a connection idle for this long; exceed the load balancer's own (default: 75)")  //
      ("config", po::value<Texts>()->value_name("FILE"), "read options from FILE")             //
      ("help", "show this and exit")                                                           //
      ("version", "show the version and exit");
  return options;
}

using Values = std::map<std::string, std::vector<std::string>>;

/// What `parsed` sets. Refuses a setting that appears twice, except --listen.
Values to_values(const po::parsed_options& parsed, const std::string& source) {
  Values values;
  for (const po::option& each : parsed.options) {
    if (each.position_key >= 0) {
      throw UsageError("'" + each.value.front() +
                       "' is an unexpected argument: see rollcall --help");
    }
    auto& of_name = values[each.string_key];
    of_name.insert(of_name.end(), each.value.begin(), each.value.end());
    // For a flag without a value the parser records only that it was given.
    if (each.value.empty()) of_name.emplace_back("yes");
    if (of_name.size() > 1 && each.string_key != "listen") {
      throw UsageError(source + each.string_key + " appears twice: give it once");
    }
  }
  return values;
}

Values from_flags(int argc, const char* const* argv) {
  const po::options_description options = describe();
  po::command_line_parser parser(argc, argv);
  // No abbreviations: one that works today may be ambiguous tomorrow.
  parser.options(options).style(po::command_line_style::default_style &
                                ~po::command_line_style::allow_guessing);
  return to_values(parser.run(), "--");
}

Values from_environment(const Environment& environment) {
  Values values;
  for (const std::string name : settings) {
    std::string variable = "ROLLCALL_" + name;
    std::transform(variable.begin(), variable.end(), variable.begin(),
                   [](char c) { return c == '-' ? '_' : static_cast<char>(std::toupper(c)); });
    const auto value = environment(variable);
    if (!value) continue;
    if (name != "listen") {
      values[name] = {*value};
      continue;
    }
    std::string list = *value;
    std::replace(list.begin(), list.end(), ',', ' ');
    std::istringstream words(list);
    for (std::string word; words >> word;) values[name].push_back(word);
  }
  return values;
}

Values from_file(const std::string& path) {
  std::ifstream file(path);
  // A directory opens without an error; only the first read fails.
  file.peek();
  if (file.bad() || !file.is_open())
    throw UsageError("--config: can't read " + path + ": give a readable file");
  file.clear();
  po::options_description options;
  for (const char* name : settings) {
    options.add_options()(name, po::value<std::vector<std::string>>()->composing());
  }
  try {
    return to_values(po::parse_config_file(file, options), path + ": ");
  } catch (const po::error& error) {
    throw UsageError(path + ": " + error.what());
  }
}

/// A whole number from `least` to `most`.
std::size_t parse_number(const std::string& name, const std::string& text, std::size_t least,
                         std::size_t most) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) {
    throw UsageError("--" + name + " must be a number from " + std::to_string(least) + " to " +
                     std::to_string(most) + ", not '" + text + "'");
  }
  return value;
}

/// Seconds, with or without decimals, exact to the millisecond.
std::chrono::milliseconds parse_timeout(const std::string& name, const std::string& text) {
  double seconds = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), seconds, std::chars_format::fixed);
  const double milliseconds = seconds * 1'000;
  const bool in_range = milliseconds >= static_cast<double>(min_timeout.count()) &&
                        milliseconds <= static_cast<double>(max_timeout.count());
  if (error != std::errc() || end != text.data() + text.size() || !in_range) {
    throw UsageError("--" + name + " must be a number of seconds from 0.1 to 86400, not '" + text +
                     "'");
  }
  static_assert(min_timeout.count() == 100 && max_timeout.count() == 86'400'000);
  return std::chrono::milliseconds(std::llround(milliseconds));
}

storage::CommitBy parse_commit(const std::string& text) {
  if (text == "turn") return storage::CommitBy::turn;
  if (text == "thread") return storage::CommitBy::thread;
  throw UsageError("--commit must be turn or thread, not '" + text + "'");
}

template <class Value>
void set_rules(const Value& value, storage::StoreRules& rules) {
  const std::string unique = value("unique-email", "no");
  if (unique != "yes" && unique != "no") {
    throw UsageError("--unique-email must be yes or no, not '" + unique + "'");
  }
  rules.unique_email = unique == "yes";
  rules.keys.lifetime = std::chrono::seconds(
      parse_number("idempotency-lifetime",
                   value("idempotency-lifetime", std::to_string(rules.keys.lifetime.count())), 1,
                   max_key_lifetime_seconds));
  rules.keys.most =
      parse_number("max-idempotency-keys",
                   value("max-idempotency-keys", std::to_string(rules.keys.most)), 1, max_keys);
}

Options interpret(const Values& values) {
  const auto value = [&](const char* name, const std::string& otherwise) {
    const auto found = values.find(name);
    return found == values.end() ? otherwise : found->second.front();
  };
  Options options;
  options.store = value("store", "sqlite:rollcall.db");
  if (!storage::is_store_url(options.store)) {
    throw UsageError("--store must be memory: or sqlite:PATH, not '" + options.store + "'");
  }
  const std::string processors = std::to_string(usable_processors());
  options.threads = static_cast<unsigned>(
      parse_number("threads", value("threads", processors), min_io_threads, max_io_threads));
  // Measured (docs/performance.md): a single thread loses by handing over, several by taking turns.
  options.store_options.commit_by =
      parse_commit(value("commit", options.threads == 1 ? "turn" : "thread"));
  set_rules(value, options.store_options.rules);
  options.connections =
      parse_number("max-connections", value("max-connections", std::to_string(default_connections)),
                   min_connections, max_connections);
  const auto set_timeout = [&](const char* name, std::chrono::milliseconds& timeout) {
    if (values.contains(name)) timeout = parse_timeout(name, value(name, ""));
  };
  set_timeout("header-timeout", options.timeouts.header);
  set_timeout("body-timeout", options.timeouts.body);
  set_timeout("write-timeout", options.timeouts.write);
  set_timeout("idle-timeout", options.timeouts.idle);
  const auto listen = values.find("listen");
  const std::vector<std::string> addresses =
      listen == values.end() ? std::vector<std::string>{"127.0.0.1:3000"} : listen->second;
  for (const std::string& text : addresses) {
    const auto address = parse_listen_address(text);
    if (!address) {
      throw UsageError("--listen must be HOST:PORT, such as 127.0.0.1:3000 or [::1]:3000, not '" +
                       text + "'");
    }
    options.listen.push_back(*address);
  }
  return options;
}

EarlyExit help() {
  std::ostringstream text;
  text << help_head << describe() << help_tail;
  return {0, text.str(), ""};
}

}  // namespace

std::optional<std::string> environment(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

std::optional<ListenAddress> parse_listen_address(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos) return std::nullopt;
  std::string host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != host.npos) {
    return std::nullopt;
  }
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + colon + 1, end, port);
  if (host.empty() || error != std::errc() || rest != end) return std::nullopt;
  return ListenAddress{host, port};
}

std::variant<Options, EarlyExit> parse_options(int argc, const char* const* argv,
                                               const Environment& environment) {
  try {
    Values values = from_flags(argc, argv);
    if (values.contains("help")) return help();
    if (values.contains("version")) return EarlyExit{0, "rollcall " ROLLCALL_VERSION "\n", ""};
    // merge() keeps existing entries, so the first source wins.
    values.merge(from_environment(environment));
    const auto named = values.find("config");
    const std::optional<std::string> config =
        named != values.end() ? named->second.front() : environment("ROLLCALL_CONFIG");
    if (config) values.merge(from_file(*config));
    return interpret(values);
  } catch (const std::exception& error) {
    return EarlyExit{exit_usage, "", std::string("rollcall: ") + error.what() + "\n"};
  }
}

}  // namespace rollcall::server
