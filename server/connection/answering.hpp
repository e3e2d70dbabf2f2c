#pragma once

#include "protocol/answer.hpp"
#include "protocol/http/output_buffer.hpp"
#include "server/connection/exchange.hpp"

namespace rollcall::server {

/// Writes the answer to an exchange that is done.
void write_answer(protocol::OutputBuffer& output, const Exchange& exchange,
                  const protocol::AnswerContext& context);

}  // namespace rollcall::server
