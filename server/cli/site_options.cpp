#include "server/cli/site_options.hpp"

namespace rollcall::server {

protocol::Site site_of(const Settings& settings) {
  protocol::Site site;
  if (const auto origins = settings.find("cors-origin"); origins != settings.end()) {
    for (const std::string& each : origins->second.texts) {
      if (const auto fault = site.cors.allow(each)) {
        throw UsageError(origins->second.origin + ": '" + each + "' " + std::string(*fault));
      }
    }
  }
  return site;
}

}  // namespace rollcall::server
