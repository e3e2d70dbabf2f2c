#pragma once

#include <string>
#include <vector>

namespace rollcall::tests {

/// A file that the tests of the house read.
struct File {
  std::string path;  ///< From the top of the source tree.
  std::string text;
};

/// Every C and C++ file of the project.
std::vector<File> sources();

std::vector<std::string> lines(const std::string& text);

}  // namespace rollcall::tests
