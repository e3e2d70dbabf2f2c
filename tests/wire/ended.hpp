#pragma once

#include <string>

#include "tests/support/program.hpp"

namespace rollcall::tests {

/// How a run of the program ended.
struct Ended {
  int code;
  std::string out;
  std::string err;
};

inline Ended end_of(Program& program) {
  const int code = program.wait().value_or(-1);
  return {code, program.output(), program.error_output()};
}

/// Runs the program with `words` to its end.
inline Ended run(const Program::Arguments& words) {
  Program program(ROLLCALL_PROGRAM, words);
  return end_of(program);
}

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

}  // namespace rollcall::tests
