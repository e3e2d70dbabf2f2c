#include "tests/house/functions.hpp"

#include <algorithm>
#include <cctype>
#include <regex>
#include <string_view>

namespace rollcall::tests {
namespace {

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

/// Where the literal or the comment or the preprocessor's line that begins at `at` ends, or `at` if
/// none does.
std::size_t end_of_skipped(std::string_view text, std::size_t at) {
  const auto past = [&](std::string_view end, std::size_t from) {
    const std::size_t found = text.find(end, from);
    return found == text.npos ? text.size() : found + end.size();
  };
  const std::string_view rest = text.substr(at);
  if (rest.starts_with("//")) return std::min(text.find('\n', at), text.size());
  if (rest.starts_with("/*")) return past("*/", at + 2);
  if (rest.starts_with("R\"")) {
    const std::string_view mark = rest.substr(2, rest.find('(') - 2);
    return past(")" + std::string(mark) + "\"", at);
  }
  const bool separates_digits =
      rest[0] == '\'' && at > 0 && std::isalnum(static_cast<unsigned char>(text[at - 1])) != 0;
  if ((rest[0] == '"' || rest[0] == '\'') && !separates_digits) {
    std::size_t end = at + 1;
    while (end < text.size() && text[end] != rest[0]) end += text[end] == '\\' ? 2 : 1;
    return std::min(end + 1, text.size());
  }
  if (rest[0] == '#') {
    std::size_t end = text.find('\n', at);
    while (end < text.size() && text[end - 1] == '\\') end = text.find('\n', end + 1);
    return std::min(end, text.size());
  }
  return at;
}

/// `text` with tabs in place of what end_of_skipped() finds; line ends stay.
std::string code_of(std::string text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::size_t end = end_of_skipped(text, at);
    for (; at < end; ++at) {
      if (text[at] != '\n') text[at] = '\t';
    }
    if (at < text.size() && end_of_skipped(text, at) != at) --at;
  }
  return text;
}

/// Declarations are read char by char; the braces behind one are skipped, unless they hold
/// declarations too.
class Reader {
 public:
  explicit Reader(const std::string& text) : code_(code_of(text)) {}

  std::vector<Function> read() {
    for (; at_ < code_.size(); ++at_) take(code_[at_]);
    return std::move(found_);
  }

 private:
  void take(char c) {
    const bool access = head_ == "public" || head_ == "private" || head_ == "protected";
    if (c == '{' && !opens_scope()) {
      skip_braces();
    } else if (c == '{' || c == '}' || c == ';' || (c == ':' && access)) {
      head_.clear();
    } else if (c == '\n') {
      ++line_;
      // An empty line ends macros like BOOST_AUTO_TEST_SUITE(name), which nothing else ends.
      if (code_.compare(at_, 2, "\n\n") == 0) head_.clear();
      if (!head_.empty()) head_ += ' ';
    } else if (!head_.empty() || !is_space(c)) {
      if (head_.empty()) first_ = line_;
      head_ += c;
    }
  }

  /// Whether the braces after the head hold declarations: those of a namespace, a class, an enum.
  bool opens_scope() const {
    static const std::regex scope(
        R"((template ?<.*> *)?(inline |typedef )?(namespace|class|struct|union|enum)\b.*)"
        R"(|extern\s*)");
    return std::regex_match(head_, scope);
  }

  /// To the brace that closes the one here.
  void skip_braces() {
    for (int depth = 0; at_ < code_.size(); ++at_) {
      if (code_[at_] == '\n') ++line_;
      if (code_[at_] == '{') ++depth;
      if (code_[at_] == '}' && --depth == 0) break;
    }
    const std::size_t next = code_.find_first_not_of(" \t\n", at_ + 1);
    const bool initializer =
        next != code_.npos && (code_[next] == ',' || code_[next] == '{' || code_[next] == ')');
    if (initializer) return;
    if (head_.find('(') != head_.npos) found_.push_back({head_, line_ - first_ + 1});
    head_.clear();
  }

  std::string code_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::string head_;       ///< The declaration so far, without the space before it.
  std::size_t first_ = 1;  ///< The line on which it begins.
  std::vector<Function> found_;
};

}  // namespace

std::vector<Function> functions_in(const std::string& text) { return Reader(text).read(); }

}  // namespace rollcall::tests
