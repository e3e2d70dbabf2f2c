#include "storage/postgres/sql.hpp"

#include "storage/postgres/limits.hpp"
#include "storage/user.hpp"

namespace rollcall::storage::postgres {
namespace {

/// Calls `make` for each member, and joins what it returns.
template <class Make>
std::string for_members(const char* separator, const Make& make) {
  std::string text;
  for_each_member([&](auto index) {
    if (index != 0) text += separator;
    text += make(std::string(user_members[index].column));
  });
  return text;
}

/// "$2::int8[], $3::text[]": one for each letter of `types`, i, t or o (octets).
std::string arrays(int first, const std::string& types) {
  std::string text;
  for (const char each : types) {
    if (!text.empty()) text += ", ";
    text += "$" + std::to_string(first++);
    text += each == 'i' ? "::int8[]" : each == 't' ? "::text[]" : "::bytea[]";
  }
  return text;
}

const std::string members(member_count, 't');

/// The time of a key is not over, or an upload that has it is open.
std::string is_known(const std::string& table) {
  return table + "expires_at > now() OR coalesce(" + table + "open_until > now(), false)";
}

/// A wrong number or owner is a null, which the column refuses (23502); a lane that is not there is
/// a division by zero, or no row to join.
std::string fence(const std::string& more) {
  return "UPDATE lanes SET batch = CASE WHEN batch = $2::int8 - 1 AND owner = $3::int8 THEN "
         "$2::int8 END, outcome = '{}', seen = now()" +
         more + " WHERE lane = $1::int8 RETURNING 1";
}

/// Nobody else takes ids from here to the commit: those of whoever commits later are larger.
std::string ordered_fence() {
  return "WITH taken AS (UPDATE ids SET next = greatest(next, $5::int8) + $4::int8 RETURNING "
         "next), f AS (UPDATE lanes SET batch = CASE WHEN batch = $2::int8 - 1 AND owner = "
         "$3::int8 THEN $2::int8 END, outcome = ARRAY[taken.next], seen = now() FROM taken WHERE "
         "lane = $1::int8 RETURNING 1) SELECT 1 / count(*) FROM f";
}

std::string plain() {
  return "WITH fence AS (" + fence(", users = users + cardinality($4::int8[])") +
         ") INSERT INTO users (id, " + columns() + ") SELECT u.* FROM fence, unnest(" +
         arrays(4, "i" + members) + ") u";
}

/// The id at `expression`. Where ids are ordered, a new user has none yet, but a place from the end
/// of those that the fence of this transaction has taken: -1 is the last of them.
std::string id_of(const std::string& expression, bool ordered) {
  if (!ordered) return expression;
  return "CASE WHEN " + expression + " BETWEEN -" + std::to_string(max_batch) +
         " AND -1 THEN (SELECT next FROM ids) + " + expression + " ELSE " + expression + " END";
}

std::string keys(bool ordered) {
  return "INSERT INTO idempotency_keys (key, payload, user_id, token, answer, expires_at) SELECT "
         "k, p, " +
         id_of("u", ordered) + ", " + id_of("t", ordered) +
         ", a, now() + $1::int8 * interval '1 second' FROM unnest(" + arrays(2, "tiiio") +
         ") x(k, p, u, t, a) ORDER BY k ON CONFLICT (key) DO UPDATE SET payload = "
         "excluded.payload, user_id = excluded.user_id, token = excluded.token, answer = "
         "excluded.answer, expires_at = excluded.expires_at, open_until = NULL WHERE NOT (" +
         is_known("idempotency_keys.") + ")";
}

std::string own_key(bool ordered = false) {
  return "(i.k IS NULL OR EXISTS (SELECT FROM idempotency_keys q WHERE q.key = i.k AND q.token = " +
         id_of("i.t", ordered) + "))";
}

/// `on` is what of a user may be there already, so that it is not made: (id), or anything. What
/// else is there is an error.
std::string creates(bool ordered, const std::string& on) {
  const std::string all = columns() + ", " + columns("", "_folded") + ", email_key";
  return "WITH made AS (INSERT INTO users (id, " + all + ") SELECT " + id_of("i.id", ordered) +
         ", " + columns("i.") + ", " + columns("i.", "_folded") + ", i.email_key FROM unnest(" +
         arrays(2, "i" + members + members + "tti") + ") i(id, " + all + ", k, t) WHERE " +
         own_key(ordered) + " ON CONFLICT " + on +
         " DO NOTHING RETURNING id) UPDATE lanes SET outcome = outcome || "
         "ARRAY(SELECT id FROM made), users = users + (SELECT count(*) FROM made) WHERE lane = "
         "$1::int8";
}

std::string unchanged() {
  return for_members(
      " AND ", [](const std::string& column) { return "u." + column + " = i.was_" + column; });
}

std::string updates() {
  const auto set = [](const std::string& behind) {
    return for_members(", ", [&](const std::string& column) {
      return column + behind + " = i." + column + behind;
    });
  };
  return "WITH made AS (UPDATE users u SET " + set("") + ", " + set("_folded") +
         ", email_key = i.email_key FROM unnest(" +
         arrays(2, "i" + members + members + "t" + members + "tti") + ") i(id, " + columns() +
         ", " + columns("", "_folded") + ", email_key, " + columns("was_") +
         ", claim, k, t) WHERE u.id = i.id AND " + unchanged() +
         " AND (i.claim IS NULL OR NOT EXISTS (SELECT FROM users o WHERE " + email_form("o.") +
         " = i.claim AND o.id <> i.id)) AND " + own_key() +
         " RETURNING u.id) UPDATE lanes SET outcome = outcome || ARRAY(SELECT id FROM made) WHERE "
         "lane = $1::int8";
}

std::string removals() {
  return "WITH made AS (DELETE FROM users u USING unnest(" + arrays(2, "i" + members) + ") i(id, " +
         columns("was_") + ") WHERE u.id = i.id AND " + unchanged() +
         " RETURNING u.id) UPDATE lanes SET outcome = outcome || ARRAY(SELECT id FROM made), users "
         "= users - (SELECT count(*) FROM made) WHERE lane = $1::int8";
}

std::string opens() {
  return "WITH made AS (INSERT INTO idempotency_keys (key, payload, user_id, token, expires_at, "
         "open_until) SELECT k, 0, 0, t, now() + $4::int8 * interval '1 second', now() + $5::int8 "
         "* interval '1 second' FROM unnest(" +
         arrays(2, "ti") +
         ") x(k, t) ORDER BY k ON CONFLICT (key) DO UPDATE SET token = excluded.token, open_until "
         "= excluded.open_until WHERE idempotency_keys.user_id = 0 AND "
         "(idempotency_keys.open_until IS NULL OR idempotency_keys.open_until <= now()) RETURNING "
         "token) UPDATE lanes SET outcome = outcome || ARRAY(SELECT token FROM made) WHERE lane = "
         "$1::int8";
}

std::string unused_keys(bool ordered) {
  return "WITH done AS (SELECT unnest(outcome) AS i FROM lanes WHERE lane = $1::int8) DELETE FROM "
         "idempotency_keys q USING unnest(" +
         arrays(2, "tii") +
         ") x(k, t, i) WHERE q.key = x.k AND q.token = " + id_of("x.t", ordered) +
         " AND NOT EXISTS (SELECT FROM done WHERE done.i = " + id_of("x.i", ordered) + ")";
}

/// The first user of a run was made, or none of its users: where an address may be taken, a run has
/// one user, and where that is not known yet it fails the batch. The lines of an upload whose key
/// another instance has taken over are not created. Those that are also renew its lease.
std::string runs(bool ordered) {
  const std::string id = id_of("i", ordered);
  return "WITH made AS (INSERT INTO upload_runs (key, token, first_line, line_count, first_id, "
         "digest) SELECT k, t, l, c, " +
         id + ", d FROM unnest(" + arrays(1, "tiiiii") +
         ") x(k, t, l, c, i, d) WHERE EXISTS (SELECT FROM users u WHERE u.id = " + id +
         ") ON CONFLICT DO NOTHING RETURNING key, token) UPDATE idempotency_keys q SET expires_at "
         "= now() + $7::int8 * interval '1 second', open_until = now() + $8::int8 * interval '1 "
         "second' FROM made WHERE q.key = made.key AND q.token = made.token";
}

/// Of the keys $1 those with the tokens $2.
std::string with_tokens(const std::string& table) {
  return table + "key = ANY ($1::text[]) AND " + table + "token = ANY ($2::int8[])";
}

struct Texts {
  explicit Texts(bool ordered)
      : keys(postgres::keys(ordered)),
        creates(postgres::creates(ordered, "(id)")),
        creates_unique(postgres::creates(ordered, "")),
        runs(postgres::runs(ordered)),
        unused_keys(postgres::unused_keys(ordered)) {}

