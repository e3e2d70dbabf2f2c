#include "tests/house/sources.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

namespace rollcall::tests {

namespace fs = std::filesystem;

std::vector<File> sources() {
  std::vector<File> files;
  const fs::path top(ROLLCALL_SOURCE_DIR);
  for (const char* folder : {"storage", "protocol", "server", "tests", "loadtest"}) {
    if (!fs::exists(top / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(top / folder)) {
      const std::string extension = entry.path().extension();
      if (extension != ".cpp" && extension != ".hpp" && extension != ".c") continue;
      std::ifstream stream(entry.path());
      files.push_back(
          {fs::relative(entry.path(), top).string(), {std::istreambuf_iterator<char>(stream), {}}});
    }
  }
  return files;
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> result;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) result.push_back(line);
  return result;
}

}  // namespace rollcall::tests
