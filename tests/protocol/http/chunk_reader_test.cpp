#include "protocol/http/chunk_reader.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "protocol/limits.hpp"

namespace rollcall::protocol {
namespace {

using Next = ChunkReader::Next;

void check(ChunkReader& reader, const std::string& bytes, Next next, std::size_t octets = 0) {
  const ChunkReader::Step step = reader.next(bytes);
  BOOST_TEST((step.next == next), bytes.substr(0, 60));
  BOOST_TEST(step.octets == octets, bytes.substr(0, 60));
}

void check_fresh(const std::string& bytes, Next next, std::size_t octets = 0) {
  ChunkReader reader;
  check(reader, bytes, next, octets);
}

/// A reader behind a chunk of `octets` whose data is read.
ChunkReader behind_a_chunk(std::size_t octets = 1) {
  ChunkReader reader;
  BOOST_TEST(reader.begin_chunk(octets, 0));
  reader.take(octets);
  return reader;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(chunk_reader)

BOOST_AUTO_TEST_CASE(a_size_line_is_waited_for_until_it_is_whole) {
  for (const char* cut : {"5", "5;a=b", "5\r", "00"}) check_fresh(cut, Next::need_more);
  check_fresh("5\r\nabcde", Next::frame, 3);
  check_fresh("5;a=b\r\nabcde", Next::frame, 7);
  check_fresh("05\r\n", Next::frame, 4);
  check_fresh("0a\r\n", Next::frame, 4);
}

BOOST_AUTO_TEST_CASE(the_octets_of_a_chunk_are_data_as_they_come) {
  ChunkReader reader;
  BOOST_TEST(reader.begin_chunk(5, 0));
  check(reader, "abc", Next::data, 3);
  reader.take(3);
  check(reader, "de\r\n0\r\n\r\n", Next::data, 2);
}

BOOST_AUTO_TEST_CASE(a_chunk_ends_with_a_line_end_which_belongs_to_the_next_size_line) {
  ChunkReader reader = behind_a_chunk();
  check(reader, "\r", Next::need_more);
  check(reader, "\r\n", Next::need_more);
  check(reader, "\r\n5\r\nabc", Next::frame, 5);
  for (const char* bytes : {"x", "\n", "\rx", "\r\r\n", "5\r\n"}) {
    check(reader, bytes, Next::malformed);
  }
}

BOOST_AUTO_TEST_CASE(the_last_chunk_is_a_frame_with_its_trailers) {
  for (const char* cut : {"0\r\n", "0\r\n\r", "0\r\nA: b\r\n", "0\r\nA: b\r\n\r"}) {
    check_fresh(cut, Next::need_more);
  }
  check_fresh("0\r\n\r\nGET", Next::frame, 5);
  check_fresh("000;x\r\n\r\n", Next::frame, 9);
  check_fresh("0\r\nA: b\r\nC: d\r\n\r\nGET", Next::frame, 17);
  ChunkReader reader = behind_a_chunk();
  check(reader, "\r\n0\r\n\r\n", Next::frame, 7);
}

BOOST_AUTO_TEST_CASE(a_bare_line_feed_in_the_trailers_is_malformed_at_once) {
  for (const char* bytes : {"0\r\n\n", "0\r\nA: b\n", "0\r\nA: b\r\n\n", "0\r\nA: b\nC"}) {
    check_fresh(bytes, Next::malformed);
  }
}

BOOST_AUTO_TEST_CASE(the_extensions_of_a_body_have_a_bound) {
  for (const std::size_t octets : {max_chunk_extension_octets - 1, max_chunk_extension_octets,
                                   max_chunk_extension_octets + 1}) {
    const bool fits = octets <= max_chunk_extension_octets;
    BOOST_TEST(ChunkReader().begin_chunk(1, octets) == fits);
    ChunkReader reader;
    BOOST_TEST(reader.begin_chunk(1, 1'000));
    BOOST_TEST(reader.begin_chunk(1, octets - 1'000) == fits);
  }
}

BOOST_AUTO_TEST_CASE(a_size_line_that_never_ends_is_too_large) {
  constexpr std::size_t most = max_chunk_extension_octets + 64;
  check_fresh("1;" + std::string(most - 3, 'x'), Next::need_more);
  check_fresh("1;" + std::string(most - 2, 'x'), Next::too_large);
}

BOOST_AUTO_TEST_CASE(trailers_have_a_bound) {
  for (const std::size_t octets :
       {max_trailer_octets - 1, max_trailer_octets, max_trailer_octets + 1}) {
    const std::string trailer = "A: " + std::string(octets - 5, 'x') + "\r\n";
    BOOST_REQUIRE(trailer.size() == octets);
    if (octets <= max_trailer_octets) {
      check_fresh("0\r\n" + trailer + "\r\n", Next::frame, octets + 5);
    } else {
      check_fresh("0\r\n" + trailer + "\r\n", Next::too_large);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
