#pragma once

#include <string>
#include <variant>

#include "protocol/import/imported_user.hpp"
#include "server/cli/options.hpp"

/// The options of the commands that run while no server does.
namespace rollcall::server {

enum class FileFormat : std::uint8_t { by_content, json, ndjson };

/// How `rollcall import` was asked to run.
struct ImportOptions {
  std::string file;   ///< `-` is standard input.
  std::string store;  ///< As Options::store.
  protocol::MemberNames names;
  bool new_ids = false;
  std::string collection = "users";
  FileFormat format = FileFormat::by_content;
};

/// How `rollcall export` was asked to run.
struct ExportOptions {
  std::string store;
  FileFormat format = FileFormat::ndjson;
};

/// What follows the name of the command; `argv[0]` is that name. The store is found as
/// parse_options() finds it. A mistake gives one line for standard error and exit code 2.
std::variant<ImportOptions, EarlyExit> parse_import_options(int argc, const char* const* argv,
                                                            const Environment& environment);
std::variant<ExportOptions, EarlyExit> parse_export_options(int argc, const char* const* argv,
                                                            const Environment& environment);

}  // namespace rollcall::server
