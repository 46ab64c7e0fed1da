// The parameters of a Tencent call: read from a JSON body or a flattened query, and checked against what is known.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "exporter/simulator/api_error.h"
#include "exporter/simulator/json.h"
#include "exporter/simulator/quirks.h"
#include "exporter/simulator/request.h"

namespace taskqueue::simulator {

enum class Kind : std::uint8_t { text, integer, boolean, object, texts, objects };

struct Parameter {
  std::string_view name;
  Kind kind = Kind::text;
  bool required = false;
  std::span<const Parameter> fields = {};  // of kinds object and objects
  bool newer = false;                      // not on the first version of the page
  bool ignorable = false;                  // what the quirk ignore_new does not heed
};

/// The parameters as one JSON object with the right types; numbers that came as text are numbers. Errors:
/// UnknownParameter, MissingParameter, InvalidParameter.
[[nodiscard]] Result<Json, ApiError> read_parameters(const Request& request, std::span<const Parameter> known,
                                                     const Quirks& quirks);

/// Undoes percent-encoding and `+` for a space.
[[nodiscard]] std::string decoded(std::string_view text);

}  // namespace taskqueue::simulator
