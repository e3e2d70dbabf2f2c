#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "protocol/http/accepted.hpp"
#include "protocol/http/caller.hpp"
#include "protocol/http/cors.hpp"
#include "protocol/http/reached.hpp"
#include "protocol/http/target.hpp"
#include "storage/version.hpp"

namespace rollcall::protocol {

/// The methods that anything here answers to.
enum class Method : std::uint8_t {
  get,
  head,
  post,
  put,
  patch,
  delete_,
  options,
  other,     ///< In IANA's registry, and not used by any resource of ours (405).
  miscased,  ///< A registered one, but for the case of its letters (501).
  unknown,   ///< In no registry that we know (501).
};

/// What a body is said to be.
enum class MediaType : std::uint8_t {
  other,        ///< Anything else, nothing, or more than one Content-Type.
  json,         ///< application/json, whatever its parameters.
  ndjson,       ///< application/x-ndjson or another LinesType: a JSON text a line.
  merge_patch,  ///< application/merge-patch+json (RFC 7396).
};

/// What Prefer asks for (RFC 7240), as far as it means anything here.
struct Preferences {
  enum class Said : std::uint8_t { nothing, otherwise, yes };
  Said minimal = Said::nothing;  ///< return=minimal
  Said early = Said::nothing;    ///< answer=early
};

/// What is kept of a request's head: decisions, hardly any text. No view, and no heap for most.
struct Request {
  Target target;
  Method method = Method::unknown;
  bool http11 = false;
  bool keep_alive = false;  ///< The client lets the connection stay open.
  bool has_body = false;    ///< A body of at least one octet, or a chunked one, follows.
  MediaType media_type = MediaType::other;
  bool expects_continue = false;  ///< Expect: 100-continue in HTTP/1.1.
  bool bad_expectation = false;   ///< Any other Expect (417).
  Accepted accepted;
  Cors::Origin origin = 0;  ///< Of the page that asks, if Site::cors allows it.
  bool preflight = false;   ///< A browser asks what a page may send (with Site::cors only).
  LinesType sent_lines = LinesType::x_ndjson;  ///< For MediaType::ndjson: what it is called.
  bool bad_key = false;   ///< An Idempotency-Key that is malformed, or two (400).
  bool is_part = false;   ///< There is a Content-Range: of a PUT, a part of what is put.
  bool is_coded = false;  ///< A Content-Encoding but identity (415).
  Preferences preferences;
  bool bad_condition = false;  ///< An If-Match or If-None-Match that is malformed (400).
  BadOctet bad_octet;          ///< Of the target, for Problem::bad_target.
  std::unique_ptr<storage::Condition> condition;  ///< If-Match and If-None-Match; null if absent.
  std::unique_ptr<std::string> key;               ///< Idempotency-Key; null if absent.
  std::unique_ptr<Reached> reached;               ///< Of a listing, or with Site::trusts_peer.
  Caller* caller = nullptr;  ///< Null if nothing is known of it. Whoever gave the room keeps it.
  bool passed_on = false;    ///< A proxy says that it has passed the request on.
  std::string query;         ///< Of GET and HEAD, as it was sent; otherwise empty.
};

}  // namespace rollcall::protocol
