#include "protocol/openapi.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/problem.hpp"
#include "storage/member.hpp"

/// That protocol/openapi.json names the members of a user as storage/member.hpp has them.
namespace rollcall::protocol {
namespace {

namespace json = boost::json;
using Texts = std::vector<std::string>;

const json::value& document() {
  static const json::value parsed =
      json::parse({openapi_document().data(), openapi_document().size()});
  return parsed;
}

const json::value& at(std::string_view pointer) {
  return document().at_pointer({pointer.data(), pointer.size()});
}

Texts names(const char* before = "") {
  Texts all;
  for (const storage::MemberRow& each : storage::user_members) {
    all.push_back(before + std::string(each.name));
  }
  return all;
}

Texts texts(const json::value& array) {
  Texts all;
  for (const json::value& each : array.as_array()) all.emplace_back(each.as_string().c_str());
  return all;
}

Texts keys(const json::value& object) {
  Texts all;
  for (const auto& each : object.as_object()) all.emplace_back(each.key());
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(openapi)

BOOST_AUTO_TEST_CASE(its_users_have_the_members_of_the_table_in_their_order) {
  const std::string schemas = "/components/schemas/";
  const auto same = [](const Texts& found, const Texts& expected) {
    BOOST_TEST(found == expected, boost::test_tools::per_element());
  };
  Texts with_id = names();
  with_id.push_back("id");
  same(keys(at(schemas + "NewUser/properties")), names());
  same(texts(at(schemas + "NewUser/required")), names());
  same(keys(at(schemas + "UserPatch/properties")), names());
  same(keys(at(schemas + "User/properties")), with_id);
  same(texts(at(schemas + "User/required")), with_id);
  same(texts(at(schemas + "MemberError/properties/pointer/enum")), names("/"));
  same(keys(at("/components/examples/userExample/value")), with_id);
}

BOOST_AUTO_TEST_CASE(its_limits_are_those_of_the_table) {
  for (const storage::MemberRow& each : storage::user_members) {
    const std::string name(each.name);
    const std::string reference(
        at("/components/schemas/NewUser/properties/" + name + "/$ref").as_string().c_str());
    const json::value& schema = at(reference.substr(1));
    BOOST_TEST(schema.at("type").as_string() == "string");
    BOOST_TEST(schema.at("minLength").as_int64() >= 1);
    // JSON Schema counts code points, of which there are never more than octets.
    BOOST_TEST(schema.at("maxLength").as_int64() == static_cast<std::int64_t>(each.limit), name);
  }
}

BOOST_AUTO_TEST_CASE(each_member_is_a_parameter_of_a_listing) {
  for (const std::string& name : names()) {
    const json::value& parameter = at("/components/parameters/filter-" + name);
    BOOST_TEST(parameter.at("name").as_string() == name);
    BOOST_TEST(parameter.at("in").as_string() == "query");
    for (const char* method : {"get", "head"}) {
      bool listed = false;
      for (const json::value& each :
           at("/paths/~1users/" + std::string(method) + "/parameters").as_array()) {
        const auto* const reference = each.as_object().if_contains("$ref");
        listed = listed || (reference != nullptr &&
                            reference->as_string() == "#/components/parameters/filter-" + name);
      }
      BOOST_TEST(listed, name << " of " << method);
    }
  }
}

BOOST_AUTO_TEST_CASE(each_problem_has_its_status_among_the_responses_and_its_type_in_the_list) {
  // What answers a method that the document has not.
  std::set<std::string> statuses{"405"};
  for (const auto& [path, methods] : at("/paths").as_object()) {
    for (const auto& [method, operation] : methods.as_object()) {
      const auto* const fields = operation.if_object();
      if (fields == nullptr || !fields->contains("responses")) continue;
      for (const auto& each : fields->at("responses").as_object()) statuses.emplace(each.key());
    }
  }
  const Texts types = texts(at("/components/schemas/ProblemType/enum"));
  for (std::size_t i = 0; i < problem_count; ++i) {
    const ProblemRow& about = row(static_cast<Problem>(i));
    const std::string type(about.type);
    BOOST_TEST(statuses.contains(std::to_string(about.status)), about.status);
    BOOST_TEST((std::find(types.begin(), types.end(), type) != types.end()), type);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::protocol
