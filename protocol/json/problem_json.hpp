#pragma once

#include <cstddef>

#include "protocol/answer.hpp"
#include "protocol/json/writer.hpp"

namespace rollcall::protocol {

/// At most how many octets write_problem_members() writes.
std::size_t max_problem_json_octets(const ProblemExtras& extras) noexcept;

/// The members of a problem's JSON object (RFC 9457), without the braces.
void write_problem_members(Writer& writer, Problem problem, const ProblemExtras& extras);

}  // namespace rollcall::protocol
