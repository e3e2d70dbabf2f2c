#include "server/ops/answer_labels.hpp"

#include <algorithm>

namespace rollcall::server {

std::size_t answer_series_of(const AnswerKind& kind) noexcept {
  const std::size_t method =
      std::min(static_cast<std::size_t>(kind.method), answer_methods.size() - 1);
  const std::size_t route = static_cast<std::size_t>(kind.resource) < answer_routes.size()
                                ? static_cast<std::size_t>(kind.resource)
                                : 0;
  const auto* const known =
      std::find(answer_statuses.begin(), answer_statuses.end() - 1, kind.status());
  const auto status = static_cast<std::size_t>(known - answer_statuses.begin());
  return (method * answer_routes.size() + route) * answer_statuses.size() + status;
}

AnswerLabels labels_of(std::size_t series) noexcept {
  const std::size_t status = series % answer_statuses.size();
  series /= answer_statuses.size();
  return {series / answer_routes.size(), series % answer_routes.size(), status};
}

}  // namespace rollcall::server
