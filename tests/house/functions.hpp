#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace rollcall::tests {

/// A function that a source defines, or a lambda that it names outside of functions.
struct Function {
  std::string head;       ///< Its declaration, up to the brace or the initializers.
  std::size_t lines = 0;  ///< From the first line of the declaration to the closing brace.
};

/// The functions that `text`, C++ as this project writes it, defines. What is inside of functions
/// (lambdas, local classes) counts as theirs. No parser of C++: it follows braces, and knows a
/// function by the parentheses in front of them.
std::vector<Function> functions_in(const std::string& text);

}  // namespace rollcall::tests
