#pragma once

#include "protocol/answer.hpp"
#include "protocol/http/output_buffer.hpp"
#include "server/connection/answer_hooks.hpp"
#include "server/connection/exchange.hpp"

namespace rollcall::server {

/// Writes the answer to an exchange that is done and is answered as a whole: a line of an upload is
/// not, nor is a download that has begun. `hooks` are told of a problem.
void write_answer(protocol::OutputBuffer& output, const Exchange& exchange,
                  const protocol::AnswerContext& context, AnswerHooks& hooks);

}  // namespace rollcall::server
