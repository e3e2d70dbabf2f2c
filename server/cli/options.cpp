#include "server/cli/options.hpp"

#include <sched.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include "server/cli/linger_option.hpp"
#include "server/cli/log_options.hpp"
#include "server/cli/overload_options.hpp"
#include "server/cli/proxy_options.hpp"
#include "server/cli/settings.hpp"
#include "server/cli/site_options.hpp"
#include "server/limits.hpp"

namespace rollcall::server {
namespace {

namespace po = boost::program_options;

constexpr int exit_usage = 2;

constexpr const char* help_head =
    "rollcall - a users service: POST /users answers 201 once the user is on disk.\n"
    "\n"
    "Usage: rollcall [OPTION]...             serve (options below)\n"
    "       rollcall import FILE [OPTION]... import users from a file (rollcall import --help)\n"
    "       rollcall export [OPTION]...      export every user (rollcall export --help)\n"
    "       rollcall backup FILE [OPTION]... copy the store, also while it is served\n"
    "       rollcall restore FILE [OPTION].. make a store from a backup\n"
    "       rollcall migrate [OPTION]...     make a database's tables, or bring them up to date\n"
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
    "ROLLCALL_MAX_CONNECTIONS, ...). The others, except --config, can also be lines `name = "
    "value`\n"
    "in the file that --config names. Flags override the environment, which overrides the file.\n"
    "\n"
    "SIGTERM: /readyz says 503 for --drain-delay, while requests are served; then as SIGINT.\n"
    "SIGINT: answers requests in flight, then exits 0 within 10 s. A second signal exits at once.\n"
    "Every user answered with 201 is on disk either way. SIGHUP: opens the file of --log-file "
    "anew.\n"
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
  const std::string threads =
      "maximum number of I/O threads, or LEAST-MOST, " + std::to_string(min_io_threads) + " to " +
      std::to_string(max_io_threads) + " (default: the number of processors available)";
  const std::string connections =
      "maximum number of open connections, " + std::to_string(min_connections) + " to " +
      std::to_string(max_connections) + "; beyond it the longest idle one is closed (default: " +
      std::to_string(default_connections) + ", or fewer if ulimit -n requires it)";
  using Texts = std::vector<std::string>;
  options.add_options()  //
      ("listen", po::value<Texts>()->value_name("HOST:PORT")->composing(),
       "address to listen on, or unix:PATH; may be repeated; port 0 picks a free port (default: "
       "127.0.0.1:3000)")  //
      ("admin-listen", po::value<Texts>()->value_name("HOST:PORT|off"),
       "where to serve /metrics, /readyz, /config and what an operator may do (default: the port "
       "of this host after the one of --listen, unless it is in use)")  //
      ("agent-listen", po::value<Texts>()->value_name("HOST:PORT|off"),
       "where to answer the agent checks of HAProxy (default: off)")  //
      ("socket-mode", po::value<Texts>()->value_name("MODE"),
       "permissions of the files of --listen unix:PATH, in octal (default: 0660)")  //
      ("store", po::value<Texts>()->value_name("URL"),
       "where to keep users: sqlite:PATH, a file on disk, postgresql://HOST/NAME, a database that "
       "several instances share, or memory:, lost at exit (default: sqlite:rollcall.db)")  //
      ("threads", po::value<Texts>()->value_name("N"), threads.c_str())                    //
      ("commit", po::value<Texts>()->value_name("WHO"),
       "who commits batches: turn, the I/O threads in turn, thread, a dedicated thread, or auto, "
       "as suits the load (default: auto)")  //
      ("unique-email", po::value<Texts>()->value_name("yes|no")->implicit_value({"yes"}, "yes"),
       "refuse a second user with the same e-mail address, compared as mail systems do (409; "
       "default: no)")  //
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
      ("drain-delay", po::value<Texts>()->value_name("SECONDS"),
       "from SIGTERM on, serve for this long while /readyz says 503, then stop (default: 1)");
  describe_overload(options);
  describe_linger(options);
  options.add_options()  //
      ("cors-origin", po::value<Texts>()->value_name("ORIGIN")->composing(),
       "let pages of this origin, such as https://app.example.com, use the server from a browser; "
       "* for any; may be repeated (default: none)")  //
      ("base-path", po::value<Texts>()->value_name("PATH"),
       "what clients have before every path, such as /api; requests may have it or not")  //
      ("trusted-proxy", po::value<Texts>()->value_name("CIDR")->composing(),
       "address or network of a proxy whose X-Forwarded-Proto, -Host and -Prefix count; may be "
       "repeated (default: none)");
  describe_proxy_protocol(options);
  describe_log(options);
  options.add_options()                                                             //
      ("config", po::value<Texts>()->value_name("FILE"), "read options from FILE")  //
      ("help", "show this and exit")                                                //
      ("version", "show the version and exit");
  return options;
}

/// The value of one option, and what to correct if it is wrong.
struct Given {
  std::string text;
  std::string origin;

