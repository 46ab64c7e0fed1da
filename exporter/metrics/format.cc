#include "exporter/metrics/format.h"

namespace taskqueue {

std::string content_type(Format format, Escaping escaping) {
  const std::string scheme = escaping == Escaping::allow_utf_8 ? "; escaping=allow-utf-8" : "; escaping=underscores";
  switch (format) {
    case Format::text_0_0_4: break;  // older than escaping
    case Format::text_1_0_0: return "text/plain; version=1.0.0; charset=utf-8" + scheme;
    case Format::openmetrics: return "application/openmetrics-text; version=1.0.0; charset=utf-8" + scheme;
  }
  return "text/plain; version=0.0.4; charset=utf-8";
}

}  // namespace taskqueue
