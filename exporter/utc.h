// UTC times as text and back.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "exporter/clock.h"

namespace taskqueue {

/// The last time that these texts can tell: the end of the year 9999.
inline constexpr WallTime last_utc{Milliseconds{253'402'300'799'999}};

/// `2018-12-27T13:57:15.042Z`
[[nodiscard]] std::string utc_text(WallTime time);

/// `2018-12-27T13:57:15Z`, whole seconds: the form the clouds want in requests.
[[nodiscard]] std::string utc_seconds(WallTime time);

/// `2018-12-27`
[[nodiscard]] std::string utc_date(WallTime time);

/// Reads `YYYY-MM-DDThh:mm[:ss[.fff]]Z` or with an offset `+08:00`. Nothing for anything else and for times
/// before 1970 or after `last_utc`: the clouds write "not yet" as an empty string, as year 0000 and as year 0001.
[[nodiscard]] std::optional<WallTime> parse_utc(std::string_view text);

/// Reads an HTTP date, `Thu, 27 Dec 2018 13:57:15 GMT` (RFC 9110, IMF-fixdate).
[[nodiscard]] std::optional<WallTime> parse_http_date(std::string_view text);

}  // namespace taskqueue
