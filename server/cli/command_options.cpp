#include "server/cli/command_options.hpp"

#include <algorithm>
#include <boost/program_options.hpp>
#include <initializer_list>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "protocol/json/member_text.hpp"

namespace rollcall::server {
namespace {

namespace po = boost::program_options;
using Texts = std::vector<std::string>;

constexpr int exit_usage = 2;

constexpr const char* import_head =
    "rollcall import - imports users from a json-server file or from NDJSON into a store.\n"
    "\n"
    "Usage: rollcall import FILE [OPTION]...\n"
    "\n"
    "FILE is {\"users\": [...]} (json-server's db.json), an array of users, or one user per line;\n"
    "- reads standard input. No server may have a file of sqlite: open.\n"
    "\n"
    "Example:\n"
    "  rollcall import db.json --map lastName=last-name --map firstName=first-name\n"
    "\n";

constexpr const char* import_tail =
    "\n"
    "Users keep their ids: integers, or strings of decimal digits (\"17\"). A user must be valid\n"
    "for POST /users and have an unused id. Invalid users are skipped and listed on standard\n"
    "error by their place in the file; the rest is committed 1,000 at a time. Ctrl-C stops it\n"
    "cleanly.\n"
    "\n"
    "Exit codes: 0 every user was imported; 1 the file or the store can't be read or written;\n"
    "2 bad option; 3 some users were refused; 128 + N ended by signal N.\n";

constexpr const char* export_head =
    "rollcall export - writes every user of a store to standard output, in order of id.\n"
    "\n"
    "Usage: rollcall export [OPTION]...\n"
    "\n"
    "Example:\n"
    "  rollcall export --format json > db.json\n"
    "\n";

constexpr const char* export_tail =
    "\n"
    "No server may have a file of sqlite: open. Of a database, servers at work or not, it shows "
    "one\n"
    "moment.\n"
    "\n"
    "Exit codes: 0 every user was exported; 1 the store can't be read, or the output can't be\n"
    "written; 2 bad option; 128 + N ended by signal N.\n";

constexpr const char* backup_head =
    "rollcall backup - copies a store to one file, also while a server uses it.\n"
    "\n"
    "Usage: rollcall backup FILE [OPTION]...\n"
    "\n"
    "Example:\n"
    "  rollcall backup /backups/rollcall-$(date +%F).db --store sqlite:/var/lib/rollcall.db\n"
    "\n";

constexpr const char* backup_tail =
    "\n"
    "The copy is a snapshot: it holds every user that was acknowledged before the backup began.\n"
    "It gets the name FILE when it is complete, synced and checked; an existing FILE is refused.\n"
    "Ctrl-C stops it and leaves nothing.\n";

constexpr const char* restore_head =
    "rollcall restore - makes a store from a file that rollcall backup wrote.\n"
    "\n"
    "Usage: rollcall restore FILE [OPTION]...\n"
    "\n"
    "Example:\n"
    "  rollcall restore /backups/rollcall-2026-11-25.db --store sqlite:/var/lib/rollcall.db\n"
    "\n";

constexpr const char* restore_tail =
    "\n"
    "An existing store is refused, and so is a -wal file that an earlier one left: stop the\n"
    "server and move them away. Ctrl-C stops it and leaves nothing.\n";

constexpr const char* copy_codes =
    "\n"
    "Exit codes: 0 done; 1 the store or FILE can't be read or written, or exists already; 2 bad\n"
    "option; 128 + N ended by signal N.\n";

constexpr const char* migrate_head =
    "rollcall migrate - makes the tables of a database, or brings them to this version.\n"
    "\n"
    "Usage: rollcall migrate [OPTION]...\n"
    "\n"
    "Example:\n"
    "  rollcall migrate --store postgresql://owner@db1,db2/rollcall\n"
    "\n";

constexpr const char* migrate_tail =
    "\n"
    "A server does this at its start if its role may. Run this as the role that owns the "
    "tables, so\n"
    "that the servers' role needs no such right. Servers of this version and the one before\n"
    "may be at work meanwhile. A file of sqlite: is upgraded too; no server may have it open.\n"
    "\n"
    "Exit codes: 0 done; 1 the store can't be opened; 2 bad option.\n";

constexpr const char* check_head =
    "rollcall check - says what is in a data file and whether it is whole. It changes nothing.\n"
    "\n"
    "Usage: rollcall check FILE\n"
    "\n"
    "Example:\n"
    "  rollcall check rollcall.db\n"
    "\n";

constexpr const char* check_tail =
    "\n"
    "A server may be serving the file. If none does, none can start until the check ends.\n"
    "\n"
    "Exit codes: 0 the file is whole; 1 it is damaged; 2 bad option, or the file can't be\n"
    "read; 128 + N ended by signal N.\n";

constexpr const char* store_tail =
    "\n"
    "--store and --config can also be set in the environment (ROLLCALL_STORE, ROLLCALL_CONFIG), "
    "and\n"
    "the store also in the file that --config names. Flags override the environment, which\n"
    "overrides the file. The server's other settings are checked but have no effect here.\n";

void add_help(po::options_description& options) {
  options.add_options()("help", "show this and exit");
}

void add_common(po::options_description& options) {
  options.add_options()  //
      ("store", po::value<Texts>()->value_name("URL"),
       "the store: sqlite:PATH (default: sqlite:rollcall.db) or, except for backup and restore, "
       "postgresql://...")  //
      ("config", po::value<Texts>()->value_name("FILE"), "read options from FILE");
  add_help(options);
}

po::options_description describe_import() {
  po::options_description options("Options", 96);
  const std::string map =
      "read NAME in the file as MEMBER: " + std::string(protocol::member_list(", ").view()) +
      " or id, or as two of them (first-name+last-name), cut at the last space; may be repeated";
  add_common(options);
  options.add_options()  //
      ("map", po::value<Texts>()->value_name("NAME=MEMBER")->composing(),
       map.c_str())  //
      ("default", po::value<Texts>()->value_name("MEMBER=TEXT")->composing(),
       "what MEMBER is to be where the file has nothing; may be repeated")  //
      ("new-ids",
       "give a new id to each user whose id is missing or unusable: larger than any id ever given "
       "out and any id in the file")  //
      ("collection", po::value<Texts>()->value_name("NAME"),
       "name of the array of users in the file (default: users)")  //
      ("format", po::value<Texts>()->value_name("json|ndjson"),
       "format of the file (default: detected)");
  return options;
}

po::options_description describe_export() {
  po::options_description options("Options", 96);
  add_common(options);
  options.add_options()("format", po::value<Texts>()->value_name("ndjson|json"),
                        "one user per line, or {\"users\":[...]} (default: ndjson)");
  return options;
}

/// The options given. Refuses unknown ones, and those that appear twice but may not.
po::variables_map parse(int argc, const char* const* argv, po::options_description options,
                        int most_files) {
  options.add_options()("file", po::value<Texts>());
  po::positional_options_description files;
  files.add("file", -1);
  po::command_line_parser parser(argc, argv);
  // No abbreviations, as for the server.
  parser.options(options).positional(files).style(po::command_line_style::default_style &
                                                  ~po::command_line_style::allow_guessing);
  po::variables_map given;
  po::store(parser.run(), given);
  for (const auto& [name, value] : given) {
    if (value.empty() || name == "map" || name == "default" || name == "file") continue;
    if (const auto* const texts = boost::any_cast<Texts>(&value.value());
        texts != nullptr && texts->size() > 1) {
      throw std::runtime_error("--" + name + " appears twice: give it once");
    }
  }
  const int count = given.contains("file") ? static_cast<int>(given["file"].as<Texts>().size()) : 0;
  if (count > most_files) {
    throw std::runtime_error("'" + given["file"].as<Texts>()[static_cast<std::size_t>(most_files)] +
                             "' is an unexpected argument: see --help");
  }
  return given;
}

std::string value(const po::variables_map& given, const char* name, const std::string& otherwise) {
  return given.contains(name) ? given[name].as<Texts>().front() : otherwise;
}

/// What the server would be told, with the server's own parser.
Options find_options(const po::variables_map& given, const Environment& environment) {
  std::vector<std::string> words{"rollcall"};
  for (const char* name : {"store", "config"}) {
    if (given.contains(name))
      words.push_back("--" + std::string(name) + "=" + value(given, name, ""));
  }
  if (given.contains("unique-email")) words.push_back("--unique-email");
  std::vector<const char*> pointers;
  pointers.reserve(words.size());
  for (const std::string& each : words) pointers.push_back(each.c_str());
  const auto parsed =
      parse_options(static_cast<int>(pointers.size()), pointers.data(), environment);
  if (const auto* const early = std::get_if<EarlyExit>(&parsed)) throw EarlyExit(*early);
  if (std::get<Options>(parsed).store == "memory:") {
    throw std::runtime_error("memory: is lost when its server exits: give sqlite:PATH");
  }
  return std::get<Options>(parsed);
}

std::string find_store(const po::variables_map& given, const Environment& environment) {
  return find_options(given, environment).store;
}

FileFormat parse_format(const po::variables_map& given, FileFormat otherwise) {
  if (!given.contains("format")) return otherwise;
  const std::string text = value(given, "format", "");
  if (text == "json") return FileFormat::json;
  if (text == "ndjson") return FileFormat::ndjson;
  throw std::runtime_error("--format must be json or ndjson, not '" + text + "'");
}

void add_names(protocol::MemberNames& names, const po::variables_map& given) {
  if (!given.contains("map")) return;
  for (const std::string& each : given["map"].as<Texts>()) {
    const std::size_t equals = each.rfind('=');
    if (equals == each.npos || !names.add(each.substr(0, equals), each.substr(equals + 1))) {
      throw std::runtime_error(
          "--map must be NAME=MEMBER, with each NAME given once and MEMBER one of " +
          std::string(protocol::member_list(", ").view()) + ", id, not '" + each + "'");
    }
  }
}

void add_defaults(protocol::MemberDefaults& defaults, const po::variables_map& given) {
  if (!given.contains("default")) return;
  for (const std::string& each : given["default"].as<Texts>()) {
    const std::size_t equals = std::min(each.find('='), each.size());
    const std::size_t place = protocol::member_named(std::string_view(each).substr(0, equals));
    if (place == storage::member_count || equals + 1 >= each.size() || !defaults[place].empty()) {
      throw std::runtime_error(
          "--default must be MEMBER=TEXT, with each MEMBER given once and one "
          "of " +
          std::string(protocol::member_list(", ").view()) + ", not '" + each + "'");
    }
    defaults[place] = each.substr(equals + 1);
  }
}

EarlyExit help(const char* head, const po::options_description& options,
               std::initializer_list<const char*> tails) {
  std::ostringstream text;
  text << head << options;
  for (const char* const each : tails) text << each;
  return {0, text.str(), ""};
}

/// The one file that `command` needs. `hint` says what else it may be.
std::string file_of(const po::variables_map& given, const std::string& command,
                    const char* hint = "") {
  if (!given.contains("file")) throw std::runtime_error(command + ": give a file" + hint);
  return value(given, "file", "");
}

/// `read`'s result, or what it threw.
template <class Result, class Read>
std::variant<Result, EarlyExit> guarded(const Read& read) {
  try {
    return read();
  } catch (const EarlyExit& early) {
    return early;
  } catch (const std::exception& error) {
    return EarlyExit{exit_usage, "", std::string("rollcall: ") + error.what() + "\n"};
  }
}

}  // namespace

std::variant<ImportOptions, EarlyExit> parse_import_options(int argc, const char* const* argv,
                                                            const Environment& environment) {
  return guarded<ImportOptions>([&]() -> std::variant<ImportOptions, EarlyExit> {
    const po::options_description described = describe_import();
    const po::variables_map given = parse(argc, argv, described, 1);
    if (given.contains("help")) return help(import_head, described, {store_tail, import_tail});
    ImportOptions options;
    options.file = file_of(given, "import", ", or - for standard input");
    options.format = parse_format(given, FileFormat::by_content);
    options.collection = value(given, "collection", options.collection);
    options.new_ids = given.contains("new-ids");
    add_names(options.names, given);
    add_defaults(options.defaults, given);
    options.store = find_store(given, environment);
    return options;
  });
}

std::variant<ExportOptions, EarlyExit> parse_export_options(int argc, const char* const* argv,
                                                            const Environment& environment) {
  return guarded<ExportOptions>([&]() -> std::variant<ExportOptions, EarlyExit> {
    const po::options_description described = describe_export();
    const po::variables_map given = parse(argc, argv, described, 0);
    if (given.contains("help")) return help(export_head, described, {store_tail, export_tail});
    ExportOptions options;
    options.format = parse_format(given, FileFormat::ndjson);
    options.store = find_store(given, environment);
    return options;
  });
}

std::variant<CopyOptions, EarlyExit> parse_copy_options(int argc, const char* const* argv,
                                                        const Environment& environment) {
  return guarded<CopyOptions>([&]() -> std::variant<CopyOptions, EarlyExit> {
    po::options_description described("Options", 96);
    add_common(described);
    const po::variables_map given = parse(argc, argv, described, 1);
    const std::string command = argv[0];
    const bool restores = command == "restore";
    if (given.contains("help")) {
      return help(restores ? restore_head : backup_head, described,
                  {store_tail, restores ? restore_tail : backup_tail, copy_codes});
    }
    return CopyOptions{file_of(given, command), find_store(given, environment)};
  });
}

std::variant<MigrateOptions, EarlyExit> parse_migrate_options(int argc, const char* const* argv,
                                                              const Environment& environment) {
  return guarded<MigrateOptions>([&]() -> std::variant<MigrateOptions, EarlyExit> {
    po::options_description described("Options", 96);
    add_common(described);
    described.add_options()("unique-email",
                            "also make the index that keeps addresses unique, as the servers' "
                            "--unique-email needs it");
    const po::variables_map given = parse(argc, argv, described, 0);
    if (given.contains("help")) return help(migrate_head, described, {store_tail, migrate_tail});
    const Options options = find_options(given, environment);
    return MigrateOptions{options.store, options.store_options.rules.unique_email};
  });
}

std::variant<CheckOptions, EarlyExit> parse_check_options(int argc, const char* const* argv) {
  return guarded<CheckOptions>([&]() -> std::variant<CheckOptions, EarlyExit> {
    po::options_description described("Options", 96);
    add_help(described);
    const po::variables_map given = parse(argc, argv, described, 1);
    if (given.contains("help")) return help(check_head, described, {check_tail});
    return CheckOptions{file_of(given, "check")};
  });
}

}  // namespace rollcall::server
