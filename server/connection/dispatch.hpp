#pragma once

#include "server/connection/exchange.hpp"
#include "server/connection/intake.hpp"
#include "server/ops/health.hpp"
#include "storage/store.hpp"

/// From requests to exchanges: what is to be done for each. No socket, no queue.
namespace rollcall::server {

/// Its answer needs nothing of what was asked before it on its connection.
bool is_answered_at_once(protocol::Action action) noexcept;

/// Makes `exchange` the creation that `request` asks for; its user has been read without a fault.
void become_creation(Exchange& exchange, IncomingRequest& request);
/// Makes `exchange` what `request` asks for, which is whole and neither a creation nor an upload:
/// for the store, or an answer. `health` is what probes are told.
void become_asked(Exchange& exchange, IncomingRequest& request, const Health& health);
/// Makes `exchange` the answer `problem`, with the field lines `fields`.
Immediate& become_problem(Exchange& exchange, protocol::Problem problem, const char* fields = "");

/// Hands what the store is to work on over to `session`, which may complete it at once. False if
/// there is nothing for the store: it is an answer.
bool submit(Exchange& exchange, storage::Session& session);

}  // namespace rollcall::server
