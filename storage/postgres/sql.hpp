#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "storage/postgres/connection.hpp"

namespace rollcall::storage::postgres {

/// Every statement that is sent while the store is open. The columns of a user are made from
/// user_members. Where a statement begins with the fence, its first parameters are the lane, the
/// batch's number and the owner; see lane.hpp.
struct Sql {
  // A batch of creates without a key whose addresses may be shared: one statement.
  Statement plain;  ///< fence, ids, an array for each member

  // Any other batch, in this order, in one part of the pipeline.
  Statement fence;
  Statement ordered_fence;   ///< fence, how many ids, the least that may be given
  Statement keys;            ///< lifetime in seconds; keys, payloads, user ids, tokens, answers
  Statement expired;         ///< keys: removes those whose time is over
  Statement opens;           ///< lane; keys, tokens, lifetime and lease in seconds
  Statement holds;           ///< keys, tokens: of uploads whose lines are among the creates
  Statement creates;         ///< lane; ids, columns, keys
  Statement creates_unique;  ///< the same where addresses are: whose is taken is not created
  Statement updates;         ///< lane; ids, columns, members as they were, claims, keys, tokens
  Statement removals;        ///< lane; ids, members as they were
  Statement runs;            ///< keys, tokens, first lines, counts, first ids, digests; as opens
  Statement unused_keys;     ///< lane; keys, tokens, user ids
  Statement empty;           ///< keys, tokens: removes those of uploads that created nothing
  Statement closes;          ///< keys, tokens
  Statement known_runs;      ///< keys, tokens: token, first line, count, first id, digest
  Statement outcome;         ///< lane: the ids, or tokens, of what was done

  Statement lease;  ///< how many, the least that may be given; the first behind them
  Statement bump;   ///< lane, owner: batch, outcome, users
  Statement burnt;  ///< lane: marks a number that was used up for nothing

  Statement users;   ///< ids: users
  Statement emails;  ///< forms of addresses: form, id
  Statement known;   ///< keys: key, payload, user id, answer or null, token
};

/// With `ordered_ids` those of new users are places from the end of what ordered_fence takes.
const Sql& sql(bool ordered_ids = false);
/// Those of a connection for writes that are prepared, and those of one for reads.
std::vector<Statement> statements_of_writes(bool ordered_ids);
std::span<const Statement> statements_of_reads();

/// "last_name, first_name, email"; each with `before` in front of it and `behind` behind it.
std::string columns(const std::string& before = "", const std::string& behind = "");
/// The form of a user's address in which addresses are compared.
std::string email_form(const std::string& table = "");

}  // namespace rollcall::storage::postgres
