#include "server/cli/overload_options.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "server/limits.hpp"

namespace rollcall::server {
namespace {

using std::chrono::milliseconds;

Settings given(const std::string& name, const std::string& text) {
  return {{name, {{text}, "--" + name}}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(overload_options)

BOOST_AUTO_TEST_CASE(writes_may_wait_for_100_ms_or_as_long_as_is_said) {
  const auto delay = [](const std::string& text) {
    return queue_delay_of(given("max-queue-delay", text));
  };
  BOOST_TEST((queue_delay_of({}) == milliseconds(100)));
  BOOST_TEST((delay("0") == milliseconds(0)));
  BOOST_TEST((delay("1") == milliseconds(1)));
  BOOST_TEST((delay("59999") == max_queue_delay - milliseconds(1)));
  BOOST_TEST((delay("60000") == max_queue_delay));
  for (const char* const bad : {"60001", "-1", "", "1.5", "100ms", "off"}) {
    BOOST_CHECK_EXCEPTION(delay(bad), UsageError, [&](const UsageError& error) {
      return std::string(error.what()) ==
             "--max-queue-delay must be a number of milliseconds from 0 to 60000, not '" +
                 std::string(bad) + "'";
    });
  }
}

BOOST_AUTO_TEST_CASE(memory_is_that_of_the_group_any_amount_or_a_size_in_powers_of_1024) {
  const auto most = [](const std::string& text) {
    return max_memory_of(given("max-memory", text));
  };
  BOOST_TEST((max_memory_of({}) == MaxMemory(MemoryOfGroup{})));
  BOOST_TEST((most("off") == MaxMemory(MemoryOff{})));
  BOOST_TEST((most("16777216") == MaxMemory(min_max_memory)));
  BOOST_TEST((most("16777217") == MaxMemory(min_max_memory + 1)));
  BOOST_TEST((most("16384K") == MaxMemory(min_max_memory)));
  BOOST_TEST((most("512M") == MaxMemory(std::uint64_t{512} << 20)));
  BOOST_TEST((most("4G") == MaxMemory(std::uint64_t{4} << 30)));
  BOOST_TEST((most("1023T") == MaxMemory(std::uint64_t{1'023} << 40)));
  BOOST_TEST((most("1024T") == MaxMemory(max_max_memory)));
  for (const char* const bad :
       {"16777215", "15M", "1025T", "99999999999999999999", "18446744073709551615T", "", "M", "4GB",
        "4g", "-1", "on", "1.5G"}) {
    BOOST_CHECK_EXCEPTION(most(bad), UsageError, [&](const UsageError& error) {
      return std::string(error.what()) ==
             "--max-memory must be off or a size from 16M to 1024T, such as 512M or 4G, not '" +
                 std::string(bad) + "'";
    });
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
