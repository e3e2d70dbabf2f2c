#include "server/cli/linger_option.hpp"

#include <boost/program_options.hpp>
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
  return milliseconds_of(settings, "max-linger", std::chrono::milliseconds(0), longest_linger);
}

}  // namespace rollcall::server
