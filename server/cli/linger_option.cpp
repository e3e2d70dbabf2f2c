#include "server/cli/linger_option.hpp"

#include <boost/program_options.hpp>
#include <charconv>
#include <cstdint>
#include <string>

#include "storage/limits.hpp"

namespace rollcall::server {

namespace po = boost::program_options;
using storage::longest_linger;

void describe_linger(po::options_description& options) {
  const std::string text =
      "milliseconds that a small batch for a slow postgresql: database may be held back, so that "
      "more writes join it, 0 to " +
      std::to_string(longest_linger.count()) + " (default: 0, not at all)";
  options.add_options()("max-linger", po::value<std::vector<std::string>>()->value_name("MS"),
                        text.c_str());
}

std::chrono::milliseconds max_linger_of(const Settings& settings) {
  const auto found = settings.find("max-linger");
  if (found == settings.end()) return std::chrono::milliseconds(0);
  const std::string& text = found->second.texts.front();
  std::uint32_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end || value > longest_linger.count()) {
    throw UsageError(found->second.origin + " must be a number of milliseconds from 0 to " +
                     std::to_string(longest_linger.count()) + ", not '" + text + "'");
  }
  return std::chrono::milliseconds(value);
}

}  // namespace rollcall::server
