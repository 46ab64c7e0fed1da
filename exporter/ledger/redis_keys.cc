#include "exporter/ledger/redis_keys.h"

#include <initializer_list>
#include <string_view>

namespace taskqueue {
namespace {

/// The parts with slashes between them; other slashes and what would end a hash tag are written as %XX.
std::string tag(std::initializer_list<std::string_view> parts) {
  std::string text = "{";
  for (const std::string_view part : parts) {
    if (text.size() > 1) text += '/';
    for (const char c : part) {
      switch (c) {
        case '/': text += "%2F"; break;
        case '{': text += "%7B"; break;
        case '}': text += "%7D"; break;
        case '%': text += "%25"; break;
        default: text += c;
      }
    }
  }
  return text + '}';
}

}  // namespace

QueueKeys queue_keys(const std::string& prefix, const LedgerKey& queue) {
  const QueueLabels& labels = queue.labels;
  const std::string stem =
      prefix + tag({labels.queue, labels.cloud_service, labels.account, labels.cloud_region, queue.identity});
  return {.lease = stem + ":lease",
          .reign = stem + ":reign",
          .entry = stem + ":entry",
          .shown = stem + ":shown",
          .aside = stem + ":aside",
          .report = stem + ":report"};
}

QuotaKeys quota_keys(const std::string& prefix, const CallLabels& call) {
  const std::string stem =
      prefix + "quota:" + tag({call.provider, call.account, call.cloud_service, call.cloud_region, call.action});
  return {.pace = stem + ":pace", .recent = stem + ":recent"};
}

}  // namespace taskqueue
