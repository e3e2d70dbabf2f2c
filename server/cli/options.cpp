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

/// Every value that can be given in four ways; all are texts until they are known to be the last
/// word.
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
    "rollcall - a users service: POST /users creates a user, durable before it is answered.\n"
    "\n"
    "Usage: rollcall [OPTION]...             serve (options below)\n"
    "       rollcall import FILE [OPTION]... take users from a file (rollcall import --help)\n"
    "       rollcall export [OPTION]...      write all users out (rollcall export --help)\n"
    "\n"
    "Example:\n"
    "  rollcall --listen 127.0.0.1:3000 --store sqlite:rollcall.db\n"
    "  curl -X POST http://localhost:3000/users -H 'Content-Type: application/json' \\\n"
    "    -d '{\"last-name\": \"Meere\", \"first-name\": \"John\", \"email\": "
    "\"johnm@gmail.com\"}'\n"
    "\n";

constexpr const char* help_tail =
    "\n"
    "Each option but --help and --version can also be set in the environment (ROLLCALL_LISTEN,\n"
    "ROLLCALL_MAX_CONNECTIONS, ...) or, but for --config, as a line `name = value` in the file "
    "that\n"
    "--config names. A flag beats the environment, the environment beats the file.\n"
    "\n"
    "SIGTERM or SIGINT: answers what is in flight, then exits 0 within 10 s; a second one exits "
    "at\n"
    "once. What was answered with 201 is on disk either way.\n"
    "\n"
    "Exit codes: 0 stopped in order; 1 could not start or not close the store; 2 bad option;\n"
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
                              " (default: the processors this process may use)";
  const std::string connections =
      "connections at a time, " + std::to_string(min_connections) + " to " +
      std::to_string(max_connections) +
      "; one more is answered with 503 (default: " + std::to_string(default_connections) +
      ", or what the limit of descriptors allows)";
  using Texts = std::vector<std::string>;
  options.add_options()  //
      ("listen", po::value<Texts>()->value_name("HOST:PORT")->composing(),
       "where to serve; may be given more than once; port 0 takes a free one (default: "
       "127.0.0.1:3000)")  //
      ("store", po::value<Texts>()->value_name("URL"),
       "where users are kept: sqlite:PATH, a file on disk, or memory:, gone at exit (default: "
       "sqlite:rollcall.db)")                                            //
      ("threads", po::value<Texts>()->value_name("N"), threads.c_str())  //
      ("commit", po::value<Texts>()->value_name("WHO"),
       "who writes batches to disk: turn, the I/O threads in turn, or thread, one thread of its "
       "own (default: turn with one I/O thread, thread with more)")  //
      ("unique-email", po::value<Texts>()->value_name("yes|no")->implicit_value({"yes"}, "yes"),
       "whether no two users may have one e-mail address, whatever the case of its ASCII letters "
       "(409; default: no)")  //
      ("idempotency-lifetime", po::value<Texts>()->value_name("SECONDS"),
       "for which an Idempotency-Key is known (default: 86400, a day)")  //
      ("max-idempotency-keys", po::value<Texts>()->value_name("N"),
       "that are known at a time; for one more the oldest is forgotten (default: 1000000)")  //
      ("max-connections", po::value<Texts>()->value_name("N"), connections.c_str())          //
      ("header-timeout", po::value<Texts>()->value_name("SECONDS"),
       "for a request's header, from its first octet (408; default: 10)")  //
      ("body-timeout", po::value<Texts>()->value_name("SECONDS"),
       "for its body (408; default: 30)")  //
      ("write-timeout", po::value<Texts>()->value_name("SECONDS"),
       "for a peer that reads nothing of its answers (default: 30)")  //
      ("idle-timeout", po::value<Texts>()->value_name("SECONDS"),
       "between requests; longer than the load balancer's own (default: 75)")       //
      ("config", po::value<Texts>()->value_name("FILE"), "read options from FILE")  //
      ("help", "show this and exit")                                                //
      ("version", "show the version and exit");
  return options;
}

using Values = std::map<std::string, std::vector<std::string>>;

/// What `parsed` sets, refusing what is given twice but may not be.
Values to_values(const po::parsed_options& parsed, const std::string& source) {
  Values values;
  for (const po::option& each : parsed.options) {
    if (each.position_key >= 0) {
      throw UsageError("'" + each.value.front() + "' is no option: see rollcall --help");
    }
    auto& of_name = values[each.string_key];
    of_name.insert(of_name.end(), each.value.begin(), each.value.end());
    // Of a flag the parser keeps that it stands there, not what it means.
    if (each.value.empty()) of_name.emplace_back("yes");
    if (of_name.size() > 1 && each.string_key != "listen") {
      throw UsageError(source + each.string_key + " is given twice: give it once");
    }
  }
  return values;
}

Values from_flags(int argc, const char* const* argv) {
  const po::options_description options = describe();
  po::command_line_parser parser(argc, argv);
  // No guessing: an abbreviation that works today is ambiguous tomorrow.
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
  // A directory can be opened, and says only then that it can't be read.
  file.peek();
  if (file.bad() || !file.is_open())
    throw UsageError("--config: can't read " + path + ": name a readable file");
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
    throw UsageError("--" + name + ": '" + text + "' is no number from " + std::to_string(least) +
                     " to " + std::to_string(most));
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
    throw UsageError("--" + name + ": '" + text + "' is no number of seconds from 0.1 to 86400");
  }
  static_assert(min_timeout.count() == 100 && max_timeout.count() == 86'400'000);
  return std::chrono::milliseconds(std::llround(milliseconds));
}

storage::CommitBy parse_commit(const std::string& text) {
  if (text == "turn") return storage::CommitBy::turn;
  if (text == "thread") return storage::CommitBy::thread;
  throw UsageError("--commit: '" + text + "' is neither turn nor thread");
}

template <class Value>
void set_rules(const Value& value, storage::StoreRules& rules) {
  const std::string unique = value("unique-email", "no");
  if (unique != "yes" && unique != "no") {
    throw UsageError("--unique-email: '" + unique + "' is neither yes nor no");
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
    throw UsageError("--store: '" + options.store + "' is no store: give memory: or sqlite:PATH");
  }
  const std::string processors = std::to_string(usable_processors());
  options.threads = static_cast<unsigned>(
      parse_number("threads", value("threads", processors), min_io_threads, max_io_threads));
  // Measured (README.md): alone, a thread loses by handing over; several lose by taking turns.
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
      throw UsageError("--listen: '" + text +
                       "' is not HOST:PORT, such as 127.0.0.1:3000 or "
                       "[::1]:3000");
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
    // merge() keeps what is there: what comes first wins.
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
