#include "protocol/problem.hpp"

#include <cstddef>
#include <iterator>

#include "protocol/json/member_text.hpp"

namespace rollcall::protocol {
namespace {

constexpr const char* blank = "about:blank";
// Our own types are tag URIs (RFC 4151), which are only names. A relative URI would mean something
// else wherever the answer is read, and an http URI would invite clients to fetch a page that no
// instance serves (RFC 9457, section 3.1.1). They never change, because clients compare them.
constexpr const char* invalid_user_type = "tag:rollcall,2026:invalid-user";
constexpr const char* invalid_query_type = "tag:rollcall,2026:invalid-query";
constexpr const char* reused_type = "tag:rollcall,2026:idempotency-key-reused";
constexpr const char* in_flight_type = "tag:rollcall,2026:idempotency-key-in-flight";
constexpr const char* taken_type = "tag:rollcall,2026:email-taken";
constexpr const char* memory_type = "tag:rollcall,2026:memory-full";
constexpr const char* storage_type = "tag:rollcall,2026:not-durable";
constexpr const char* unknown_type = "tag:rollcall,2026:outcome-unknown";

constexpr auto not_an_object_detail = [] {
  ConstantText<256> text;
  text.add("Not a JSON object. Send one with ").add(member_list(" and ").view());
  return text.add(" or, in a PATCH, with the members to change.");
}();

constexpr ProblemRow rows[] = {
    {Problem::malformed_request, 400, "Bad Request", blank, "Bad Request",
     "Not a valid HTTP/1.1 request (RFC 9112). Correct it and send it on a new connection.", true,
     0},
    {Problem::bad_target, 400, "Bad Request", blank, "Bad Request",
     "Invalid request target (RFC 9112, section 3.2). Send a path such as /users, percent-encoded "
     "and without NUL.",
     true, 0},
    {Problem::bad_host, 400, "Bad Request", blank, "Bad Request",
     "Send exactly one valid Host field (RFC 9112, section 3.2).", true, 0},
    {Problem::bad_condition, 400, "Bad Request", blank, "Bad Request",
     "If-Match and If-None-Match accept * or up to 16 entity tags. Copy a tag from the ETag of a "
     "response.",
     false, 0},
    {Problem::bad_query, 400, "Bad Request", invalid_query_type, "Invalid query",
     "Correct the parameters listed in errors and try again.", false, 0},
    {Problem::partial_put, 400, "Bad Request", blank, "Bad Request",
     "PUT does not support Content-Range. Send the whole user, or use PATCH to change some "
     "members.",
     false, 0},
    {Problem::bad_key, 400, "Bad Request", blank, "Bad Request",
     "Idempotency-Key must be one string of 1 to 255 printable ASCII characters, such as a UUID, "
     "with or without quotation marks.",
     false, 0},
    {Problem::key_reused, 422, "Unprocessable Content", reused_type, "Idempotency-Key reused",
     "This Idempotency-Key was already used for a different request. Send a new key.", false, 0},
    {Problem::key_in_flight, 409, "Conflict", in_flight_type, "Idempotency-Key in flight",
     "Another request with this Idempotency-Key is in progress. Wait for its response, or try "
     "again.",
     false, 1},
    {Problem::ambiguous_framing, 400, "Bad Request", blank, "Bad Request",
     "The length of the body is ambiguous. Send one Content-Length or Transfer-Encoding: chunked, "
     "not both.",
     true, 0},
    {Problem::unknown_transfer_coding, 501, "Not Implemented", blank, "Not Implemented",
     "Unsupported transfer coding. Send the body with Content-Length or with Transfer-Encoding: "
     "chunked.",
     true, 0},
    {Problem::header_too_large, 431, "Request Header Fields Too Large", blank,
     "Request Header Fields Too Large",
     "Headers are limited to 16 KiB and 100 fields. Send fewer or shorter fields.", true, 0},
    {Problem::target_too_long, 414, "URI Too Long", blank, "URI Too Long",
     "The request target is limited to 8 KiB. Send a shorter one.", true, 0},
    {Problem::body_too_large, 413, "Content Too Large", blank, "Content Too Large",
     "Bodies are limited to 64 KiB. Send one user per request, or a stream as "
     "application/x-ndjson.",
     true, 0},
    {Problem::line_too_long, 413, "Content Too Large", blank, "Content Too Large",
     "Lines are limited to 64 KiB. Shorten this one.", false, 0},
    {Problem::chunk_overhead_too_large, 400, "Bad Request", blank, "Bad Request",
     "Chunk extensions and trailers are limited to 4 KiB each. Send the body without them.", true,
     0},
    {Problem::request_timeout, 408, "Request Timeout", blank, "Request Timeout",
     "The complete request did not arrive in time. Send it again on a new connection.", true, 0},
    {Problem::line_timeout, 408, "Request Timeout", blank, "Request Timeout",
     "The next line of the stream did not arrive in time. Lines answered above are done: send the "
     "rest on a new connection.",
     true, 0},
    {Problem::too_many_results, 413, "Content Too Large", blank, "Content Too Large",
     "The outcomes of this stream's lines differ too often to be remembered until its end. Lines "
     "answered above are done: send the rest as another stream, or ask with Prefer: answer=early.",
     true, 0},
    {Problem::uploads_full, 503, "Service Unavailable", blank, "Service Unavailable",
     "Too many lines of streams wait to be answered. Lines answered above are done: send the rest "
     "as another stream.",
     true, 1},
    {Problem::incomplete_upload, 400, "Bad Request", blank, "Bad Request",
     "The request ended before its body did. Lines answered above are done: send the rest on a new "
     "connection.",
     true, 0},
    {Problem::unsupported_version, 505, "HTTP Version Not Supported", blank,
     "HTTP Version Not Supported", "Use HTTP/1.1 or HTTP/1.0.", true, 0},
    {Problem::expectation_failed, 417, "Expectation Failed", blank, "Expectation Failed",
     "Only Expect: 100-continue is supported. Send the request without Expect.", false, 0},
    {Problem::not_json, 400, "Bad Request", invalid_user_type, "Invalid user",
     "Not valid JSON (RFC 8259). Send one UTF-8 object, nested at most 32 levels deep, "
     "and nothing after it.",
     false, 0},
    {Problem::not_an_object, 400, "Bad Request", invalid_user_type, "Invalid user",
     not_an_object_detail.c_str(), false, 0},
    {Problem::duplicate_member, 400, "Bad Request", invalid_user_type, "Invalid user",
     "A member name appears twice in the object. Send each name once.", false, 0},
    {Problem::invalid_user, 400, "Bad Request", invalid_user_type, "Invalid user",
     "Correct the members listed in errors and send the user again.", false, 0},
    {Problem::email_taken, 409, "Conflict", taken_type, "E-mail address taken",
     "Another user already has this e-mail address. Send a different one.", false, 0},
    {Problem::not_found, 404, "Not Found", blank, "Not Found",
     "No such resource. Users are at /users.", false, 0},
    {Problem::user_not_found, 404, "Not Found", blank, "Not Found", "No user has this id.", false,
     0},
    {Problem::condition_failed, 412, "Precondition Failed", blank, "Precondition Failed",
     "If-Match or If-None-Match does not hold, so nothing was changed. GET the current state and "
     "try again.",
     false, 0},
    {Problem::altered_tag, 412, "Precondition Failed", blank, "Precondition Failed",
     "If-Match names an entity tag that a proxy changed when it compressed the response (W/ in "
     "front, or a suffix such as -gzip), so it matches nothing and nothing was changed. Send the "
     "16 hexadecimal digits of the tag in quotation marks, without W/ and suffix.",
     false, 0},
    {Problem::not_acceptable, 406, "Not Acceptable", blank, "Not Acceptable",
     "Accept names no type that is available here. Ask for application/json, or at /users for "
     "application/x-ndjson, which sends every user.",
     false, 0},
    {Problem::method_not_allowed, 405, "Method Not Allowed", blank, "Method Not Allowed",
     "This resource supports only the methods listed in Allow.", false, 0},
    {Problem::unknown_method, 501, "Not Implemented", blank, "Not Implemented",
     "Unknown method. OPTIONS lists those supported.", false, 0},
    {Problem::miscased_method, 501, "Not Implemented", blank, "Not Implemented",
     "Methods are case-sensitive (RFC 9110, section 9.1). Send this one in upper case.", false, 0},
    {Problem::unsupported_media_type, 415, "Unsupported Media Type", blank,
     "Unsupported Media Type",
     "Send JSON with Content-Type: application/json, or a type listed in Accept-Post or "
     "Accept-Patch.",
     false, 0},
    {Problem::unsupported_coding, 415, "Unsupported Media Type", blank, "Unsupported Media Type",
     "Content codings are not supported. Send the body without Content-Encoding.", false, 0},
    {Problem::storage_full, 503, "Service Unavailable", storage_type, "Not stored",
     "The disk is full. Nothing was changed. Try again when there is space.", false, 10},
    {Problem::storage_error, 503, "Service Unavailable", storage_type, "Not stored",
     "The store could not write. Nothing was changed. Try again.", false, 5},
    {Problem::storage_faulted, 503, "Service Unavailable", storage_type, "Not stored",
     "The disk failed to sync. Nothing was changed, and writes are refused until the server is "
     "restarted.",
     false, 30},
    {Problem::storage_busy, 503, "Service Unavailable", storage_type, "Not stored",
     "Another program has locked the data file. Nothing was changed. Try again.", false, 1},
    {Problem::storage_changed, 503, "Service Unavailable", storage_type, "Not stored",
     "Another program wrote to the data file. Nothing was changed, and writes are refused until "
     "the server is restarted.",
     false, 30},
    {Problem::storage_replaced, 503, "Service Unavailable", storage_type, "Not stored",
     "The data file was removed or replaced. Nothing was changed, and writes are refused until the "
     "server is restarted.",
     false, 30},
    {Problem::out_of_memory, 503, "Service Unavailable", storage_type, "Not stored",
     "The server is out of memory. Nothing was changed. Try again.", false, 10},
    {Problem::overloaded, 503, "Service Unavailable", storage_type, "Not stored",
     "Too many writes are waiting for the disk. Nothing was changed. Try again.", false, 1},
    {Problem::came_too_late, 503, "Service Unavailable", storage_type, "Not stored",
     "The request had waited for too long, and its client had stopped sending, so it had probably "
     "given up. Nothing was changed. Try again.",
     false, 1},
    {Problem::memory_full, 503, "Service Unavailable", memory_type, "Memory full",
     "The server has as much memory as it may have (--max-memory), so it creates no more users. "
     "Nothing was changed. Delete users, or raise the limit.",
     false, 10},
    {Problem::database_unavailable, 503, "Service Unavailable", storage_type, "Not stored",
     "The database can't be reached. Nothing was changed. Try again.", false, 2},
    // No Retry-After: a retry without a key may do the same thing twice.
    {Problem::outcome_unknown, 504, "Gateway Timeout", unknown_type, "Outcome unknown",
     "The database did not say in time whether the change was made. With an Idempotency-Key, send "
     "the same request again: it is done once. Without one, look first.",
     false, 0},
    // No Retry-After: ids never become free again.
    {Problem::ids_exhausted, 503, "Service Unavailable", blank, "Service Unavailable",
     "All ids up to 9007199254740991 have been used. The user was not created, and no more can be.",
     false, 0},
    {Problem::too_many_listings, 503, "Service Unavailable", blank, "Service Unavailable",
     "Too many listings are waiting for their clients to read them. Try again.", false, 1},
    {Problem::storage_hung, 503, "Service Unavailable", blank, "Service Unavailable",
     "The disk does not respond, so writes wait for it. Use another instance, or try again.", false,
     5},
    {Problem::starting, 503, "Service Unavailable", blank, "Service Unavailable",
     "The server is still loading its data. Try again.", false, 1},
    {Problem::draining, 503, "Service Unavailable", blank, "Service Unavailable",
     "The server is draining: it still answers requests, but will stop soon. Use another instance.",
     false, 1},
    {Problem::stopping, 503, "Service Unavailable", blank, "Service Unavailable",
     "The server is shutting down. Lines answered above are done: send the rest on a new "
     "connection.",
     true, 1},
    {Problem::too_many_connections, 503, "Service Unavailable", blank, "Service Unavailable",
     "Connection limit reached. Try again.", true, 1},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    if (rows[i].problem != static_cast<Problem>(i)) return false;
  }
  return std::size(rows) == static_cast<std::size_t>(Problem::too_many_connections) + 1;
}
static_assert(in_order(), "row() looks a problem up by its place");

}  // namespace

const ProblemRow& row(Problem problem) noexcept { return rows[static_cast<std::size_t>(problem)]; }

}  // namespace rollcall::protocol
