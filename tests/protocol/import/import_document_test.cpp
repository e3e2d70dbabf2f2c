#include "protocol/import/import_document.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

namespace rollcall::protocol {
namespace {

/// The error, or the number of users.
std::string read(const std::string& text, std::size_t piece, const char* collection = "users") {
  ImportDocument document(collection);
  for (std::size_t at = 0; at < text.size(); at += piece) {
    if (!document.write(std::string_view(text).substr(at, piece))) return document.error();
  }
  return document.finish() ? std::to_string(document.users().size()) : document.error();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(import_document)

BOOST_AUTO_TEST_CASE(users_are_found_in_an_object_or_are_the_array_however_the_text_is_cut) {
  for (const std::size_t piece : {1U, 3U, 1'000U}) {
    BOOST_TEST(read(R"({"posts":[1],"users":[{},{}]} )", piece) == "2");
    BOOST_TEST(read("[{}]\n", piece) == "1");
    BOOST_TEST(read(R"({"people":[{}]})", piece, "people") == "1");
  }
}

BOOST_AUTO_TEST_CASE(a_text_without_users_is_refused) {
  const std::string none = "has no array named users: choose another with --collection";
  BOOST_TEST(read(R"({"people":[{}]})", 9) == none);
  BOOST_TEST(read(R"({"users":{}})", 9) == none);
  BOOST_TEST(read("5", 9) == none);
}

BOOST_AUTO_TEST_CASE(a_damaged_text_is_refused_with_its_place) {
  for (const std::size_t piece : {1U, 1'000U}) {
    BOOST_TEST(read(R"({"users":[{},)", piece).starts_with("is not valid JSON near octet 13: "));
    BOOST_TEST(read(R"({"users":[{},}]})", piece).starts_with("is not valid JSON near octet 13: "));
    BOOST_TEST(read("[] x", piece) == "is not valid JSON near octet 3: extra data");
  }
  BOOST_TEST(read("", 1).starts_with("is not valid JSON near octet 0: "));
}

BOOST_AUTO_TEST_CASE(ndjson_is_told_by_its_first_line) {
  const MemberNames names;
  BOOST_TEST(begins_ndjson(R"({"id":1})", "users", names));
  BOOST_TEST(begins_ndjson("{\"email\":\"a@b.c\"}\r", "users", names));
  BOOST_TEST(!begins_ndjson(R"({"users":[],"id":1})", "users", names));
  BOOST_TEST(!begins_ndjson(R"({"posts":[]})", "users", names));
  BOOST_TEST(!begins_ndjson("{", "users", names));
  BOOST_TEST(!begins_ndjson(R"([{"id":1}])", "users", names));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
