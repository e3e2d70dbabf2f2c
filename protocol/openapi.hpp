#pragma once

#include <string_view>

namespace rollcall::protocol {

/// The OpenAPI 3.1 document of the whole service: protocol/openapi.json, as it stands in the tree.
std::string_view openapi_document() noexcept;

}  // namespace rollcall::protocol
