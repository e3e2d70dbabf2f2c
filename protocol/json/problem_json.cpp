#include "protocol/json/problem_json.hpp"

#include "protocol/json/member_text.hpp"

namespace rollcall::protocol {
namespace {

void write_errors(Writer& writer, const Faults& faults) noexcept {
  writer.text(R"(,"errors":[)");
  std::string_view separator = "";
  for (std::size_t i = 0; i < member_count; ++i) {
    const Fault fault = faults[i];
    if (fault == Fault::none) continue;
    const MemberError error = describe(i, fault);
    writer.text(separator).text(R"({"pointer":")").text(error.pointer);
    writer.text(R"(","detail":")").text(error.detail).text("\"}");
    separator = ",";
  }
  writer.text("]");
}

void write_errors(Writer& writer, const std::vector<QueryError>& errors) {
  writer.text(R"(,"errors":[)");
  std::string_view separator = "";
  for (const QueryError& each : errors) {
    writer.text(separator).text(R"({"parameter":)").json(each.parameter, false);
    writer.text(R"(,"detail":")").text(each.detail).text("\"}");
    separator = ",";
  }
  writer.text("]");
}

/// A sentence on the octet that is not allowed, which is not repeated itself.
void write_bad_octet(Writer& writer, BadOctet bad) noexcept {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const char hex[] = {digits[bad.octet >> 4U], digits[bad.octet & 15U]};
  writer.text(" Octet ").number(bad.place).text(" of it is 0x").text({hex, sizeof hex});
  if (bad.octet == '%') {
    writer.text(", a percent sign without a valid escape: send %25 for the sign itself.");
  } else {
    writer.text(", which must be sent as %").text({hex, sizeof hex}).text(".");
  }
}

}  // namespace

std::size_t max_problem_json_octets(const ProblemExtras& extras) noexcept {
  constexpr std::size_t max_problem_octets = 1'024;
  // A name may have to be escaped whole.
  constexpr std::size_t max_error_octets = 6 * max_echoed_octets + max_query_detail_octets + 64;
  const std::size_t errors = extras.query_errors == nullptr ? 0 : extras.query_errors->size();
  return max_problem_octets + errors * max_error_octets;
}

void write_problem_members(Writer& writer, Problem problem, const ProblemExtras& extras) {
  const ProblemRow& about = row(problem);
  writer.text(R"("type":")").text(about.type).text(R"(","title":")").text(about.title);
  writer.text(R"(","status":)").number(about.status);
  writer.text(R"(,"detail":")").text(about.detail);
  if (extras.bad_octet.place > 0) write_bad_octet(writer, extras.bad_octet);
  writer.text("\"");
  if (problem == Problem::invalid_user && extras.faults != nullptr) {
    write_errors(writer, *extras.faults);
  }
  if (problem == Problem::email_taken) {
    writer.text(R"(,"errors":[{"pointer":")");
    writer.text(member_pointers[storage::index_of(storage::Member::email)].view());
    writer.text(R"(","detail":"is taken by another user"}])");
  }
  if (extras.query_errors != nullptr && !extras.query_errors->empty()) {
    write_errors(writer, *extras.query_errors);
  }
}

}  // namespace rollcall::protocol
