#include "server/ops/process_figures.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <string>

#include "server/ops/exposition.hpp"

namespace rollcall::server {

BOOST_AUTO_TEST_SUITE(process_figures)

BOOST_AUTO_TEST_CASE(a_name_with_spaces_and_parentheses_shifts_nothing) {
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const auto figures = parse_process_stat(
      "42 (a ) 9 (b) S 1 42 42 0 -1 4194304 100 0 0 0 150 50 0 0 20 0 7 0 3000 123456 10 18446744");
  BOOST_REQUIRE(figures.has_value());
  BOOST_TEST(figures->processor_seconds == 200 / ticks);
  BOOST_TEST(figures->start_seconds == 3'000 / ticks);
  BOOST_TEST(figures->threads == 7U);
  BOOST_TEST(figures->virtual_octets == 123'456U);
  BOOST_TEST(figures->resident_octets == 10 * page);
}

BOOST_AUTO_TEST_CASE(what_is_cut_gives_nothing) {
  BOOST_TEST(!parse_process_stat("").has_value());
  BOOST_TEST(!parse_process_stat("42 (a) S 1 42 42 0").has_value());
}

BOOST_AUTO_TEST_CASE(of_this_process_there_is_something_of_each) {
  const auto figures = read_process();
  BOOST_REQUIRE(figures.has_value());
  BOOST_TEST(figures->threads >= 1U);
  BOOST_TEST(figures->descriptors >= 3U);
  BOOST_TEST(figures->max_descriptors >= figures->descriptors);
  BOOST_TEST(figures->resident_octets > 100'000U);
  // After 2020.
  BOOST_TEST(figures->start_seconds > 1.577e9);
  Exposition page;
  write_process(page);
  BOOST_TEST(page.take().find("\nprocess_resident_memory_bytes ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(descriptors_are_those_of_the_process_and_its_soft_limit) {
  rlimit limit{};
  BOOST_REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  const rlimit lower{1'000, limit.rlim_max};
  BOOST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &lower) == 0);
  std::uint64_t open = 0;
  for (int i = 0; i < 1'000; ++i) open += ::fcntl(i, F_GETFD) != -1 ? 1 : 0;
  const auto figures = read_process();
  ::setrlimit(RLIMIT_NOFILE, &limit);
  BOOST_REQUIRE(figures.has_value());
  BOOST_TEST(figures->descriptors == open);
  BOOST_TEST(figures->max_descriptors == 1'000U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
