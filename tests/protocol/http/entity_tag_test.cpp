#include "protocol/http/entity_tag.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

namespace rollcall::protocol {
namespace {

std::string tag(storage::Version version) {
  std::string text(entity_tag_octets, '?');
  BOOST_TEST(write_entity_tag(text.data(), version) == text.data() + text.size());
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(entity_tag)

BOOST_AUTO_TEST_CASE(a_version_is_16_hexadecimal_digits_in_quotes) {
  BOOST_TEST(tag(0) == "\"0000000000000000\"");
  BOOST_TEST(tag(0x0123456789abcdef) == "\"0123456789abcdef\"");
  BOOST_TEST(tag(~storage::Version{0}) == "\"ffffffffffffffff\"");
}

BOOST_AUTO_TEST_CASE(what_was_written_is_read_back_alone_or_in_a_list) {
  const storage::Version version = 0x0123456789abcdef;
  for (const std::string& value :
       {tag(version), "\"x\", " + tag(version), tag(1) + "\t,," + tag(version) + " , ,",
        "," + tag(version), "\"a,b\"," + tag(version), "\"\"," + tag(version)}) {
    for (const Comparison comparison : {Comparison::strong, Comparison::weak}) {
      storage::Versions versions;
      BOOST_TEST(add_entity_tags(value, comparison, versions), value);
      BOOST_TEST(versions.contains(version), value);
      BOOST_TEST(!versions.contains(2), value);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_weak_tag_is_equal_only_in_the_weak_comparison) {
  storage::Versions strong, weak;
  BOOST_TEST(add_entity_tags("W/" + tag(7), Comparison::strong, strong));
  BOOST_TEST(add_entity_tags("W/" + tag(7), Comparison::weak, weak));
  BOOST_TEST(!strong.contains(7));
  BOOST_TEST(!strong.absent());
  BOOST_TEST(weak.contains(7));
}

BOOST_AUTO_TEST_CASE(a_tag_that_is_none_of_ours_is_in_no_state) {
  for (const std::string value : {"\"x\"", "\"0123456789ABCDEF\"", "\"0123456789abcde\"",
                                  "\"0123456789abcdef0\"", "\"\"", "\"\xc3\xa9\""}) {
    storage::Versions versions;
    BOOST_TEST(add_entity_tags(value, Comparison::strong, versions), value);
    BOOST_TEST(!versions.absent(), value);
    BOOST_TEST(!versions.contains(0x0123456789abcdef), value);
  }
}

BOOST_AUTO_TEST_CASE(a_tag_of_ours_is_altered_if_it_is_weak_or_has_a_coding_behind_it) {
  for (const std::string value :
       {"W/\"0123456789abcdef\"", "\"x\", W/\"0123456789abcdef\"", "\"0123456789abcdef-gzip\"",
        "W/\"0123456789abcdef-br\", \"x\"", "\"a\" ,\t\"fedcba9876543210-zstd\""}) {
    BOOST_TEST(names_altered_tag(value), value);
    storage::Versions versions;
    BOOST_TEST(add_entity_tags(value, Comparison::strong, versions));
    BOOST_TEST(!versions.contains(0x0123456789abcdef));
  }
  for (const std::string value :
       {"", "*", "\"0123456789abcdef\"", "W/\"x\"", "\"0123456789abcdefg\"", "\"x-gzip\"",
        "\"0123456789abcde-gzip\"", "\"W/\", \"0123456789abcdef\"", "W/\"0123456789abcdef"}) {
    BOOST_TEST(!names_altered_tag(value), value);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_list_of_tags_is_malformed) {
  for (const std::string value : {"x", "\"x", "x\"", "\"a\" \"b\"", "w/\"x\"", "W\"x\"", "W/ \"x\"",
                                  "**", "*,\"x\"", "\"x\",*", "\"a\x7f\"", "\"a b\""}) {
    storage::Versions versions;
    BOOST_TEST(!add_entity_tags(value, Comparison::weak, versions), value);
  }
}

BOOST_AUTO_TEST_CASE(lines_of_the_field_are_one_list_and_a_star_stands_alone) {
  storage::Versions versions;
  BOOST_TEST(add_entity_tags(tag(1), Comparison::strong, versions));
  BOOST_TEST(add_entity_tags(tag(2), Comparison::strong, versions));
  BOOST_TEST((versions.contains(1) && versions.contains(2)));
  BOOST_TEST(!add_entity_tags("*", Comparison::strong, versions));
  storage::Versions any;
  BOOST_TEST(add_entity_tags("*", Comparison::strong, any));
  BOOST_TEST(any.contains(99));
  BOOST_TEST(!add_entity_tags(tag(1), Comparison::strong, any));
}

BOOST_AUTO_TEST_CASE(a_list_may_have_16_tags_of_ours_and_more_is_refused) {
  for (const int beyond : {-1, 0, 1}) {
    std::string value;
    for (int i = 0; i < 16 + beyond; ++i) value += tag(static_cast<unsigned>(i)) + ",";
    storage::Versions versions;
    BOOST_TEST(add_entity_tags(value, Comparison::strong, versions) == (beyond < 1));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
