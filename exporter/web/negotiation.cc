#include "exporter/web/negotiation.h"

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <vector>

#include "exporter/web/quality_list.h"

namespace taskqueue::web {
namespace {

struct Offer {
  Format format;
  std::string_view type;
  std::string_view version;
};

/// In the order of our own liking.
constexpr std::array<Offer, 3> offers{{
    {Format::text_0_0_4, "text/plain", "0.0.4"},
    {Format::text_1_0_0, "text/plain", "1.0.0"},
    {Format::openmetrics, "application/openmetrics-text", "1.0.0"},
}};

/// How closely an element names an offer: 0 not at all, 1 `*/*`, 2 `text/*`, 3 the type, 4 the version as well.
int closeness(const Weighted& element, const Offer& offer) {
  if (element.value == "*/*" || element.value == "*") return 1;
  if (element.value.ends_with("/*")) {
    const std::string_view kind = std::string_view(element.value).substr(0, element.value.size() - 1);
    return offer.type.starts_with(kind) ? 2 : 0;
  }
  if (element.value != offer.type) return 0;
  const std::string_view version = element.parameter("version");
  if (version.empty()) return 3;
  return version == offer.version ? 4 : 0;
}

/// How well an offer suits; the greatest is the best.
struct Fit {
  double quality = 0;
  int closeness = 0;
  std::size_t after = 0;  // elements that stand after the one that names it

  auto operator<=>(const Fit&) const = default;
};

struct Match {
  Fit fit;
  const Weighted* element = nullptr;
};

/// Of several elements that mean the offer, the closest counts, whatever its quality; of equally close ones the best.
Match match(const Offer& offer, const std::vector<Weighted>& elements) {
  Match best;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const Weighted& element = elements[i];
    const int close = closeness(element, offer);
    const bool closer = close > best.fit.closeness;
    const bool better = close > 0 && close == best.fit.closeness && element.quality > best.fit.quality;
    if (closer || better) best = {{element.quality, close, elements.size() - i}, &element};
  }
  return best;
}

}  // namespace

FormatChoice choose_format(std::optional<std::string_view> accept) {
  const std::vector<Weighted> elements = parse_quality_list(accept.value_or(""));
  FormatChoice choice;
  Fit best;
  for (const Offer& offer : offers) {
    const Match found = match(offer, elements);
    if (found.fit.quality <= 0 || found.fit <= best) continue;
    best = found.fit;
    const bool wide = found.element->parameter("escaping") == "allow-utf-8";
    choice = {offer.format, wide ? Escaping::allow_utf_8 : Escaping::underscores};
  }
  return choice;
}

bool wants_gzip(std::optional<std::string_view> accept_encoding) {
  if (!accept_encoding) return false;
  std::optional<double> gzip;
  std::optional<double> identity;
  std::optional<double> others;
  for (const Weighted& element : parse_quality_list(*accept_encoding)) {
    if (element.value == "gzip" || element.value == "x-gzip") gzip = std::max(gzip.value_or(0), element.quality);
    if (element.value == "identity") identity = element.quality;
    if (element.value == "*") others = element.quality;
  }
  if (!gzip) gzip = others;
  if (!identity) identity = others;
  // Not refused by name, no coding is always there (RFC 9110, 12.5.3), and gzip, if named at all, is liked better.
  if (gzip && *gzip > 0) return !identity || *gzip >= *identity;
  return !gzip && identity && *identity == 0;
}

}  // namespace taskqueue::web
