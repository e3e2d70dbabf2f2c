#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/http/output_buffer.hpp"
#include "protocol/import/import_document.hpp"
#include "protocol/import/imported_user.hpp"
#include "protocol/json/line_answer.hpp"
#include "protocol/json/user_reader.hpp"
#include "storage/limits.hpp"
#include "tests/fuzz/cuts.hpp"
#include "tests/support/finding.hpp"

namespace rollcall::fuzz {
namespace {

using tests::require;

/// The error, or each user as it is read. Damage has no details: the place and the name that a
/// parser gives it depend on the pieces.
std::string read_document(const std::vector<std::string_view>& pieces) {
  protocol::ImportDocument document("users");
  const auto refusal = [&] {
    const std::string& error = document.error();
    return error.starts_with("is not valid JSON") ? "is not valid JSON" : error;
  };
  for (const std::string_view piece : pieces) {
    if (!document.write(piece)) return refusal();
  }
  if (!document.finish()) return refusal();
  protocol::ElementReader reader{protocol::MemberNames()};
  std::string all;
  for (const boost::json::value& each : document.users()) {
    if (reader.read(each)) {
      all.append(std::to_string(reader.id())).append(reader.user().last_name);
      all.append(reader.user().first_name).append(reader.user().email);
    }
    for (const protocol::MemberError& error : reader.errors()) {
      all.append(error.pointer).append(error.detail);
    }
    all += '\n';
  }
  return all;
}

/// A user imported from a line must be imported again from its own export.
void check_export(const protocol::ElementReader& read) {
  protocol::OutputBuffer buffer;
  protocol::LineWriter writer(buffer, false);
  writer.user(read.id(), read.user());
  writer.end();
  protocol::ElementReader again{protocol::MemberNames()};
  std::string_view line(buffer.data(), buffer.size());
  line.remove_suffix(1);
  require(again.read_line(line), "an exported user is not imported");
  require(again.id() == read.id() && again.user() == read.user(), "an exported user differs");
}

/// Compares the import of a line with a create that has the line as its body.
void check_line(std::string_view line) {
  using protocol::Problem;
  static protocol::UserReader posted;
  posted.reset();
  posted.take(line, false);
  const auto outcome = posted.finish();
  protocol::ElementReader reader{protocol::MemberNames()};
  const bool good = reader.read_line(line);
  require(reader.id() <= storage::max_user_id, "an id is too large");
  if (good) {
    // In a file the last of two members with one name counts, and nesting may be deeper.
    require(outcome.ok || outcome.problem == Problem::duplicate_member ||
                outcome.problem == Problem::not_json,
            "import takes what a create refuses");
    require(!outcome.ok || reader.user() == posted.user(), "import and create see another user");
    if (reader.id() != 0) check_export(reader);
  } else if (outcome.ok) {
    // Boost.JSON's DOM refuses exponents of ten digits.
    boost::json::error_code error;
    boost::json::parse({line.data(), line.size()}, error);
    require(error == boost::json::error::exponent_overflow, "import refuses what a create takes");
  }
}

}  // namespace
}  // namespace rollcall::fuzz

/// An imported file. As one JSON text it must mean the same however it arrives; as a line of
/// NDJSON, the same as in a create and as in an export.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rollcall;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string whole = fuzz::read_document({fuzz::bytes_of(input)});
  tests::require(fuzz::read_document(fuzz::cut(input)) == whole, "a cut makes a difference");
  tests::require(fuzz::read_document(fuzz::octets(input)) == whole,
                 "octet by octet makes a difference");
  fuzz::check_line(fuzz::bytes_of(input));
  return 0;
}
