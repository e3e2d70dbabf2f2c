#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

/// Sources, documents, scripts and texts are in plain English, and the README is short.
namespace rollcall::tests {
namespace {

namespace fs = std::filesystem;

constexpr std::ptrdiff_t max_readme_words = 900;

std::string read(const fs::path& path) {
  std::ifstream stream(path);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Phrases that read like a translation, in lower case: tests/house/phrases.txt, one per line.
std::vector<std::string> read_phrases() {
  std::istringstream stream(read(fs::path(ROLLCALL_SOURCE_DIR) / "tests/house/phrases.txt"));
  std::vector<std::string> phrases;
  for (std::string line; std::getline(stream, line);) phrases.push_back(line);
  return phrases;
}

/// The text in lower case, with one space for white space and for the marks of comments and
/// strings, so that a phrase that is broken over two lines is found too.
std::string plain(const std::string& text) {
  std::string words = " ";
  for (const char c : text + ' ') {
    const bool mark = std::string_view(" \t\r\n/#\"\\").find(c) != std::string_view::npos;
    if (!mark) words += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (mark && words.back() != ' ') words += ' ';
  }
  return words;
}

/// The phrases that `text` contains as whole words.
std::vector<std::string> phrases_in(const std::string& text,
                                    const std::vector<std::string>& phrases) {
  const std::string words = plain(text);
  const auto is_letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
  std::vector<std::string> found;
  for (const std::string& phrase : phrases) {
    for (std::size_t at = words.find(phrase); at != words.npos; at = words.find(phrase, at + 1)) {
      if (!is_letter(words[at - 1]) && !is_letter(words[at + phrase.size()])) {
        found.push_back(phrase);
      }
    }
  }
  return found;
}

bool is_short(const std::string& readme) {
  std::istringstream stream(readme);
  return std::distance(std::istream_iterator<std::string>(stream), {}) <= max_readme_words;
}

/// Every file that people write and read: sources, documents, scripts, build files.
std::vector<fs::path> files() {
  const fs::path top(ROLLCALL_SOURCE_DIR);
  const std::set<std::string> kinds{"",    ".cpp", ".hpp", ".c",  ".md",  ".py",  ".sh",
                                    ".js", ".awk", ".lua", ".go", ".mjs", ".txt", ".json"};
  const std::set<std::string> not_ours{"node_modules", "corpus", "oas",
                                       "data",         "canary", "package-lock.json"};
  std::vector<fs::path> found;
  const auto take = [&](const fs::path& path) {
    const std::string name = path.filename().string();
    const bool ours = !not_ours.contains(name) && name != "phrases.txt";
    if (ours && kinds.contains(path.extension().string())) found.push_back(path);
  };
  for (const char* file : {"README.md", "CONTRIBUTING.md", "CMakeLists.txt"}) take(top / file);
  for (const char* folder :
       {"docs", "loadtest", "protocol", "script", "server", "storage", "tests"}) {
    fs::recursive_directory_iterator entry(top / folder);
    for (; entry != fs::end(entry); ++entry) {
      if (!entry->is_directory()) {
        take(entry->path());
      } else if (not_ours.contains(entry->path().filename().string())) {
        entry.disable_recursion_pending();
      }
    }
  }
  return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(english)

BOOST_AUTO_TEST_CASE(no_file_has_a_phrase_that_reads_like_a_translation) {
  const std::vector<std::string> phrases = read_phrases();
  const std::vector<fs::path> all = files();
  BOOST_TEST(all.size() > 250U);
  for (const fs::path& path : all) {
    for (const std::string& each : phrases_in(read(path), phrases)) {
      BOOST_ERROR(path.string() << " says '" << each << "'");
    }
  }
}

BOOST_AUTO_TEST_CASE(each_phrase_is_found_also_over_a_line_end_and_only_as_whole_words) {
  const std::vector<std::string> phrases = read_phrases();
  BOOST_TEST(phrases.size() > 10U);
  for (const std::string& phrase : phrases) {
    std::string broken = phrase;
    if (const std::size_t space = phrase.find(' '); space != phrase.npos) {
      broken.replace(space, 1, "\n  /// ");
    }
    for (const std::string& text : {phrase, "A " + phrase + ".", "\"" + phrase + "\"", broken}) {
      BOOST_TEST(phrases_in(text, {phrase}).size() == 1U, text);
    }
    BOOST_TEST(phrases_in("x" + phrase + " " + phrase + "x", {phrase}).empty(), phrase);
  }
}

BOOST_AUTO_TEST_CASE(the_readme_may_have_900_words_and_one_more_is_too_many) {
  const auto words = [](std::ptrdiff_t count) {
    std::string text;
    for (std::ptrdiff_t i = 0; i < count; ++i) text += "word\n";
    return text;
  };
  BOOST_TEST(is_short(words(max_readme_words - 1)));
  BOOST_TEST(is_short(words(max_readme_words)));
  BOOST_TEST(!is_short(words(max_readme_words + 1)));
  BOOST_TEST(is_short(read(fs::path(ROLLCALL_SOURCE_DIR) / "README.md")));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace rollcall::tests
