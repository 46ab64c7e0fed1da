// --health.check: a container's health check without a shell or curl in its image.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "exporter/clock.h"

namespace taskqueue {

/// Asks a running exporter, within 5 s, how it is. Nothing if it is well, else a sentence. `url` names an address and a
/// path, `/-/healthy` where it names none. 401, 429 and what a port of HTTPS says to HTTP are well: it answers.
[[nodiscard]] std::optional<std::string> sickness_at(std::string_view url, const Clock& clock);

}  // namespace taskqueue
