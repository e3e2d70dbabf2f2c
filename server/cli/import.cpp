#include "server/cli/import.hpp"

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/import/import_document.hpp"
#include "server/cli/command_options.hpp"
#include "server/cli/count_text.hpp"
#include "server/cli/import_batch.hpp"
#include "server/cli/input_file.hpp"
#include "server/cli/interruption.hpp"
#include "server/cli/load_progress.hpp"
#include "server/cli/open_error.hpp"
#include "server/store_events.hpp"
#include "storage/offline_store.hpp"

namespace rollcall::server {
namespace {

constexpr int exit_failure = 1;
constexpr int exit_some_refused = 3;
/// Users in one transaction.
constexpr std::size_t users_a_batch = 1'000;
/// Refusals listed one by one; the rest are only counted.
constexpr std::size_t max_told = 20;
/// Longest line of NDJSON; a longer one is refused and not held in memory.
constexpr std::size_t max_line_octets = 1'024 * 1'024;

class Import {
 public:
  explicit Import(const ImportOptions& options)
      : options_(options), reader_(options.names, options.defaults), input_(options.file) {}

  int run() {
    check_encoding();
    by_line_ = is_ndjson();
    protocol::ImportDocument document(options_.collection);
    // Read the whole file before touching the store: a damaged one changes nothing.
    if (!by_line_) read_document(document);
    open_store();
    interruption_.emplace();
    input_.stop_at(interruption_->descriptor());
    try {
      if (by_line_) {
        import_lines();
      } else {
        import_elements(document.users());
        if (document.export_member() != nullptr) {
          reader_.read(*document.export_member());
          note_largest_id();
        }
      }
      flush();
      keep_largest_id();
      import_held();
    } catch (const std::exception& failure) {
      return finish(&failure);
    }
    return finish(nullptr);
  }

 private:
  /// Skips a byte order mark. Refuses what is not UTF-8, and a file with nothing in it, as one that
  /// failed to be written.
  void check_encoding() {
    constexpr std::string_view mark = "\xef\xbb\xbf";
    constexpr std::size_t octets_of_interest = 4;
    while (input_.left().size() < octets_of_interest && !input_.at_end()) input_.more();
    if (input_.left().starts_with(mark)) input_.take(mark.size());
    const std::string_view begin = input_.left().substr(0, octets_of_interest);
    if (begin.empty()) throw std::runtime_error(options_.file + " is empty");
    if (begin.starts_with("\xff\xfe") || begin.starts_with("\xfe\xff") ||
        begin.find('\0') != begin.npos) {
      throw std::runtime_error(options_.file +
                               " is UTF-16 or UTF-32: convert it to UTF-8, with iconv -f UTF-16 "
                               "-t UTF-8");
    }
  }

  bool is_ndjson() {
    if (options_.format != FileFormat::by_content) return options_.format == FileFormat::ndjson;
    for (;;) {
      const std::string_view left = input_.left();
      const std::size_t begin = std::min(left.find_first_not_of(" \t\r\n"), left.size());
      const std::size_t end = left.find('\n', begin);
      if (begin < left.size() && (end != left.npos || input_.at_end())) {
        const std::string_view line = left.substr(begin, end - begin);
        return protocol::begins_ndjson(line, options_.collection, options_.names);
      }
      if (input_.at_end()) return begin < left.size();
      if (left.size() > max_line_octets) return false;
      input_.more();
    }
  }

  void read_document(protocol::ImportDocument& document) {
    const auto require = [&](bool good) {
      if (!good) throw std::runtime_error(options_.file + " " + document.error());
    };
    do {
      require(document.write(input_.left()));
      input_.take(input_.left().size());
    } while (!input_.more().empty() || !input_.at_end());
    require(document.finish());
  }

  void open_store() {
    LoadProgressLine line(storage::shown_store(options_.store));
    PlainLog log;
    StoreEvents events(log);
    store_.emplace(
        options_.store, storage::OfflineStore::Missing::make,
        [&line](std::uint64_t users) { line.show(users); }, events);
    progress_.emplace(options_.file, "importing");
  }

