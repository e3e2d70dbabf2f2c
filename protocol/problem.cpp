#include "protocol/problem.hpp"

#include <cstddef>
#include <iterator>

namespace rollcall::protocol {
namespace {

constexpr const char* blank = "about:blank";
// Types of our own: an absolute URI is the same wherever the answer is read, and an address would
// invite clients to fetch a page that no instance serves (RFC 9457, section 3.1.1), so they are tag
// URIs (RFC 4151), names and nothing else. They never change: clients compare them.
constexpr const char* invalid_user_type = "tag:rollcall,2026:invalid-user";
constexpr const char* invalid_query_type = "tag:rollcall,2026:invalid-query";
constexpr const char* reused_type = "tag:rollcall,2026:idempotency-key-reused";
constexpr const char* in_flight_type = "tag:rollcall,2026:idempotency-key-in-flight";
constexpr const char* taken_type = "tag:rollcall,2026:email-taken";
constexpr const char* storage_type = "tag:rollcall,2026:not-durable";

constexpr ProblemRow rows[] = {
    {Problem::malformed_request, 400, "Bad Request", blank, "Bad Request",
     "The bytes are no HTTP/1.1 request (RFC 9112). Send them as the RFC has it, on a new "
     "connection.",
     true, 0},
    {Problem::bad_target, 400, "Bad Request", blank, "Bad Request",
     "The request target is none that is served here (RFC 9112, section 3.2): send a path such as "
     "/users, or http://HOST/PATH, with every byte that RFC 3986 does not allow as % and two "
     "hexadecimal digits, and without NUL.",
     true, 0},
    {Problem::bad_host, 400, "Bad Request", blank, "Bad Request",
     "Send exactly one valid Host field (RFC 9112, section 3.2).", true, 0},
    {Problem::bad_condition, 400, "Bad Request", blank, "Bad Request",
     "If-Match and If-None-Match take * or at most 16 entity tags, such as the answer to a GET has "
     "in its ETag.",
     false, 0},
    {Problem::bad_query, 400, "Bad Request", invalid_query_type, "Invalid query",
     "Correct the parameters listed in errors and ask again.", false, 0},
    {Problem::partial_put, 400, "Bad Request", blank, "Bad Request",
     "Content-Range asks for a part of a user to be replaced: PUT the whole user, or PATCH members "
     "of it.",
     false, 0},
    {Problem::bad_key, 400, "Bad Request", blank, "Bad Request",
     "Idempotency-Key takes one string of 1 to 255 printable ASCII characters, such as a UUID, in "
     "quotation marks or bare.",
     false, 0},
    {Problem::key_with_stream, 400, "Bad Request", blank, "Bad Request",
     "An Idempotency-Key is for one user: send the stream without it.", false, 0},
    {Problem::key_reused, 422, "Unprocessable Content", reused_type, "Idempotency-Key reused",
     "This Idempotency-Key was sent with another user before: send a new key with a new user.",
     false, 0},
    {Problem::key_in_flight, 409, "Conflict", in_flight_type, "Idempotency-Key in flight",
     "A request with this Idempotency-Key is under way: wait for its answer, or try again.", false,
     1},
    {Problem::ambiguous_framing, 400, "Bad Request", blank, "Bad Request",
     "The length of the body is ambiguous: send one Content-Length, or Transfer-Encoding: chunked, "
     "not both.",
     true, 0},
    {Problem::unknown_transfer_coding, 501, "Not Implemented", blank, "Not Implemented",
     "Send the body with Content-Length, or with chunked as its only transfer coding.", true, 0},
    {Problem::header_too_large, 431, "Request Header Fields Too Large", blank,
     "Request Header Fields Too Large", "The header may have 16 KiB and 100 fields: send less.",
     true, 0},
    {Problem::target_too_long, 414, "URI Too Long", blank, "URI Too Long",
     "The request target may have 8 KiB: send a shorter one.", true, 0},
    {Problem::body_too_large, 413, "Content Too Large", blank, "Content Too Large",
     "A body may have 64 KiB: send one user a request, or a stream as application/x-ndjson.", true,
     0},
    {Problem::line_too_long, 413, "Content Too Large", blank, "Content Too Large",
     "A line of a stream may have 64 KiB.", false, 0},
    {Problem::chunk_overhead_too_large, 400, "Bad Request", blank, "Bad Request",
     "Chunk extensions and trailers may have 4 KiB each: send the body without them.", true, 0},
    {Problem::request_timeout, 408, "Request Timeout", blank, "Request Timeout",
     "The request did not arrive whole in time. Send it again on a new connection.", true, 0},
    {Problem::line_timeout, 408, "Request Timeout", blank, "Request Timeout",
     "No line of the stream came in time. What has a line in this answer is done: send the rest on "
     "a new connection.",
     true, 0},
    {Problem::incomplete_upload, 400, "Bad Request", blank, "Bad Request",
     "The request ended before its body did. The users answered above are stored: send the rest on "
     "a new connection.",
     true, 0},
    {Problem::unsupported_version, 505, "HTTP Version Not Supported", blank,
     "HTTP Version Not Supported", "Use HTTP/1.1 or HTTP/1.0.", true, 0},
    {Problem::expectation_failed, 417, "Expectation Failed", blank, "Expectation Failed",
     "The only expectation here is 100-continue: send the request without Expect.", false, 0},
    {Problem::not_json, 400, "Bad Request", invalid_user_type, "Invalid user",
     "A user is one JSON text in UTF-8 (RFC 8259), nested at most 32 deep, with nothing behind it.",
     false, 0},
    {Problem::not_an_object, 400, "Bad Request", invalid_user_type, "Invalid user",
     "A user is a JSON object with the members last-name, first-name and email; a patch is one "
     "with those that change.",
     false, 0},
    {Problem::duplicate_member, 400, "Bad Request", invalid_user_type, "Invalid user",
     "A member name stands twice in the object: send each once.", false, 0},
    {Problem::invalid_user, 400, "Bad Request", invalid_user_type, "Invalid user",
     "Correct the members listed in errors and send the user again.", false, 0},
    {Problem::email_taken, 409, "Conflict", taken_type, "E-mail address taken",
     "Addresses are unique here, and another user has this one: send another.", false, 0},
    {Problem::not_found, 404, "Not Found", blank, "Not Found",
     "There is no such resource: users are at /users.", false, 0},
    {Problem::user_not_found, 404, "Not Found", blank, "Not Found",
     "No user has this id: use the one that the answer to the create gave.", false, 0},
    {Problem::condition_failed, 412, "Precondition Failed", blank, "Precondition Failed",
     "What is here is not in the state that If-Match or If-None-Match asks for: nothing was "
     "changed. GET it and decide again.",
     false, 0},
    {Problem::method_not_allowed, 405, "Method Not Allowed", blank, "Method Not Allowed",
     "This resource takes the methods listed in the Allow field.", false, 0},
    {Problem::unknown_method, 501, "Not Implemented", blank, "Not Implemented",
     "No resource here knows this method: OPTIONS lists those that one takes.", false, 0},
    {Problem::unsupported_media_type, 415, "Unsupported Media Type", blank,
     "Unsupported Media Type",
     "Send JSON, with the header Content-Type: application/json, or what else the answer lists.",
     false, 0},
    {Problem::unsupported_coding, 415, "Unsupported Media Type", blank, "Unsupported Media Type",
     "Send the body as it is, without Content-Encoding.", false, 0},
    {Problem::storage_full, 503, "Service Unavailable", storage_type, "Not durable",
     "The disk is full: nothing was changed. Try again once there is room.", false, 10},
    {Problem::storage_error, 503, "Service Unavailable", storage_type, "Not durable",
     "The store could not write: nothing was changed. Try again.", false, 5},
    {Problem::storage_faulted, 503, "Service Unavailable", storage_type, "Not durable",
     "The disk failed to sync: nothing was changed, and no write is taken until the server is "
     "started again.",
     false, 30},
    {Problem::storage_busy, 503, "Service Unavailable", storage_type, "Not durable",
     "Another program holds the data file: nothing was changed. Try again.", false, 1},
    {Problem::storage_changed, 503, "Service Unavailable", storage_type, "Not durable",
     "Another program wrote to the data file: nothing was changed, and no write is taken "
     "until the server is started again.",
     false, 30},
    {Problem::overloaded, 503, "Service Unavailable", storage_type, "Not durable",
     "Too many writes wait for the disk: nothing was changed. Try again.", false, 1},
    // No Retry-After: an id is never free again.
    {Problem::ids_exhausted, 503, "Service Unavailable", blank, "Service Unavailable",
     "Every id up to 9007199254740991 was given out: the user was not created, and none will be.",
     false, 0},
    {Problem::too_many_listings, 503, "Service Unavailable", blank, "Service Unavailable",
     "Too many listings wait for their clients to read them. Try again.", false, 1},
    {Problem::stopping, 503, "Service Unavailable", blank, "Service Unavailable",
     "The server is being stopped. What has a line in this answer is done: send the rest on a new "
     "connection.",
     true, 1},
    {Problem::too_many_connections, 503, "Service Unavailable", blank, "Service Unavailable",
     "The server has as many connections as it takes. Try again.", true, 1},
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
