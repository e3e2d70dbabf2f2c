#include <boost/test/unit_test.hpp>

int main(int argc, char** argv) {
  // With a function of its own, and not BOOST_TEST_MODULE: the header is precompiled without it.
  const auto name_suite = [] {
    boost::unit_test::framework::master_test_suite().p_name.value = "rollcall";
    return true;
  };
  return boost::unit_test::unit_test_main(name_suite, argc, argv);
}