  /// The signal that asks for a clean stop, which loses no batch.
  int interrupted_by() const noexcept { return interruption_ ? interruption_->signal() : 0; }

  void import_elements(const boost::json::array& elements) {
    for (const boost::json::value& each : elements) {
      if (interrupted_by() != 0) return;
      ++place_;
      take(reader_.read(each));
    }
  }

  void import_lines() {
    while (interrupted_by() == 0) {
      const std::string_view left = input_.left();
      const std::size_t end = left.find('\n', looked_at_);
      if (end != left.npos || (input_.at_end() && !left.empty())) {
        const std::size_t size = std::min(end, left.size());
        take_line(left.substr(0, size));
        input_.take(std::min(size + 1, left.size()));
        looked_at_ = 0;
        continue;
      }
      if (input_.at_end()) {
        if (skipping_line_) take_line({});
        return;
      }
      looked_at_ = left.size();
      if (left.size() > max_line_octets) {
        skipping_line_ = true;
        input_.take(left.size());
        looked_at_ = 0;
      }
      input_.more();
    }
  }

  void take_line(std::string_view line) {
    ++place_;
    if (std::exchange(skipping_line_, false) || line.size() > max_line_octets) {
      return refuse(0, {{"", "is longer than 1 MiB"}});
    }
    if (line.find_first_not_of(" \t\r") == line.npos) return;
    take(reader_.read_line(line));
  }

  /// Takes the element that the reader has just read.
  void take(bool good) {
    progress_->show(place_);
    if (reader_.largest_id()) return note_largest_id();
    std::vector<protocol::MemberError> errors = reader_.errors();
    const storage::UserId id = reader_.id();
    const bool is_element = errors.empty() || !errors.front().pointer.empty();
    if (is_element && id == 0 && !options_.new_ids) {
      errors.push_back({"/id", reader_.has_id()
                                   ? "must be an integer from 1 to 9007199254740991, or its "
                                     "digits (--new-ids assigns another)"
                                   : "is required (--new-ids assigns one)"});
    }
    if (id != 0 && (batch_.contains(id) || store_->contains(id))) {
      errors.push_back({"/id", "is already used, in the store or earlier in the file"});
    }
    if (!good || !errors.empty()) return refuse(id, errors);
    if (id == 0) {
      // A new id must be larger than every id in the file, including those still to come.
      held_places_.push_back(place_);
      return held_.append(0, reader_.user());
    }
    batch_.add(id, reader_.user(), place_);
    if (batch_.size() == users_a_batch) flush();
  }

  void note_largest_id() { largest_id_ = std::max(largest_id_, reader_.largest_id().value_or(0)); }

  /// Before any new id is given out.
  void keep_largest_id() { require_written(store_->raise_last_id(largest_id_)); }

  void require_written(storage::Status status) {
    if (status == storage::Status::ok) return;
    throw std::runtime_error("can't write " + storage::shown_store(options_.store) + ": " +
                             store_->last_error() + ": fix that and import again");
  }

  void refuse(storage::UserId id, const std::vector<protocol::MemberError>& errors) {
    refuse(place_, id, errors);
  }
  void refuse(std::uint64_t place, storage::UserId id,
              const std::vector<protocol::MemberError>& errors) {
    if (++refused_ > max_told) return;
    std::string line = std::string(by_line_ ? "line " : "element ") + std::to_string(place);
    if (id != 0) line += " (id " + std::to_string(id) + ")";
    const char* before = ": ";
    for (const protocol::MemberError& each : errors) {
      line.append(before).append(each.pointer).append(each.pointer.empty() ? "" : " ");
      line.append(each.detail);
      before = "; ";
    }
    refusals_.push_back(std::move(line));
  }

  void flush() {
    const auto refuse_taken = [this](std::uint64_t place, storage::UserId id) {
      refuse(place, id,
             {{"/email", "belongs to another user, and the store keeps addresses unique"}});
    };
    require_written(
        batch_.create([this](const storage::UserList& users) { return store_->create(users); },
                      refuse_taken, imported_));
  }