  [[noreturn]] void refuse(const std::string& wanted) const {
    throw UsageError(origin + " must be " + wanted + ", not '" + text + "'");
  }
};

/// A whole number from `least` to `most`.
std::size_t parse_number(const Given& given, std::size_t least, std::size_t most) {
  std::size_t value = 0;
  const char* const end = given.text.data() + given.text.size();
  const auto [rest, error] = std::from_chars(given.text.data(), end, value);
  if (error != std::errc() || rest != end || value < least || value > most) {
    given.refuse("a number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return value;
}

/// Seconds, with or without decimals, exact to the millisecond; `range` says from `least` to
/// `most`.
std::chrono::milliseconds parse_seconds(const Given& given, std::chrono::milliseconds least,
                                        std::chrono::milliseconds most, const char* range) {
  double seconds = 0;
  const char* const end = given.text.data() + given.text.size();
  const auto [rest, error] =
      std::from_chars(given.text.data(), end, seconds, std::chars_format::fixed);
  const double milliseconds = seconds * 1'000;
  const bool in_range = milliseconds >= static_cast<double>(least.count()) &&
                        milliseconds <= static_cast<double>(most.count());
  if (error != std::errc() || rest != end || !in_range) {
    given.refuse(std::string("a number of seconds from ") + range);
  }
  return std::chrono::milliseconds(std::llround(milliseconds));
}

std::chrono::milliseconds parse_timeout(const Given& given) {
  static_assert(min_timeout.count() == 100 && max_timeout.count() == 86'400'000);
  return parse_seconds(given, min_timeout, max_timeout, "0.1 to 86400");
}

std::chrono::milliseconds parse_drain_delay(const Given& given) {
  static_assert(max_drain_delay.count() == 300'000);
  return parse_seconds(given, {}, max_drain_delay, "0 to 300");
}

/// Permission bits in octal.
mode_t parse_mode(const Given& given) {
  unsigned mode = 0;
  const char* const end = given.text.data() + given.text.size();
  const auto [rest, error] = std::from_chars(given.text.data(), end, mode, 8);
  if (error != std::errc() || rest != end || mode > max_socket_mode) {
    given.refuse("an octal number from 0 to 777");
  }
  return static_cast<mode_t>(mode);
}

/// `N`, or `LEAST-MOST`.
void set_threads(const Given& given, Options& options) {
  const auto number = [](const Given& part) {
    return static_cast<unsigned>(parse_number(part, min_io_threads, max_io_threads));
  };
  const std::size_t hyphen = given.text.find('-', 1);
  if (hyphen == given.text.npos) {
    options.threads = number(given);
    return;
  }
  options.least_threads = number({given.text.substr(0, hyphen), given.origin});
  options.threads = number({given.text.substr(hyphen + 1), given.origin});
  if (options.least_threads > options.threads) given.refuse("N or LEAST-MOST");
}

storage::CommitBy parse_commit(const Given& given) {
  if (given.text == "auto") return storage::CommitBy::load;
  if (given.text == "turn") return storage::CommitBy::turn;
  if (given.text != "thread") given.refuse("auto, turn or thread");
  return storage::CommitBy::thread;
}

bool parse_choice(const Given& given) {
  std::string text = given.text;
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const char* const each : {"yes", "true", "on", "1"}) {
    if (text == each) return true;
  }
  for (const char* const each : {"no", "false", "off", "0"}) {
    if (text == each) return false;
  }
  given.refuse("yes or no (or true, false, on, off, 1, 0)");
}

/// What the settings say of the option `name`, or its default.
using Lookup = std::function<Given(const char* name, const std::string& otherwise)>;

void set_rules(const Lookup& given, storage::StoreRules& rules) {
  rules.unique_email = parse_choice(given("unique-email", "no"));
  rules.keys.lifetime = std::chrono::seconds(
      parse_number(given("idempotency-lifetime", std::to_string(rules.keys.lifetime.count())), 1,
                   max_key_lifetime_seconds));
  rules.keys.most =
      parse_number(given("max-idempotency-keys", std::to_string(rules.keys.most)), 1, max_keys);
}

std::vector<ListenAddress> parse_addresses(const Settings& settings) {
  const auto found = settings.find("listen");
  if (found == settings.end()) return {{"127.0.0.1", 3000}};
  std::vector<ListenAddress> addresses;
  for (const std::string& text : found->second.texts) {
    const auto address = parse_listen_address(text);
    if (!address) {
      Given{text, found->second.origin}.refuse(
          "HOST:PORT, such as 127.0.0.1:3000 or [::1]:3000, or unix:PATH, with at most 107 octets");
    }
    addresses.push_back(*address);
  }
  return addresses;
}

/// Nothing for `off`.
std::optional<ListenAddress> parse_side_address(const Given& given, const char* example) {
  if (given.text == "off") return std::nullopt;
  auto address = parse_listen_address(given.text);
  if (!address || !address->path.empty()) {
    given.refuse(std::string("off or HOST:PORT, such as ") + example);
  }
  return address;
}

AdminListen parse_admin(const Given& given) {
  const auto address = parse_side_address(given, "127.0.0.1:3001");
  return address ? AdminListen(*address) : AdminOff{};
}

Options interpret(const Settings& settings) {
  const Lookup given = [&](const char* name, const std::string& otherwise) {
    const auto found = settings.find(name);
    if (found == settings.end()) return Given{otherwise, std::string("--") + name};
    return Given{found->second.texts.front(), found->second.origin};
  };
  Options options;
  const Given store = given("store", "sqlite:rollcall.db");
  if (!storage::is_store_url(store.text))
    store.refuse("memory:, sqlite:PATH or postgresql://HOST/NAME");
  options.store = store.text;
  const std::string processors = std::to_string(usable_processors());
  set_threads(given("threads", processors), options);
  options.store_options.commit_by = parse_commit(given("commit", "auto"));
  set_rules(given, options.store_options.rules);
  options.connections = parse_number(given("max-connections", std::to_string(default_connections)),
                                     min_connections, max_connections);
  const auto set_timeout = [&](const char* name, std::chrono::milliseconds& timeout) {
    if (settings.contains(name)) timeout = parse_timeout(given(name, ""));
  };
  set_timeout("header-timeout", options.timeouts.header);
  set_timeout("body-timeout", options.timeouts.body);
  set_timeout("write-timeout", options.timeouts.write);
  set_timeout("idle-timeout", options.timeouts.idle);
  if (settings.contains("drain-delay")) {
    options.drain_delay = parse_drain_delay(given("drain-delay", ""));
  }
  options.listen = parse_addresses(settings);
  if (settings.contains("admin-listen"))
    options.admin_listen = parse_admin(given("admin-listen", ""));
  options.given = settings;
  if (settings.contains("socket-mode")) options.socket_mode = parse_mode(given("socket-mode", ""));
  options.queue_delay = queue_delay_of(settings);
  options.max_memory = max_memory_of(settings);
  options.store_options.max_linger = max_linger_of(settings);
  options.agent_listen = parse_side_address(given("agent-listen", "off"), "127.0.0.1:3002");
  options.site = site_of(settings);
  options.proxies = proxies_of(settings, options.site);
  options.proxy_rules = proxy_rules_of(settings);
  options.log = log_of(settings);
  options.site.notes_callers = options.log.access != AccessLogging::off;
  options.proxies.site.notes_callers = options.site.notes_callers;
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

std::string text_of(const ListenAddress& address) {
  if (!address.path.empty()) return "unix:" + address.path;
  const bool v6 = address.host.find(':') != address.host.npos;
  return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

std::optional<ListenAddress> parse_listen_address(const std::string& text) {
  constexpr std::string_view file = "unix:";
  if (text.starts_with(file)) {
    std::string path = text.substr(file.size());
    if (path.empty() || path.size() > max_socket_path_octets) return std::nullopt;
    return ListenAddress{"", 0, std::move(path)};
  }
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
    Settings settings = settings_from_flags(argc, argv, describe());
    if (settings.contains("help")) return help();
    if (settings.contains("version")) return EarlyExit{0, "rollcall " ROLLCALL_VERSION "\n", ""};
    // merge() keeps existing entries, so the first source wins.
    settings.merge(settings_from_environment(environment));
    const auto named = settings.find("config");
    const std::string config = named != settings.end()
                                   ? named->second.texts.front()
                                   : environment("ROLLCALL_CONFIG").value_or("");
    if (!config.empty()) settings.merge(settings_from_file(config));
    return interpret(settings);
  } catch (const std::exception& error) {
    return EarlyExit{exit_usage, "", std::string("rollcall: ") + error.what() + "\n"};
  }
}

}  // namespace rollcall::server