  std::string keys;
  std::string creates;
  std::string creates_unique;
  std::string runs;
  std::string unused_keys;
  std::string plain = postgres::plain();
  std::string fence = "WITH f AS (" + postgres::fence("") + ") SELECT 1 / count(*) FROM f";
  std::string ordered_fence = postgres::ordered_fence();
  std::string updates = postgres::updates();
  std::string removals = postgres::removals();
  std::string opens = postgres::opens();
  /// Nobody else opens them until the transaction is over.
  std::string holds =
      "SELECT FROM idempotency_keys WHERE " + with_tokens("") + " ORDER BY key FOR NO KEY UPDATE";
  std::string empty = "DELETE FROM idempotency_keys q WHERE " + with_tokens("q.") +
                      " AND NOT EXISTS (SELECT FROM upload_runs r WHERE r.key = q.key)";
  std::string expired =
      "DELETE FROM idempotency_keys WHERE key = ANY ($1::text[]) AND NOT (" + is_known("") + ")";
  std::string closes = "UPDATE idempotency_keys SET open_until = NULL WHERE " + with_tokens("");
  std::string known_runs =
      "SELECT q.token, r.first_line, r.line_count, r.first_id, r.digest FROM idempotency_keys q "
      "JOIN upload_runs r ON r.key = q.key WHERE " +
      with_tokens("q.") + " ORDER BY r.first_line";
  std::string known =
      "SELECT key, payload, user_id, answer, token FROM idempotency_keys WHERE key = ANY "
      "($1::text[]) AND (" +
      is_known("") + ")";
  std::string users = "SELECT id, " + columns() + " FROM users WHERE id = ANY ($1::int8[])";
  std::string emails =
      "SELECT " + email_form() + ", id FROM users WHERE " + email_form() + " = ANY ($1::text[])";
};

}  // namespace

std::string columns(const std::string& before, const std::string& behind) {
  return for_members(", ", [&](const std::string& column) { return before + column + behind; });
}

std::string email_form(const std::string& table) {
  return "coalesce(" + table + "email_key, lower(" + table + "email))";
}

namespace {

Sql statements(const Texts& texts) {
  return {
      .plain = {"plain", texts.plain.c_str()},
      .fence = {"fence", texts.fence.c_str()},
      .ordered_fence = {"ordered_fence", texts.ordered_fence.c_str()},
      .keys = {"keys", texts.keys.c_str()},
      .expired = {"expired", texts.expired.c_str()},
      .opens = {"opens", texts.opens.c_str()},
      .holds = {"holds", texts.holds.c_str()},
      .creates = {"creates", texts.creates.c_str()},
      .creates_unique = {"creates_unique", texts.creates_unique.c_str()},
      .updates = {"updates", texts.updates.c_str()},
      .removals = {"removals", texts.removals.c_str()},
      .runs = {"runs", texts.runs.c_str()},
      .unused_keys = {"unused_keys", texts.unused_keys.c_str()},
      .empty = {"empty", texts.empty.c_str()},
      .closes = {"closes", texts.closes.c_str()},
      .known_runs = {"known_runs", texts.known_runs.c_str()},
      .outcome = {"outcome", "SELECT outcome FROM lanes WHERE lane = $1::int8"},
      .lease = {"lease",
                "UPDATE ids SET next = greatest(next, $2::int8) + $1::int8 RETURNING next"},
      .bump = {"bump",
               "UPDATE lanes SET seen = now() WHERE lane = $1::int8 AND owner = $2::int8 "
               "RETURNING batch, outcome, users"},
      .burnt = {"burnt", "UPDATE lanes SET outcome = '{-1}' WHERE lane = $1::int8"},
      .users = {"users", texts.users.c_str()},
      .emails = {"emails", texts.emails.c_str()},
      .known = {"known", texts.known.c_str()},
  };
}

}  // namespace

const Sql& sql(bool ordered_ids) {
  static const Texts texts[] = {Texts(false), Texts(true)};
  static const Sql all[] = {statements(texts[0]), statements(texts[1])};
  return all[ordered_ids ? 1 : 0];
}

std::vector<Statement> statements_of_writes(bool ordered_ids) {
  const Sql& s = sql(ordered_ids);
  std::vector<Statement> all{s.plain,       s.fence,   s.keys,    s.expired,        s.opens,
                             s.holds,       s.creates, s.updates, s.removals,       s.runs,
                             s.unused_keys, s.empty,   s.closes,  s.known_runs,     s.outcome,
                             s.lease,       s.bump,    s.burnt,   s.creates_unique, s.users,
                             s.emails,      s.known};
  if (ordered_ids) all.push_back(s.ordered_fence);
  return all;
}

std::span<const Statement> statements_of_reads() {
  static const std::array all{sql().users};
  return all;
}

}  // namespace rollcall::storage::postgres
