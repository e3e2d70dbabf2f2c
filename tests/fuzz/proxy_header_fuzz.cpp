#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "protocol/http/proxy_header.hpp"
#include "tests/fuzz/cuts.hpp"
#include "tests/support/finding.hpp"

namespace rollcall::fuzz {
namespace {

struct Outcome {
  protocol::ProxyHeaderReader::Progress progress{};
  std::size_t consumed = 0;  ///< Of a header that is done.
  std::optional<protocol::IpAddress> source{};

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome read(const std::vector<std::string_view>& pieces, protocol::ProxyVersions versions) {
  using Progress = protocol::ProxyHeaderReader::Progress;
  protocol::ProxyHeaderReader reader(versions);
  Outcome outcome;
  for (const std::string_view piece : pieces) {
    const auto result = reader.read(piece);
    tests::require(result.consumed <= piece.size(), "more is consumed than there is");
    outcome.progress = result.progress;
    outcome.consumed += result.consumed;
    if (result.progress != Progress::need_more) break;
    tests::require(result.consumed == piece.size(), "not all is consumed, and more is wanted");
  }
  if (outcome.progress == Progress::done) {
    outcome.source = reader.source();
    tests::require(outcome.consumed <= protocol::max_proxy_header_octets, "a header is too long");
  } else {
    outcome.consumed = 0;
  }
  return outcome;
}

}  // namespace
}  // namespace rollcall::fuzz

/// The outcome must not depend on where the header is cut.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rollcall;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  for (const auto versions : {protocol::ProxyVersions::two, protocol::ProxyVersions::any}) {
    const fuzz::Outcome whole = fuzz::read({fuzz::bytes_of(input)}, versions);
    tests::require(fuzz::read(fuzz::cut(input), versions) == whole, "a cut makes a difference");
    tests::require(fuzz::read(fuzz::octets(input), versions) == whole,
                   "octet by octet makes a difference");
  }
  return 0;
}
