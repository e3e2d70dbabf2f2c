#include "protocol/http/proxy_header.hpp"

#include <boost/crc.hpp>
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "tests/protocol/splits.hpp"

namespace rollcall::protocol {
namespace {

using namespace std::string_literals;
using Progress = ProxyHeaderReader::Progress;

constexpr std::string_view request = "GET / HTTP/1.1\r\n\r\n";

struct Read {
  Progress progress = Progress::need_more;
  std::size_t consumed = 0;
  std::string source;
};

Read read(const std::vector<std::string_view>& pieces, ProxyVersions versions) {
  ProxyHeaderReader reader(versions);
  Read all;
  for (std::string_view piece : pieces) {
    const ProxyHeaderReader::Result result = reader.read(piece);
    all.progress = result.progress;
    all.consumed += result.consumed;
    if (result.progress != Progress::need_more) break;
    BOOST_TEST(result.consumed == piece.size());
  }
  if (all.progress == Progress::done && reader.source()) all.source = text_of(*reader.source());
  return all;
}

Read read(std::string_view octets, ProxyVersions versions = ProxyVersions::any) {
  return read(std::vector<std::string_view>{octets}, versions);
}

std::string number16(std::size_t number) {
  return {static_cast<char>(number >> 8), static_cast<char>(number & 0xff)};
}

/// A header of version 2.
std::string binary(char command, char family, const std::string& rest) {
  return "\r\n\r\n\0\r\nQUIT\n"s + command + family + number16(rest.size()) + rest;
}

const std::string v4 = "\xcb\x00\x71\x09\x7f\x00\x00\x01\x12\x34\x0b\xb8"s;
const std::string v6 = "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\x01" +
                       std::string(15, '\0') + "\x01\x12\x34\x0b\xb8"s;

std::string extension(char type, const std::string& value) {
  return type + number16(value.size()) + value;
}

/// With a checksum, which is off by `error`.
std::string with_checksum(const std::string& before, const std::string& behind,
                          unsigned error = 0) {
  std::string header = binary(0x21, 0x11, before + extension(3, std::string(4, '\0')) + behind);
  boost::crc_optimal<32, 0x1edc6f41, 0xffffffff, 0xffffffff, true, true> crc;
  crc.process_bytes(header.data(), header.size());
  const unsigned sum = crc.checksum() ^ error;
  const std::size_t place = 16 + before.size() + 3;
  header.replace(place, 4, number16(sum >> 16) + number16(sum & 0xffff));
  return header;
}

/// Each good header, and the client that it tells.
const std::vector<std::pair<std::string, std::string>> headers{
    {"PROXY TCP4 203.0.113.9 127.0.0.1 4660 3000\r\n", "203.0.113.9"},
    {"PROXY TCP6 2001:db8::1 ::1 0 65535\r\n", "2001:db8::1"},
    {"PROXY UNKNOWN\r\n", ""},
    {"PROXY UNKNOWN ffff::1 ffff::1 65535 65535\r\n", ""},
    {binary(0x21, 0x11, v4), "203.0.113.9"},
    {binary(0x21, 0x12, v4), "203.0.113.9"},
    {binary(0x21, 0x21, v6), "2001:db8::1"},
    {binary(0x21, 0x31, std::string(216, 'x')), ""},
    {binary(0x20, 0x00, ""), ""},
    {binary(0x20, 0x11, v4), ""},
    {binary(0x20, 0x7f, "anything"), ""},
    {binary(0x21, 0x00, ""), ""},
    {binary(0x21, 0x00, "ignored"), ""},
    {binary(0x21, 0x11, v4 + extension(4, "") + extension(1, "h2") + extension('\xe0', "x")),
     "203.0.113.9"},
    {with_checksum(v4, ""), "203.0.113.9"},
    {with_checksum(v4 + extension(2, "example.com"), extension(5, "id")), "203.0.113.9"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(proxy_header)

BOOST_AUTO_TEST_CASE(each_header_tells_its_client_wherever_it_is_cut) {
  for (const auto& [header, client] : headers) {
    const std::string all = header + std::string(request);
    for_each_split(all, [&](const std::vector<std::string_view>& pieces) {
      const Read found = read(pieces, ProxyVersions::any);
      BOOST_TEST((found.progress == Progress::done), header);
      BOOST_TEST(found.consumed == header.size(), header);
      BOOST_TEST(found.source == client, header);
    });
  }
}

BOOST_AUTO_TEST_CASE(a_header_that_is_not_whole_is_waited_for) {
  for (const auto& [header, client] : headers) {
    for (std::size_t octets = 0; octets < header.size(); ++octets) {
      BOOST_TEST((read(std::string_view(header).substr(0, octets)).progress == Progress::need_more),
                 header << " cut at " << octets);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_line_is_malformed_unless_every_part_is_as_specified) {
  for (const char* line : {"PROXY\r\n",
                           "PROXY \r\n",
                           "PROXY TCP4\r\n",
                           "PROXY TCP5 1.1.1.1 1.1.1.1 1 1\r\n",
                           "PROXY  TCP4 1.1.1.1 1.1.1.1 1 1\r\n",
                           "PROXY TCP4  1.1.1.1 1.1.1.1 1 1\r\n",
                           "PROXY TCP4 1.1.1.1 1.1.1.1 1\r\n",
                           "PROXY TCP4 1.1.1.1 1.1.1.1 1 \r\n",
                           "PROXY TCP4 1.1.1.1 1.1.1.1 1 1 \r\n",
                           "PROXY TCP4 1.1.1.1 1.1.1.1 1 1 1\r\n",
                           "PROXY TCP4 1.1.1.1 1.1.1.1 01 1\r\n",
                           "PROXY TCP4 1.1.1.1 1.1.1.1 1 65536\r\n",
                           "PROXY TCP4 1.1.1.1 1.1.1.1 -1 1\r\n",
                           "PROXY TCP4 1.1.1.1 1.1.1.1 x 1\r\n",
                           "PROXY TCP4 01.1.1.1 1.1.1.1 1 1\r\n",
                           "PROXY TCP4 ::1 ::1 1 1\r\n",
                           "PROXY TCP6 1.1.1.1 1.1.1.1 1 1\r\n",
                           "PROXY TCP6 ::1 1.1.1.1 1 1\r\n",
                           "PROXY TCP4 1.1.1.1 x 1 1\r\n",
                           "PROXY TCP4 1.1.1.1 1.1.1.1 1 1\n",
                           "PROXY TCP4 1.1.1.1 1.1.1.1 1 1\r\r\n",
                           "PROXY UNKNOWNS\r\n",
                           "PROXY unknown\r\n",
                           "proxy UNKNOWN\r\n",
                           "PROXYUNKNOWN\r\n",
                           "PROXY UNKNOWN\n",
                           "\n",
                           "GET / HTTP/1.1\r\n",
                           "POST / HTTP/1.1\r\n",
                           "PUT / HTTP/1.1\r\n"}) {
    BOOST_TEST((read(line).progress == Progress::malformed), line);
  }
}

BOOST_AUTO_TEST_CASE(what_can_t_become_a_header_is_malformed_at_once) {
  for (const char* octets : {"G", "PO", "PROXZ", "\r\n\r\nG", "\r\r", "\x16\x03\x01"}) {
    BOOST_TEST((read(octets).progress == Progress::malformed), octets);
  }
}

BOOST_AUTO_TEST_CASE(a_line_has_at_most_107_octets) {
  const std::string start = "PROXY UNKNOWN ";
  for (const std::size_t octets :
       {max_proxy_line_octets - 1, max_proxy_line_octets, max_proxy_line_octets + 1}) {
    const std::string line = start + std::string(octets - start.size() - 2, 'x') + "\r\n";
    const bool fits = octets <= max_proxy_line_octets;
    for_each_split(line, [&](const std::vector<std::string_view>& pieces) {
      BOOST_TEST((read(pieces, ProxyVersions::any).progress ==
                  (fits ? Progress::done : Progress::malformed)),
                 octets);
    });
  }
  BOOST_TEST(
      (read(std::string_view(start + std::string(93, 'x'))).progress == Progress::malformed));
}

BOOST_AUTO_TEST_CASE(a_binary_header_has_a_limit_too) {
  for (const std::size_t octets :
       {max_proxy_header_octets - 1, max_proxy_header_octets, max_proxy_header_octets + 1}) {
    const std::size_t value = octets - 16 - v4.size() - 3;
    const std::string header = binary(0x21, 0x11, v4 + extension(4, std::string(value, '\0')));
    BOOST_TEST(header.size() == octets);
    const bool fits = octets <= max_proxy_header_octets;
    BOOST_TEST((read(header).progress == (fits ? Progress::done : Progress::malformed)), octets);
  }
  // Its length is enough to know.
  BOOST_TEST((
      read(std::string_view(binary(0x21, 0x11, std::string(0xffff, 'x'))).substr(0, 16)).progress ==
      Progress::malformed));
}

BOOST_AUTO_TEST_CASE(a_binary_header_is_malformed_unless_every_part_is_as_specified) {
  const auto is_malformed = [](const std::string& header) {
    return read(header).progress == Progress::malformed;
  };
  for (const char command : {'\x00', '\x01', '\x11', '\x22', '\x2f', '\x31'}) {
    BOOST_TEST(is_malformed(binary(command, 0x11, v4)), int{command});
  }
  for (const char family : {'\x01', '\x10', '\x13', '\x20', '\x23', '\x30', '\x41', '\x7f'}) {
    BOOST_TEST(is_malformed(binary(0x21, family, std::string(216, 'x'))), int{family});
  }
  BOOST_TEST(is_malformed(binary(0x21, 0x11, v4.substr(0, 11))));
  BOOST_TEST(is_malformed(binary(0x21, 0x21, v6.substr(0, 35))));
  BOOST_TEST(is_malformed(binary(0x21, 0x31, std::string(215, 'x'))));
  std::string other = binary(0x21, 0x11, v4);
  for (std::size_t at = 0; at < 12; ++at) {
    std::string bad = other;
    bad[at] = 'x';
    BOOST_TEST(is_malformed(bad), at);
  }
}

BOOST_AUTO_TEST_CASE(extensions_fill_the_rest_exactly) {
  const auto progress = [](const std::string& rest) {
    return read(binary(0x21, 0x11, v4 + rest)).progress;
  };
  BOOST_TEST((progress(extension(1, "h2")) == Progress::done));
  for (const std::string& rest :
       {"\x01"s, "\x01\x00"s, "\x01\x00\x01"s, "\x01\x00\x03h2"s, extension(1, "h2") + "\x01"}) {
    BOOST_TEST((progress(rest) == Progress::malformed));
  }
}

BOOST_AUTO_TEST_CASE(a_wrong_checksum_is_malformed) {
  BOOST_TEST((read(with_checksum(v4, "")).progress == Progress::done));
  for (unsigned bit = 0; bit < 32; ++bit) {
    BOOST_TEST((read(with_checksum(v4, "", 1U << bit)).progress == Progress::malformed), bit);
  }
  std::string changed = with_checksum(v4, extension(5, "id"));
  changed.back() = 'x';
  BOOST_TEST((read(changed).progress == Progress::malformed));
  BOOST_TEST((read(binary(0x21, 0x11, v4 + extension(3, "123"))).progress == Progress::malformed));
}

BOOST_AUTO_TEST_CASE(a_second_checksum_is_malformed) {
  // The first is right, and would be good if the second were not looked at.
  const std::string wrong = with_checksum(v4, extension(3, "abcd"));
  BOOST_TEST((read(wrong).progress == Progress::malformed));
  // Each is right, beside the other one.
  const std::string first = "\x1c\x08\xab\xa0"s, second = "\x06\xb0\x72\xe8"s;
  const std::string both = v4 + extension(3, first) + extension(3, second);
  BOOST_TEST(with_checksum(v4, extension(3, second)) == binary(0x21, 0x11, both));
  BOOST_TEST(with_checksum(v4 + extension(3, first), "") == binary(0x21, 0x11, both));
  BOOST_TEST((read(binary(0x21, 0x11, both)).progress == Progress::malformed));
}

BOOST_AUTO_TEST_CASE(the_checksum_is_crc32c) {
  // "123456789" has the check value e3069283 (RFC 3720, appendix B.4, by its polynomial).
  boost::crc_optimal<32, 0x1edc6f41, 0xffffffff, 0xffffffff, true, true> crc;
  crc.process_bytes("123456789", 9);
  BOOST_TEST(crc.checksum() == 0xe3069283U);
}

BOOST_AUTO_TEST_CASE(where_only_version_2_is_taken_a_line_is_malformed) {
  BOOST_TEST((read("PROXY UNKNOWN\r\n", ProxyVersions::two).progress == Progress::malformed));
  BOOST_TEST((read("P", ProxyVersions::two).progress == Progress::malformed));
  BOOST_TEST((read(binary(0x21, 0x11, v4), ProxyVersions::two).progress == Progress::done));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
