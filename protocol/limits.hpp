#pragma once

#include <cstddef>

/// Every limit of what a client may send. Units are in the names.
namespace rollcall::protocol {

/// Request line and fields together, with their line ends (431).
inline constexpr std::size_t max_header_octets = 16 * 1'024;
/// Field lines of one request (431).
inline constexpr std::size_t max_header_fields = 100;
/// The request-target (414).
inline constexpr std::size_t max_target_octets = 8 * 1'024;
/// A body, after chunked coding is taken off (413).
inline constexpr std::size_t max_body_octets = 64 * 1'024;
/// A line of an upload (413, in its line of the answer).
inline constexpr std::size_t max_line_octets = max_body_octets;
/// Everything in a chunked body that is not data: size lines, extensions, trailers (400). A body of
/// one octet per chunk needs five octets of size line and line ends for each octet.
inline constexpr std::size_t max_chunk_extension_octets = 4 * 1'024;
inline constexpr std::size_t max_trailer_octets = 4 * 1'024;
/// Nesting of the JSON text.
inline constexpr std::size_t max_json_depth = 32;
/// Nesting of an imported file, whose other members and collections may hold anything: bounds the
/// stack.
inline constexpr std::size_t max_document_depth = 256;

/// Origins of pages that may use the interface from a browser, and the octets of one.
inline constexpr std::size_t max_cors_origins = 32;
inline constexpr std::size_t max_origin_octets = 256;

/// Octets of a host, with its port, that a response repeats in Link: a longer one is not a name
/// that anybody can look up.
inline constexpr std::size_t max_host_octets = 260;
/// Octets of --base-path, and of what X-Forwarded-Prefix may add before it.
inline constexpr std::size_t max_prefix_octets = 128;

/// Octets of an X-Request-Id that is repeated in the response; a longer one is not.
inline constexpr std::size_t max_request_id_octets = 128;

/// Octets of a PROXY header: of version 1 as its specification says, with the line end; of version
/// 2 ours, since its extensions may be of any length.
inline constexpr std::size_t max_proxy_line_octets = 107;
inline constexpr std::size_t max_proxy_header_octets = 4 * 1'024;

/// The head of a response, from its status line to the empty line. A proxy's buffer for it has
/// 4 KiB or 8 KiB.
inline constexpr std::size_t max_answer_head_octets = 4 * 1'024;
/// Its Link field, with name and line end: the other fields of a listing need less than the rest.
inline constexpr std::size_t max_link_octets = max_answer_head_octets - 512;

/// The most that may have to be in one piece to be parsed: a whole header, a chunk's size line, or
/// the trailers. With a receive buffer of this size the parser always makes progress or reports an
/// error.
inline constexpr std::size_t max_unparsed_octets = max_header_octets;

static_assert(max_target_octets < max_header_octets);
static_assert(max_chunk_extension_octets + max_trailer_octets < max_unparsed_octets);

}  // namespace rollcall::protocol
