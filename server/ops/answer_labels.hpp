#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "server/connection/tally.hpp"

/// The labels of a series of answers: few, whatever clients send.
namespace rollcall::server {

/// As OpenTelemetry names methods: `_OTHER` for all that no resource has.
inline constexpr std::array answer_methods{"GET",   "HEAD",   "POST",    "PUT",
                                           "PATCH", "DELETE", "OPTIONS", "_OTHER"};
/// In the order of protocol::Resource. An unknown one has no route.
inline constexpr std::array answer_routes{"",       "/users",  "/users/{id}",   "*",
                                          "/livez", "/readyz", "/openapi.json", "/"};
/// Every status that an answer may have; the last one stands for all others.
inline constexpr std::array<unsigned, 24> answer_statuses{200, 201, 204, 304, 400, 404, 405, 406,
                                                          408, 409, 412, 413, 414, 415, 417, 422,
                                                          428, 431, 500, 501, 503, 504, 505, 0};

/// Places in the three tables.
struct AnswerLabels {
  std::size_t method;
  std::size_t route;
  std::size_t status;
};

inline constexpr std::size_t answer_series =
    answer_methods.size() * answer_routes.size() * answer_statuses.size();

/// Those of an answer, as one number below answer_series, and back.
std::size_t answer_series_of(const AnswerKind& kind) noexcept;
AnswerLabels labels_of(std::size_t series) noexcept;

}  // namespace rollcall::server
