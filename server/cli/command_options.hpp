#pragma once

#include <string>
#include <variant>

#include "protocol/import/imported_user.hpp"
#include "server/cli/options.hpp"

/// Options of the commands that are not the server.
namespace rollcall::server {

enum class FileFormat : std::uint8_t { by_content, json, ndjson };

/// What `rollcall import` was told to do.
struct ImportOptions {
  std::string file;   ///< `-` is standard input.
  std::string store;  ///< As Options::store.
  protocol::MemberNames names;
  protocol::MemberDefaults defaults;
  bool new_ids = false;
  std::string collection = "users";
  FileFormat format = FileFormat::by_content;
};

/// What `rollcall export` was told to do.
struct ExportOptions {
  std::string store;
  FileFormat format = FileFormat::ndjson;
};

/// What `rollcall backup` or `rollcall restore` was told to do.
struct CopyOptions {
  std::string file;
  std::string store;
};

/// What `rollcall migrate` was told to do.
struct MigrateOptions {
  std::string store;
  bool unique_email = false;
};

/// What `rollcall check` was told to do.
struct CheckOptions {
  std::string file;
};

/// Parse what follows the command's name, which is `argv[0]`. They find the store as
/// parse_options() does. A mistake gives one line for standard error and exit code 2.
std::variant<ImportOptions, EarlyExit> parse_import_options(int argc, const char* const* argv,
                                                            const Environment& environment);
std::variant<ExportOptions, EarlyExit> parse_export_options(int argc, const char* const* argv,
                                                            const Environment& environment);
/// `argv[0]` is backup or restore.
std::variant<CopyOptions, EarlyExit> parse_copy_options(int argc, const char* const* argv,
                                                        const Environment& environment);
std::variant<MigrateOptions, EarlyExit> parse_migrate_options(int argc, const char* const* argv,
                                                              const Environment& environment);
std::variant<CheckOptions, EarlyExit> parse_check_options(int argc, const char* const* argv);

}  // namespace rollcall::server
