#include <boost/test/unit_test.hpp>

#include "server/admin.hpp"

namespace rollcall::server {
namespace {

ListenAddress beside(const std::string& host, std::uint16_t asked, std::uint16_t port) {
  return admin_address({host, asked}, {boost::asio::ip::make_address(host), port});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(admin)

BOOST_AUTO_TEST_CASE(it_is_on_the_loopback_address_behind_the_port_of_the_api) {
  BOOST_TEST((beside("0.0.0.0", 3000, 3000) == ListenAddress{"127.0.0.1", 3001}));
  BOOST_TEST((beside("::", 3000, 3000) == ListenAddress{"::1", 3001}));
}

BOOST_AUTO_TEST_CASE(beside_any_port_it_is_on_any_port) {
  BOOST_TEST((beside("127.0.0.1", 0, 45'678) == ListenAddress{"127.0.0.1", 0}));
}

BOOST_AUTO_TEST_CASE(beside_a_file_it_is_on_any_port) {
  BOOST_TEST((admin_address({"", 0, "/run/x"}, {}) == ListenAddress{"127.0.0.1", 0}));
  // The file was given in place of the address.
  BOOST_TEST((admin_address({"127.0.0.1", 3000}, {}) == ListenAddress{"127.0.0.1", 0}));
}

BOOST_AUTO_TEST_CASE(behind_the_last_port_it_is_on_any_port) {
  BOOST_TEST((beside("127.0.0.1", 65'534, 65'534) == ListenAddress{"127.0.0.1", 65'535}));
  BOOST_TEST((beside("127.0.0.1", 65'535, 65'535) == ListenAddress{"127.0.0.1", 0}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::server
