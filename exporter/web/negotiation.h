// Which of our formats and codings a client wants (RFC 9110, 12.5). Nobody is refused: a client that takes nothing of
// ours gets what everybody reads.
#pragma once

#include <optional>
#include <string_view>

#include "exporter/metrics/format.h"

namespace taskqueue::web {

struct FormatChoice {
  Format format = Format::text_0_0_4;
  Escaping escaping = Escaping::underscores;

  bool operator==(const FormatChoice&) const = default;
};

/// From the value of Accept. The best quality wins; among equals the format that was named more exactly, then the one
/// named first. Elements that make no sense are passed over. Text 0.0.4 where nothing fits or there is no header.
[[nodiscard]] FormatChoice choose_format(std::optional<std::string_view> accept);

/// From the value of Accept-Encoding: true for gzip, false for no coding, which also stands where there is no header
/// and where a client refuses both.
[[nodiscard]] bool wants_gzip(std::optional<std::string_view> accept_encoding);

}  // namespace taskqueue::web
