#include "tests/house/functions.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/house/sources.hpp"

/// Functions are short enough to be read at once.
namespace rollcall::tests {
namespace {

constexpr std::size_t max_function_lines = 70;

/// The functions in `text` that have too many lines.
std::vector<Function> too_long(const std::string& text) {
  std::vector<Function> found = functions_in(text);
  std::erase_if(found, [](const Function& each) { return each.lines <= max_function_lines; });
  return found;
}

std::string function_of(const std::string& head, std::size_t lines) {
  std::string text = head + " {\n";
  for (std::size_t i = 2; i < lines; ++i) text += "  if (c == '}') ++n;  // {\n";
  return text + "}\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(functions)

BOOST_AUTO_TEST_CASE(no_function_has_more_than_70_lines) {
  std::size_t count = 0;
  for (const File& file : sources()) {
    count += functions_in(file.text).size();
    for (const Function& each : too_long(file.text)) {
      BOOST_ERROR(file.path << ": " << each.lines << " lines: " << each.head);
    }
  }
  BOOST_TEST(count > 1'000U);
}

BOOST_AUTO_TEST_CASE(a_function_of_70_lines_is_short_enough_and_one_of_71_is_not) {
  BOOST_TEST(too_long(function_of("void f()", max_function_lines - 1)).empty());
  BOOST_TEST(too_long(function_of("void f()", max_function_lines)).empty());
  BOOST_TEST(too_long(function_of("void f()", max_function_lines + 1)).size() == 1U);
}

BOOST_AUTO_TEST_CASE(functions_are_found_with_their_lengths) {
  const auto lengths = [](const std::string& text) {
    std::vector<std::size_t> all;
    for (const Function& each : functions_in(text)) all.push_back(each.lines);
    return all;
  };
  using Lengths = std::vector<std::size_t>;
  const std::string three = "{\n  if (a) {}\n}\n";
  for (const auto& [text, expected] : std::vector<std::pair<std::string, Lengths>>{
           {"int f();\nint a{1};\n", {}},
           {"int f() " + three, {3}},
           {"int f(int a,\n      int b) " + three, {4}},
           {"namespace a {\nclass B : public C {\n public:\n  int f() const " + three + "};\n}\n",
            {3}},
           {"template <typename T>\nT f(T a) noexcept " + three, {4}},
           {"A::A(int a)\n    : b_{a},\n      // Why.\n      c_(a) " + three, {6}},
           {"A::A() : b_{1} {}\nint g() { return 1'000'000; }\n", {1, 1}},
           {"const std::map<int, int> table{\n    {1, 2},\n};\n", {}},
           {"constexpr auto f = [](int a) " + three + ";\n", {3}},
           {"enum class E { a, b };\nstruct S { int a = 1; };\n", {}},
           {"extern \"C\" {\nint f() { return '{' + *\"{\\\"\"; }\n}\nint g() " + three, {1, 3}},
           {"const char* text = R\"x({\n)x\";\n#define F(a) { \\\n  a\nint g() " + three, {3}},
           {"BOOST_AUTO_TEST_SUITE(a)\n\n/// { Says.\nBOOST_AUTO_TEST_CASE(b) " + three, {3}},
           {"/* int f() {\n */ int g() " + three, {3}},
       }) {
    BOOST_TEST(lengths(text) == expected, text << boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
