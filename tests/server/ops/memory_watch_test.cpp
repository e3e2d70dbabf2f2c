#include "server/ops/memory_watch.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/temporary_directory.hpp"

namespace rollcall::server {
namespace {

namespace fs = std::filesystem;

/// The files of a machine that say what a control group may have.
struct Machine {
  tests::TemporaryDirectory directory;
  std::string root = directory.file("root");

  void write(const std::string& path, const std::string& text) const {
    fs::create_directories(fs::path(root + path).parent_path());
    std::ofstream(root + path) << text << "\n";
  }
  std::optional<std::uint64_t> limit() const { return memory_of_group(root); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(memory_watch)

BOOST_FIXTURE_TEST_CASE(the_smallest_limit_of_a_group_and_of_those_above_it_counts, Machine) {
  BOOST_TEST(!limit().has_value());
  write("/proc/self/cgroup", "0::/system.slice/rollcall.service");
  BOOST_TEST(!limit().has_value());
  write("/sys/fs/cgroup/system.slice/rollcall.service/memory.max", "max");
  BOOST_TEST(!limit().has_value());
  write("/sys/fs/cgroup/system.slice/memory.max", "3000");
  BOOST_TEST(limit().value_or(0) == 3'000U);
  write("/sys/fs/cgroup/system.slice/rollcall.service/memory.max", "2000");
  BOOST_TEST(limit().value_or(0) == 2'000U);
  write("/sys/fs/cgroup/system.slice/rollcall.service/memory.max", "4000");
  BOOST_TEST(limit().value_or(0) == 3'000U);
}

BOOST_FIXTURE_TEST_CASE(a_container_sees_its_own_group_as_the_top, Machine) {
  write("/proc/self/cgroup", "0::/");
  write("/sys/fs/cgroup/memory.max", "536870912");
  BOOST_TEST(limit().value_or(0) == 536'870'912U);
}

BOOST_FIXTURE_TEST_CASE(version_1_has_a_huge_number_for_none, Machine) {
  write("/proc/self/cgroup", "12:cpu,cpuacct:/other\n5:memory:/docker/a\n0::/docker/a");
  write("/sys/fs/cgroup/memory/docker/a/memory.limit_in_bytes", "9223372036854771712");
  BOOST_TEST(!limit().has_value());
  write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "7000");
  BOOST_TEST(limit().value_or(0) == 7'000U);
}

BOOST_AUTO_TEST_CASE(this_process_has_some_memory) {
  const std::uint64_t before = resident_octets();
  BOOST_TEST(before > 1'000'000U);
  const std::vector<char> more(50'000'000, 'x');
  BOOST_TEST(resident_octets() > before + more.size() / 2);
}

BOOST_AUTO_TEST_CASE(it_is_full_above_its_limit_and_has_room_again_from_a_32nd_below) {
  using Change = MemoryWatch::Change;
  MemoryWatch watch(3'200);
  BOOST_TEST((watch.look(3'199) == Change::none));
  BOOST_TEST((watch.look(3'200) == Change::none));
  BOOST_TEST(!watch.is_full());
  BOOST_TEST((watch.look(3'201) == Change::full));
  BOOST_TEST(watch.is_full());
  BOOST_TEST((watch.look(3'101) == Change::none));
  BOOST_TEST(watch.is_full());
  BOOST_TEST((watch.look(3'100) == Change::has_room));
  BOOST_TEST(!watch.is_full());
  BOOST_TEST((watch.look(3'200) == Change::none));
}

BOOST_AUTO_TEST_CASE(without_a_limit_it_is_never_full) {
  MemoryWatch watch(0);
  BOOST_TEST((watch.look(~std::uint64_t{0}) == MemoryWatch::Change::none));
  BOOST_TEST(!watch.is_full());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
