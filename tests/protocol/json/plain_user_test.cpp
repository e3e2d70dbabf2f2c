#include "protocol/json/plain_user.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "protocol/json/user_reader.hpp"

namespace rollcall::protocol {
namespace {

const std::string plain =
    "{\"last-name\": \"Meere\", \"first-name\": \"John\", \"email\": \"johnm@gmail.com\"}";

bool is_plain(const std::string& text) {
  storage::UserView user;
  return read_plain_user(text, user);
}

std::string with_name(const std::string& name) {
  return "{\"last-name\":\"" + name + "\",\"first-name\":\"B\",\"email\":\"a@b.c\"}";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(plain_user)

BOOST_AUTO_TEST_CASE(the_form_that_nearly_every_client_sends_is_read) {
  storage::UserView user;
  for (const std::string& text :
       {plain, " \t\r\n" + plain + "\n",
        std::string("{\"email\":\"johnm@gmail.com\",\"first-name\":\"John\",\"last-name\":"
                    "\"Meere\"}")}) {
    BOOST_REQUIRE(read_plain_user(text, user));
    BOOST_TEST(user.last_name == "Meere");
    BOOST_TEST(user.first_name == "John");
    BOOST_TEST(user.email == "johnm@gmail.com");
  }
}

BOOST_AUTO_TEST_CASE(another_form_is_left_to_the_reader) {
  for (const std::string& text :
       {std::string(),
        std::string("{}"),
        "[" + plain + "]",
        plain + "x",
        plain + plain,
        plain.substr(0, plain.size() - 1),
        with_name(""),
        with_name(" a"),
        with_name("\\n"),
        with_name("\xc3\xa4"),
        with_name("\x7f"),
        with_name("a\tb"),
        with_name("a\"b"),
        std::string("{\"last-name\":\"A\",\"first-name\":\"B\",\"email\":\"a@b.c\",}"),
        std::string("{\"last-name\":\"A\",\"first-name\":\"B\",\"email\":\"a@b.c\",\"id\":1}"),
        std::string("{\"last-name\":\"A\",\"first-name\":\"B\",\"first-name\":\"C\"}"),
        std::string("{\"last-name\":\"A\",\"first-name\":\"B\",\"Email\":\"a@b.c\"}"),
        std::string("{\"last-name\":5,\"first-name\":\"B\",\"email\":\"a@b.c\"}"),
        std::string("{\"last-name\" \"A\",\"first-name\":\"B\",\"email\":\"a@b.c\"}"),
        std::string("{\"last-name\":\"A\" \"first-name\":\"B\",\"email\":\"a@b.c\"}")}) {
    BOOST_TEST(!is_plain(text), text);
  }
}

BOOST_AUTO_TEST_CASE(every_octet_at_every_place_of_a_name_is_plain_or_not) {
  for (std::size_t size = 1; size <= 17; ++size) {
    for (std::size_t place = 0; place < size; ++place) {
      for (int octet = 0; octet < 256; ++octet) {
        std::string name(size, 'a');
        name[place] = static_cast<char>(octet);
        const bool expected = octet >= 0x20 && octet < 0x7f && octet != '"' && octet != '\\' &&
                              !(place == 0 && octet == ' ');
        BOOST_REQUIRE(is_plain(with_name(name)) == expected);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_text_may_have_254_octets) {
  BOOST_TEST(is_plain(with_name(std::string(253, 'a'))));
  BOOST_TEST(is_plain(with_name(std::string(254, 'a'))));
  BOOST_TEST(!is_plain(with_name(std::string(255, 'a'))));
}

BOOST_AUTO_TEST_CASE(a_plain_user_with_more_behind_it_is_no_json_text) {
  for (const std::string rest : {"x", " x", ",", "{}", "\n]"}) {
    UserReader reader;
    reader.reset();
    reader.read(plain);
    reader.read(rest);
    const auto outcome = reader.finish();
    BOOST_TEST(!outcome.ok);
    BOOST_TEST((outcome.problem == Problem::not_json));
  }
  UserReader reader;
  reader.reset();
  reader.read(plain);
  reader.read(" \n");
  reader.read("\t");
  BOOST_TEST(reader.finish().ok);
  BOOST_TEST(reader.user().last_name == "Meere");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