  void import_held() {
    for (std::size_t i = 0; i < held_.size() && interrupted_by() == 0; ++i) {
      const storage::UserId id = store_->last_id() + batch_.size() + 1;
      if (id > storage::max_user_id) {
        throw std::runtime_error("no id larger than the largest one given out is left");
      }
      batch_.add(id, held_.user(i), held_places_[i]);
      ++given_;
      if (batch_.size() == users_a_batch) flush();
    }
    flush();
  }

  /// Reports what was done and what went wrong. Returns the exit code.
  int finish(const std::exception* failure) {
    std::string error;
    const bool closed = store_->close(error);
    // Perhaps nobody reads what follows: that must not keep the program from ending.
    const int signal = interruption_->end();
    progress_.reset();
    for (const std::string& each : refusals_) {
      std::fprintf(stderr, "rollcall: refused %s\n", each.c_str());
    }
    if (refused_ > max_told) {
      std::fprintf(stderr, "rollcall: refused %s more\n", grouped(refused_ - max_told).c_str());
    }
    if (refused_ > 0 && !reader_.hints().empty()) {
      std::string hint;
      for (const std::string& each : reader_.hints()) hint += " --map " + each;
      std::fprintf(stderr, "rollcall: the file names its members differently; try%s\n",
                   hint.c_str());
    }
    if (const std::string names = reader_.unmapped().text(); !names.empty()) {
      std::fprintf(stderr, "rollcall: not kept: %s\n", names.c_str());
    }
    int code = refused_ > 0 ? exit_some_refused : 0;
    if (signal != 0) {
      code = 128 + signal;
      std::fprintf(stderr,
                   "rollcall: interrupted at %s %" PRIu64 "; imported users are on disk%s\n",
                   by_line_ ? "line" : "element", place_,
                   given_ > 0 ? ", some with new ids, which another import would add again" : "");
    }
    if (!closed && failure == nullptr) {
      std::fprintf(stderr, "rollcall: the store was not closed cleanly: %s\n", error.c_str());
      code = exit_failure;
    }
    if (failure != nullptr) {
      std::fprintf(stderr, "rollcall: %s\n", failure->what());
      code = exit_failure;
    }
    std::printf("imported %s, refused %s, into %s\n", users_text(imported_).c_str(),
                grouped(refused_).c_str(), storage::shown_store(options_.store).c_str());
    // A reader that does not wait for the summary does not make the import fail.
    if (std::fflush(stdout) != 0 && errno != EPIPE) {
      std::fprintf(stderr, "rollcall: can't write standard output: %s\n",
                   std::generic_category().message(errno).c_str());
      if (code == 0) code = exit_failure;
    }
    return code;
  }

  const ImportOptions& options_;
  protocol::ElementReader reader_;
  InputFile input_;
  std::optional<storage::OfflineStore> store_;
  std::optional<Interruption> interruption_;
  std::optional<LoadProgressLine> progress_;
  ImportBatch batch_;       ///< Not on disk yet.
  storage::UserList held_;  ///< Waiting for new ids, given out at the end.
  std::vector<std::uint64_t> held_places_;
  std::vector<std::string> refusals_;
  bool by_line_ = false;     ///< NDJSON.
  std::uint64_t place_ = 0;  ///< Number of the latest line or element, from 1.
  std::uint64_t imported_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t given_ = 0;         ///< New ids.
  storage::UserId largest_id_ = 0;  ///< That the exporting store had given out, if the file says.
  std::size_t looked_at_ = 0;       ///< Octets left that hold no line end.
  bool skipping_line_ = false;      ///< The rest of a line that is too long follows.
};

}  // namespace

int run_import(int argc, const char* const* argv) {
  const auto parsed = parse_import_options(argc, argv, environment);
  if (const auto* const early = std::get_if<EarlyExit>(&parsed)) {
    std::fputs(early->out.c_str(), stdout);
    std::fputs(early->err.c_str(), stderr);
    return early->code;
  }
  // If the reader of the summary is gone, fflush() reports it.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return Import(std::get<ImportOptions>(parsed)).run();
  } catch (const storage::StoreOpenError& error) {
    std::fprintf(stderr, "rollcall: %s\n", describe(error).c_str());
    return exit_failure;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "rollcall: %s\n", failure.what());
    return exit_failure;
  }
}

}  // namespace rollcall::server
