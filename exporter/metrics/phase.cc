#include "exporter/metrics/phase.h"

#include <array>
#include <utility>

namespace taskqueue {

std::string_view word(Phase phase) {
  switch (phase) {
    case Phase::queued: return "queued";
    case Phase::held: return "held";
    case Phase::running: return "running";
    case Phase::succeeded: return "succeeded";
    case Phase::failed: return "failed";
    case Phase::cancelled: return "cancelled";
    case Phase::ended: return "ended";
    case Phase::unknown: return "unknown";
  }
  return "unknown";
}

Phase phase_of(std::string_view status) {
  using enum Phase;
  static constexpr std::array<std::pair<std::string_view, Phase>, 20> table{{
      {"WAITING", queued},      {"SUBMITTED", queued},   {"PENDING", queued},     {"RUNNABLE", queued},
      {"Waiting", queued},      {"Pending", queued},     {"Paused", held},        {"PROCESSING", running},
      {"STARTING", running},    {"RUNNING", running},    {"Processing", running}, {"SUCCEED", succeeded},
      {"SUCCEEDED", succeeded}, {"Finished", succeeded}, {"FAILED", failed},      {"FAILED_INTERRUPTED", failed},
      {"Failed", failed},       {"ABORTED", cancelled},  {"Deleted", cancelled},  {"FINISH", ended},
  }};
  for (const auto& [name, phase] : table) {
    if (name == status) return phase;
  }
  return unknown;
}

}  // namespace taskqueue
