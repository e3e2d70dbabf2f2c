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

/// The error, or each user as it is read. Of damage only that there is some: where a parser sees
/// it, and what it calls it, depends on the pieces.
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

/// What is taken from a line is taken again from what an export would make of it.
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

/// A line to be imported beside the same as the body of a create.
void check_line(std::string_view line) {
  using protocol::Problem;
  static protocol::UserReader posted;
  posted.reset();
  posted.read(line);
  const auto outcome = posted.finish();
  protocol::ElementReader reader{protocol::MemberNames()};
  const bool good = reader.read_line(line);
  require(reader.id() <= storage::max_user_id, "an id is too large");
  if (good) {
    // The last of two members counts in a file, and it may be nested deeper.
    require(outcome.ok || outcome.problem == Problem::duplicate_member ||
                outcome.problem == Problem::not_json,
            "import takes what a create refuses");
    require(!outcome.ok || reader.user() == posted.user(), "import and create see another user");
    if (reader.id() != 0) check_export(reader);
  } else if (outcome.ok) {
    // Exponents of ten digits are damage to Boost.JSON's tree.
    boost::json::error_code error;
    boost::json::parse({line.data(), line.size()}, error);
    require(error == boost::json::error::exponent_overflow, "import refuses what a create takes");
  }
}

}  // namespace
}  // namespace rollcall::fuzz

/// A file to be imported: as one JSON text, the same however it comes in; as a line of NDJSON,
/// beside what a create makes of it and what an export writes.
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
