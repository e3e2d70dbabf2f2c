#include "server/cli/overload_options.hpp"

#include <boost/program_options.hpp>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "server/limits.hpp"

namespace rollcall::server {

namespace po = boost::program_options;

void describe_overload(po::options_description& options) {
  using Texts = std::vector<std::string>;
  options.add_options()  //
      ("max-queue-delay", po::value<Texts>()->value_name("MS"),
       "milliseconds that writes may wait for the disk; more of them get 503, and 0 is no limit "
       "(default: 100)")  //
      ("max-memory", po::value<Texts>()->value_name("SIZE|off"),
       "memory of the process, such as 512M or 4G, beyond which creates get 503 (default: 90 % of "
       "what its cgroup may have, if that is limited)");
}

std::chrono::milliseconds queue_delay_of(const Settings& settings) {
  return milliseconds_of(settings, "max-queue-delay", default_queue_delay, max_queue_delay);
}

MaxMemory max_memory_of(const Settings& settings) {
  const auto found = settings.find("max-memory");
  if (found == settings.end()) return MemoryOfGroup{};
  const std::string& text = found->second.texts.front();
  if (text == "off") return MemoryOff{};
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  const std::string unit(rest, end);
  constexpr std::string_view units = "KMGT";
  const std::size_t place = units.find(unit.empty() ? ' ' : unit.front());
  const bool is_known = unit.empty() || (unit.size() == 1 && place != units.npos);
  const std::uint64_t factor = unit.empty() ? 1 : std::uint64_t{1} << 10 * (place % 4 + 1);
  if (error != std::errc() || !is_known || value > max_max_memory / factor ||
      value * factor < min_max_memory) {
    throw UsageError(found->second.origin +
                     " must be off or a size from 16M to 1024T, such as 512M or 4G, not '" + text +
                     "'");
  }
  return value * factor;
}

}  // namespace rollcall::server
