#include "protocol/http/accepted.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

namespace rollcall::protocol {
namespace {

using Choice = Accepted::Choice;

Accepted accepted_of(const std::vector<std::string>& lines) {
  Accepted accepted;
  for (const std::string& line : lines) add_accepted(line, accepted);
  return accepted;
}

Choice choice(const std::string& line) { return accepted_of({line}).json_or_lines(); }

}  // namespace

BOOST_AUTO_TEST_SUITE(accepted)

BOOST_AUTO_TEST_CASE(each_name_of_lines_is_read_in_any_case_and_written_as_it_is_registered) {
  for (const char* name : {"application/x-ndjson", "application/ndjson", "application/jsonl",
                           "application/x-jsonlines"}) {
    std::string upper(name);
    for (char& c : upper) c = static_cast<char>(std::toupper(c));
    for (const std::string& text : {std::string(name), upper}) {
      LinesType type{};
      BOOST_TEST(read_lines_type(text, type), text);
      BOOST_TEST(name_of(type) == name);
    }
    BOOST_TEST((choice(std::string(name) + ", */*;q=0.9") == Choice::second), name);
  }
  LinesType type = LinesType::jsonl;
  for (const char* name : {"", "application/json", "application/jsonlines", "application/x-jsonl",
                           "application/x-ndjsonl", "text/jsonl"}) {
    BOOST_TEST(!read_lines_type(name, type), name);
  }
  BOOST_TEST((type == LinesType::jsonl));
}

BOOST_AUTO_TEST_CASE(of_several_names_of_lines_the_one_of_greatest_weight_is_used) {
  const Accepted both = accepted_of({"application/jsonl;q=0.4", "application/ndjson;q=0.6"});
  BOOST_TEST(both.lines == 600U);
  BOOST_TEST((both.lines_type == LinesType::ndjson));
  const Accepted one = accepted_of({"application/x-jsonlines, application/x-ndjson;q=0"});
  BOOST_TEST(one.lines == 1'000U);
  BOOST_TEST((one.lines_type == LinesType::x_jsonlines));
}

BOOST_AUTO_TEST_CASE(what_nothing_here_fulfils_is_neither) {
  for (const char* none :
       {"text/csv", "application/xml;q=0.9, text/csv", "application/json;q=0", "*/*;q=0",
        "application/*;q=0, */*;q=0.0", "application/x-ndjson;q=0", "json", "text/*",
        "application/vnd.api+json", "application/json;q=0, application/ndjson;q=0, */*",
        "text/x;p=\"a, application/json, b\"", "text/x;p=\"\\\", application/json\""}) {
    BOOST_TEST((choice(none) == Choice::neither), none);
    BOOST_TEST(!accepted_of({none}).takes_json(), none);
  }
}

BOOST_AUTO_TEST_CASE(a_range_takes_json_and_lines_only_if_json_is_refused) {
  for (const char* json :
       {"", " ,, ", "*/*", "*", "application/*", "text/csv, */*;q=0.001", "*;q=.2, text/csv",
        "application/json;q=0.1, text/html", "application/x-ndjson;q=0, */*",
        "text/x;p=\"a, b\", application/json"}) {
    BOOST_TEST((choice(json) == Choice::first), json);
  }
  for (const char* lines :
       {"application/json;q=0, */*", "application/json;q=0, application/*;q=0.1",
        "application/jsonl;q=0.1, application/json;q=0"}) {
    BOOST_TEST((choice(lines) == Choice::second), lines);
  }
}

BOOST_AUTO_TEST_CASE(a_page_in_html_is_for_who_asks_for_it_no_less_than_for_json) {
  for (const char* page : {"text/html", "text/*", "text/html, */*", "text/html, application/json",
                           "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}) {
    BOOST_TEST(!accepted_of({page}).prefers_json_to_html(), page);
  }
  for (const char* json : {"", "*/*", "application/json", "text/plain", "text/html;q=0",
                           "application/json, text/html;q=0.9", "text/html;q=0.5, */*"}) {
    BOOST_TEST(accepted_of({json}).prefers_json_to_html(), json);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
